-- Who is at the door. Only digests of secrets are stored: whoever reads this table can open nothing.

CREATE TABLE sessions (
    token_hash BLOB NOT NULL PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES people (id),
    created_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_of_a_person ON sessions (person_id);
CREATE INDEX sessions_by_end ON sessions (expires_at);

-- A token belongs to a person, whose posts bound it, or to a service with a name.
CREATE TABLE api_tokens (
    id BLOB NOT NULL PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    person_id BLOB REFERENCES people (id),
    service_name TEXT,
    school_id BLOB REFERENCES schools (id),
    scopes TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER,
    last_used_at INTEGER,
    revoked_at INTEGER
) STRICT;

-- What opens one case for one complainant: the mailed link, the code for the telephone, the case token
-- that either is exchanged for, and the link that confirms a spoken concern. A link works again while
-- it lives, because mail scanners follow links before people do (G27).
CREATE TABLE case_links (
    token_hash BLOB NOT NULL PRIMARY KEY,
    case_id BLOB NOT NULL REFERENCES cases (id),
    party_no INTEGER NOT NULL,
    kind TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX case_links_of_a_case ON case_links (case_id, party_no);

-- What a family has typed and not sent yet. It is gone when it expires.
CREATE TABLE drafts (
    token_hash BLOB NOT NULL PRIMARY KEY,
    school_id BLOB NOT NULL REFERENCES schools (id),
    data TEXT NOT NULL,
    updated_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX drafts_by_end ON drafts (expires_at);

-- The one-time link of the first administrator.
CREATE TABLE setup_tokens (
    token_hash BLOB NOT NULL PRIMARY KEY,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT, WITHOUT ROWID;
