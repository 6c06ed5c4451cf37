-- People know their sessions by the device, and see when and how they signed in. What a session reaches is everything,
-- or nothing but the page on which a second step is set up.
ALTER TABLE sessions ADD COLUMN browser TEXT NOT NULL DEFAULT 'other';
ALTER TABLE sessions ADD COLUMN system TEXT NOT NULL DEFAULT 'other';
ALTER TABLE sessions ADD COLUMN reach TEXT NOT NULL DEFAULT 'everything';

CREATE TABLE sign_ins (
    id BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    person_id UUID NOT NULL REFERENCES people (id),
    at TIMESTAMPTZ NOT NULL,
    way TEXT NOT NULL,
    browser TEXT NOT NULL,
    system TEXT NOT NULL
);
CREATE INDEX sign_ins_of_a_person ON sign_ins (person_id, id);
CREATE INDEX sign_ins_by_moment ON sign_ins (at);
