-- The page of messages asks school by school, the newest first: a quiet school in a large trust must not read
-- everybody's.
CREATE INDEX outbox_of_a_school ON outbox (school_id, created_at, id);

-- A family whose address was corrected asks for a fresh link from the right one. Corrections are few.
CREATE INDEX outbox_corrected ON outbox (lower(to_address)) WHERE instead_of IS NOT NULL;
