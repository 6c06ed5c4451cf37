DROP INDEX subjects_who_are_known;
DROP INDEX parties_of_a_number;
DROP INDEX parties_of_a_name;
DROP INDEX cases_of_a_child;
