-- The key for codes in mails to families lay in the same database as their digests. It is derived now from the key of
-- the installation, which lies elsewhere. Codes that are under way end with it: they live ten minutes.
DELETE FROM meta WHERE key = 'code_key';
