-- Whoever comes back after three days is told that what they typed was deleted, and when. So the row of an
-- unsent draft outlives its words for a while; a draft that was sent, or holds nothing, leaves no trace.
ALTER TABLE drafts ADD COLUMN trace TEXT NOT NULL DEFAULT 'none' CHECK (trace IN ('kept', 'none'));
