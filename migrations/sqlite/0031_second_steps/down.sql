ALTER TABLE people DROP COLUMN second_step_asked_at;
DROP TABLE half_sign_ins;
DROP TABLE recovery_codes;
DROP TABLE authenticators;
