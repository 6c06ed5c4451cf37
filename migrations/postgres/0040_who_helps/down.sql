ALTER TABLE case_links DROP COLUMN helper_no;
