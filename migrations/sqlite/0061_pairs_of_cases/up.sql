-- What was said of two cases that may belong together, each time a row (R17): nothing is changed or deleted. It stands
-- beside the records of both and in neither, because not everybody who reads the one may know of the other.
CREATE TABLE case_pairs (
    first_case BLOB NOT NULL REFERENCES cases (id),
    second_case BLOB NOT NULL REFERENCES cases (id),
    no INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    by_id BLOB NOT NULL REFERENCES people (id),
    at INTEGER NOT NULL,
    PRIMARY KEY (first_case, second_case, no)
) STRICT, WITHOUT ROWID;
CREATE INDEX pairs_of_the_second ON case_pairs (second_case, first_case);
