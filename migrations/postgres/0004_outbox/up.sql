-- What the school says. A row is the letter of record: its text is written and its recipient frozen in
-- the transaction that made it necessary, and nothing that happens later changes either (G23).

-- carries says whether a right or a deadline hangs on it: such a message is sent again after a crash,
-- and its failure becomes a task for a person (G26). dedupe_key is what makes a second sweep harmless.
CREATE TABLE outbox (
    id UUID NOT NULL PRIMARY KEY,
    case_id UUID REFERENCES cases (id),
    event_seq INTEGER,
    school_id UUID REFERENCES schools (id),
    kind TEXT NOT NULL,
    carries TEXT NOT NULL,
    audience TEXT NOT NULL,
    to_name TEXT NOT NULL,
    to_address TEXT NOT NULL,
    to_person_id UUID REFERENCES people (id),
    to_party_no INTEGER,
    reply_to TEXT,
    in_reply_to UUID,
    language TEXT,
    subject TEXT NOT NULL,
    body_text TEXT NOT NULL,
    body_html TEXT,
    invitation TEXT,
    dedupe_key TEXT UNIQUE,
    created_at TIMESTAMPTZ NOT NULL,
    not_before TIMESTAMPTZ NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at TIMESTAMPTZ NOT NULL,
    leased_until TIMESTAMPTZ,
    lease_owner TEXT,
    sent_at TIMESTAMPTZ
);
-- The worker asks for what is due; the page of a case for its own; the outbox page for the newest.
CREATE INDEX outbox_due ON outbox (state, next_attempt_at, id);
CREATE INDEX outbox_of_a_case ON outbox (case_id, created_at, id);
CREATE INDEX outbox_by_time ON outbox (created_at, id);

-- One row for each attempt, written before SMTP is spoken and completed after it.
CREATE TABLE outbox_attempts (
    message_id UUID NOT NULL REFERENCES outbox (id),
    no INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    outcome TEXT,
    code INTEGER,
    words TEXT,
    PRIMARY KEY (message_id, no)
);

-- The answer that a repeated request gets again (G18). It lives in the same transaction as what it
-- answers, so that both are there or neither is.
CREATE TABLE idempotency (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    body_hash BYTEA NOT NULL,
    status INTEGER NOT NULL,
    response TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (scope, key)
);
CREATE INDEX idempotency_by_age ON idempotency (created_at);

-- Copies of the published procedure that were asked for, with the date (R7).
CREATE TABLE procedure_copies (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    school_id UUID NOT NULL REFERENCES schools (id),
    procedure_id UUID NOT NULL REFERENCES procedures (id),
    name TEXT NOT NULL,
    email TEXT,
    address TEXT,
    asked_at TIMESTAMPTZ NOT NULL,
    message_id UUID REFERENCES outbox (id)
);
CREATE INDEX procedure_copies_of_a_school ON procedure_copies (school_id, id);
