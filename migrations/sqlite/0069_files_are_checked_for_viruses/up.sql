-- What a virus scanner said of a file: not_scanned, waiting, clean or infected. What was there before nobody scanned, and
-- it stays as it is. A file that waits is found at once, and so is the case that it is on.
ALTER TABLE files ADD COLUMN scan TEXT NOT NULL DEFAULT 'not_scanned';
CREATE INDEX files_to_be_scanned ON files (created_at) WHERE scan = 'waiting';
CREATE INDEX case_documents_of_a_file ON case_documents (file_id);
