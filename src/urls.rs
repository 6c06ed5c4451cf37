//! Addresses as values: no path is spelled in a template, a mail or a redirect.
//!
//! [`routes`](crate::web::routes) uses the patterns, everything else the functions, and a test holds that
//! they agree.

use url::Url;

use crate::domain::case::action::Action;
use crate::domain::reference::Reference;

/// The public address of this installation, from which absolute links are made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// The text is not an address that pages can be served under.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not a web address such as https://complaints.example.org")]
pub struct NotABaseUrl(String);

impl BaseUrl {
    /// Reads `https://host[:port]`.
    pub fn parse(text: &str) -> Result<Self, NotABaseUrl> {
        let refuse = || NotABaseUrl(text.to_owned());
        let url = Url::parse(text).map_err(|_| refuse())?;
        let fits = matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.path() == "/"
            && url.query().is_none()
            && url.username().is_empty();
        if fits { Ok(Self(url)) } else { Err(refuse()) }
    }

    /// An absolute link to a path that one of the functions here made.
    pub fn link(&self, path: &str) -> Url {
        let mut url = self.0.clone();
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        url.set_path(path);
        url.set_query(query);
        url
    }

    /// Whether browsers are told to use TLS only, and cookies are bound to it.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The name or address of the host, without a port.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// Scheme, host and port, as a browser sends it in `Origin`.
    pub fn origin(&self) -> String {
        self.0.origin().ascii_serialization()
    }
}

/// Whether the program is alive.
pub const HEALTH: &str = "/health";
/// Whether it can work.
pub const READY: &str = "/ready";
/// Where signed-in staff begin.
pub const HOME: &str = "/";
/// The work list.
pub const CASES: &str = "/cases";
/// Log a concern for somebody.
pub const NEW_CASE: &str = "/cases/new";
/// Sign in.
pub const SIGN_IN: &str = "/sign-in";
/// Sign out (POST).
pub const SIGN_OUT: &str = "/sign-out";
/// Every message that the reader may know of.
pub const OUTBOX: &str = "/outbox";
/// Signed out.
pub const SIGNED_OUT: &str = "/signed-out";
/// Setting up the first trust and school.
pub const SET_UP: &str = "/set-up";
/// The demo's page: its clock, and who to sign in as.
pub const DEMO: &str = "/demo";
/// Moves the demo's clock (POST).
pub const DEMO_CLOCK: &str = "/demo/clock";
/// The accessibility statement.
pub const ACCESSIBILITY: &str = "/accessibility";
/// The API.
pub const API: &str = "/api/v1";
/// The API's description for people.
pub const API_DOCS: &str = "/api/v1/docs";
/// The API's description for programs.
pub const API_DESCRIPTION: &str = "/api/v1/openapi.json";

/// Who works here, for administrators.
pub const PEOPLE: &str = "/people";
/// Take somebody on.
pub const NEW_PERSON: &str = "/people/new";
/// One's own account.
pub const ACCOUNT: &str = "/account";
/// Who is away from a post, and who looks after it meanwhile.
pub const AWAY: &str = "/account/away";
/// Change one's own password.
pub const OWN_PASSWORD: &str = "/account/password";
/// One's own ways in beside the password.
pub const WAYS_IN: &str = "/account/ways-in";
/// Make a token for a program of one's own.
pub const NEW_TOKEN: &str = "/account/tokens/new";
/// Ask for a link to choose a new password.
pub const FORGOTTEN_PASSWORD: &str = "/forgotten-password";
/// Where somebody who has shown the first of two proofs shows the second.
pub const SECOND_STEP: &str = "/sign-in/second-step";
/// Signing in with a passkey (POST).
pub const PASSKEY: &str = "/sign-in/passkey";
/// What a browser is asked for before (POST).
pub const PASSKEY_OPTIONS: &str = "/sign-in/passkey/options";
/// One's own passkeys: the one that a device has just made (POST).
pub const PASSKEYS: &str = "/account/passkeys";
/// Where one is added.
pub const NEW_PASSKEY: &str = "/account/passkeys/new";
/// Where staff ask for a link by which they sign in.
pub const SIGN_IN_MAIL: &str = "/sign-in/mail";
/// Where the code of that mail is typed.
pub const SIGN_IN_CODE: &str = "/sign-in/code";
/// One's own second step.
pub const OWN_SECOND_STEP: &str = "/account/second-step";
/// The same, to begin with.
pub const BEGIN_SECOND_STEP: &str = "/account/second-step/begin";
/// The same, with the first code of the app.
pub const CONFIRM_SECOND_STEP: &str = "/account/second-step/confirm";
/// Fresh recovery codes.
pub const RECOVERY_CODES: &str = "/account/second-step/codes";
/// Where it is moved to another phone.
pub const MOVE_SECOND_STEP: &str = "/account/second-step/another-phone";
/// Where it is turned off.
pub const END_SECOND_STEP: &str = "/account/second-step/off";
/// A whole staff at once: a list is sent, and looked at.
pub const STAFF_LIST: &str = "/people/list";
/// The list is taken on (POST).
pub const TAKE_ON_LIST: &str = "/people/list/take-on";
/// A list to begin with.
pub const STAFF_SAMPLE: &str = "/people/list/sample.csv";
/// Who needs a second step, and who may sign in by mail.
pub const SIGN_IN_RULES: &str = "/people/sign-in-rules";
/// What was changed in the settings.
pub const SETTINGS_LOG: &str = "/logs/settings";
/// Who read the cases of a school.
pub const READINGS_LOG: &str = "/logs/readings";

