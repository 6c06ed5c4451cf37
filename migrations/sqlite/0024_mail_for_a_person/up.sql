-- What did not arrive is looked for on every home page. It is few even on a day on which very much mail waits to leave,
-- so it has an index without what waits.
CREATE INDEX outbox_for_a_person ON outbox (school_id, created_at, id) WHERE state NOT IN ('sent', 'waiting', 'sending');

-- What left within the last hour is counted for every few messages that leave (E22), from the index alone.
DROP INDEX outbox_sent;
CREATE INDEX outbox_sent ON outbox (sent_at, origin, case_id, to_address) WHERE sent_at IS NOT NULL;
