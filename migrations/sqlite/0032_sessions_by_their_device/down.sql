DROP TABLE sign_ins;
ALTER TABLE sessions DROP COLUMN reach;
ALTER TABLE sessions DROP COLUMN system;
ALTER TABLE sessions DROP COLUMN browser;
