DROP INDEX case_documents_of_a_file;
DROP INDEX files_to_be_scanned;
ALTER TABLE files DROP COLUMN scan;
