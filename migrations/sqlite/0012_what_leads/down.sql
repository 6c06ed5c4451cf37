UPDATE cases SET
    next_due_on = coalesce((SELECT CASE due_kind WHEN 'on' THEN due_on END FROM deadlines WHERE deadlines.case_id = cases.id AND ended IS NULL
        ORDER BY (due_kind <> 'on'), CASE due_kind WHEN 'on' THEN due_on END, no LIMIT 1), '9999-12-30'),
    next_due_rule = (SELECT rule FROM deadlines WHERE deadlines.case_id = cases.id AND ended IS NULL
        ORDER BY (due_kind <> 'on'), CASE due_kind WHEN 'on' THEN due_on END, no LIMIT 1),
    next_due_owed_by = (SELECT CASE WHEN rule IN ('window', 'clarification') THEN 'family' ELSE 'school' END FROM deadlines WHERE deadlines.case_id = cases.id AND ended IS NULL
        ORDER BY (due_kind <> 'on'), CASE due_kind WHEN 'on' THEN due_on END, no LIMIT 1)
WHERE state <> 'closed';
CREATE INDEX cases_before_a_panel ON cases (school_id, next_due_on, id) WHERE stage_kind = 'panel';
