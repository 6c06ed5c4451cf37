-- People who work for a school or trust, and the posts from which all their rights come. A person who
-- leaves keeps their row, because the record names them; only sign-in ends.

-- Addresses are compared in lower case (email_key) and shown as they were typed.
CREATE TABLE people (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL UNIQUE,
    password_hash TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    ended_at TIMESTAMPTZ
);

-- One role at one place for a time. Without a school the post is at the trust, and so at each of its
-- schools. year_groups is a JSON list; empty means all.
CREATE TABLE posts (
    id UUID NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    role TEXT NOT NULL,
    trust_id UUID NOT NULL REFERENCES trusts (id),
    school_id UUID REFERENCES schools (id),
    year_groups TEXT NOT NULL,
    from_on DATE NOT NULL,
    to_on DATE,
    independence TEXT NOT NULL,
    independence_reason TEXT,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX posts_of_a_person ON posts (person_id);
CREATE INDEX posts_at_a_school ON posts (school_id);
CREATE INDEX posts_at_a_trust ON posts (trust_id);

-- Who changed which setting, when, from what to what (R71).
CREATE TABLE settings_log (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at TIMESTAMPTZ NOT NULL,
    person_id UUID REFERENCES people (id),
    school_id UUID REFERENCES schools (id),
    what TEXT NOT NULL,
    before TEXT,
    after TEXT
);
CREATE INDEX settings_log_of_a_school ON settings_log (school_id, id);

-- It is a log: it grows and never changes.
CREATE FUNCTION settings_log_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'settings_log is append-only';
END;
$$;
CREATE TRIGGER settings_log_are_not_changed BEFORE UPDATE OR DELETE ON settings_log
    FOR EACH ROW EXECUTE FUNCTION settings_log_is_append_only();
CREATE TRIGGER settings_log_are_not_emptied BEFORE TRUNCATE ON settings_log
    FOR EACH STATEMENT EXECUTE FUNCTION settings_log_is_append_only();
