-- What people do about a message that did not arrive, and who wrote it.

-- origin tells a person's words from what Heard says by itself: only the latter is marked for robots (E8)
-- and counted against the cap (G22). instead_of names the message that this one repeats to another address:
-- a recipient is frozen, so a corrected address is a new message (E18). settled_at is when a person dealt
-- with one that could not be sent; until then it is a task (E17).
ALTER TABLE outbox ADD COLUMN origin TEXT NOT NULL DEFAULT 'automatic';
ALTER TABLE outbox ADD COLUMN instead_of BLOB;
ALTER TABLE outbox ADD COLUMN settled_at INTEGER;
-- The cap looks back over the last hour. Nothing is in this index before it has left.
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;

-- What a person did: called it back, sent it again, corrected its address, posted it. With what the
-- attempts say this is the whole life of a message.
CREATE TABLE outbox_acts (
    message_id BLOB NOT NULL REFERENCES outbox (id),
    no INTEGER NOT NULL,
    at INTEGER NOT NULL,
    person_id BLOB REFERENCES people (id),
    act TEXT NOT NULL,
    on_day TEXT,
    note TEXT,
    PRIMARY KEY (message_id, no)
) STRICT, WITHOUT ROWID;
