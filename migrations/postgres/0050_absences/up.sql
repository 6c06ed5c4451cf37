-- Who is away from a post for a time, and who looks after it meanwhile (S40). Whoever stands in holds the rights of the
-- post for those days, so rows are read with the posts on every request of a delegate and with every school's people.
-- An absence that was called off keeps its row, with a last day before its first.
CREATE TABLE absences (
    id UUID NOT NULL PRIMARY KEY,
    post_id UUID NOT NULL REFERENCES posts (id),
    person_id UUID NOT NULL REFERENCES people (id),
    delegate_id UUID REFERENCES people (id),
    from_on DATE NOT NULL,
    to_on DATE NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX absences_from_a_post ON absences (post_id);
CREATE INDEX absences_of_a_person ON absences (person_id);
CREATE INDEX absences_for_a_delegate ON absences (delegate_id);
