DROP TABLE meta;
DROP TABLE school_rules;
DROP TABLE calendars;
DROP TABLE procedures;
DROP TABLE schools;
DROP TABLE trusts;
