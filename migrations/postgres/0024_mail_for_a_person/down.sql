DROP INDEX outbox_for_a_person;
DROP INDEX outbox_sent;
CREATE INDEX outbox_sent ON outbox (sent_at) WHERE sent_at IS NOT NULL;
