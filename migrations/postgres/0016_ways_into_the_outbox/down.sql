DROP INDEX outbox_corrected;
DROP INDEX outbox_of_a_school;
