DROP TABLE outbox_acts;
DROP INDEX outbox_sent;
ALTER TABLE outbox DROP COLUMN settled_at;
ALTER TABLE outbox DROP COLUMN instead_of;
ALTER TABLE outbox DROP COLUMN origin;
