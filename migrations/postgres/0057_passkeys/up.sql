-- A passkey by which a person signs in: the public half, with what its device said of itself and how often it was used.
-- Nothing here opens anything: the private half never leaves the device.
CREATE TABLE passkeys (
    credential BYTEA NOT NULL PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    name TEXT NOT NULL,
    content TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ
);
CREATE INDEX passkeys_of_a_person ON passkeys (person_id, created_at, credential);
