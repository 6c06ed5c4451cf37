-- What leads a case in a list is what the school owes; the family's date leads where the school owes none. Before,
-- a question to the family that was over hid a reply that the school owed.
UPDATE cases SET
    next_due_on = coalesce((SELECT CASE due_kind WHEN 'on' THEN due_on END FROM deadlines WHERE deadlines.case_id = cases.id AND ended IS NULL
        ORDER BY (due_kind <> 'on'), (rule IN ('window', 'clarification')), CASE due_kind WHEN 'on' THEN due_on END, no LIMIT 1), DATE '9999-12-30'),
    next_due_rule = (SELECT rule FROM deadlines WHERE deadlines.case_id = cases.id AND ended IS NULL
        ORDER BY (due_kind <> 'on'), (rule IN ('window', 'clarification')), CASE due_kind WHEN 'on' THEN due_on END, no LIMIT 1),
    next_due_owed_by = (SELECT CASE WHEN rule IN ('window', 'clarification') THEN 'family' ELSE 'school' END FROM deadlines WHERE deadlines.case_id = cases.id AND ended IS NULL
        ORDER BY (due_kind <> 'on'), (rule IN ('window', 'clarification')), CASE due_kind WHEN 'on' THEN due_on END, no LIMIT 1)
WHERE state <> 'closed';

-- The clerk sees every case of the school, so nothing looks for panels alone.
DROP INDEX cases_before_a_panel;
