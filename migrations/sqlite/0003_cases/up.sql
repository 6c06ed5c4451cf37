-- A case twice over. case_events is the record: append-only, chained by hashes, and the only thing that
-- decisions are made from. Every other table here is a view of the case that the events make, kept in
-- step in the same transaction, so that lists, searches, sweeps and reports need not replay anything.
-- Things inside a case are keyed by the case and the number that people say ("point 2").

-- Files: what they are. Their bytes come with a later step.
CREATE TABLE files (
    id BLOB NOT NULL PRIMARY KEY,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    media_type TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX files_of_a_digest ON files (sha256);

-- The case as lists show it. next_due_on is 9999-12-31 where no date is owed, so that every list has
-- one plain order and a page can begin after any row. length and chain_head are the end of the record:
-- length is also the version that two people's edits are told apart by, and both find a cut tail.
CREATE TABLE cases (
    id BLOB NOT NULL PRIMARY KEY,
    reference TEXT NOT NULL UNIQUE,
    school_id BLOB NOT NULL REFERENCES schools (id),
    procedure_id BLOB NOT NULL REFERENCES procedures (id),
    calendar_id BLOB NOT NULL REFERENCES calendars (id),
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
    handler_id BLOB REFERENCES people (id),
    received_at INTEGER NOT NULL,
    received_on TEXT NOT NULL,
    closed_reason TEXT,
    closed_at INTEGER,
    next_due_on TEXT NOT NULL,
    next_due_rule TEXT,
    next_due_owed_by TEXT,
    child_at_risk INTEGER NOT NULL,
    complainant_name TEXT,
    child_name TEXT,
    headline TEXT NOT NULL,
    retention_from TEXT,
    length INTEGER NOT NULL,
    chain_head BLOB NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT;
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
    case_id BLOB NOT NULL PRIMARY KEY REFERENCES cases (id),
    child_year_group TEXT,
    flags TEXT NOT NULL,
    last_incident_on TEXT,
    late_reason TEXT,
    already_spoken_to TEXT,
    state_detail TEXT NOT NULL,
    suspensions TEXT NOT NULL,
    unreasonable_proposal TEXT,
    search_text TEXT NOT NULL
) STRICT;

CREATE TABLE case_parties (
    case_id BLOB NOT NULL REFERENCES cases (id),
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
) STRICT;
-- A family that lost its link asks for a new one by its address.
CREATE INDEX parties_of_an_address ON case_parties (email_key) WHERE email_key IS NOT NULL;

CREATE TABLE case_points (
    case_id BLOB NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    what_happened TEXT NOT NULL,
    when_words TEXT,
    wanted TEXT,
    status TEXT NOT NULL,
    status_run INTEGER,
    redirect_reason TEXT,
    PRIMARY KEY (case_id, no)
) STRICT;

CREATE TABLE case_subjects (
    case_id BLOB NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    role TEXT NOT NULL,
    name TEXT,
    person_id BLOB REFERENCES people (id),
    PRIMARY KEY (case_id, no)
) STRICT, WITHOUT ROWID;

-- One stage within one case. Nothing is copied or overwritten when a case moves up.
CREATE TABLE stage_runs (
    case_id BLOB NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    stage_key TEXT NOT NULL,
    kind TEXT NOT NULL,
    handler_role TEXT NOT NULL,
    handler_id BLOB REFERENCES people (id),
    started_at INTEGER NOT NULL,
    counts_from_on TEXT,
    cause TEXT NOT NULL,
    points TEXT NOT NULL,
    acknowledged_at INTEGER,
    reply_sent_at INTEGER,
    reply_by BLOB REFERENCES people (id),
    reply_message TEXT,
    reply_steps_taken TEXT,
    reply_actions TEXT,
    reply_last_date TEXT,
    window_reminders INTEGER NOT NULL,
    PRIMARY KEY (case_id, no)
) STRICT;

-- One answer or finding for each point and stage run (R19).
CREATE TABLE answers (
    case_id BLOB NOT NULL REFERENCES cases (id),
    run_no INTEGER NOT NULL,
    point_no INTEGER NOT NULL,
    finding TEXT NOT NULL,
    reasons TEXT,
    by_id BLOB REFERENCES people (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (case_id, run_no, point_no)
) STRICT, WITHOUT ROWID;

CREATE TABLE hearings (
    case_id BLOB NOT NULL REFERENCES cases (id),
    run_no INTEGER NOT NULL,
    chair_id BLOB NOT NULL REFERENCES people (id),
    papers TEXT NOT NULL,
    papers_sent_at INTEGER,
    held_on TEXT,
    held TEXT,
    recommendations TEXT,
    issued_at INTEGER,
    PRIMARY KEY (case_id, run_no)
) STRICT;

CREATE TABLE hearing_members (
    case_id BLOB NOT NULL REFERENCES cases (id),
    run_no INTEGER NOT NULL,
    person_id BLOB NOT NULL REFERENCES people (id),
    independence TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (case_id, run_no, person_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE hearing_dates (
    case_id BLOB NOT NULL REFERENCES cases (id),
    run_no INTEGER NOT NULL,
    no INTEGER NOT NULL,
    at INTEGER NOT NULL,
    place TEXT NOT NULL,
    basis TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (case_id, run_no, no)
) STRICT, WITHOUT ROWID;

-- Lateness is never stored (R40): it is computed from due_on, ended and the day on which one asks.
-- due_kind says whether due_on is a due date, the first day that the calendar does not cover, or
-- nothing because the clock is stopped.
CREATE TABLE deadlines (
    case_id BLOB NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    school_id BLOB NOT NULL REFERENCES schools (id),
    rule TEXT NOT NULL,
    run_no INTEGER,
    remedy_no INTEGER,
    anchor TEXT,
    anchor_on TEXT,
    amount INTEGER,
    unit TEXT,
    calendar_id BLOB REFERENCES calendars (id),
    due_kind TEXT NOT NULL,
    due_on TEXT,
    original_due_kind TEXT NOT NULL,
    original_due_on TEXT,
    ended TEXT,
    ended_at INTEGER,
    PRIMARY KEY (case_id, no)
) STRICT, WITHOUT ROWID;
-- The sweep asks for what is open and due, school by school, and for what waits for a calendar.
CREATE INDEX deadlines_open ON deadlines (school_id, due_kind, due_on, rule) WHERE ended IS NULL;

-- Every move of a due date; both dates stay (G9).
CREATE TABLE deadline_changes (
    case_id BLOB NOT NULL REFERENCES cases (id),
    deadline_no INTEGER NOT NULL,
    no INTEGER NOT NULL,
    from_kind TEXT NOT NULL,
    from_on TEXT,
    to_kind TEXT NOT NULL,
    to_on TEXT,
    at INTEGER NOT NULL,
    why TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (case_id, deadline_no, no)
) STRICT, WITHOUT ROWID;

CREATE TABLE meetings (
    case_id BLOB NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    at INTEGER NOT NULL,
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
) STRICT;

CREATE TABLE case_documents (
    case_id BLOB NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    file_id BLOB NOT NULL REFERENCES files (id),
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    sha256 TEXT NOT NULL,
    audience TEXT NOT NULL,
    from_party INTEGER,
    PRIMARY KEY (case_id, no)
) STRICT;

CREATE TABLE remedies (
    case_id BLOB NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    what TEXT NOT NULL,
    owner_id BLOB NOT NULL REFERENCES people (id),
    due_on TEXT NOT NULL,
    done_at INTEGER,
    evidence TEXT,
    PRIMARY KEY (case_id, no)
) STRICT;

-- The register of bodies outside (R75).
CREATE TABLE external_contacts (
    case_id BLOB NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    body TEXT NOT NULL,
    contacted_on TEXT NOT NULL,
    reference TEXT,
    words TEXT NOT NULL,
    stage_then TEXT,
    PRIMARY KEY (case_id, no)
) STRICT;

-- Who is tainted for what (domain.md 9.3). It decides who sees a case and who never does, so every
-- query on cases asks it; the school stands here too, so that one index answers.
CREATE TABLE involvements (
    case_id BLOB NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    school_id BLOB NOT NULL REFERENCES schools (id),
    person_id BLOB NOT NULL REFERENCES people (id),
    involved_as TEXT NOT NULL,
    run_no INTEGER,
    since INTEGER NOT NULL,
    PRIMARY KEY (case_id, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX involvements_of_a_person ON involvements (person_id, school_id, involved_as, case_id);
CREATE INDEX involvements_in_a_case ON involvements (case_id, person_id, involved_as);

-- The record. payload is JSON text, byte for byte as it was hashed: never JSONB, which reorders keys.
CREATE TABLE case_events (
    case_id BLOB NOT NULL REFERENCES cases (id),
    seq INTEGER NOT NULL,
    at INTEGER NOT NULL,
    on_date TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_person_id BLOB REFERENCES people (id),
    actor_party INTEGER,
    kind TEXT NOT NULL,
    version INTEGER NOT NULL,
    payload TEXT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (case_id, seq)
) STRICT;
-- Append-only: a correction is a new event (R71).
CREATE TRIGGER case_events_are_not_changed BEFORE UPDATE ON case_events
BEGIN
    SELECT RAISE(ABORT, 'case_events is append-only');
END;
CREATE TRIGGER case_events_are_not_deleted BEFORE DELETE ON case_events
BEGIN
    SELECT RAISE(ABORT, 'case_events is append-only');
END;

-- Personal words beside the payload, which holds only their salted digest. Taking one out empties body
-- and salt here and nothing else, so that the chain stays whole.
CREATE TABLE event_texts (
    case_id BLOB NOT NULL,
    seq INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    salt BLOB NOT NULL,
    body TEXT,
    PRIMARY KEY (case_id, seq, slot),
    FOREIGN KEY (case_id, seq) REFERENCES case_events (case_id, seq)
) STRICT;

-- Who read what of a case, and when (R69).
CREATE TABLE read_log (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    case_id BLOB NOT NULL REFERENCES cases (id),
    person_id BLOB REFERENCES people (id),
    party_no INTEGER,
    at INTEGER NOT NULL,
    what TEXT NOT NULL
) STRICT;
CREATE INDEX read_log_of_a_case ON read_log (case_id, id);
