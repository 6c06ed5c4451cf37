-- Cases that may be about the same matter are looked for by what they share (R17): the name of the child, the telephone
-- number and name of whoever complains, and who is complained about. Their address has an index already.
CREATE INDEX cases_of_a_child ON cases (lower(child_name));
CREATE INDEX parties_of_a_name ON case_parties (lower(name));
CREATE INDEX parties_of_a_number ON case_parties (replace(phone, ' ', ''));
CREATE INDEX subjects_who_are_known ON case_subjects (person_id) WHERE person_id IS NOT NULL;
