//! What an action asks for, with the present choices. The page draws its form from this, the API its JSON
//! Schema, and both read the answer the same way: so they cannot differ (A1, A8).

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use super::action::Action;
use super::context::Context;
use super::decide::{
    already_distributed, came_late, entries, hearing_days, independent_on_record, latest_extension, may_sit,
    must_choose, panel_as_it_stands, who_may_handle, who_may_sit, window_is_over,
};
use super::documents::{Openness, openness, visible};
use super::event::{Actor, Recorded};
use super::own_words::point_words;
use super::state::{Case, Helping, Party, Point, RunCause, Standing, State};
use super::vocabulary::{
    AgreesFor, Channel, CompanionRule, ConsentAnswer, ContactWay, Declared, EarlierAnswers, ExternalBodyKind,
    Finding, HearingBasis, HelperScope, HelpsAs, Kind, PartyKind, PreferredContact, Recipient, RecusalReason,
    RedirectReason, RefusalReview, Relationship, ReopenReason, SubjectRole, WrittenDown,
};
use crate::domain::calendar::{WallTime, local_time_words, short_date};
use crate::domain::deadline::DeadlineRule;
use crate::domain::ids::{PartyNo, PersonId};
use crate::domain::person::{Person, Role};
use crate::domain::procedure::{StageKey, StageKind};
use crate::domain::redaction::texts;
use crate::domain::text::{Words, capital, first_line};

/// One thing that an action asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct Field {
    /// Its name in the body.
    pub name: String,
    /// The question, as people read it.
    pub label: String,
    /// One short sentence of help.
    pub hint: Option<String>,
    /// What kind of answer it takes.
    pub kind: FieldKind,
    /// Whether an answer is needed.
    pub need: Need,
    /// What holds where it is left out, if something does.
    pub usual: Option<Value>,
}

/// Whether an answer is needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// The action cannot be done without it.
    Required,
    /// It may be left empty.
    Optional,
    /// This or the other one of two is needed.
    Either,
}

/// What kind of answer a field takes.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldKind {
    /// One line of text.
    Line,
    /// A text of several lines.
    Text,
    /// An email address.
    Email,
    /// A date: the school's local day, no earlier and no later than these.
    Date(DateRange),
    /// A date and a time of day, in the school's local time.
    DateTime,
    /// A whole number between two others, both included.
    Number(u16, u16),
    /// One of these.
    Choice(Vec<Choice>),
    /// Any of these.
    Choices(Vec<Choice>),
    /// Fields that belong together, as an object.
    Group(Vec<Field>),
    /// The same fields for each of these rows, as an array of objects in which `key` names the row.
    Rows(RowSet),
}

/// The days that a date may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DateRange {
    /// The first, if there is one.
    pub from: Option<NaiveDate>,
    /// The last, if there is one.
    pub to: Option<NaiveDate>,
}

/// The same fields for several rows.
#[derive(Clone, Debug, PartialEq)]
pub struct RowSet {
    /// The name under which a row says which it is.
    pub key: &'static str,
    /// The rows.
    pub rows: Vec<Choice>,
    /// What each asks for.
    pub columns: Vec<Field>,
}

/// One of several answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice {
    /// The value in the body: a text or a number.
    pub value: Value,
    /// What people read.
    pub label: String,
    /// More about it.
    pub hint: Option<String>,
}

impl Choice {
    fn new(value: impl Into<Value>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: None }
    }

    /// The value as it stands in a form.
    pub fn form_value(&self) -> String {
        match &self.value {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        }
    }
}

impl Field {
    fn new(name: &str, label: &str, kind: FieldKind) -> Self {
        Self {
            name: name.to_owned(),
            label: label.to_owned(),
            hint: None,
            kind,
            need: Need::Required,
            usual: None,
        }
    }

    fn optional(mut self) -> Self {
        self.need = Need::Optional;
        self
    }

    fn usually(mut self, value: Option<Value>) -> Self {
        self.usual = value;
        self
    }

    fn either(mut self) -> Self {
        self.need = Need::Either;
        self
    }

    fn hint(mut self, hint: &str) -> Self {
        self.hint = Some(hint.to_owned());
        self
    }

    /// The JSON Schema (2020-12) of its value.
    pub fn schema(&self) -> Value {
        let mut schema = match &self.kind {
            FieldKind::Line => {
                json!({"type": "string", "minLength": 1, "maxLength": crate::domain::text::LONGEST_LINE})
            }
            FieldKind::Text => {
                json!({"type": "string", "minLength": 1, "maxLength": crate::domain::text::LONGEST_TEXT})
            }
            FieldKind::Email => json!({"type": "string", "format": "email"}),
            FieldKind::Date(_) => json!({"type": "string", "format": "date"}),
            FieldKind::DateTime => json!({
                "type": "string", "format": "local-date-time", "pattern": WallTime::PATTERN,
                "examples": ["2026-11-23T10:00"], "description": LOCAL_TIME,
            }),
            FieldKind::Number(least, most) => json!({"type": "integer", "minimum": least, "maximum": most}),
            FieldKind::Choice(choices) => one_of(choices),
            FieldKind::Choices(choices) => {
                json!({"type": "array", "uniqueItems": true, "items": one_of(choices)})
            }
            FieldKind::Group(fields) => object_schema(fields, None),
            FieldKind::Rows(rows) => {
                json!({"type": "array", "items": object_schema(&rows.columns, Some(rows))})
            }
        };
        if let Value::Object(map) = &mut schema {
            map.insert("title".into(), self.label.clone().into());
            if let Some(usual) = &self.usual {
                map.insert("default".into(), usual.clone());
            }
            if let Some(hint) = &self.hint {
                let form =
                    map.get("description").and_then(Value::as_str).map(|form| format!("{form} {hint}"));
                map.insert("description".into(), form.unwrap_or_else(|| hint.clone()).into());
            }
        }
        schema
    }
}

/// How a moment is written in a body.
const LOCAL_TIME: &str = "The school's local time, with or without seconds: 2026-11-23T10:00.";

fn one_of(choices: &[Choice]) -> Value {
    let labels: Vec<Value> =
        choices.iter().map(|choice| json!({"const": choice.value, "title": choice.label})).collect();
    let values: Vec<&Value> = choices.iter().map(|choice| &choice.value).collect();
    if labels.is_empty() {
        // A list of none says that nothing can be chosen now; `oneOf` must not be empty.
        return json!({"enum": values});
    }
    json!({"enum": values, "oneOf": labels})
}

