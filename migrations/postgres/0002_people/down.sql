DROP TABLE settings_log;
DROP FUNCTION settings_log_is_append_only();
DROP TABLE posts;
DROP TABLE people;
