-- A case twice over. case_events is the record: append-only, chained by hashes, and the only thing that
-- decisions are made from. Every other table here is a view of the case that the events make, kept in
-- step in the same transaction, so that lists, searches, sweeps and reports need not replay anything.
-- Things inside a case are keyed by the case and the number that people say ("point 2").

-- Files: what they are. Their bytes come with a later step.
CREATE TABLE files (
    id UUID NOT NULL PRIMARY KEY,
    sha256 TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    media_type TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX files_of_a_digest ON files (sha256);

-- The case as lists show it. next_due_on is 9999-12-31 where no date is owed, so that every list has
-- one plain order and a page can begin after any row. length and chain_head are the end of the record:
-- length is also the version that two people's edits are told apart by, and both find a cut tail.
CREATE TABLE cases (
    id UUID NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    school_id UUID NOT NULL REFERENCES schools (id),
    procedure_id UUID NOT NULL REFERENCES procedures (id),
    calendar_id UUID NOT NULL REFERENCES calendars (id),
    regime TEXT NOT NULL,
    nation TEXT NOT NULL,
    kind TEXT NOT NULL,
    channel TEXT NOT NULL,
    state TEXT NOT NULL,
    phase TEXT,
    stage_key TEXT,
    stage_kind TEXT,
    run_no INTEGER,
    handler_role TEXT,
    handler_id UUID REFERENCES people (id),
    received_at TIMESTAMPTZ NOT NULL,
    received_on DATE NOT NULL,
    closed_reason TEXT,
    closed_at TIMESTAMPTZ,
    next_due_on DATE NOT NULL,
    next_due_rule TEXT,
    next_due_owed_by TEXT,
    child_at_risk BOOLEAN NOT NULL,
    complainant_name TEXT,
    child_name TEXT,
    headline TEXT NOT NULL,
    retention_from DATE,
    length INTEGER NOT NULL,
    chain_head BYTEA NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
-- The three orders of the work list, each within one school: a list over several schools is merged
-- from these, so that its cost does not grow with the number of cases.
CREATE INDEX cases_by_due ON cases (school_id, next_due_on, id);
CREATE INDEX cases_by_receipt ON cases (school_id, received_at, id);
CREATE INDEX cases_by_change ON cases (school_id, updated_at, id);
CREATE INDEX cases_by_state ON cases (school_id, state, next_due_on, id);
CREATE INDEX cases_of_a_handler ON cases (handler_id, next_due_on, id);
-- What the safeguarding lead and the clerk see beside their own.
CREATE INDEX cases_at_risk ON cases (school_id, next_due_on, id) WHERE child_at_risk;
CREATE INDEX cases_before_a_panel ON cases (school_id, next_due_on, id) WHERE stage_kind = 'panel';

-- What only the page of one case shows, and what a search looks through (lower case).
CREATE TABLE case_facts (
    case_id UUID NOT NULL PRIMARY KEY REFERENCES cases (id),
    child_year_group TEXT,
    flags TEXT NOT NULL,
    last_incident_on DATE,
    late_reason TEXT,
    already_spoken_to TEXT,
    state_detail TEXT NOT NULL,
    suspensions TEXT NOT NULL,
    unreasonable_proposal TEXT,
    search_text TEXT NOT NULL
);

CREATE TABLE case_parties (
    case_id UUID NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    email TEXT,
    email_key TEXT,
    phone TEXT,
    address TEXT,
    relationship TEXT NOT NULL,
    preferred_contact TEXT,
    language TEXT,
    adjustments TEXT,
    safe_contact_note TEXT,
    PRIMARY KEY (case_id, no)
);
-- A family that lost its link asks for a new one by its address.
CREATE INDEX parties_of_an_address ON case_parties (email_key) WHERE email_key IS NOT NULL;

CREATE TABLE case_points (
    case_id UUID NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    what_happened TEXT NOT NULL,
    when_words TEXT,
    wanted TEXT,
    status TEXT NOT NULL,
    status_run INTEGER,
    redirect_reason TEXT,
    PRIMARY KEY (case_id, no)
);

CREATE TABLE case_subjects (
    case_id UUID NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    role TEXT NOT NULL,
    name TEXT,
    person_id UUID REFERENCES people (id),
    PRIMARY KEY (case_id, no)
);

-- One stage within one case. Nothing is copied or overwritten when a case moves up.
CREATE TABLE stage_runs (
    case_id UUID NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    stage_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    handler_role TEXT NOT NULL,
    handler_id UUID REFERENCES people (id),
    started_at TIMESTAMPTZ NOT NULL,
    counts_from_on DATE,
    cause TEXT NOT NULL,
    points TEXT NOT NULL,
    acknowledged_at TIMESTAMPTZ,
    reply_sent_at TIMESTAMPTZ,
    reply_by UUID REFERENCES people (id),
    reply_message TEXT,
    reply_steps_taken TEXT,
    reply_actions TEXT,
    reply_last_date DATE,
    window_reminders INTEGER NOT NULL,
    PRIMARY KEY (case_id, no)
);

-- One answer or finding for each point and stage run (R19).
CREATE TABLE answers (
    case_id UUID NOT NULL REFERENCES cases (id),
    run_no INTEGER NOT NULL,
    point_no INTEGER NOT NULL,
    finding TEXT NOT NULL,
    reasons TEXT,
    by_id UUID REFERENCES people (id),
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (case_id, run_no, point_no)
);

CREATE TABLE hearings (
    case_id UUID NOT NULL REFERENCES cases (id),
    run_no INTEGER NOT NULL,
    chair_id UUID NOT NULL REFERENCES people (id),
    papers TEXT NOT NULL,
    papers_sent_at TIMESTAMPTZ,
    held_on DATE,
    held TEXT,
    recommendations TEXT,
    issued_at TIMESTAMPTZ,
    PRIMARY KEY (case_id, run_no)
);

CREATE TABLE hearing_members (
    case_id UUID NOT NULL REFERENCES cases (id),
    run_no INTEGER NOT NULL,
    person_id UUID NOT NULL REFERENCES people (id),
    independence TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (case_id, run_no, person_id)
);

CREATE TABLE hearing_dates (
    case_id UUID NOT NULL REFERENCES cases (id),
    run_no INTEGER NOT NULL,
    no INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    place TEXT NOT NULL,
    basis TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (case_id, run_no, no)
);

-- Lateness is never stored (R40): it is computed from due_on, ended and the day on which one asks.
-- due_kind says whether due_on is a due date, the first day that the calendar does not cover, or
-- nothing because the clock is stopped.
CREATE TABLE deadlines (
    case_id UUID NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    school_id UUID NOT NULL REFERENCES schools (id),
    rule TEXT NOT NULL,
    run_no INTEGER,
    remedy_no INTEGER,
    anchor TEXT,
    anchor_on DATE,
    amount INTEGER,
    unit TEXT,
    calendar_id UUID REFERENCES calendars (id),
    due_kind TEXT NOT NULL,
    due_on DATE,
    original_due_kind TEXT NOT NULL,
    original_due_on DATE,
    ended TEXT,
    ended_at TIMESTAMPTZ,
    PRIMARY KEY (case_id, no)
);
-- The sweep asks for what is open and due, school by school, and for what waits for a calendar.
CREATE INDEX deadlines_open ON deadlines (school_id, due_kind, due_on, rule) WHERE ended IS NULL;

-- Every move of a due date; both dates stay (G9).
CREATE TABLE deadline_changes (
    case_id UUID NOT NULL REFERENCES cases (id),
    deadline_no INTEGER NOT NULL,
    no INTEGER NOT NULL,
    from_kind TEXT NOT NULL,
    from_on DATE,
    to_kind TEXT NOT NULL,
    to_on DATE,
    at TIMESTAMPTZ NOT NULL,
    why TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (case_id, deadline_no, no)
);

CREATE TABLE meetings (
    case_id UUID NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    minutes INTEGER NOT NULL,
    place TEXT NOT NULL,
    staff TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    status TEXT NOT NULL,
    cancel_reason TEXT,
    present TEXT,
    said TEXT,
    agreed TEXT,
    PRIMARY KEY (case_id, no)
);

CREATE TABLE case_documents (
    case_id UUID NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    file_id UUID NOT NULL REFERENCES files (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    audience TEXT NOT NULL,
    from_party INTEGER,
    PRIMARY KEY (case_id, no)
);

CREATE TABLE remedies (
    case_id UUID NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    what TEXT NOT NULL,
    owner_id UUID NOT NULL REFERENCES people (id),
    due_on DATE NOT NULL,
    done_at TIMESTAMPTZ,
    evidence TEXT,
    PRIMARY KEY (case_id, no)
);

-- The register of bodies outside (R75).
CREATE TABLE external_contacts (
    case_id UUID NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    body TEXT NOT NULL,
    contacted_on DATE NOT NULL,
    reference TEXT,
    words TEXT NOT NULL,
    stage_then TEXT,
    PRIMARY KEY (case_id, no)
);

-- Who is tainted for what (domain.md 9.3). It decides who sees a case and who never does, so every
-- query on cases asks it; the school stands here too, so that one index answers.
CREATE TABLE involvements (
    case_id UUID NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    school_id UUID NOT NULL REFERENCES schools (id),
    person_id UUID NOT NULL REFERENCES people (id),
    involved_as TEXT NOT NULL,
    run_no INTEGER,
    since TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (case_id, no)
);
CREATE INDEX involvements_of_a_person ON involvements (person_id, school_id, involved_as, case_id);
CREATE INDEX involvements_in_a_case ON involvements (case_id, person_id, involved_as);

-- The record. payload is JSON text, byte for byte as it was hashed: never JSONB, which reorders keys.
CREATE TABLE case_events (
    case_id UUID NOT NULL REFERENCES cases (id),
    seq INTEGER NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    on_date DATE NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_person_id UUID REFERENCES people (id),
    actor_party INTEGER,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    payload TEXT NOT NULL,
    hash BYTEA NOT NULL,
    PRIMARY KEY (case_id, seq)
);
-- Append-only: a correction is a new event (R71).
CREATE FUNCTION case_events_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'case_events is append-only';
END;
$$;
CREATE TRIGGER case_events_are_not_changed BEFORE UPDATE OR DELETE ON case_events
    FOR EACH ROW EXECUTE FUNCTION case_events_is_append_only();
CREATE TRIGGER case_events_are_not_emptied BEFORE TRUNCATE ON case_events
    FOR EACH STATEMENT EXECUTE FUNCTION case_events_is_append_only();

-- Personal words beside the payload, which holds only their salted digest. Taking one out empties body
-- and salt here and nothing else, so that the chain stays whole.
CREATE TABLE event_texts (
    case_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    salt BYTEA NOT NULL,
    body TEXT,
    PRIMARY KEY (case_id, seq, slot),
    FOREIGN KEY (case_id, seq) REFERENCES case_events (case_id, seq)
);

-- Who read what of a case, and when (R69).
CREATE TABLE read_log (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    case_id UUID NOT NULL REFERENCES cases (id),
    person_id UUID REFERENCES people (id),
    party_no INTEGER,
    at TIMESTAMPTZ NOT NULL,
    what TEXT NOT NULL
);
CREATE INDEX read_log_of_a_case ON read_log (case_id, id);