/// The JSON Schema of the body that these fields make.
pub fn body_schema(fields: &[Field]) -> Value {
    let mut schema = object_schema(fields, None);
    if let Value::Object(map) = &mut schema {
        map.insert("$schema".into(), "https://json-schema.org/draft/2020-12/schema".into());
    }
    schema
}

fn object_schema(fields: &[Field], rows: Option<&RowSet>) -> Value {
    let mut properties: Map<String, Value> =
        fields.iter().map(|field| (field.name.clone(), field.schema())).collect();
    let mut required: Vec<&str> =
        fields.iter().filter(|field| field.need == Need::Required).map(|field| field.name.as_str()).collect();
    if let Some(rows) = rows {
        properties.insert(rows.key.into(), one_of(&rows.rows));
        required.push(rows.key);
    }
    json!({"type": "object", "properties": properties, "required": required, "additionalProperties": false})
}

fn text(name: &str, label: &str) -> Field {
    Field::new(name, label, FieldKind::Text)
}

fn line(name: &str, label: &str) -> Field {
    Field::new(name, label, FieldKind::Line)
}

fn after_today(ctx: &Context<'_>) -> FieldKind {
    FieldKind::Date(DateRange { from: ctx.today.succ_opt(), to: None })
}

fn until_today(ctx: &Context<'_>) -> FieldKind {
    FieldKind::Date(DateRange { from: None, to: Some(ctx.today) })
}

macro_rules! choices_of {
    ($type:ty) => {
        <$type>::ALL.iter().map(|word| Choice::new(word.key(), word.title())).collect::<Vec<_>>()
    };
}

