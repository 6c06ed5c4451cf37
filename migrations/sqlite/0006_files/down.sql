DROP INDEX files_not_sent;
ALTER TABLE files DROP COLUMN kept_until;
DROP TABLE file_parts;
