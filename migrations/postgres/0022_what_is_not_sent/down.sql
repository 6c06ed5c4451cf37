DROP INDEX outbox_not_sent;
