-- How a case was read (R69): on a page, by the API, or in a file that left with it. about is why, where a reason is
-- asked for. What was logged before stood on a page or in the API, which nobody noted.
ALTER TABLE read_log ADD COLUMN way TEXT NOT NULL DEFAULT 'unknown';
ALTER TABLE read_log ADD COLUMN about TEXT;
