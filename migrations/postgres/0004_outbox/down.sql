DROP TABLE procedure_copies;
DROP TABLE idempotency;
DROP TABLE outbox_attempts;
DROP TABLE outbox;
