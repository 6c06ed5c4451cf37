//! From what a browser sent to the JSON body of an action, and back.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveDateTime, Timelike};
use serde_json::{Map, Value};

use crate::domain::case::fields::{Choice, DateRange, Field, FieldKind, Need, RowSet};
use crate::domain::text::{EmailAddress, TextProblem, Words};

use super::when::{self, Typed};
use super::{FieldProblem, Pairs, joined};

/// Reads the fields of a form. What may be left out and was is left out; a group or a set of rows that may be
/// left out and has nothing in it is left out whole.
///
/// # Errors
/// Everything that is missing or does not fit, in the order of the fields; a name that no field has comes last.
pub fn read(fields: &[Field], pairs: &Pairs) -> Result<Value, Vec<FieldProblem>> {
    let mut reader = Reader { typed: BTreeMap::new(), used: Vec::new(), problems: Vec::new() };
    for (name, value) in pairs {
        reader.typed.entry(name).or_default().push(value);
    }
    let body = reader.object(fields, "");
    reader.refuse_strangers();
    if reader.problems.is_empty() { Ok(Value::Object(body)) } else { Err(reader.problems) }
}

/// What was typed under a name, in order; the same list for `FormView`.
pub(super) fn typed<'p>(pairs: &'p Pairs, name: &str) -> impl Iterator<Item = &'p str> {
    pairs.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
}

struct Reader<'p> {
    typed: BTreeMap<&'p str, Vec<&'p str>>,
    used: Vec<String>,
    problems: Vec<FieldProblem>,
}

impl<'p> Reader<'p> {
    fn object(&mut self, fields: &[Field], prefix: &str) -> Map<String, Value> {
        let mut object = Map::new();
        for field in fields {
            let name = joined(prefix, &field.name);
            if let Some(value) = self.field(field, &name) {
                object.insert(field.name.clone(), value);
            }
        }
        object
    }

    fn field(&mut self, field: &Field, name: &str) -> Option<Value> {
        match &field.kind {
            FieldKind::Line => self.text(field, name, Words::line),
            FieldKind::Text => self.text(field, name, Words::text),
            FieldKind::Email => self.email(field, name),
            FieldKind::Date(range) => self.date(field, name, *range).map(|date| date.to_string().into()),
            FieldKind::DateTime => self.moment(field, name),
            FieldKind::Number(least, most) => self.number(field, name, (*least, *most)),
            FieldKind::Choice(choices) => self.choice(field, name, choices),
            FieldKind::Choices(choices) => self.choices(field, name, choices),
            FieldKind::Group(fields) => self.group(field, fields, name),
            FieldKind::Rows(rows) => self.rows(field, rows, name),
        }
    }

