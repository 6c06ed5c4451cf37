//! Every route, on one screen.

use actix_web::middleware::from_fn;
use actix_web::web::{self, ServiceConfig};
use actix_web::{App as Server, HttpResponse};

use super::api::{
    absences, access, alike, cases, description, docs, documents, logs as api_logs, messages,
    people as staff_api, public, signing_in, staff_lists,
};
use super::pages::people::{handle as people, sign_in_rules, staff_list, test_message};
use super::pages::{
    access as door, account, away, by_mail, case, list, logs, outbox, passkeys, providers, second_step,
    set_up,
};
use super::problem::ApiError;
use super::table::{Listed, Table, get, post};
use super::trouble::Trouble;
use super::{assets, health, limits, pages};
use crate::app::error::Error;
use crate::urls;

/// Every route of the server.
pub fn configure(config: &mut ServiceConfig) {
    every(&mut Table::of(config));
    config.default_service(web::to(nothing_here));
}

/// Any other address, in words (P40).
async fn nothing_here() -> Result<HttpResponse, Trouble> {
    Err(Error::NotFound.into())
}

/// Any other address of the API (A4).
async fn no_such_resource() -> Result<HttpResponse, ApiError> {
    Err(Error::NotFound.into())
}

/// The same as a list, in the order in which they are looked at.
pub fn listed() -> Vec<Listed> {
    let mut listed = Vec::new();
    drop(Server::new().configure(|config| {
        let mut table = Table::of(config);
        every(&mut table);
        listed = table.listed();
    }));
    listed
}

fn every(table: &mut Table<'_>) {
    table
        .routes(assets::routes)
        .routes(health::routes)
        .routes(pages::family_routes)
        .routes(staff)
        .routes(mail)
        .routes(pages::demo::routes)
        .below(
            urls::API,
            web::scope(urls::API).default_service(web::to(no_such_resource)).wrap(from_fn(limits::api)),
            api,
        );
}

