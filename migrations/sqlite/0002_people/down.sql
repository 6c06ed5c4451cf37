DROP TABLE settings_log;
DROP TABLE posts;
DROP TABLE people;