    /// The first value under a name, without white space around it.
    fn one(&mut self, name: &str) -> &'p str {
        self.used.push(name.to_owned());
        self.typed.get(name).and_then(|values| values.first()).map_or("", |value| value.trim())
    }

    fn problem(&mut self, name: &str, words: impl Into<String>) {
        self.problems.push(FieldProblem { name: name.to_owned(), words: words.into() });
    }

    fn missing(&mut self, field: &Field, name: &str) {
        if field.need == Need::Required {
            self.problem(name, missing_words(field));
        }
    }

    fn text(
        &mut self,
        field: &Field,
        name: &str,
        parse: impl Fn(&str) -> Result<Words, TextProblem>,
    ) -> Option<Value> {
        let typed = self.one(name);
        match parse(typed) {
            Ok(words) => Some(words.as_str().into()),
            Err(TextProblem::Blank) => {
                self.missing(field, name);
                None
            }
            Err(problem @ (TextProblem::TooLong(_) | TextProblem::Control)) => {
                self.problem(name, problem.to_string());
                None
            }
        }
    }

    fn email(&mut self, field: &Field, name: &str) -> Option<Value> {
        let typed = self.one(name);
        if typed.is_empty() {
            self.missing(field, name);
            return None;
        }
        match EmailAddress::parse(typed) {
            Ok(address) => Some(address.as_str().into()),
            Err(words) => {
                self.problem(name, words);
                None
            }
        }
    }

    fn date(&mut self, field: &Field, name: &str, range: DateRange) -> Option<NaiveDate> {
        let [day, month, year] = ["day", "month", "year"].map(|part| self.one(&format!("{name}-{part}")));
        let typed = Typed { day, month, year };
        if typed.is_empty() {
            self.missing(field, name);
            return None;
        }
        when::date(typed, range).map_err(|words| self.problem(name, words)).ok()
    }

    fn moment(&mut self, field: &Field, name: &str) -> Option<Value> {
        let time_name = format!("{name}-time");
        let typed_time = self.one(&time_name);
        let parts = ["day", "month", "year"].map(|part| format!("{name}-{part}"));
        let empty = parts.iter().all(|part| {
            self.typed.get(part.as_str()).is_none_or(|all| all.iter().all(|one| one.trim().is_empty()))
        });
        if empty && typed_time.is_empty() {
            self.used.extend(parts);
            self.missing(field, name);
            return None;
        }
        let wanted = Field { need: Need::Required, ..field.clone() };
        let date = self.date(&wanted, name, DateRange::default());
        let time = when::time(typed_time).map_err(|words| self.problem(&time_name, words)).ok();
        Some(date?.and_time(time?).format("%Y-%m-%dT%H:%M:%S").to_string().into())
    }

    fn number(&mut self, field: &Field, name: &str, (least, most): (u16, u16)) -> Option<Value> {
        let typed = self.one(name);
        if typed.is_empty() {
            self.missing(field, name);
            return None;
        }
        match typed.parse::<u16>() {
            Ok(number) if (least..=most).contains(&number) => Some(number.into()),
            Ok(_) | Err(_) => {
                self.problem(name, format!("Enter a number from {least} to {most}"));
                None
            }
        }
    }

    fn choice(&mut self, field: &Field, name: &str, choices: &[Choice]) -> Option<Value> {
        let typed = self.one(name);
        if typed.is_empty() {
            self.missing(field, name);
            return None;
        }
        let chosen = choices.iter().find(|choice| choice.form_value() == typed);
        if chosen.is_none() {
            self.problem(name, "Choose one of the answers shown here");
        }
        chosen.map(|choice| choice.value.clone())
    }

    /// Nothing ticked is an answer: none of these. Whether that will do is for the rules to say.
    fn choices(&mut self, field: &Field, name: &str, choices: &[Choice]) -> Option<Value> {
        self.used.push(name.to_owned());
        let typed: Vec<&str> = self
            .typed
            .get(name)
            .into_iter()
            .flatten()
            .map(|value| value.trim())
            .filter(|value| !value.is_empty())
            .collect();
        if typed.is_empty() && field.need != Need::Required {
            return None;
        }
        if typed.iter().any(|value| !choices.iter().any(|choice| choice.form_value() == **value)) {
            self.problem(name, "Choose from the answers shown here");
            return None;
        }
        let chosen = choices.iter().filter(|choice| typed.contains(&choice.form_value().as_str()));
        Some(chosen.map(|choice| choice.value.clone()).collect())
    }

    fn group(&mut self, field: &Field, fields: &[Field], name: &str) -> Option<Value> {
        if field.need != Need::Required && self.nothing_below(name) {
            self.use_below(name);
            return None;
        }
        Some(Value::Object(self.object(fields, name)))
    }

    fn rows(&mut self, field: &Field, rows: &RowSet, name: &str) -> Option<Value> {
        if field.need != Need::Required && self.nothing_below(name) {
            self.use_below(name);
            return None;
        }
        let mut one = |row: &Choice| {
            let mut object = Map::from_iter([(rows.key.to_owned(), row.value.clone())]);
            object.extend(self.object(&rows.columns, &joined(name, &row.form_value())));
            Value::Object(object)
        };
        Some(rows.rows.iter().map(&mut one).collect())
    }

    fn below<'s>(&'s self, name: &str) -> impl Iterator<Item = (&'p str, &'s Vec<&'p str>)> {
        let prefix = format!("{name}.");
        self.typed.iter().filter(move |(own, _)| own.starts_with(&prefix)).map(|(own, values)| (*own, values))
    }

    fn nothing_below(&self, name: &str) -> bool {
        self.below(name).all(|(_, values)| values.iter().all(|value| value.trim().is_empty()))
    }

    fn use_below(&mut self, name: &str) {
        let names: Vec<String> = self.below(name).map(|(own, _)| own.to_owned()).collect();
        self.used.extend(names);
    }

    /// A field that is not on this form was not typed into it (A5).
    fn refuse_strangers(&mut self) {
        let strangers: Vec<&str> =
            self.typed.keys().copied().filter(|name| !self.used.iter().any(|used| used == name)).collect();
        for stranger in strangers {
            self.problem(
                stranger,
                "This form has no such question. Open the page again and fill it in there",
            );
        }
    }
}

