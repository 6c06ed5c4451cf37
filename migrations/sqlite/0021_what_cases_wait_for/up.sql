-- What a case waits for, as far as no date is needed to tell: whose move it is, which hearing is to be written down,
-- whether a calendar ends too early. The lists of the home page ask for these over all cases of a school, so each has
-- an index that answers in the order of the list.
ALTER TABLE cases ADD COLUMN waits_for TEXT;
ALTER TABLE cases ADD COLUMN awaits_hearing_at INTEGER;
ALTER TABLE cases ADD COLUMN undated INTEGER NOT NULL DEFAULT 0;

UPDATE cases SET
    waits_for = CASE
        WHEN state = 'open' AND phase = 'awaiting_information' THEN 'family'
        WHEN state = 'replied' AND EXISTS (SELECT 1 FROM deadlines WHERE deadlines.case_id = cases.id AND deadlines.rule = 'window'
            AND deadlines.ended IS NULL AND (deadlines.run_no IS NULL OR deadlines.run_no = cases.run_no)) THEN 'family'
        WHEN state IN ('screening', 'open', 'replied', 'hearing') THEN 'school'
    END,
    awaits_hearing_at = CASE WHEN state = 'hearing' AND phase IN ('scheduled', 'papers_out') THEN
        (SELECT hearing_dates.at FROM hearing_dates WHERE hearing_dates.case_id = cases.id AND hearing_dates.run_no = cases.run_no
            ORDER BY hearing_dates.no DESC LIMIT 1)
    END;
-- A hearing that is set before the last day to hear the case is the date that the case waits for. Hearings are by day.
UPDATE cases SET next_due_on = date(awaits_hearing_at / 1000000, 'unixepoch')
WHERE awaits_hearing_at IS NOT NULL AND next_due_rule = 'convene' AND date(awaits_hearing_at / 1000000, 'unixepoch') < next_due_on;
UPDATE cases SET undated = 1
WHERE id IN (SELECT case_id FROM deadlines WHERE due_kind = 'calendar_missing' AND ended IS NULL);

-- What no list asks for stands with the other facts of a case.
ALTER TABLE case_facts ADD COLUMN regime TEXT NOT NULL DEFAULT '';
ALTER TABLE case_facts ADD COLUMN nation TEXT NOT NULL DEFAULT '';
ALTER TABLE case_facts ADD COLUMN retention_from TEXT;
UPDATE case_facts SET
    regime = (SELECT cases.regime FROM cases WHERE cases.id = case_facts.case_id),
    nation = (SELECT cases.nation FROM cases WHERE cases.id = case_facts.case_id),
    retention_from = (SELECT cases.retention_from FROM cases WHERE cases.id = case_facts.case_id);
ALTER TABLE cases DROP COLUMN regime;
ALTER TABLE cases DROP COLUMN nation;
ALTER TABLE cases DROP COLUMN retention_from;

CREATE INDEX cases_by_move ON cases (school_id, waits_for, next_due_on, id);
CREATE INDEX cases_by_phase ON cases (school_id, state, phase, next_due_on, id);
CREATE INDEX cases_of_a_handler_by_move ON cases (school_id, handler_id, waits_for, next_due_on, id);
CREATE INDEX cases_before_a_hearing ON cases (school_id, awaits_hearing_at) WHERE awaits_hearing_at IS NOT NULL;
CREATE INDEX cases_undated ON cases (school_id, next_due_on, id) WHERE undated;
CREATE INDEX cases_with_nobody ON cases (school_id, next_due_on, id) WHERE handler_id IS NULL AND run_no IS NOT NULL;
