-- Almost all mail is sent. What is not (it waits, it failed, somebody called it back) is looked for school by school on
-- every home page; this index holds only that.
CREATE INDEX outbox_not_sent ON outbox (school_id, created_at, id) WHERE state <> 'sent';