fn missing_words(field: &Field) -> String {
    let label = &field.label;
    match &field.kind {
        FieldKind::Choice(_) => format!("Choose an answer: {label}"),
        FieldKind::Date(_) | FieldKind::DateTime => format!("Enter a date: {label}"),
        FieldKind::Number(..) => format!("Enter a number: {label}"),
        FieldKind::Line
        | FieldKind::Text
        | FieldKind::Email
        | FieldKind::Choices(_)
        | FieldKind::Group(_)
        | FieldKind::Rows(_) => match label.strip_prefix("Your ") {
            // "Write an answer: Your message" is no sentence that anybody says.
            Some(what) => format!("Write your {what}"),
            None => format!("Write an answer: {label}"),
        },
    }
}

/// What a browser would send for a body: the other way round, to fill a form in and to carry it through the
/// page on which people check it.
pub fn pairs_of(fields: &[Field], body: &Value) -> Vec<(String, String)> {
    let mut pairs = Vec::new();
    write(fields, body, "", &mut pairs);
    pairs
}

fn write(fields: &[Field], object: &Value, prefix: &str, pairs: &mut Vec<(String, String)>) {
    for field in fields {
        if let Some(value) = object.get(&field.name) {
            write_field(field, value, joined(prefix, &field.name), pairs);
        }
    }
}

fn write_field(field: &Field, value: &Value, name: String, pairs: &mut Vec<(String, String)>) {
    match &field.kind {
        FieldKind::Line
        | FieldKind::Text
        | FieldKind::Email
        | FieldKind::Number(..)
        | FieldKind::Choice(_) => {
            pairs.push((name, plain(value)));
        }
        FieldKind::Choices(_) => {
            pairs.extend(value.as_array().into_iter().flatten().map(|one| (name.clone(), plain(one))));
        }
        FieldKind::Date(_) => {
            if let Some(date) = value.as_str().and_then(|text| text.parse().ok()) {
                write_date(date, &name, pairs);
            }
        }
        FieldKind::DateTime => {
            if let Some(moment) = value.as_str().and_then(|text| text.parse::<NaiveDateTime>().ok()) {
                write_date(moment.date(), &name, pairs);
                pairs.push((format!("{name}-time"), format!("{:02}:{:02}", moment.hour(), moment.minute())));
            }
        }
        FieldKind::Group(fields) => write(fields, value, &name, pairs),
        FieldKind::Rows(rows) => {
            for row in value.as_array().into_iter().flatten() {
                let key = row.get(rows.key).map(plain).unwrap_or_default();
                write(&rows.columns, row, &joined(&name, &key), pairs);
            }
        }
    }
}

fn write_date(date: NaiveDate, name: &str, pairs: &mut Vec<(String, String)>) {
    let parts = ["day", "month", "year"].into_iter().zip(when::boxes(date));
    pairs.extend(parts.map(|(part, typed)| (format!("{name}-{part}"), typed)));
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            value.to_string()
        }
    }
}
