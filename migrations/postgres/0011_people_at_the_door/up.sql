-- How somebody with a post comes in for the first time, or again when their password is forgotten: a link
-- by mail behind which they choose a password. The secret is made when the mail leaves, and only its
-- digest is stored. Looking at the page changes nothing, because mail scanners look too (G27): used_at is
-- set by the button alone, for every link of the person at once.
CREATE TABLE password_links (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX password_links_of_a_person ON password_links (person_id);

-- Whoever looks after people sees who has never been in.
ALTER TABLE people ADD COLUMN signed_in_at TIMESTAMPTZ;
