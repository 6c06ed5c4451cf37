-- Who a school is and what binds it: the trust, its schools, and the versions of procedures and
-- calendars that cases keep for ever (R4). Nothing here is ever changed in place except a school's own
-- details: a new procedure or calendar is a new row, so that an old case still finds the one it began with.

CREATE TABLE trusts (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- The slug is the school's name in addresses. settings_version rises with every change of a setting of
-- the school, its people or its calendar, so that another process knows when what it remembers is old.
CREATE TABLE schools (
    id BLOB NOT NULL PRIMARY KEY,
    trust_id BLOB NOT NULL REFERENCES trusts (id),
    slug TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    nation TEXT NOT NULL,
    -- The unique reference number of the Department for Education, which changes when a school becomes
    -- an academy while the school stays the same (R79).
    urn TEXT,
    phone TEXT NOT NULL,
    email TEXT NOT NULL,
    address TEXT NOT NULL,
    office_hours TEXT NOT NULL,
    privacy_contact TEXT NOT NULL,
    safeguarding_contact TEXT NOT NULL,
    settings_version INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX schools_of_a_trust ON schools (trust_id);

-- A version of a procedure as it was written, byte for byte, with its digest: what was in force is
-- never in doubt.
CREATE TABLE procedures (
    id BLOB NOT NULL PRIMARY KEY,
    key TEXT NOT NULL,
    version INTEGER NOT NULL,
    source TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (key, version)
) STRICT;

-- A version of one school's calendar: terms, INSET days, closures. Dates already given to families
-- were counted by one of these, and the working shown names it.
CREATE TABLE calendars (
    id BLOB NOT NULL PRIMARY KEY,
    school_id BLOB NOT NULL REFERENCES schools (id),
    version INTEGER NOT NULL,
    spec TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_by BLOB,
    created_at INTEGER NOT NULL,
    UNIQUE (school_id, version)
) STRICT;

-- The versions that a new case of a school is bound to. A table of its own, so that schools and
-- calendars do not point at each other.
CREATE TABLE school_rules (
    school_id BLOB NOT NULL PRIMARY KEY REFERENCES schools (id),
    procedure_id BLOB NOT NULL REFERENCES procedures (id),
    calendar_id BLOB NOT NULL REFERENCES calendars (id)
) STRICT, WITHOUT ROWID;

-- Small facts of the whole installation, for example where a demo's clock stands.
CREATE TABLE meta (
    key TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
