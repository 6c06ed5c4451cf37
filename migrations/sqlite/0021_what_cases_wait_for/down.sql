DROP INDEX cases_with_nobody;
DROP INDEX cases_undated;
DROP INDEX cases_before_a_hearing;
DROP INDEX cases_of_a_handler_by_move;
DROP INDEX cases_by_phase;
DROP INDEX cases_by_move;

ALTER TABLE cases ADD COLUMN regime TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN nation TEXT NOT NULL DEFAULT '';
ALTER TABLE cases ADD COLUMN retention_from TEXT;
UPDATE cases SET
    regime = (SELECT case_facts.regime FROM case_facts WHERE case_facts.case_id = cases.id),
    nation = (SELECT case_facts.nation FROM case_facts WHERE case_facts.case_id = cases.id),
    retention_from = (SELECT case_facts.retention_from FROM case_facts WHERE case_facts.case_id = cases.id);
ALTER TABLE case_facts DROP COLUMN retention_from;
ALTER TABLE case_facts DROP COLUMN nation;
ALTER TABLE case_facts DROP COLUMN regime;

ALTER TABLE cases DROP COLUMN undated;
ALTER TABLE cases DROP COLUMN awaits_hearing_at;
ALTER TABLE cases DROP COLUMN waits_for;
