DROP INDEX read_log_of_a_person;
DROP INDEX read_log_by_time;
DROP INDEX read_log_of_a_case;
CREATE INDEX read_log_of_a_case ON read_log (case_id, id);
DROP INDEX settings_log_by_person;
DROP INDEX settings_log_by_kind;
DROP INDEX settings_log_by_time;
CREATE INDEX settings_log_of_a_school ON settings_log (school_id, id);
