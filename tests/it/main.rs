//! One integration-test binary: stories through the public surface, on both databases.
//!
//! `HEARD_TEST_DATABASE_URL` names a PostgreSQL server; without it each test has a SQLite file.
//! `tests/run` sets it, and whatever else the kit asks for.
#![cfg(test)]

mod absence;
mod access;
mod alike;
mod anonymous;
mod bad_input;
mod cli;
mod contract;
mod crash;
mod db_cases;
mod db_kit;
mod db_migrations;
mod db_outbox;
mod db_people;
mod db_visibility;
mod db_writes;
mod docs;
mod family_asked;
mod family_later;
mod family_pages;
mod family_paper;
mod family_records;
mod family_together;
mod files;
mod front;
mod house;
mod kit;
mod logs;
mod mail_smtp;
mod messages;
mod moving;
mod openapi;
mod pace;
mod passkeys;
mod people;
mod permissions;
mod procedures;
mod providers;
mod readings;
mod redaction;
mod replay;
mod scanning;
mod second_step;
mod security_log;
mod sight;
mod staff_list;
mod staff_pages;
mod together;
mod work_list;