/// What an action asks for now.
pub fn fields(action: Action, case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    match action {
        Action::Accept => accept_fields(case, ctx),
        Action::Redirect => vec![
            Field::new("points", "Which points belong elsewhere?", FieldKind::Choices(points(case, ctx))),
            Field::new("reason", "Where do they belong?", FieldKind::Choice(choices_of!(RedirectReason))),
            text("words", "Anything to add to the letter").optional().hint("The family reads this."),
        ],
        Action::MoveSchool => vec![
            Field::new("school", "Which school is it about?", FieldKind::Choice(neighbours(ctx))).hint(
                "It leaves this school at once. Only people who have a part at both schools see it from then on.",
            ),
            text("reason", "Why does it belong there?").hint("The family reads this."),
        ],
        Action::ConfirmConcern => confirm_fields(case, ctx),
        Action::AskConsent => vec![
            line("name", "Who is asked?").hint("The person for whom it was raised, or a parent of a child who is too young."),
            Field::new("email", "What is their email address?", FieldKind::Email)
                .hint("Their own link goes there. It tells who raises it and at which school, and nothing of what it says."),
            Field::new("agrees_for", "For whom do they agree?", FieldKind::Choice(choices_of!(AgreesFor))),
        ],
        Action::AnswerConsent => {
            vec![Field::new("answer", "Do you agree?", FieldKind::Choice(choices_of!(ConsentAnswer)))]
        }
        Action::RecordConsent => consent_fields(ctx),
        Action::CloseWithoutConsent => vec![
            text("asked", "How and when did you ask for the consent?").hint("The family reads this."),
        ],
        Action::KeepOnRecord => vec![
            text("reason", "Why is it not looked into?").hint("For the record. Staff who see this case read it."),
            line("referred_to", "Whom did you refer it to?")
                .optional()
                .hint("For example: the council, or the safeguarding lead of another school."),
        ],
        Action::ReviewRefusal => vec![
            Field::new("outcome", "What comes of it?", FieldKind::Choice(choices_of!(RefusalReview))),
            text("reasons", "Why?").hint("The family reads this."),
        ],
        Action::MarkAtRisk => vec![
            text("reason", "What did you see or hear?")
                .hint("Staff who see this case read it. The family does not. In danger now: call 999 first."),
        ],
        Action::RefuseLate => vec![
            text("consideration", "What did you consider?").hint(&format!(
                "{}A late concern is looked at before it is refused. The family reads this too.",
                came_late(case, ctx).map_or_else(String::new, |late| format!("{late} "))
            )),
            text("reason", "Why is it refused?").hint("The family reads this."),
        ],
        Action::Assign => vec![
            Field::new(
                "handler",
                "Who will have the case?",
                FieldKind::Choice(people(who_may_handle(case, ctx), ctx)),
            ),
            text("reason", "Why the change")
                .optional()
                .hint("For the record. The family does not read this."),
        ],
        Action::Acknowledge => acknowledge_fields(case),
        Action::AskInformation => {
            vec![
                text("question", "What do you need to know?").hint("The family reads this."),
                Field::new("answer_by", "By when do you ask for an answer?", after_today(ctx))
                    .hint(&answer_by_hint(case, ctx))
                    .optional(),
            ]
        }
        Action::GiveInformation => give_information_fields(case, ctx),
        Action::ArrangeMeeting => vec![
            Field::new("at", "When does it begin?", FieldKind::DateTime),
            Field::new("minutes", "How long will it last, in minutes?", FieldKind::Number(5, 480)),
            line("place", "Where is it, or what is the link?"),
            Field::new(
                "staff",
                "Who else from the school comes?",
                FieldKind::Choices(people(others(staff(case, ctx), ctx), ctx)),
            )
            .optional(),
        ],
        Action::CancelMeeting => vec![text("reason", "Why is it cancelled?").hint("The family reads this.")],
        Action::RecordMeeting => vec![
            Field::new("held_on", "When did you speak?", until_today(ctx)),
            line("present", "Who was there?"),
            text("said", "What was said?").hint("The family gets this note."),
            text("agreed", "What was agreed?").optional(),
            long_ago(),
        ],
        Action::Extend => extend_fields(case, ctx),
        Action::RecordFinding => vec![
            Field::new("point", "Which point?", FieldKind::Choice(points_to_find(case, ctx))).hint(
                "A new finding on a point takes the place of the one that stands. Both stay in the history.",
            ),
            Field::new("finding", "What did you find?", FieldKind::Choice(choices_of!(Finding))),
            text("reasons", "Why?").hint("The family reads this with the reply."),
            line("policy_reference", "Which policy or rule does it rest on?")
                .optional()
                .hint("For example: Behaviour policy, section 4. The family reads this with the reply."),
        ],
        Action::Reply => reply_fields(case, ctx),
        Action::Settle => settle_fields(case, ctx),
        Action::Escalate => escalate_fields(case, ctx),
        Action::Lapse | Action::AddDocument => Vec::new(),
        Action::Withdraw => withdraw_fields(case, ctx),
        Action::Suspend => vec![
            text("reason", "Why is it paused?").hint("The family reads this."),
            line("authority", "On whose authority?").hint("For example: the police. The family reads this."),
            Field::new("review_on", "When is it looked at again?", after_today(ctx)),
        ],
        Action::Resume => vec![text("reason", "What has changed?").optional().hint("The family reads this.")],
        Action::AppointPanel => appoint_fields(case, ctx),
        Action::DeclareInterest => declare_fields(case, ctx),
        Action::Recuse => vec![
            Field::new("reason", "Why should you not deal with it?", FieldKind::Choice(choices_of!(RecusalReason))),
            text("words", "More about it").optional().hint(
                "The clerk reads this, and so can an officer of the trust who answered nothing in the case. Nobody else does.",
            ),
        ],
        Action::ScheduleHearing => vec![
            Field::new("at", "When does the hearing begin?", FieldKind::DateTime)
                .hint(&hearing_hint(case, ctx)),
            line("place", "Where is it, or what is the link?"),
            Field::new("basis", "How did the date come about?", FieldKind::Choice(choices_of!(HearingBasis))),
            text("reason", "Reason for a later day or less notice")
                .optional()
                .hint("Needed if it is later than the procedure says, or sooner than agreed. The family reads this."),
        ],
        Action::CirculatePapers => vec![
            papers(case),
            text("waiver", "Where both sides agreed to shorter time")
                .optional()
                .hint("Needed if there are fewer days to read them than the procedure says. The family reads this."),
        ],
        Action::RecordHearing => record_hearing_fields(case, ctx),
        Action::IssueFindings => [
            text("message", "What does the panel say to the family?"),
            text("recommendations", "What does the panel recommend?")
                .hint("Write \u{201c}none\u{201d} if there is nothing."),
        ]
        .into_iter()
        .chain(to_subject(case, ctx))
        .collect(),
        Action::Close => close_fields(case, ctx),
        Action::CloseUnreasonable => vec![
            Field::new(
                "tests",
                "The three tests",
                FieldKind::Group(vec![
                    text("every_step_taken", "How was every reasonable step taken?"),
                    text("position_and_options_given", "When was a clear position given, and which options?"),
                    text("same_points_again", "How is the contact repetitive, with the same points?"),
                ]),
            ),
            text("letter", "The letter with the reasons")
                .hint("The family reads this when a second person has agreed."),
            Field::new("review_on", "When is it looked at again?", after_today(ctx)),
        ],
        Action::Reopen => vec![
            Field::new("ground", "On which ground?", FieldKind::Choice(grounds())),
            text("reason", "What has come up?").hint("The family reads this."),
        ],
        Action::RecordExternalContact => vec![
            Field::new("body", "Which body?", FieldKind::Choice(choices_of!(ExternalBodyKind))),
            Field::new("contacted_on", "When was the contact?", until_today(ctx)),
            line("reference", "Their reference").optional(),
            text("words", "What did they ask or say?"),
        ],
        Action::AddNote => {
            vec![text("words", "Your note").hint("Staff who see this case can read it. The family cannot.")]
        }
        Action::SendMessage => message_fields(case, ctx),
        Action::AddParty => vec![
            Field::new("party", "As what do they take part?", FieldKind::Choice(kinds_of_party())),
            Field::new("contact", "Their details", FieldKind::Group(contact_fields())),
            text("about", "If they complain too: what is it about?")
                .hint(
                    "A line for each point, in your own words. They read this in place of what somebody else wrote.",
                )
                .optional(),
            Field::new(
                "earlier_answers",
                "If they complain too: do they read the answers that were given before?",
                FieldKind::Choice(choices_of!(EarlierAnswers)),
            )
            .hint(
                "They read where it is now, and what is written from now on. What went to somebody else before they do \
                 not read, unless you share the answers.",
            )
            .optional(),
            Field::new(
                "person",
                "Which colleague is it, if the witness works for you?",
                FieldKind::Choice(people(everybody(case, ctx), ctx)),
            )
            .hint("They decide nothing of this case from now on, and do not sit on its panel.")
            .optional(),
            Field::new(
                "consent",
                "The consent of the person for whom they raise it",
                FieldKind::Group(consent_fields(ctx)),
            )
            .hint("Needed where they raise it for somebody else: nothing is shared with them before.")
            .optional(),
        ],
        Action::AddHelper => add_helper_fields(case, ctx),
        Action::EndHelper => end_helper_fields(case, ctx),
        Action::CorrectContact => correct_contact_fields(case, ctx),
        Action::MarkSubject => vec![
            Field::new(
                "person",
                "Who is complained about?",
                FieldKind::Choice(people(everybody(case, ctx), ctx)),
            )
            .hint("The case disappears for them at once, everywhere."),
            Field::new("role", "In which role?", FieldKind::Choice(choices_of!(SubjectRole))),
            text("reason", "How do you know?").optional(),
        ],
        Action::AddAction => vec![
            text("what", "What was promised?"),
            Field::new("owner", "Who sees to it?", FieldKind::Choice(people(staff(case, ctx), ctx))),
            Field::new("due_on", "By when?", FieldKind::Date(DateRange { from: Some(ctx.today), to: None })),
        ],
        Action::CompleteAction => vec![
            Field::new("action", "Which action?", FieldKind::Choice(open_remedies(case))),
            text("evidence", "How do you know that it is done?"),
        ],
        Action::TakeOut => take_out_fields(ctx),
        Action::TakeOutFile => take_out_file_fields(case, ctx),
        Action::MeetDuty => vec![
            Field::new("duty", "What do you give?", FieldKind::Choice(open_duties(case))),
            text("message", "What do you tell the family?")
                .hint("The family reads this. Say what you send, and how they get it."),
        ],
    }
}

/// Whether what was written down is right, as the family is asked or as staff write it down (R9).
fn confirm_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let written_down = FieldKind::Choice(choices_of!(WrittenDown));
    if !is_staff(ctx) {
        return vec![
            Field::new("written_down", "Is this what you said?", written_down),
            text("words", "What is wrong or missing?")
                .optional()
                .hint("What we wrote down stays as it is. Your words stand beside it."),
        ];
    }
    let name = case.awaits_confirmation().map_or("they", |party| party.name.as_str());
    vec![
        Field::new("written_down", &format!("Does {name} say that it is right?"), written_down),
        text("words", "What is wrong or missing?")
            .optional()
            .hint("In their words. What was written down stays as it is, and this stands beside it."),
        line("heard_by", &format!("How and when did {name} tell you?"))
            .hint("For example: on the phone today, or on the copy that we sent by post."),
    ]
}

