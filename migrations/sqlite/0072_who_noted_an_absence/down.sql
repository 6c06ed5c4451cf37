ALTER TABLE absences DROP COLUMN noted_by_id;
