-- Whoever helps a complainant has a link of their own. It opens the complainant's page: `party_no` says whose, `helper_no`
-- who comes in by it. When the help ends, every link of theirs is revoked, and the complainant's own go on.
ALTER TABLE case_links ADD COLUMN helper_no INTEGER;
