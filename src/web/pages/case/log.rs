//! A phone call or a talk in the corridor, written down in under a minute (S1): who, about whom, what, what
//! was agreed. Everything else can wait.

use askama::Template;
use chrono::{Days, NaiveDateTime};
use serde_json::{Map, Value, json};

use crate::domain::address::probably_meant;
use crate::domain::calendar::long_date;
use crate::domain::case::command::Confirmed;
use crate::domain::case::fields::{Choice, Field, FieldKind, Need};
use crate::domain::case::vocabulary::{Channel, Relationship, SubjectRole};
use crate::domain::text::{EmailAddress, capital};
use crate::urls;
use crate::web::form::{FieldProblem, FormView, Pairs, pairs_of, read, without_controls};
use crate::web::page::{Shell, Standing};

/// The form.
#[derive(Clone, Debug, Template)]
#[template(path = "case/log.html")]
pub struct LogPage {
    /// The frame.
    pub shell: Shell,
    /// The fields that are needed.
    pub form: FormView,
    /// Where it is sent.
    pub send_to: &'static str,
    /// The token of the form.
    pub csrf: String,
}

/// After a call that is for others to deal with: it is logged, and whoever took it reads no more of it.
#[derive(Clone, Debug, Template)]
#[template(path = "case/logged.html")]
pub struct LoggedPage {
    /// The frame.
    pub shell: Shell,
    /// What to tell the family.
    pub reference: String,
}

/// After a case went to another school, for whoever sees it no more.
#[derive(Clone, Debug, Template)]
#[template(path = "case/moved.html")]
pub struct MovedPage {
    /// The frame.
    pub shell: Shell,
    /// What to tell the family, if it rings.
    pub reference: String,
}

/// What was logged.
#[derive(Clone, Debug, PartialEq)]
pub struct Logged {
    /// The school, where the person works at several.
    pub school: Option<String>,
    /// How it came.
    pub channel: Channel,
    /// When it was spoken, in the school's local time.
    pub received_at: NaiveDateTime,
    /// The concern, as the body of the API's `POST /schools/{school}/concerns`.
    pub concern: Value,
    /// That the day is right, where it is more than a month ago.
    pub long_ago: Option<Confirmed>,
    /// What was agreed: becomes the first internal note.
    pub agreed: Option<String>,
}

/// A school that the person works at.
#[derive(Clone, Debug)]
pub struct SchoolChoice {
    /// Its slug.
    pub slug: String,
    /// Its name.
    pub name: String,
}

impl LogPage {
    /// The form, empty but for today's date and the time now.
    pub fn empty(
        shell: Shell,
        schools: &[SchoolChoice],
        now: NaiveDateTime,
        csrf: impl Into<String>,
    ) -> Self {
        let fields = log_fields(schools);
        let filled = pairs_of(
            &fields,
            &json!({"channel": "phone", "received_at": now.format("%Y-%m-%dT%H:%M:%S").to_string()}),
        );
        Self::with(shell, FormView::new(&fields, &filled, &[]), csrf.into())
    }

    /// The form as it came back, with what is to be put right.
    pub fn again(
        mut shell: Shell,
        schools: &[SchoolChoice],
        filled: &Pairs,
        problems: &[FieldProblem],
        csrf: impl Into<String>,
    ) -> Self {
        shell.standing = Standing::Problem;
        let form = FormView::new(&fields_for(schools, filled), &without_controls(filled), problems);
        Self::with(shell, form, csrf.into())
    }

    fn with(mut shell: Shell, form: FormView, csrf: String) -> Self {
        shell.heading = "Log a call or a talk".into();
        shell.back = Some(urls::CASES.to_owned());
        Self { shell, form, send_to: urls::NEW_CASE, csrf }
    }
}