fn staff(table: &mut Table<'_>) {
    table
        .route(urls::HOME, get().to(list::handle::home))
        .route(urls::CASES, get().to(list::handle::list))
        .route(&format!("{}.csv", urls::CASES), get().to(list::handle::file))
        .route(urls::NEW_CASE, get().to(case::handle::log_page))
        .route(urls::NEW_CASE, post().to(case::handle::log))
        .route(&urls::logged_for_others("{reference}"), get().to(case::handle::logged_for_others))
        .route("/cases/{reference}", get().to(case::handle::show))
        .route("/cases/{reference}/documents/{document}", get().to(case::files::get))
        .route("/cases/{reference}/actions/add_document", get().to(case::files::page))
        .route("/cases/{reference}/actions/add_document", post().to(case::files::add))
        .route("/cases/{reference}/before-you-read", get().to(case::before::page))
        .route("/cases/{reference}/before-you-read", post().to(case::before::go_on))
        .route("/cases/{reference}/readings", get().to(case::handle::readings))
        .route("/cases/{reference}/readings.csv", get().to(case::handle::readings_file))
        .route("/cases/{reference}/return-code", get().to(case::return_code::page))
        .route("/cases/{reference}/return-code", post().to(case::return_code::print))
        .route("/cases/{reference}/alike", get().to(case::alike::find_page))
        .route("/cases/{reference}/alike", post().to(case::alike::find_other))
        .route("/cases/{reference}/alike/{other}", get().to(case::alike::page))
        .route("/cases/{reference}/alike/{other}", post().to(case::alike::say))
        .route("/cases/{reference}/answer-together", get().to(case::together::page))
        .route("/cases/{reference}/answer-together", post().to(case::together::answer))
        .route("/cases/{reference}/originals/{entry}", get().to(case::originals::page))
        .route("/cases/{reference}/originals/{entry}", post().to(case::originals::read))
        .route("/cases/{reference}/actions/{action}", get().to(case::handle::action_page))
        .route("/cases/{reference}/actions/{action}", post().to(case::handle::act))
        .route(urls::SIGN_IN, get().to(door::sign_in_page))
        .route(urls::SIGN_IN, post().to(door::sign_in))
        .route(urls::SECOND_STEP, get().to(door::second_step_page))
        .route(urls::SECOND_STEP, post().to(door::second_step))
        .route(urls::PASSKEY_OPTIONS, post().to(passkeys::options))
        .route(urls::PASSKEY, post().to(passkeys::sign_in))
        .route(urls::SIGN_IN_MAIL, get().to(by_mail::ask_page))
        .route(urls::SIGN_IN_MAIL, post().to(by_mail::ask))
        .route(urls::SIGN_IN_CODE, get().to(by_mail::code_page))
        .route(urls::SIGN_IN_CODE, post().to(by_mail::code))
        .route(&urls::sign_in_link("{link}"), get().to(by_mail::link_page))
        .route(&urls::sign_in_link("{link}"), post().to(by_mail::link))
        .route(urls::SIGN_OUT, post().to(door::sign_out))
        .route(urls::SIGNED_OUT, get().to(door::signed_out))
        .route(urls::FORGOTTEN_PASSWORD, get().to(account::forgotten_page))
        .route(urls::FORGOTTEN_PASSWORD, post().to(account::forgotten))
        .route(&urls::choose_password("{link}"), get().to(account::choose_page))
        .route(&urls::choose_password("{link}"), post().to(account::choose))
        .route(urls::ACCOUNT, get().to(account::page))
        .route(urls::AWAY, get().to(away::page))
        .route(urls::AWAY, post().to(away::note))
        .route(&urls::end_absence("{absence}"), post().to(away::end))
        .route(&urls::sign_in_with("{provider}"), get().to(providers::set_out))
        .route(&urls::back_from_provider("{provider}"), get().to(providers::come_back))
        .route(urls::WAYS_IN, get().to(providers::ways_in))
        .route(&urls::connect_provider("{provider}"), post().to(providers::connect))
        .route(&urls::disconnect_provider("{provider}"), post().to(providers::disconnect))
        .route(urls::NEW_PASSKEY, get().to(passkeys::new_page))
        .route(urls::NEW_PASSKEY, post().to(passkeys::begin))
        .route(urls::PASSKEYS, post().to(passkeys::finish))
        .route(&urls::remove_passkey("{passkey}"), post().to(passkeys::remove))
        .route(urls::OWN_PASSWORD, get().to(account::password_page))
        .route(urls::OWN_PASSWORD, post().to(account::change_password))
        .route(urls::OWN_SECOND_STEP, get().to(second_step::page))
        .route(urls::BEGIN_SECOND_STEP, post().to(second_step::begin))
        .route(urls::CONFIRM_SECOND_STEP, post().to(second_step::confirm))
        .route(urls::RECOVERY_CODES, post().to(second_step::new_codes))
        .route(urls::MOVE_SECOND_STEP, get().to(second_step::move_page))
        .route(urls::MOVE_SECOND_STEP, post().to(second_step::move_it))
        .route(urls::END_SECOND_STEP, get().to(second_step::end_page))
        .route(urls::END_SECOND_STEP, post().to(second_step::end))
        .route(&urls::end_session("{session}"), post().to(account::end_session))
        .route(urls::NEW_TOKEN, get().to(account::token_page))
        .route(urls::NEW_TOKEN, post().to(account::make_token))
        .route(&urls::revoke_token("{token}"), post().to(account::revoke_token))
        .route(urls::PEOPLE, get().to(people::list))
        .route(urls::NEW_PERSON, get().to(people::new_page))
        .route(urls::NEW_PERSON, post().to(people::add))
        .route(urls::STAFF_LIST, get().to(staff_list::page))
        .route(urls::STAFF_LIST, post().to(staff_list::look))
        .route(urls::TAKE_ON_LIST, post().to(staff_list::take_on))
        .route(urls::STAFF_SAMPLE, get().to(staff_list::sample))
        .route(urls::SIGN_IN_RULES, get().to(sign_in_rules::page))
        .route(urls::SIGN_IN_RULES, post().to(sign_in_rules::change))
        .route(&urls::person("{person}"), get().to(people::show))
        .route(&urls::person_link("{person}"), post().to(people::send_link))
        .route(&urls::end_sessions_of("{person}"), post().to(people::sign_out))
        .route(&urls::reset_second_step("{person}"), post().to(people::reset_second_step))
        .route(&urls::new_post("{person}"), get().to(people::post_page))
        .route(&urls::new_post("{person}"), post().to(people::appoint))
        .route(&urls::end_post("{person}", "{post}"), get().to(people::end_page))
        .route(&urls::end_post("{person}", "{post}"), post().to(people::end))
        .route(urls::SETTINGS_LOG, get().to(logs::handle::settings))
        .route(&format!("{}.csv", urls::SETTINGS_LOG), get().to(logs::handle::settings_file))
        .route(urls::READINGS_LOG, get().to(logs::handle::readings))
        .route(&format!("{}.csv", urls::READINGS_LOG), get().to(logs::handle::readings_file))
        .route(urls::TEST_MESSAGE, get().to(test_message::page))
        .route(urls::TEST_MESSAGE, post().to(test_message::send))
        .route(&urls::test_message("{message}"), get().to(test_message::result))
        .route(urls::SET_UP, get().to(set_up::resume))
        .route(&urls::set_up_link("{link}"), get().to(set_up::begin_page))
        .route(&urls::set_up_link("{link}"), post().to(set_up::begin))
        .route(&urls::set_up_step("{step}"), get().to(set_up::step_page))
        .route(&urls::set_up_step("{step}"), post().to(set_up::step));
}