/// Who agreed that somebody else raises it, when and how (R10).
fn consent_fields(ctx: &Context<'_>) -> Vec<Field> {
    vec![
        line("given_by", "Who agreed?").hint("The pupil, or a parent or carer of the child."),
        Field::new("given_on", "On which day?", until_today(ctx)),
        Field::new("how", "How did they tell you?", FieldKind::Choice(choices_of!(Channel))),
    ]
}

/// As what somebody takes part whom staff add. Whoever is asked to agree gets a link of their own instead.
fn kinds_of_party() -> Vec<Choice> {
    let added = PartyKind::ALL.iter().filter(|kind| **kind != PartyKind::AskedToAgree);
    added.map(|kind| Choice::new(kind.key(), kind.title())).collect()
}

/// On which grounds a case is opened again by that action. A refusal has an action of its own (R11).
fn grounds() -> Vec<Choice> {
    let own = |ground: &&ReopenReason| **ground != ReopenReason::RefusalReviewed;
    ReopenReason::ALL.iter().filter(own).map(|ground| Choice::new(ground.key(), ground.title())).collect()
}

/// The other schools of the trust.
fn neighbours(ctx: &Context<'_>) -> Vec<Choice> {
    let schools = ctx.neighbours.schools.iter();
    schools.map(|school| Choice::new(school.id.to_string(), school.name.as_str())).collect()
}

/// Everybody who may sit, by name, with whether they count as independent (R25).
fn pool(case: &Case, ctx: &Context<'_>) -> Vec<Choice> {
    let mut pool: Vec<Choice> = who_may_sit(case, ctx)
        .into_iter()
        .filter_map(|id| ctx.directory.person(id))
        .map(|person| Choice {
            hint: independent_on_record(person.id, ctx)
                .then(|| "Independent of the school and the trust".to_owned()),
            ..Choice::new(person.id.to_string(), with_posts(person.id, ctx))
        })
        .collect();
    pool.sort_by_key(|choice| choice.label.to_lowercase());
    pool
}

/// Those of the pool who may not sit, each with the reason, so that nobody wonders where they are (R24, R25).
fn not_offered(case: &Case, ctx: &Context<'_>) -> Option<String> {
    let in_pool = |person: &&Person| {
        [Role::PanelMember, Role::Governor, Role::ViceChairOfGovernors, Role::ChairOfGovernors]
            .into_iter()
            .any(|role| person.holds(role, ctx.school.id, ctx.today))
    };
    let mut reasons: Vec<String> = ctx
        .directory
        .people()
        .iter()
        .filter(in_pool)
        .filter_map(|person| may_sit(case, person.id, ctx).err())
        .map(|refusal| refusal.sentence)
        .collect();
    reasons.sort();
    (!reasons.is_empty()).then(|| format!("Not offered: {}.", reasons.join("; ")))
}

/// Asked about a day that may be a slip: needed only where it is more than a month ago.
fn long_ago() -> Field {
    let right = vec![Choice::new("yes", "Yes, the date is right")];
    Field::new("long_ago", "Was it more than a month ago?", FieldKind::Choice(right))
        .optional()
        .hint("Leave this empty if it was in the last month.")
}

fn accept_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let answers = Field::new("answers", "What did you find?", FieldKind::Rows(screening_rows(case)));
    let answers = match came_late(case, ctx) {
        Some(late) => answers.hint(&late),
        None => answers,
    };
    let who = who_may_handle(case, ctx);
    if who.is_empty() {
        return vec![answers];
    }
    let handler = Field::new("handler", "Who will have the case?", FieldKind::Choice(people(who, ctx)));
    let handler = if must_choose(case, ctx) {
        handler.hint("A child may be at risk, so you choose. Nobody who may be complained about can have it.")
    } else {
        handler.optional().hint("If you choose nobody, it goes to whoever has such cases by your procedure.")
    };
    vec![answers, handler]
}

fn appoint_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let pool = pool(case, ctx);
    let members = Field::new("members", "Who sits on the panel?", FieldKind::Choices(pool.clone()));
    let reserve = |name, label| Field::new(name, label, FieldKind::Choice(pool.clone())).optional();
    let reserves = vec![reserve("first", "First"), reserve("second", "Second")];
    let mut fields = vec![
        match not_offered(case, ctx) {
            Some(words) => members.hint(&words),
            None => members,
        },
        Field::new("chair", "Who chairs it?", FieldKind::Choice(pool.clone())),
        Field::new("reserves", "Who stands by?", FieldKind::Group(reserves)).optional().hint(
            "If a member cannot sit, the first of them does. Ask them beforehand. They read nothing of the case until they sit. \
             The family is told who they are.",
        ),
    ];
    if case.run().and_then(|run| run.hearing.as_ref()).is_some_and(|hearing| !hearing.reserves.is_empty()) {
        fields.push(
            text("passed_over", "If somebody sits who does not stand by, why?").optional().hint(
                "Only where whoever stands by comes first and cannot sit. The family does not read this.",
            ),
        );
    }
    if case.standing() != Standing::HearingRequested {
        fields.push(text("reason", "Why does the panel change, or why does it stay as it is?").hint(
            "Choose everybody who sits from now on. The family reads this. Do not repeat what a member declared: \"a \
             member cannot sit\" is enough. If the family objected, write what you decided and why.",
        ));
    }
    fields
}

/// What an action's form begins with, as a body: what stands at this moment, where the action changes something that
/// stands.
pub fn present(action: Action, case: &Case, ctx: &Context<'_>) -> Value {
    if action != Action::AppointPanel {
        return json!({});
    }
    let Some(hearing) = case.run().and_then(|run| run.hearing.as_ref()) else { return json!({}) };
    let sits = panel_as_it_stands(case, ctx);
    let chair = Some(hearing.chair).filter(|chair| sits.contains(chair));
    let mut stand_by = hearing.reserves.iter().filter(|person| !sits.contains(person));
    let mut reserves = Map::new();
    for name in ["first", "second"] {
        reserves.extend(stand_by.next().map(|person| (name.to_owned(), json!(person))));
    }
    let mut body = json!({ "members": sits, "reserves": reserves });
    if let (Value::Object(body), Some(chair)) = (&mut body, chair) {
        body.insert("chair".to_owned(), json!(chair));
    }
    body
}

