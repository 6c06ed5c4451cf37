-- The original of a text from which words were taken (S22), with the salt of its digest, so that it can still be
-- proved. event_texts has neither any more: nothing that draws a page or a letter can come upon it here.
CREATE TABLE sealed_texts (
    case_id UUID NOT NULL,
    seq INTEGER NOT NULL,
    slot INTEGER NOT NULL,
    salt BYTEA NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (case_id, seq, slot),
    FOREIGN KEY (case_id, seq) REFERENCES case_events (case_id, seq)
);

-- A letter as it was before words were taken out of it; event_seq is the event that took them.
CREATE TABLE sealed_letters (
    case_id UUID NOT NULL,
    event_seq INTEGER NOT NULL,
    message_id UUID NOT NULL REFERENCES outbox (id),
    subject TEXT NOT NULL,
    body_text TEXT NOT NULL,
    body_html TEXT,
    invitation TEXT,
    PRIMARY KEY (case_id, event_seq, message_id),
    FOREIGN KEY (case_id, event_seq) REFERENCES case_events (case_id, seq)
);
