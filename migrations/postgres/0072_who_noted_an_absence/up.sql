-- Who noted an absence: in a case of which they are shut out, nobody stands in by it (R22). Of what was noted before it
-- is not known, and counts as noted by whoever is away.
ALTER TABLE absences ADD COLUMN noted_by_id UUID REFERENCES people (id);
