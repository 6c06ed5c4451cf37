-- The name of the request in which something was recorded (A25). The hash of the event covers it where there is one, so
-- that records from before stay whole.
ALTER TABLE case_events ADD COLUMN request_id TEXT;