/// A member answers for themself; the clerk says whose answer it is, and how they heard it (R27).
fn declare_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let members = panel_members(case);
    let own = ctx.actor.person().is_some_and(|person| members.contains(&person));
    let declared = Field::new(
        "declared",
        "Does anything stand in the way?",
        FieldKind::Choice(choices_of!(Declared)),
    )
    .hint(
        "For example: knowing the family or anybody whom it is about, having heard of the matter before, \
                 working for the school or trust, or being close to somebody who does.",
    );
    let interest = text("interest", "If so, what is it?").optional().hint(
        "The clerk reads this and decides whether the panel changes. The family is told if it does. Leave it empty \
         if there is nothing.",
    );
    if own {
        return vec![declared, interest];
    }
    let whose = Field::new("member", "Whose declaration is it?", FieldKind::Choice(people(members, ctx)));
    let heard_by = line("heard_by", "How did they tell you, and when?")
        .hint("For example: by email today. The record says that you wrote it down for them.");
    vec![whose, declared, interest, heard_by]
}

fn panel_members(case: &Case) -> Vec<PersonId> {
    let hearing = case.run().and_then(|run| run.hearing.as_ref());
    hearing.map(|hearing| hearing.members.iter().map(|member| member.person).collect()).unwrap_or_default()
}

fn acknowledge_fields(case: &Case) -> Vec<Field> {
    let message = text("message", "Your message to the family")
        .optional()
        .hint("For example, offer to meet or to ring.");
    let formal = case.run().is_some_and(|run| run.kind == StageKind::Formal);
    if !formal {
        return vec![message];
    }
    let wrote = |words: &[&str]| {
        let said: Vec<String> = words.iter().map(|words| opening(words)).collect();
        format!("The family wrote: {}", said.join(" / "))
    };
    let happened: Vec<&str> = case.open_points().map(|point| point.what_happened.as_str()).collect();
    let mut wanted: Vec<&str> =
        case.open_points().filter_map(|point| point.wanted.as_ref()).map(Words::as_str).collect();
    let mut why = Vec::new();
    if let Some(RunCause::Escalated { why: not_settled, wanted: now_wanted, .. }) =
        case.run().map(|run| &run.cause)
    {
        why.push(not_settled.as_str());
        wanted = vec![now_wanted.as_str()];
    }
    let asked =
        |field: Field, words: &[&str]| if words.is_empty() { field } else { field.hint(&wrote(words)) };
    vec![
        asked(text("summary", "What do you understand the complaint to be?"), &happened),
        asked(text("unresolved", "What is still unresolved?"), &why),
        asked(text("wanted", "What does the family want to happen?"), &wanted),
        message,
    ]
}

fn extend_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let deadline = case
        .open_deadline(DeadlineRule::Respond)
        .or_else(|| case.open_deadline(DeadlineRule::Convene))
        .or_else(|| case.open_deadline(DeadlineRule::Outcome));
    let range = DateRange {
        from: deadline.and_then(|deadline| deadline.due.date()).and_then(|due| due.succ_opt()),
        to: deadline.and_then(|deadline| latest_extension(case, deadline, ctx)),
    };
    let moves = deadline.zip(deadline.and_then(|deadline| deadline.due.date())).map(|(deadline, due)| {
        let latest = range.to.map(|to| format!(" The latest possible day is {}.", short_date(to)));
        format!("{}: now {}.{}", deadline.rule.title(), short_date(due), latest.unwrap_or_default())
    });
    let new = Field::new("new_due_on", "What is the new date?", FieldKind::Date(range));
    vec![
        match moves {
            Some(words) => new.hint(&words),
            None => new,
        },
        text("reason", "Why is more time needed?").hint("The family reads this."),
    ]
}

/// What whoever is complained about is told. Where there are several, each has a box of their own: what is about one of
/// them is not for the other.
fn to_subject(case: &Case, ctx: &Context<'_>) -> Option<Field> {
    const HINT: &str = "They get a letter of their own, without a link to the case. Leave out the family\u{2019}s words and all \
         who are not meant.";
    let people = case.subjects.iter().filter_map(|subject| subject.person);
    let reached: Vec<PersonId> = people.filter(|person| ctx.has_a_post(*person)).collect();
    match reached.as_slice() {
        [] => None,
        [_] => {
            Some(text("to_subject", "What do you tell whoever is complained about?").optional().hint(HINT))
        }
        several => {
            let boxes = several.iter().map(|person| {
                let label = format!("What do you tell {}?", ctx.directory.name(*person));
                text(&person.to_string(), &label).optional().hint(HINT)
            });
            let asked = "What do you tell those who are complained about?";
            Some(Field::new("to_subjects", asked, FieldKind::Group(boxes.collect())).optional())
        }
    }
}

fn reply_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let message = text("message", "Your reply to the family");
    let meeting = case.booked_meeting().map(|meeting| {
        format!(
            "A meeting is booked for {}. Your reply calls it off, and everybody is told.",
            local_time_words(meeting.at)
        )
    });
    let hints: Vec<String> = late_hint(case, ctx).into_iter().chain(meeting).collect();
    let mut fields = vec![if hints.is_empty() { message } else { message.hint(&hints.join(" ")) }];
    let steps = text("steps_taken", "What was done to look into it?");
    let actions = text("actions", "What will the school do?");
    match case.run().map(|run| run.kind) {
        Some(StageKind::Formal | StageKind::Panel) => {
            fields.extend([steps, actions.hint("If nothing needs doing, say so and why.")]);
            fields.extend(to_subject(case, ctx));
        }
        Some(StageKind::Informal) | None => fields.extend([steps.optional(), actions.optional()]),
    }
    fields.push(
        Field::new(
            "already_settled",
            "Has the family told you that it is settled?",
            FieldKind::Group(
                vec![
                line("heard_by", "How did they say so, and to whom?").hint(
                    "For example: on the phone, to me. Leave both answers empty if they have not said so.",
                ),
                Field::new("told_on", "On which day did they say so?", until_today(ctx)),
            ]
                .into_iter()
                .chain(which_of_them(case, ctx, "Who said so?"))
                .collect(),
            ),
        )
        .optional()
        .hint("Only if they have said so: the case then closes with this reply."),
    );
    fields
}

