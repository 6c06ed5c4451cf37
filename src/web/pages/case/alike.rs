//! Cases that may be about the same matter (R17): on the page of a case, and the page that asks what two cases have to do
//! with each other.

use actix_web::{HttpResponse, web};
use askama::Template;
use sha2::{Digest, Sha256};

use crate::app::alike::{self, Other, Others, Saying};
use crate::app::cases::{Caller, Opened, find, open_to};
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::readings::What;
use crate::app::{App, IdempotencyKey};
use crate::domain::calendar::{local_date, long_date};
use crate::domain::case::alike::{Said, may_answer_together, may_say};
use crate::domain::case::timeline::{Block, Entry, Marker};
use crate::domain::case::vocabulary::PairVerdict;
use crate::domain::reference::Reference;
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{SignedIn, blocking};
use crate::web::field::{Choices, Kind, Problem};
use crate::web::page::{Shell, Standing};
use crate::web::pages::access::go;
use crate::web::pages::simple::{FormPage, Found, Part};
use crate::web::pages::typed::Typed;
use crate::web::parts::{Identity, Tag, Tone};
use crate::web::trouble::{Trouble, draw};

use super::handle::{frame_of, parse};
use super::{Sight, status_tag};

const HEADING: &str = "Do these two cases belong together?";
const FIND: &str = "Link it with another case";

/// Another case, on the page of a case.
#[derive(Clone, Debug)]
pub struct OtherRow {
    /// Its reference.
    pub reference: String,
    /// Its page.
    pub href: String,
    /// What it is about, in the family's first words.
    pub headline: String,
    /// When it was received, and where.
    pub detail: String,
    /// Its state.
    pub status: Tag,
    /// What holds of the two.
    pub verdict: Option<Tag>,
    /// What both have in common, or why somebody said what holds.
    pub why: Option<String>,
    /// Where it is said what the two are, for whoever may.
    pub say: Option<String>,
}

/// The other cases, on the page of a case.
#[derive(Clone, Debug, Default)]
pub struct OtherCases {
    /// Those that may be the same matter.
    pub suggested: Vec<OtherRow>,
    /// Those that somebody linked, or looked at.
    pub said: Vec<OtherRow>,
    /// Where another is named, for whoever may.
    pub name_one: Option<String>,
    /// Where those that are the same matter are answered together, for whoever can (R18).
    pub together: Option<String>,
    /// What the history says of them.
    pub history: Vec<Entry>,
}

impl OtherCases {
    /// Those beside the case that is looked at.
    pub fn new(sight: &Sight<'_>, others: &Others) -> Self {
        let own = &sight.case.reference;
        let may_say = may_say(sight.case, sight.ctx).is_ok();
        let row = |other: &Other| row(own, other, may_say, sight);
        Self {
            suggested: others.suggested.iter().map(row).collect(),
            said: others.said.iter().map(row).collect(),
            name_one: may_say.then(|| urls::case_beside(own)),
            together: (others.said.iter().any(is_the_same)
                && may_answer_together(sight.case, sight.ctx).is_ok())
            .then(|| urls::case_together(own)),
            history: others.said.iter().flat_map(entries).collect(),
        }
    }
}

fn is_the_same(other: &Other) -> bool {
    other.verdict() == Some(PairVerdict::SameMatter)
}

fn row(own: &Reference, other: &Other, may_say: bool, sight: &Sight<'_>) -> OtherRow {
    let case = &other.case;
    let mut detail = format!("Received {}", long_date(case.received_on));
    if case.school != sight.case.school {
        detail.push_str(" at ");
        detail.push_str(&other.school);
    }
    let last = other.said.last();
    OtherRow {
        reference: case.reference.to_string(),
        href: urls::case(&case.reference),
        headline: case.headline.clone(),
        detail,
        status: status_tag(case.standing),
        verdict: last.map(|(said, _)| verdict_tag(said.verdict)),
        why: last.map(|(said, name)| said_in_words(said, name)).or_else(|| other.why.clone()),
        say: may_say.then(|| urls::case_pair(own, &case.reference)),
    }
}

/// Few words for what holds of two cases.
fn verdict_tag(verdict: PairVerdict) -> Tag {
    let (text, tone) = match verdict {
        PairVerdict::SameMatter => ("The same matter", Tone::Active),
        PairVerdict::Related => ("Related", Tone::Active),
        PairVerdict::NotAlike => ("Another matter", Tone::Quiet),
        PairVerdict::NoLonger => ("No link any more", Tone::Quiet),
    };
    Tag { text: text.into(), tone }
}

