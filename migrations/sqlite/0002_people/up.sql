-- People who work for a school or trust, and the posts from which all their rights come. A person who
-- leaves keeps their row, because the record names them; only sign-in ends.

-- Addresses are compared in lower case (email_key) and shown as they were typed.
CREATE TABLE people (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    created_at INTEGER NOT NULL,
    ended_at INTEGER
) STRICT;

-- One role at one place for a time. Without a school the post is at the trust, and so at each of its
-- schools. year_groups is a JSON list; empty means all.
CREATE TABLE posts (
    id BLOB NOT NULL PRIMARY KEY,
    person_id BLOB NOT NULL REFERENCES people (id),
    role TEXT NOT NULL,
    trust_id BLOB NOT NULL REFERENCES trusts (id),
    school_id BLOB REFERENCES schools (id),
    year_groups TEXT NOT NULL,
    from_on TEXT NOT NULL,
    to_on TEXT,
    independence TEXT NOT NULL,
    independence_reason TEXT,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX posts_of_a_person ON posts (person_id);
CREATE INDEX posts_at_a_school ON posts (school_id);
CREATE INDEX posts_at_a_trust ON posts (trust_id);

-- Who changed which setting, when, from what to what (R71).
CREATE TABLE settings_log (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    person_id BLOB REFERENCES people (id),
    school_id BLOB REFERENCES schools (id),
    what TEXT NOT NULL,
    before TEXT,
    after TEXT
) STRICT;
CREATE INDEX settings_log_of_a_school ON settings_log (school_id, id);

-- It is a log: it grows and never changes.
CREATE TRIGGER settings_log_are_not_changed BEFORE UPDATE ON settings_log
BEGIN
    SELECT RAISE(ABORT, 'settings_log is append-only');
END;
CREATE TRIGGER settings_log_are_not_deleted BEFORE DELETE ON settings_log
BEGIN
    SELECT RAISE(ABORT, 'settings_log is append-only');
END;
