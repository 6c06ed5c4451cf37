ALTER TABLE people DROP COLUMN signed_in_at;
DROP TABLE password_links;