fn said_in_words(said: &Said, name: &str) -> String {
    format!("{name}, {}: {}", long_date(local_date(said.at)), said.reason)
}

/// What was said, as the history of whoever sees both has it.
fn entries(other: &Other) -> Vec<Entry> {
    let reference = other.case.reference.to_string();
    let entry = |(said, name): &(Said, String)| Entry {
        seq: 0,
        at: said.at,
        on: local_date(said.at),
        title: said.verdict.told(&reference),
        body: vec![Block {
            label: Some("Why".to_owned()),
            words: said.reason.to_string(),
            marker: Marker::Internal,
        }],
        by: Some(name.clone()),
        marker: Marker::Internal,
    };
    other.said.iter().map(entry).collect()
}

/// The page of a pair.
#[derive(Template)]
#[template(path = "case/alike.html")]
struct PairPage {
    shell: Shell,
    identity: Identity,
    csrf: Csrf,
    problems: Vec<Problem>,
    other: OtherRow,
    history: Vec<Entry>,
    parts: Vec<Part>,
    action: String,
    case: String,
}

/// A visit to one pair.
struct Visit<'v> {
    app: &'v App,
    person: &'v SignedIn,
    csrf: &'v Csrf,
    opened: &'v Opened,
    other: &'v Other,
}

impl Visit<'_> {
    fn page(&self, typed: &Typed, problems: &[FieldProblem]) -> PairPage {
        let ctx = self.opened.context();
        let sight = Sight { case: &self.opened.case, record: &self.opened.record, ctx: &ctx };
        let own = &self.opened.case.reference;
        let path = urls::case_pair(own, &self.other.case.reference);
        let mut shell = frame_of(self.app, &self.person.0, self.csrf, HEADING, &path, self.opened);
        shell.back = Some(urls::case(own));
        let parts = self.parts(typed, Found(problems));
        let problems: Vec<Problem> = parts.iter().filter_map(Part::problem).collect();
        if !problems.is_empty() {
            shell.standing = Standing::Problem;
        }
        let mut history = entries(self.other);
        history.reverse();
        PairPage {
            shell,
            identity: sight.identity(),
            csrf: self.csrf.clone(),
            problems,
            other: OtherRow { why: self.other.why.clone(), ..row(own, self.other, true, &sight) },
            history,
            parts,
            action: path,
            case: urls::case(own),
        }
    }

    fn parts(&self, typed: &Typed, found: Found<'_>) -> Vec<Part> {
        let now = self.other.verdict();
        let linked = now.is_some_and(PairVerdict::links);
        let mut choices = Choices::new("verdict", "What are they to each other?");
        for verdict in PairVerdict::ALL.iter().copied().filter(|verdict| Some(*verdict) != now) {
            if verdict != PairVerdict::NoLonger || linked {
                choices = choices.option(verdict.key(), verdict.title());
            }
        }
        let chosen = typed.get("verdict").to_owned();
        choices = choices.chosen(&[chosen.as_str()]);
        choices.error = found.at("verdict");
        let reason = found
            .text(typed, "reason", "Why?")
            .kind(Kind::Text)
            .rows(3)
            .hint("Staff who see both cases read it. Neither family does.");
        vec![
            Part::Radios(choices),
            Part::Text(reason),
            Part::Hidden("after", self.other.said.len().to_string()),
        ]
    }
}

type Place = web::Path<(String, String)>;

fn place(path: &Place) -> Result<(Reference, Reference), Trouble> {
    Ok((parse(&path.0)?, parse(&path.1)?))
}

async fn looked_up(
    app: &web::Data<App>,
    person: &SignedIn,
    (reference, other): (Reference, Reference),
) -> Result<(Opened, Other), Error> {
    let caller = Caller::Colleague(person.0.clone());
    blocking(app, move |app| alike::pair(app, &caller, &reference, &other)).await
}

/// Asks what two cases have to do with each other.
pub async fn page(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    path: Place,
) -> Result<HttpResponse, Trouble> {
    let (opened, other) = looked_up(&app, &person, place(&path)?).await?;
    let visit = Visit { app: &app, person: &person, csrf: &csrf, opened: &opened, other: &other };
    Ok(draw(&mut HttpResponse::Ok(), &visit.page(&Typed::default(), &[])))
}

