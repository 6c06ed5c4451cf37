-- A way in that leads through somebody else's hands: what must be the same when the browser comes back. One row is one
-- try; it is taken away by the first answer, so that no answer counts twice. The cookie of the browser is stored as a
-- digest, and what is kept beside it opens nothing without that cookie.
CREATE TABLE ceremonies (
    token_hash BYTEA NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    content TEXT NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX ceremonies_by_end ON ceremonies (expires_at);

-- The account of a provider by which a person signs in. Issuer and subject are what a provider never gives to anybody else;
-- an address is, and so stands here only to be shown.
CREATE TABLE provider_accounts (
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    person_id UUID NOT NULL REFERENCES people (id),
    email TEXT NOT NULL,
    connected_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ,
    PRIMARY KEY (issuer, subject)
);
CREATE UNIQUE INDEX provider_accounts_of_a_person ON provider_accounts (person_id, issuer);