/// What the form asks: six answers and the risk, the rest when there is time.
pub fn log_fields(schools: &[SchoolChoice]) -> Vec<Field> {
    let field = |name: &str, label: &str, kind: FieldKind, need: Need| Field {
        name: name.to_owned(),
        label: label.to_owned(),
        hint: None,
        kind,
        need,
        usual: None,
    };
    let mut fields = Vec::new();
    if schools.len() > 1 {
        let choices = schools.iter().map(|school| choice(&school.slug, &school.name)).collect();
        fields.push(field("school", "Which school?", FieldKind::Choice(choices), Need::Required));
    }
    let channels = [Channel::Phone, Channel::InPerson, Channel::Letter, Channel::Email];
    let channels = channels.map(|channel| choice(channel.key(), &capital(channel.title()))).to_vec();
    let mut when = field("received_at", "When?", FieldKind::DateTime, Need::Required);
    when.hint = Some("The clock counts from this day.".to_owned());
    let mut reach = field("reach", "How can they be reached?", FieldKind::Line, Need::Required);
    reach.hint = Some("A phone number, an email address or a postal address.".to_owned());
    let mut what = field("what", "What did they say?", FieldKind::Text, Need::Required);
    what.hint = Some("A sentence or two, in their words. It becomes the first point of the case.".to_owned());
    let mut agreed = field("agreed", "What was agreed?", FieldKind::Text, Need::Optional);
    agreed.hint = Some("Kept as an internal note: the family does not see it.".to_owned());
    let relationships = Relationship::ALL
        .iter()
        .map(|relationship| choice(relationship.key(), relationship.title()))
        .collect();
    let roles = SubjectRole::ALL.iter().map(|role| choice(role.key(), role.title())).collect();
    let mut about = field(
        "about_role",
        "Is it about somebody who works for the school, or a governor?",
        FieldKind::Choice(roles),
        Need::Optional,
    );
    about.hint =
        Some("Leave it empty if it is about nobody in particular. They never see the case.".to_owned());
    let about_name = field("about_name", "Their name, if you know it", FieldKind::Line, Need::Optional);
    let right = vec![choice("yes", "Yes, the date is right")];
    let mut long_ago =
        field("long_ago", "Was it more than a month ago?", FieldKind::Choice(right), Need::Optional);
    long_ago.hint = Some("Leave this empty if it was in the last month.".to_owned());
    let no_name = vec![choice("yes", "Yes: the headteacher or the chair decides what becomes of it")];
    let mut anonymous =
        field("anonymous", "Did they want to give no name?", FieldKind::Choice(no_name), Need::Optional);
    anonymous.hint = Some("Leave this empty if they gave one. Nobody can be answered without it.".to_owned());
    let risk =
        vec![choice("no", "No"), choice("yes", "Yes, or I am not sure: tell the safeguarding lead now")];
    fields.extend([
        anonymous,
        field("name", "Who spoke to you?", FieldKind::Line, Need::Required),
        reach,
        field("relationship", "Who are they?", FieldKind::Choice(relationships), Need::Required),
        field("child", "Which child is it about?", FieldKind::Line, Need::Optional),
        field("year_group", "Year group or class", FieldKind::Line, Need::Optional),
        what,
        agreed,
        field("risk", "Could a child be at risk?", FieldKind::Choice(risk), Need::Required),
        about,
        about_name,
        field("channel", "How did it reach you?", FieldKind::Choice(channels), Need::Required),
        when,
        long_ago,
    ]);
    fields
}

/// The same, and which of two email addresses is right where the one that was written down looks mistyped.
fn fields_for(schools: &[SchoolChoice], filled: &Pairs) -> Vec<Field> {
    let mut fields = log_fields(schools);
    if filled.iter().any(|(name, value)| name == "anonymous" && value == "yes") {
        // Whoever gave no name told no way to reach them either.
        for field in fields.iter_mut().filter(|field| OF_THE_SENDER.contains(&field.name.as_str())) {
            field.need = Need::Optional;
        }
        return fields;
    }
    let reach = filled.iter().find(|(name, _)| name == "reach").map_or("", |(_, value)| value.trim());
    if let (Some((given, meant)), Some(place)) =
        (slip(reach), fields.iter().position(|field| field.name == "reach"))
    {
        let kept = choice(given.as_str(), &format!("{given}, as it was written down"));
        fields.insert(
            place.saturating_add(1),
            Field {
                name: "reach_is".to_owned(),
                label: "Which email address is right?".to_owned(),
                hint: None,
                kind: FieldKind::Choice(vec![choice(meant.as_str(), meant.as_str()), kept]),
                need: Need::Required,
                usual: None,
            },
        );
    }
    fields
}

/// What is asked of whoever gave a name.
const OF_THE_SENDER: [&str; 3] = ["name", "reach", "relationship"];

/// An email address that looks mistyped, with the one that was probably meant.
fn slip(reach: &str) -> Option<(EmailAddress, EmailAddress)> {
    let given = EmailAddress::parse(reach).ok()?;
    let meant = probably_meant(&given)?;
    Some((given, meant))
}

/// How they can be reached: where two addresses were shown, the one that was chosen.
///
/// # Errors
/// Which of two is meant, while nobody has said.
fn reached_at(reach: String, chosen: Option<&str>) -> Result<String, Vec<FieldProblem>> {
    let Some((given, meant)) = slip(&reach) else { return Ok(reach) };
    match chosen {
        Some(which) if which == meant.as_str() => Ok(meant.as_str().to_owned()),
        Some(which) if which == given.as_str() => Ok(given.as_str().to_owned()),
        Some(_) | None => Err(vec![problem("reach_is", &format!("Did they mean {meant}?"))]),
    }
}

fn choice(value: &str, label: &str) -> Choice {
    Choice { value: value.into(), label: label.to_owned(), hint: None }
}