/// Writes down what they have to do with each other.
pub async fn say(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    path: Place,
    form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let (reference, other) = place(&path)?;
    let typed = &form.0;
    let problems = match saying(typed, &csrf, &reference, &other) {
        Ok(saying) => {
            let caller = Caller::Colleague(person.0.clone());
            match blocking(&app, move |app| alike::say(app, &caller, &saying)).await {
                Ok(_) => return Ok(go(&urls::case_after_pairing(&reference))),
                Err(error) => at_the_fields(error)?,
            }
        }
        Err(problems) => problems,
    };
    let (opened, other) = looked_up(&app, &person, (reference, other)).await?;
    let visit = Visit { app: &app, person: &person, csrf: &csrf, opened: &opened, other: &other };
    Ok(draw(&mut HttpResponse::UnprocessableEntity(), &visit.page(typed, &problems)))
}

fn saying(
    typed: &Typed,
    csrf: &Csrf,
    reference: &Reference,
    other: &Reference,
) -> Result<Saying, Vec<FieldProblem>> {
    let verdict = PairVerdict::from_key(typed.get("verdict")).ok_or_else(|| {
        vec![FieldProblem::new("verdict", FieldCode::Missing, "Choose what they are to each other")]
    })?;
    let (reason, after) = (typed.get("reason").to_owned(), typed.get("after").parse().unwrap_or_default());
    // The same form sent twice is one act (G18).
    let text = format!("{} {reference} {other} {} {after} {reason}", csrf.token(), verdict.key());
    let key = IdempotencyKey::parse(&hex::encode(Sha256::digest(text))).ok();
    Ok(Saying { reference: reference.clone(), other: other.clone(), verdict, reason, after, key })
}

/// What is to be put right at a field; any other error is a page of its own.
fn at_the_fields(error: Error) -> Result<Vec<FieldProblem>, Error> {
    match error {
        Error::Invalid(problems) => Ok(problems),
        Error::Refused(refusal) => {
            let words = refusal.makes_possible.as_ref().map_or_else(
                || refusal.sentence.clone(),
                |possible| format!("{}. {possible}", refusal.sentence),
            );
            Ok(vec![FieldProblem::new("verdict", FieldCode::DoesNotFit, words)])
        }
        other => Err(other),
    }
}

async fn opened(app: &web::Data<App>, person: &SignedIn, reference: &Reference) -> Result<Opened, Error> {
    let (caller, reference) = (Caller::Colleague(person.0.clone()), reference.clone());
    blocking(app, move |app| {
        let opened = open_to(app, &caller, &reference, What::Action)?;
        may_say(&opened.case, &opened.context()).map_err(Error::Forbidden)?;
        Ok(opened)
    })
    .await
}

fn form(
    app: &App,
    person: &SignedIn,
    csrf: &Csrf,
    opened: &Opened,
    (typed, problems): (&Typed, &[FieldProblem]),
) -> FormPage {
    let own = &opened.case.reference;
    let path = urls::case_beside(own);
    let mut shell = frame_of(app, &person.0, csrf, FIND, &path, opened);
    shell.back = Some(urls::case(own));
    let other = Found(problems)
        .text(typed, "other", "What is the reference of the other case?")
        .hint("It stands at the top of the case and in every letter about it.");
    FormPage::new(shell, csrf.clone(), path, vec![Part::Text(other)]).about(own.to_string())
}

/// Asks for the reference of another case.
pub async fn find_page(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    reference: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let opened = opened(&app, &person, &parse(&reference)?).await?;
    let page = form(&app, &person, &csrf, &opened, (&Typed::default(), &[]));
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

/// Leads to the pair, where there is such a case and its reader may know of it.
pub async fn find_other(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    reference: web::Path<String>,
    typed: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let reference = parse(&reference)?;
    let opened = opened(&app, &person, &reference).await?;
    if let Ok(other) = Reference::parse(typed.0.get("other"))
        && other != reference
    {
        let (caller, known) = (Caller::Colleague(person.0.clone()), other.clone());
        match blocking(&app, move |app| find(app, &caller, &known)).await {
            Ok(()) => return Ok(go(&urls::case_pair(&reference, &other))),
            Err(Error::NotFound) => {}
            Err(error) => return Err(error.into()),
        }
    }
    let words = "There is no other case of this reference that you can see. Check it letter by letter";
    let problem = FieldProblem::new("other", FieldCode::DoesNotFit, words);
    let page = form(&app, &person, &csrf, &opened, (&typed.0, &[problem]));
    Ok(draw(&mut HttpResponse::UnprocessableEntity(), &page))
}
