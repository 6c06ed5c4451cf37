-- Who changed a setting and who read a case is looked up by place, kind, person and date, the newest first, and
-- in pages: each of these begins at an index (S42, R69).
DROP INDEX settings_log_of_a_school;
CREATE INDEX settings_log_by_time ON settings_log (school_id, at, id);
CREATE INDEX settings_log_by_kind ON settings_log (school_id, what, at, id);
CREATE INDEX settings_log_by_person ON settings_log (school_id, person_id, at, id);
DROP INDEX read_log_of_a_case;
CREATE INDEX read_log_of_a_case ON read_log (case_id, at, id);
CREATE INDEX read_log_by_time ON read_log (at, id);
CREATE INDEX read_log_of_a_person ON read_log (person_id, at, id);