/// A page of ours that leads on to another afterwards.
pub fn with_next(page: &str, wanted: &str) -> String {
    let wanted: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    format!("{page}?next={wanted}")
}

/// The link of a mail by which somebody signs in.
pub fn sign_in_link(token: &str) -> String {
    format!("/sign-in/link/{token}")
}

/// Where a session of one's own is ended.
pub fn end_session(name: &str) -> String {
    format!("/account/sessions/{name}/end")
}

/// Where an administrator signs somebody out everywhere.
pub fn end_sessions_of(person: impl std::fmt::Display) -> String {
    format!("/people/{person}/sessions/end")
}

/// Where an administrator takes somebody's second step away.
pub fn reset_second_step(person: impl std::fmt::Display) -> String {
    format!("/people/{person}/second-step/reset")
}

/// Send oneself a test message.
pub const TEST_MESSAGE: &str = "/test-message";

/// Signing in with a provider.
pub fn sign_in_with(key: &str) -> String {
    format!("{SIGN_IN}/with/{key}")
}

/// Signing in with a provider, and then on to that path.
pub fn sign_in_with_then(key: &str, wanted: &str) -> String {
    let wanted: String = url::form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    format!("{}?next={wanted}", sign_in_with(key))
}

/// Where a provider sends the browser back to.
pub fn back_from_provider(key: &str) -> String {
    format!("{SIGN_IN}/back/{key}")
}

/// Connects an account of a provider with oneself (POST).
pub fn connect_provider(key: &str) -> String {
    format!("{WAYS_IN}/{key}/connect")
}

/// Disconnects it (POST).
pub fn disconnect_provider(key: &str) -> String {
    format!("{WAYS_IN}/{key}/disconnect")
}

/// Removes one's own passkey (POST).
pub fn remove_passkey(id: &str) -> String {
    format!("{PASSKEYS}/{id}/remove")
}

/// Where somebody chooses a password, behind the link of a mail.
pub fn choose_password(token: &str) -> String {
    format!("/password/{token}")
}

/// Somebody who works here, for administrators.
pub fn person(id: impl std::fmt::Display) -> String {
    format!("{PEOPLE}/{id}")
}

/// End an absence (POST).
pub fn end_absence(absence: impl std::fmt::Display) -> String {
    format!("{AWAY}/{absence}/end")
}

/// Note that somebody is away.
pub fn away(person: impl std::fmt::Display) -> String {
    format!("{AWAY}?person={person}")
}

/// Give somebody another post.
pub fn new_post(id: impl std::fmt::Display) -> String {
    format!("{PEOPLE}/{id}/posts/new")
}

/// Mail somebody the link again by which they choose a password (POST).
pub fn person_link(id: impl std::fmt::Display) -> String {
    format!("{PEOPLE}/{id}/link")
}

/// End a post of somebody.
pub fn end_post(person: impl std::fmt::Display, post: impl std::fmt::Display) -> String {
    format!("{PEOPLE}/{person}/posts/{post}/end")
}

/// Revoke a token of one's own (POST).
pub fn revoke_token(id: impl std::fmt::Display) -> String {
    format!("/account/tokens/{id}/revoke")
}

/// What became of a test message.
pub fn test_message(id: impl std::fmt::Display) -> String {
    format!("{TEST_MESSAGE}/{id}")
}

/// Signing in, and then on to that path.
pub fn sign_in_then(wanted: &str) -> String {
    with_next(SIGN_IN, wanted)
}

/// The one-time link of the first administrator.
pub fn set_up_link(token: &str) -> String {
    format!("{SET_UP}/begin/{token}")
}

/// One question of setting up.
pub fn set_up_step(step: &str) -> String {
    format!("{SET_UP}/{step}")
}

/// The schools, for a family that looks for theirs.
pub const SCHOOLS: &str = "/schools";