fn mail(table: &mut Table<'_>) {
    use outbox::handle::{call_back, family, html, letter, list, send_again, send_to, show, told};
    table
        .route(urls::OUTBOX, get().to(list))
        .route("/outbox/{message}", get().to(show))
        .route("/outbox/{message}/html", get().to(html))
        .route("/outbox/{message}/letter", get().to(letter))
        .route("/outbox/{message}/call-back", post().to(call_back))
        .route("/outbox/{message}/send-again", post().to(send_again))
        .route("/outbox/{message}/address", post().to(send_to))
        .route("/outbox/{message}/told", post().to(told))
        .route("/outbox/{message}/family", post().to(family));
}

fn api(table: &mut Table<'_>) {
    table
        .route("/openapi.json", get().to(description::openapi))
        .route("/docs", get().to(docs::docs))
        .route("/schools", get().to(public::list))
        .route("/schools/{school}", get().to(public::one))
        .route("/schools/{school}/procedure", get().to(public::procedure))
        .route("/schools/{school}/procedure/copies", get().to(public::copies))
        .route("/schools/{school}/procedure/copies", post().to(public::copy))
        .route("/schools/{school}/calendar", get().to(public::calendar))
        .route("/schools/{school}/calendar/due", get().to(public::due))
        .route("/schools/{school}/concerns", post().to(public::raise))
        .route("/schools/{school}/links", post().to(access::ask_for_link))
        .route("/access", post().to(access::exchange_link))
        .route("/access/code", post().to(access::enter_code))
        .route("/access/return-code", post().to(access::enter_return_code))
        .route("/access/consent", post().to(access::look_at_consent))
        .route("/access/consent/answer", post().to(access::answer_consent))
        .route("/cases", get().to(cases::list))
        .route("/cases", post().to(cases::log))
        .route("/cases/{reference}", get().to(cases::one))
        .route("/cases/{reference}/actions", get().to(cases::actions))
        .route("/cases/{reference}/actions/{action}", post().to(cases::act))
        .route("/cases/{reference}/events", get().to(cases::events))
        .route("/cases/{reference}/deadlines", get().to(cases::deadlines))
        .route("/cases/{reference}/deadlines/{deadline}/working", get().to(cases::working))
        .route("/cases/{reference}/messages", get().to(cases::sent_messages))
        .route("/cases/{reference}/documents", get().to(documents::list))
        .route("/cases/{reference}/documents", post().to(documents::add))
        .route("/cases/{reference}/documents/{document}", get().to(documents::one))
        .route("/cases/{reference}/involvement", get().to(cases::involvement))
        .route("/logs/settings", get().to(api_logs::settings))
        .route("/logs/readings", get().to(api_logs::readings))
        .route("/outbox", get().to(messages::list))
        .route("/outbox/{message}", get().to(messages::one))
        .route("/outbox/{message}/call-back", post().to(messages::call_back))
        .route("/outbox/{message}/send-again", post().to(messages::send_again))
        .route("/outbox/{message}/address", post().to(messages::send_to))
        .route("/outbox/{message}/told", post().to(messages::told))
        .route("/people", get().to(staff_api::list))
        .route("/people", post().to(staff_api::take_on))
        .route("/people/list/check", post().to(staff_lists::look))
        .route("/people/list", post().to(staff_lists::take_on))
        .route("/people/{person}/sessions/end", post().to(signing_in::end_sessions))
        .route("/people/{person}/second-step/reset", post().to(signing_in::reset_second_step))
        .route("/sign-in-rules", get().to(signing_in::rules_now))
        .route("/sign-in-rules", post().to(signing_in::change_rules))
        .route("/posts", get().to(staff_api::posts))
        .route("/posts", post().to(staff_api::appoint))
        .route("/posts/{post}/end", post().to(staff_api::end_post))
        .route("/absences", get().to(absences::list))
        .route("/absences", post().to(absences::note))
        .route("/absences/{absence}/end", post().to(absences::end))
        .route("/tokens", get().to(staff_api::tokens))
        .route("/tokens", post().to(staff_api::make_token))
        .route("/tokens/{token}/revoke", post().to(staff_api::revoke_token))
        .route("/cases/{reference}/read-knowingly", post().to(cases::read_knowingly))
        .route("/cases/{reference}/return-code", post().to(access::make_return_code))
        .route("/cases/{reference}/alike", get().to(alike::list))
        .route("/cases/{reference}/alike/{other}", post().to(alike::say))
        .route("/cases/{reference}/answer-together", post().to(alike::answer_together))
        .route("/cases/{reference}/readings", get().to(cases::read_by))
        .route("/cases/{reference}/originals/{entry}", post().to(cases::original));
}