/// Whoever answers late is told what the letter says about it, and what they can add.
fn late_hint(case: &Case, ctx: &Context<'_>) -> Option<String> {
    let due = case.open_deadline(DeadlineRule::Respond)?.due.date().filter(|due| *due < ctx.today)?;
    Some(format!(
        "It was due by {}. The letter says so and owns it. Say in a sentence why it is late.",
        short_date(due)
    ))
}

/// The first and the last day for a hearing, before one is chosen (R43).
fn hearing_hint(case: &Case, ctx: &Context<'_>) -> String {
    let (first, last) = hearing_days(case, ctx);
    let first = first.map(|on| format!("With full notice, from {}.", short_date(on)));
    let last = last.map(|on| {
        if on < ctx.today {
            format!("It was to be held by {}, so it is late: write the reason.", short_date(on))
        } else {
            format!("It is to be held by {}.", short_date(on))
        }
    });
    let words = ["A school day.".to_owned()].into_iter().chain(first).chain(last);
    words.collect::<Vec<_>>().join(" ")
}

/// By when the family is asked to answer if nobody chooses a day, and what that leaves of the time for the reply.
fn answer_by_hint(case: &Case, ctx: &Context<'_>) -> String {
    let limit = ctx.procedure.clarification;
    let theirs = ctx.due(DeadlineRule::Clarification, limit, ctx.today, &[]).1.date();
    let ours = case.open_deadline(DeadlineRule::Respond).and_then(|deadline| deadline.due.date());
    let standard = theirs.map(|on| {
        format!(" If you leave it empty, they have until {}, as the procedure says.", short_date(on))
    });
    let clash =
        theirs.zip(ours).filter(|(theirs, ours)| *ours > ctx.today && theirs >= ours).map(|(_, ours)| {
            format!(
                " Your own answer is due on {}: ask them to answer sooner, or put your date off first.",
                short_date(ours)
            )
        });
    format!("A school day.{}{}", standard.unwrap_or_default(), clash.unwrap_or_default())
}

fn settle_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let mut fields = vec![
        Field::new("settled", "Which points are settled?", FieldKind::Choices(points(case, ctx))),
        text("words", "Anything to add").optional(),
    ];
    if is_staff(ctx) {
        fields.push(line("heard_by", "How and when did the family tell you?"));
    }
    fields.extend(which_of_them(case, ctx, "Who told you?"));
    fields
}

/// The answer; for staff whose it is, where several were asked and have not answered.
fn give_information_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let mut fields = vec![text("answer", "Your answer")];
    if is_staff(ctx) && case.asked.len() > 1 {
        let asked = case.asked.keys().filter_map(|no| case.party(*no));
        let who = asked.map(|party| Choice::new(party.no.0, party.name.as_str())).collect();
        fields.push(
            Field::new("party", "Whose answer is it?", FieldKind::Choice(who))
                .hint("Whoever else was asked can still answer for themselves."),
        );
    }
    fields
}

/// Whose part it is, where several people raised it: the case goes on for the others.
fn which_of_them(case: &Case, ctx: &Context<'_>, label: &str) -> Option<Field> {
    if !is_staff(ctx) || case.going_on().count() < 2 {
        return None;
    }
    let who = case.going_on().map(|party| Choice::new(party.no.0, party.name.as_str())).collect();
    let field = Field::new("party", label, FieldKind::Choice(who));
    Some(field.hint("It ends for this person alone. The case goes on for the others, who are not told."))
}

fn escalate_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let (which, why) = if case.standing() == Standing::Replied {
        ("Which points are not settled?", text("why", "Why not?"))
    } else {
        let why = text("why", "Why is it taken further?").hint("For example: there was no answer in time.");
        ("Which points still need an answer?", why)
    };
    let mut fields = vec![
        Field::new("points", which, FieldKind::Choices(points(case, ctx))),
        why,
        text("wanted", "What would put it right?"),
    ];
    let next = ctx.stage_of(case).map(|stage| stage.next.clone()).unwrap_or_default();
    if next.len() > 1 {
        let usual = next.first();
        let hint = |key: &StageKey| {
            if Some(key) == usual {
                "This is the usual next step."
            } else {
                "This leaves a step out. Say below why."
            }
        };
        let choices = next
            .iter()
            .filter_map(|key| ctx.procedure.stage(key))
            .map(|stage| Choice {
                hint: Some(hint(&stage.key).to_owned()),
                ..Choice::new(stage.key.0.clone(), stage.title.clone())
            })
            .collect();
        let first = next.first().map(|key| Value::from(key.0.clone()));
        fields.push(
            Field::new("to_stage", "Who should look at it next?", FieldKind::Choice(choices))
                .optional()
                .usually(first),
        );
        fields.push(
            text("skip_reason", "Why is a step left out?").optional().hint("Only if you leave one out."),
        );
    }
    if is_staff(ctx) && window_is_over(case, ctx) {
        fields.push(text("late_cause", "What is the good cause for letting it through late?"));
    }
    fields
}

fn withdraw_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let mut fields = vec![text("reason", "Why, if the family wants to say").optional()];
    if is_staff(ctx) {
        fields.push(line("confirmation", "Where is the family's written confirmation?"));
    }
    fields.extend(which_of_them(case, ctx, "Who withdrew?"));
    fields
}

fn record_hearing_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let members = panel_members(case);
    vec![
        Field::new("held_on", "When was the hearing held?", until_today(ctx)),
        Field::new("present", "Which members sat?", FieldKind::Choices(people(members, ctx))),
        Field::new(
            "complainant",
            "Was the family there?",
            FieldKind::Choice(vec![
                Choice::new("attended", "Yes"),
                Choice::new("chose_not_to", "No, they chose not to come"),
                Choice::new("in_absence", "No, and the panel went on without them"),
            ]),
        ),
        text("absence_reason", "Why the panel went on without them, and how you tried to reach them")
            .optional(),
        Field::new(
            "companion",
            "Did somebody come with them?",
            FieldKind::Choice(choices_of!(CompanionRule)),
        ),
        line("companion_name", "Who came with them?").optional(),
        text("minutes", "Minutes"),
    ]
}

fn close_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let mut fields = Vec::new();
    if case.run().is_some_and(|run| run.kind == StageKind::Panel) {
        fields.extend(distribution_field(case, ctx));
    }
    let taken = text("action_taken", "What did the school do because of it?");
    let none = text("no_action_reason", "Or why was nothing done?");
    if case.kind == Kind::Feedback {
        fields.extend([taken.optional().hint("The family reads it."), none.optional()]);
        return fields;
    }
    fields.push(taken.either().hint(
        "Whether or not it was upheld. Answer this or the next, not both. The family reads it: say nothing about \
         measures against a person.",
    ));
    fields.push(none.either().hint("Needed if you left the one above empty. The family reads this too."));
    fields
}