/// Where staff of several schools see one of them.
pub fn home_of(slug: &str) -> String {
    format!("{HOME}?school={slug}")
}

/// What somebody reads before a case opens that would keep them off its panel.
pub fn before_reading(reference: &Reference) -> String {
    format!("{}/before-you-read", case(reference))
}

/// A case after something was done on it: the page says so once.
pub fn case_after(reference: &Reference, done: Action) -> String {
    format!("{}?done={}", case(reference), done.key())
}

/// A case that was logged a moment ago.
pub fn case_logged(reference: &str) -> String {
    format!("{CASES}/{reference}?done=log")
}

/// For whoever moved a case to another school and sees it no more.
pub fn gone_to_others(reference: &Reference) -> String {
    format!("{}?done={}", logged_for_others(&reference.to_string()), Action::MoveSchool.key())
}

/// For whoever logged a case that they do not see.
pub fn logged_for_others(reference: &str) -> String {
    format!("{NEW_CASE}/{reference}")
}

/// A school's own front page.
pub fn school(slug: &str) -> String {
    format!("/schools/{slug}")
}

/// A school's published procedure.
pub fn procedure(slug: &str) -> String {
    format!("/schools/{slug}/procedure")
}

/// A school's privacy notice.
pub fn privacy(slug: &str) -> String {
    format!("/schools/{slug}/privacy")
}

/// Where a concern is raised.
pub fn raise(slug: &str) -> String {
    format!("/schools/{slug}/raise")
}

/// Throws away a concern that was begun, and begins anew.
pub fn raise_afresh(slug: &str) -> String {
    format!("/schools/{slug}/raise/afresh")
}

/// One question of raising a concern.
pub fn raise_question(slug: &str, question: &str) -> String {
    format!("/schools/{slug}/raise/{question}")
}

/// One thing that happened, counted from 1.
pub fn raise_point(slug: &str, place: usize) -> String {
    format!("/schools/{slug}/raise/point/{place}")
}

/// Asks whether that thing is to be removed.
pub fn raise_point_removal(slug: &str, place: usize) -> String {
    format!("/schools/{slug}/raise/point/{place}/remove")
}

/// Asks whether that file is to be removed.
pub fn raise_file_removal(slug: &str, no: u16) -> String {
    format!("/schools/{slug}/raise/file/{no}/remove")
}

/// All answers, to be checked and sent.
pub fn raise_check(slug: &str) -> String {
    format!("/schools/{slug}/raise/check")
}

/// The concern was sent.
pub fn raise_done(slug: &str) -> String {
    format!("/schools/{slug}/raise/done")
}

/// Puts the email address of what was just sent right (POST).
pub fn raise_done_address(slug: &str) -> String {
    format!("/schools/{slug}/raise/done/address")
}

/// Clears this device of what was just sent (POST).
pub fn raise_finish(slug: &str) -> String {
    format!("/schools/{slug}/raise/finish")
}

/// The same questions on paper.
pub fn paper_form(slug: &str) -> String {
    format!("/schools/{slug}/paper-form")
}

/// What "Exit this page" does.
pub fn about_exit(slug: &str) -> String {
    format!("/schools/{slug}/exit-this-page")
}

/// Who to call when a child is at risk (P2).
pub fn child_at_risk(slug: &str) -> String {
    format!("/schools/{slug}/child-at-risk")
}

/// Where a matter with a route of its own goes (P1).
pub fn where_to_go(slug: &str, matter: &str) -> String {
    format!("/schools/{slug}/where-to-go/{matter}")
}

/// Asks for a copy of the procedure (POST; R7).
pub fn procedure_copies(slug: &str) -> String {
    format!("/schools/{slug}/procedure/copies")
}

/// Asks for a new link to a case by mail.
pub fn find_my_case(slug: &str) -> String {
    format!("/schools/{slug}/find-my-case")
}

/// The page with the button behind which a family finds its case.
pub fn family_link(token: &str) -> String {
    format!("/mine/{token}")
}

/// Below it are the pages on which somebody says whether they agree that another raises it for them.
pub const CONSENT: &str = "/consent";

/// The page of that link.
pub fn consent_link(token: &str) -> String {
    format!("{CONSENT}/{token}")
}

/// Sends a new link in place of one that no longer works (POST).
pub fn family_link_again(token: &str) -> String {
    format!("/mine/{token}/again")
}

/// The way in with the code on a paper.
pub fn return_code(slug: &str) -> String {
    format!("/schools/{slug}/return")
}

/// Makes the code on paper for whoever has just sent a concern (POST).
pub fn raise_done_code(slug: &str) -> String {
    format!("/schools/{slug}/raise/done/code")
}

