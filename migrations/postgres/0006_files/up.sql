-- The bytes of files, in the database itself: one transaction makes a file and its place on a case durable
-- together, one backup has both, and every node of an installation sees the same. They come in parts, so that a
-- download reads a little at a time and no row is larger than half a megabyte.
CREATE TABLE file_parts (
    file_id UUID NOT NULL REFERENCES files (id) ON DELETE CASCADE,
    no INTEGER NOT NULL,
    bytes BYTEA NOT NULL,
    PRIMARY KEY (file_id, no)
);

-- A file that somebody added to a concern that was not sent yet is kept until then; on a case there is no end.
ALTER TABLE files ADD COLUMN kept_until TIMESTAMPTZ;
CREATE INDEX files_not_sent ON files (kept_until) WHERE kept_until IS NOT NULL;