/// Who still has to be asked about: Heard knows to whom it sent the findings itself (R54).
fn distribution_field(case: &Case, ctx: &Context<'_>) -> Option<Field> {
    let known: Vec<Recipient> =
        already_distributed(case, ctx).into_iter().map(|line| line.recipient).collect();
    let asked = Recipient::ALL.iter().filter(|recipient| !known.contains(recipient));
    let rows: Vec<Choice> = asked.map(|word| Choice::new(word.key(), word.title())).collect();
    if rows.is_empty() {
        return None;
    }
    let columns = vec![
        Field::new("sent_on", "Sent or made available on", until_today(ctx)).either(),
        line("not_applicable", "Or why it does not apply").either(),
    ];
    let field = Field::new(
        "distribution",
        "Who else has received the findings?",
        FieldKind::Rows(RowSet { key: "recipient", rows, columns }),
    );
    Some(
        field.hint("One of the two answers is needed for each. What Heard sent itself is on record already."),
    )
}

fn message_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let mut fields = vec![text("words", "Your message")];
    if is_staff(ctx) && case.going_on().count() > 1 {
        let to = case.going_on().map(|party| Choice::new(party.no.0, party.name.as_str())).collect();
        fields.insert(
            0,
            Field::new("to", "To whom?", FieldKind::Choice(to))
                .optional()
                .hint("To each of them when you choose nobody."),
        );
    }
    fields
}

/// Who helps, and how far.
fn add_helper_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let mut fields = vec![
        line("name", "What is their name?"),
        Field::new("email", "What is their email address?", FieldKind::Email)
            .hint("Their own link goes there. Nobody else can open it."),
        Field::new("helps_as", "How do they help?", FieldKind::Choice(choices_of!(HelpsAs))),
        Field::new("may", "What may they do?", FieldKind::Choice(choices_of!(HelperScope))),
    ];
    if is_staff(ctx) {
        fields.extend(whom_they_help(case));
        fields.push(line("consent", "Where is the consent of the person whom they help?"));
    }
    fields
}

/// Which complainant it is, where there are several.
fn whom_they_help(case: &Case) -> Option<Field> {
    let who: Vec<Choice> =
        case.complainants().map(|party| Choice::new(party.no.0, party.name.as_str())).collect();
    (who.len() > 1).then(|| Field::new("whom", "Whom do they help?", FieldKind::Choice(who)))
}

/// Whose help can end: for a complainant, who helps them.
fn end_helper_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let of_one = |whom| case.helpers_of(whom).filter(|(_, help)| help.ended_at.is_none());
    let whose: Vec<PartyNo> = match ctx.actor {
        Actor::Complainant(me) => vec![me],
        Actor::Person(_) | Actor::Public | Actor::Clock => {
            case.complainants().map(|party| party.no).collect()
        }
    };
    let choice = |(party, help): (&Party, Helping)| Choice::new(help.no.0, party.name.as_str());
    let mut choices: Vec<Choice> = Vec::new();
    for found in whose.into_iter().flat_map(of_one).map(choice) {
        // Two who help different people may have the same number: whom they help tells them apart.
        match choices.iter_mut().find(|known| known.value == found.value) {
            Some(known) => known.label = format!("{} or {}", known.label, found.label),
            None => choices.push(found),
        }
    }
    let mut fields = vec![Field::new("helper", "Whose help ends?", FieldKind::Choice(choices))];
    if is_staff(ctx) {
        fields.extend(whom_they_help(case));
    }
    fields
}

/// How somebody is reached. What is left empty stays as it is.
fn correct_contact_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let ways = ContactWay::ALL.iter().map(|way| Choice::new(way.key(), capital(way.title())));
    let mut fields = vec![
        Field::new("email", "Email address", FieldKind::Email).optional(),
        line("phone", "Phone number").optional(),
        text("address", "Postal address").optional(),
        Field::new("remove", "Is there something to take away?", FieldKind::Choices(ways.collect()))
            .hint("At least one way to reach them has to stay.")
            .optional(),
    ];
    if is_staff(ctx) {
        if case.parties.len() > 1 {
            let who = case.parties.iter().map(|party| Choice::new(party.no.0, party.name.as_str())).collect();
            fields.insert(0, Field::new("party", "Whose details are they?", FieldKind::Choice(who)));
        }
    } else {
        fields.push(
            line("code", "The code from your new email address")
                .hint("Only for a new email address. We mail you the code when you send it.")
                .optional(),
        );
    }
    fields
}

/// What is asked about somebody who takes part.
fn contact_fields() -> Vec<Field> {
    vec![
        line("name", "Full name"),
        Field::new("email", "Email address", FieldKind::Email).optional(),
        line("phone", "Phone number").optional(),
        text("address", "Postal address").optional(),
        Field::new(
            "relationship",
            "What are they to the child or the school?",
            FieldKind::Choice(choices_of!(Relationship)),
        ),
        Field::new(
            "preferred_contact",
            "How would they like to be reached?",
            FieldKind::Choice(choices_of!(PreferredContact)),
        )
        .optional(),
        line("language", "Their language").optional(),
        text("adjustments", "What do they need to take part?").optional(),
        text("safe_contact_note", "What should we mind when we reach them?").optional(),
    ]
}

fn screening_rows(case: &Case) -> RowSet {
    let rows = match &case.state {
        State::Screening { reasons } => {
            reasons.iter().map(|reason| Choice::new(reason.key(), reason.title())).collect()
        }
        State::Open(_)
        | State::Replied
        | State::Hearing(_)
        | State::Suspended { .. }
        | State::Closed { .. } => Vec::new(),
    };
    RowSet { key: "reason", rows, columns: vec![text("words", "What did you find, and what did you do?")] }
}

/// The open points, each in the words of whoever reads it (P18).
fn points(case: &Case, ctx: &Context<'_>) -> Vec<Choice> {
    let label = |point: &Point| match point_words(point, ctx.actor) {
        Some(words) => format!("Point {}: {}", point.no, first_words(words.what_happened.as_str())),
        None => format!("Point {}", point.no),
    };
    case.open_points().map(|point| Choice::new(point.no.0, label(point))).collect()
}