/// Reads the form.
///
/// # Errors
/// What is missing or does not fit, all at once.
pub fn read_log(
    schools: &[SchoolChoice],
    now: NaiveDateTime,
    pairs: &Pairs,
) -> Result<Logged, Vec<FieldProblem>> {
    let body = read(&fields_for(schools, pairs), &without_controls(pairs))?;
    let text = |name: &str| body.get(name).and_then(Value::as_str).map(str::to_owned);
    let received_at =
        text("received_at").and_then(|at| at.parse::<NaiveDateTime>().ok()).filter(|at| *at <= now);
    let Some(received_at) = received_at else {
        return Err(vec![problem("received_at", "Enter when they spoke to you. It cannot be in the future")]);
    };
    let long_ago = text("long_ago").map(|_| Confirmed::Yes);
    let month_ago = now.checked_sub_days(Days::new(31)).unwrap_or(now);
    if received_at < month_ago && long_ago.is_none() {
        let words = format!(
            "{} is more than a month ago. Look again at the year, or say here that the date is right",
            long_date(received_at.date())
        );
        return Err(vec![problem("long_ago", &words)]);
    }
    if text("about_name").is_some() && text("about_role").is_none() {
        return Err(vec![problem("about_role", "Choose what they are: it decides who may have the case")]);
    }
    let mut point = json!({});
    put(&mut point, "what_happened", text("what").map(Value::from));
    let mut concern = json!({"kind": "concern", "points": [point]});
    if text("anonymous").is_some() {
        if OF_THE_SENDER.iter().any(|name| text(name).is_some()) {
            let words =
                "Take out who they are and how to reach them, or leave this empty: then they are answered";
            return Err(vec![problem("anonymous", words)]);
        }
        put(&mut concern, "anonymous", Some("yes".into()));
    } else {
        let reach = reached_at(text("reach").unwrap_or_default(), text("reach_is").as_deref())?;
        let mut complainant = json!({"name": text("name"), "relationship": text("relationship")});
        put(&mut complainant, how_to_reach(&reach), Some(reach.into()));
        put(&mut concern, "complainant", Some(complainant));
    }
    if let Some(child) = text("child") {
        let mut about = json!({"name": child});
        put(&mut about, "year_group", text("year_group").map(Value::from));
        put(&mut concern, "child", Some(about));
    }
    if let Some(role) = text("about_role") {
        let mut about = json!({"role": role});
        put(&mut about, "name", text("about_name").map(Value::from));
        put(&mut concern, "about", Some(json!([about])));
    }
    if text("risk").as_deref() == Some("yes") {
        put(&mut concern, "flags", Some(json!({"child_at_risk": true})));
    }
    let channel = text("channel").and_then(|key| Channel::from_key(&key)).unwrap_or(Channel::Phone);
    let agreed = text("agreed").map(|agreed| format!("Agreed when it was logged: {agreed}"));
    Ok(Logged { school: text("school"), channel, received_at, concern, long_ago, agreed })
}

/// The question of this form that a field of the concern was asked in, by the field's pointer
/// (`complainant/phone`, `points/0/what_happened`); of what is asked nowhere here, the account itself.
pub fn question_of(pointer: &str) -> &'static str {
    let parts: Vec<&str> = pointer.split('/').filter(|part| !part.is_empty()).collect();
    match parts.as_slice() {
        ["anonymous"] => "anonymous",
        ["complainant", "name"] => "name",
        ["complainant", "relationship"] => "relationship",
        ["complainant", ..] => "reach",
        ["child", "year_group"] => "year_group",
        ["child", ..] => "child",
        ["about", _, "name"] => "about_name",
        ["about", ..] => "about_role",
        ["received_at" | "received_on"] => "received_at",
        ["long_ago"] => "long_ago",
        ["channel"] => "channel",
        ["agreed"] => "agreed",
        ["flags", ..] => "risk",
        _ => "what",
    }
}

/// Which of the three ways somebody wrote down.
fn how_to_reach(reach: &str) -> &'static str {
    let digits = reach.chars().filter(char::is_ascii_digit).count();
    if reach.contains('@') {
        "email"
    } else if digits >= 6 && reach.chars().all(|sign| !sign.is_alphabetic()) {
        "phone"
    } else {
        "address"
    }
}

fn problem(name: &str, words: &str) -> FieldProblem {
    FieldProblem { name: name.to_owned(), words: words.to_owned() }
}

fn put(object: &mut Value, name: &str, value: Option<Value>) {
    if let (Value::Object(map), Some(value)) = (object, value) {
        let map: &mut Map<String, Value> = map;
        map.insert(name.to_owned(), value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// P10, G21: a slip in the address of the family is asked about, and what was written down can be kept.
    #[test]
    fn a_slip_in_an_address_is_asked_about_and_can_be_kept() {
        let reached = |chosen| reached_at("zoe@gmial.com".to_owned(), chosen);
        assert_eq!(reached(None).unwrap_err()[0].words, "Did they mean zoe@gmail.com?");
        assert_eq!(reached(Some("zoe@gmail.com")).unwrap(), "zoe@gmail.com");
        assert_eq!(reached(Some("zoe@gmial.com")).unwrap(), "zoe@gmial.com");
        assert_eq!(reached_at("01632 960 001".to_owned(), None).unwrap(), "01632 960 001");
        let asks = |reach: &str| {
            let filled = [("reach".to_owned(), reach.to_owned())];
            fields_for(&[], &filled).iter().any(|field| field.name == "reach_is")
        };
        assert!(asks("zoe@gmial.com") && !asks("zoe@gmail.com"));
    }
}