/// Where somebody who raises a concern asks for the way to go on later, on any device.
pub fn raise_later(slug: &str) -> String {
    format!("/schools/{slug}/raise/later")
}

/// Makes the code by which they go on (POST).
pub fn raise_later_code(slug: &str) -> String {
    format!("/schools/{slug}/raise/later/code")
}

/// Below it is what was begun and is gone on with on another device.
pub const GO_ON: &str = "/go-on";

/// The page with the button behind which it is opened.
pub fn draft_link(token: &str) -> String {
    format!("{GO_ON}/{token}")
}

/// Where staff print the code on paper.
pub fn case_return_code(reference: &Reference) -> String {
    format!("/cases/{reference}/return-code")
}

/// The way in with a code of six digits.
pub fn case_code(slug: &str) -> String {
    format!("/schools/{slug}/code")
}

/// Asks a person for something: a call, a change of address.
pub fn mine_ask(what: &str) -> String {
    format!("/mine/ask/{what}")
}

/// A document of a family's own case.
pub fn mine_document(no: crate::domain::ids::DocumentNo) -> String {
    format!("/mine/documents/{no}")
}

/// Every letter that went to whoever has the page open.
pub const MINE_LETTERS: &str = "/mine/letters";

/// One of them.
pub fn mine_letter(id: crate::domain::ids::MessageId) -> String {
    format!("{MINE_LETTERS}/{id}")
}

/// Leaves one's own case (POST).
pub const LEAVE_MINE: &str = "/mine/leave";

/// A family's own case.
pub const MINE: &str = "/mine";

/// What a family can do on its case.
pub fn mine_action(action: Action) -> String {
    format!("/mine/actions/{}", action.key())
}

/// The page of the case that a path below `/cases/` belongs to.
pub fn case_of(path: &str) -> Option<String> {
    let reference = path.strip_prefix(CASES)?.strip_prefix('/')?.split('/').next()?;
    Reference::parse(reference).ok().map(|reference| case(&reference))
}

/// A case, for staff.
pub fn case(reference: &Reference) -> String {
    format!("/cases/{reference}")
}

/// Who has read a case, for those who lead it.
pub fn case_readings(reference: &Reference) -> String {
    format!("/cases/{reference}/readings")
}

/// Where another case is named that belongs together with one.
pub fn case_beside(reference: &Reference) -> String {
    format!("/cases/{reference}/alike")
}

/// Where it is said what two cases have to do with each other.
pub fn case_pair(reference: &Reference, other: &Reference) -> String {
    format!("/cases/{reference}/alike/{other}")
}

/// Where cases about the same matter are answered in the same words.
pub fn case_together(reference: &Reference) -> String {
    format!("/cases/{reference}/answer-together")
}

/// The case, after it was answered together with others.
pub fn case_after_together(reference: &Reference) -> String {
    format!("/cases/{reference}?done=together")
}

/// The case, after it was said what it has to do with another.
pub fn case_after_pairing(reference: &Reference) -> String {
    format!("/cases/{reference}?done=alike")
}

/// What an entry of the record took out of a case, for those who may read it.
pub fn case_original(reference: &Reference, entry: u32) -> String {
    format!("/cases/{reference}/originals/{entry}")
}

/// What staff can do on a case.
pub fn case_action(reference: &Reference, action: Action) -> String {
    format!("/cases/{reference}/actions/{}", action.key())
}

/// A document of a case, for staff.
pub fn case_document(reference: &Reference, no: crate::domain::ids::DocumentNo) -> String {
    format!("/cases/{reference}/documents/{no}")
}

/// A message.
pub fn message(id: crate::domain::ids::MessageId) -> String {
    format!("{OUTBOX}/{id}")
}

/// A view of a message, or something to do about it.
pub fn message_act(id: crate::domain::ids::MessageId, what: &str) -> String {
    format!("{OUTBOX}/{id}/{what}")
}

/// A case in the API.
pub fn api_case(reference: &Reference) -> String {
    format!("{API}/cases/{reference}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_absolute_and_keep_their_query() {
        let base = BaseUrl::parse("https://heard.example.org").unwrap();
        assert_eq!(base.link(&school("hazel-lane")).as_str(), "https://heard.example.org/schools/hazel-lane");
        assert_eq!(base.link("/cases?state=open").as_str(), "https://heard.example.org/cases?state=open");
        assert_eq!(base.origin(), "https://heard.example.org");
        assert!(base.is_https());
    }

    #[test]
    fn only_a_bare_web_address_is_a_base() {
        for wrong in [
            "",
            "heard.example.org",
            "ftp://example.org",
            "https://example.org/sub",
            "https://a@example.org",
            "https://example.org?x=1",
        ] {
            assert!(BaseUrl::parse(wrong).is_err(), "{wrong}");
        }
    }
}
