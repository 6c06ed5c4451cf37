-- The second step of signing in: an authenticator app, and ten codes on paper for the day when the phone is lost. The
-- app's secret must be read again, so it is sealed with the key of the installation, which is not in the database.
-- last_step is the half minute whose code was used last: no code of it or before it works again.
CREATE TABLE authenticators (
    person_id UUID NOT NULL PRIMARY KEY REFERENCES people (id),
    sealed BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    confirmed_at TIMESTAMPTZ,
    last_step BIGINT
);

CREATE TABLE recovery_codes (
    code_hash BYTEA NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    created_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ
);
CREATE INDEX recovery_codes_of_a_person ON recovery_codes (person_id);

-- Somebody who has shown the first of two proofs, and has ten minutes for the second.
CREATE TABLE half_sign_ins (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    way TEXT NOT NULL,
    computer TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX half_sign_ins_of_a_person ON half_sign_ins (person_id);
CREATE INDEX half_sign_ins_by_end ON half_sign_ins (expires_at);

-- Since when a second step is asked of somebody by their posts: they have some days from then to set it up.
ALTER TABLE people ADD COLUMN second_step_asked_at TIMESTAMPTZ;