/// The points with what stands now, for whoever decides them.
fn points_to_find(case: &Case, ctx: &Context<'_>) -> Vec<Choice> {
    let stands = |point: &Point| case.answer_of(point.no).map(|answer| answer.finding.title().to_lowercase());
    case.open_points()
        .zip(points(case, ctx))
        .map(|(point, choice)| Choice {
            hint: stands(point).map(|now| format!("It stands as: {now}")),
            ..choice
        })
        .collect()
}

/// How a text begins, on one line, for whoever has to sum it up.
fn opening(text: &str) -> String {
    const LETTERS: usize = 300;
    let one_line: Vec<&str> = text.split_whitespace().collect();
    first_line(&one_line.join(" "), LETTERS)
}

/// The first words of a text, for a choice that must stay short.
fn first_words(text: &str) -> String {
    const LETTERS: usize = 80;
    first_line(text, LETTERS)
}

fn papers(case: &Case) -> Field {
    let papers = Field::new("documents", "Which documents?", FieldKind::Choices(documents(case)));
    if case.documents.is_empty() {
        return papers
            .hint("No file is on this case yet. Add each paper to the case first, then choose it here.");
    }
    papers.hint("Both sides and the panel can open what you choose.")
}

/// What goes out as papers is seen by both sides: whoever chooses knows who sees it so far.
fn documents(case: &Case) -> Vec<Choice> {
    let so_far = |document| match openness(case, document) {
        Openness::OnlyStaff => " (so far only staff can open it)",
        Openness::Sender(_) => " (from the family)",
        Openness::Family => "",
    };
    case.documents
        .iter()
        .filter(|document| !case.is_taken_out(document.no) && document.scan.lets_open())
        .map(|document| Choice::new(document.no.0, format!("{}{}", document.name, so_far(document))))
        .collect()
}

fn open_remedies(case: &Case) -> Vec<Choice> {
    case.remedies
        .iter()
        .filter(|remedy| remedy.done.is_none())
        .map(|remedy| Choice::new(remedy.no.0, first_words(remedy.what.as_str())))
        .collect()
}

/// What the law sets a date for, with the date.
fn open_duties(case: &Case) -> Vec<Choice> {
    let owed = case.deadlines.iter().filter(|deadline| deadline.is_open() && deadline.rule.is_statutory());
    owed.map(|deadline| {
        let by = deadline.due.date().map_or_else(String::new, |on| format!(", by {}", short_date(on)));
        Choice::new(deadline.no.0, format!("{}{by}", deadline.rule.title()))
    })
    .collect()
}

/// People by post, then by name, so that a long list can be read.
fn people(ids: Vec<PersonId>, ctx: &Context<'_>) -> Vec<Choice> {
    let mut known: Vec<&Person> = ids.into_iter().filter_map(|id| ctx.directory.person(id)).collect();
    let post =
        |person: &Person| Role::ALL.into_iter().position(|role| person.holds(role, ctx.school.id, ctx.today));
    known.sort_by_cached_key(|person| (post(person).unwrap_or(usize::MAX), person.name.to_lowercase()));
    known.into_iter().map(|person| Choice::new(person.id.to_string(), with_posts(person.id, ctx))).collect()
}

/// "Amir Khan (governor)": a name with the posts that somebody has at this school today.
pub fn with_posts(person: PersonId, ctx: &Context<'_>) -> String {
    let name = ctx.directory.name(person);
    let held = ctx.directory.person(person).map(|known| known.posts.as_slice()).unwrap_or_default();
    let here = held.iter().filter(|post| post.reaches(ctx.school.id) && post.is_held_on(ctx.today));
    let posts: Vec<&str> = here.map(|post| post.role.title()).collect();
    if posts.is_empty() { name.to_owned() } else { format!("{name} ({})", posts.join(", ")) }
}

fn staff(case: &Case, ctx: &Context<'_>) -> Vec<PersonId> {
    everybody(case, ctx).into_iter().filter(|person| ctx.is_staff(*person)).collect()
}

/// All but whoever acts.
fn others(people: Vec<PersonId>, ctx: &Context<'_>) -> Vec<PersonId> {
    people.into_iter().filter(|person| ctx.actor.person() != Some(*person)).collect()
}

fn everybody(case: &Case, ctx: &Context<'_>) -> Vec<PersonId> {
    let mut people: Vec<_> = ctx
        .directory
        .people()
        .iter()
        .filter(|person| {
            person.posts.iter().any(|post| post.reaches(ctx.school.id) && post.is_held_on(ctx.today))
        })
        .filter(|person| !case.is_shut_out(person.id))
        .collect();
    people.sort_by(|one, other| one.name.cmp(&other.name));
    people.into_iter().map(|person| person.id).collect()
}

fn is_staff(ctx: &Context<'_>) -> bool {
    match ctx.actor {
        Actor::Person(_) => true,
        Actor::Complainant(_) | Actor::Public | Actor::Clock => false,
    }
}

/// What everybody reads in place of what was taken out.
const REASON_IS_READ: &str = "This stands in its place, for everybody who reads it. Name nobody.";

fn take_out_fields(ctx: &Context<'_>) -> Vec<Field> {
    let choice = |recorded: &Recorded| {
        let longest = texts(&recorded.event).into_iter().max_by_key(|text| text.words.len());
        let longest = longest.map_or_else(String::new, |text| text.words);
        let label = format!(
            "{}. {}: {}",
            recorded.stamp.seq,
            short_date(recorded.stamp.on),
            first_line(&longest, 70)
        );
        Choice::new(recorded.stamp.seq, label)
    };
    vec![
        Field::new("entry", "Which text?", FieldKind::Choice(entries(ctx).map(choice).collect())),
        text("words", "Which words of it?")
            .hint("Copy them exactly as they stand there, the whole text if all of it has to go."),
        text("reason", "Why?").hint(REASON_IS_READ),
    ]
}

fn take_out_file_fields(case: &Case, ctx: &Context<'_>) -> Vec<Field> {
    let files: Vec<Choice> =
        visible(case, ctx.actor).map(|document| Choice::new(document.no.0, document.name.as_str())).collect();
    vec![
        Field::new("document", "Which file?", FieldKind::Choice(files.clone())),
        Field::new("instead", "Which file stands in its place?", FieldKind::Choice(files))
            .hint("Add a copy without what has to go first, if there is one.")
            .optional(),
        text("reason", "Why?").hint(REASON_IS_READ),
    ]
}
