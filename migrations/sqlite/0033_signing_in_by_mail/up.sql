-- For people who come once a term and remember no password: a link by mail and a code beside it, for ten minutes. The
-- secrets are made when the mail leaves, and only their digests are stored. used_at is set by a button alone, for link
-- and code at once, because mail scanners open links too (G27).
CREATE TABLE sign_in_links (
    token_hash BLOB NOT NULL PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES people (id),
    kind TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX sign_in_links_of_a_person ON sign_in_links (person_id);
