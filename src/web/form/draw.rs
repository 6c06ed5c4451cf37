//! A form as a page draws it: the fields in order, with what was typed and what is to be put right.

use crate::domain::case::fields::{Choice, Field, FieldKind, Need, RowSet};
use crate::domain::text::capital;
use crate::web::field::{self, Choices, DateField, Kind, LabelSize, Pick, Place, Problem, Stand, Width};

use super::read::typed;
use super::{FieldProblem, Pairs, joined};

/// Up to so many answers stand as radios, where all can be seen; more go into a list.
const MOST_RADIOS: usize = 9;

/// One thing to draw. Groups and rows are opened and closed, so that a template needs one flat loop.
#[derive(Clone, Debug)]
pub enum Item {
    /// One line of text, an email address or a number.
    Line(field::Field),
    /// A text of several lines.
    Area(field::Field),
    /// A date in three boxes.
    Date(DateField),
    /// A date in three boxes with a time beside it.
    Moment(DateField, field::Field),
    /// One of a few answers.
    Radios(Choices),
    /// One of many answers.
    Select(Choices),
    /// Any of these answers.
    Ticks(Choices),
    /// Fields that belong together begin: the question, its hint.
    Open(String, Option<String>),
    /// They end.
    Close,
    /// A row of the same questions begins, with what it is about; closed like a group.
    Row(String),
}

/// A form with what was typed into it.
#[derive(Clone, Debug)]
pub struct FormView {
    /// What to draw, in order.
    pub items: Vec<Item>,
    /// The lines of the error summary, in the words of the fields (P10).
    pub problems: Vec<Problem>,
}

impl FormView {
    /// Draws the fields with what was typed. A problem whose name no field has stands in the summary and leads
    /// to the first field.
    pub fn new(fields: &[Field], pairs: &Pairs, problems: &[FieldProblem]) -> Self {
        let mut drawer = Drawer {
            pairs,
            problems,
            items: Vec::new(),
            told: Vec::new(),
            used: Vec::new(),
            label_size: LabelSize::Medium,
        };
        drawer.fields(fields, "");
        let first = drawer.told_or_first();
        let homeless = problems.iter().filter(|problem| !drawer.used.contains(&problem.name));
        let mut summary = drawer.told.clone();
        summary.extend(homeless.map(|problem| Problem { field: first.clone(), text: problem.words.clone() }));
        Self { items: drawer.items, problems: summary }
    }

    /// An empty form.
    pub fn empty(fields: &[Field]) -> Self {
        Self::new(fields, &[], &[])
    }
}

struct Drawer<'a> {
    pairs: &'a Pairs,
    problems: &'a [FieldProblem],
    items: Vec<Item>,
    told: Vec<Problem>,
    used: Vec<String>,
    /// Questions inside a group are quieter than the group's own.
    label_size: LabelSize,
}

impl Drawer<'_> {
    fn fields(&mut self, fields: &[Field], prefix: &str) {
        for field in fields {
            self.field(field, joined(prefix, &field.name));
        }
    }

    /// The fields of a group or of a row.
    fn inside(&mut self, fields: &[Field], prefix: &str) {
        let outside = std::mem::replace(&mut self.label_size, LabelSize::Plain);
        self.fields(fields, prefix);
        self.label_size = outside;
    }

    fn field(&mut self, field: &Field, name: String) {
        match &field.kind {
            FieldKind::Line => self.line(field, name, Kind::Text, Width::Full),
            FieldKind::Email => self.line(field, name, Kind::Email, Width::Half),
            FieldKind::Number(..) => self.line(field, name, Kind::Digits, Width::Four),
            FieldKind::Text => {
                let area = self.text(field, name).rows(5);
                self.tell(area.problem());
                self.items.push(Item::Area(area));
            }
            FieldKind::Date(_) => {
                let date = self.date(field, &name);
                self.tell(date.problem());
                self.items.push(Item::Date(date));
            }
            FieldKind::DateTime => self.moment(field, &name),
            FieldKind::Choice(choices) => self.choice(field, name, choices),
            FieldKind::Choices(choices) => {
                let ticks = self.choices(field, name, choices);
                self.tell(ticks.problem());
                self.items.push(Item::Ticks(ticks));
            }
            FieldKind::Group(fields) => {
                self.items.push(Item::Open(question(field), field.hint.clone()));
                self.inside(fields, &name);
                self.items.push(Item::Close);
            }
            FieldKind::Rows(rows) => self.rows(field, rows, &name),
        }
    }

    fn rows(&mut self, field: &Field, rows: &RowSet, name: &str) {
        self.items.push(Item::Open(question(field), field.hint.clone()));
        for row in &rows.rows {
            self.items.push(Item::Row(capital(&row.label)));
            self.inside(&rows.columns, &joined(name, &row.form_value()));
            self.items.push(Item::Close);
        }
        self.items.push(Item::Close);
    }

    fn line(&mut self, field: &Field, name: String, kind: Kind, width: Width) {
        let line = self.text(field, name).kind(kind).width(width);
        self.tell(line.problem());
        self.items.push(Item::Line(line));
    }

    fn text(&mut self, field: &Field, name: String) -> field::Field {
        let error = self.error(&name);
        let typed = self.first(&name);
        let mut drawn = field::Field::new(name, field.label.clone())
            .value(typed)
            .error(error)
            .label_size(self.label_size);
        drawn.hint = field.hint.clone().map(Into::into);
        drawn.need = need(field.need);
        drawn
    }

    fn date(&mut self, field: &Field, name: &str) -> DateField {
        let mut date = DateField::new(name.to_owned(), field.label.clone());
        date.label_size = self.label_size;
        date.hint = Some(field.hint.clone().unwrap_or_else(|| "For example, 27 3 2026".to_owned()).into());
        date.day = self.first(&format!("{name}-day"));
        date.month = self.first(&format!("{name}-month"));
        date.year = self.first(&format!("{name}-year"));
        date.error = self.error(name);
        date.need = need(field.need);
        date
    }

    fn moment(&mut self, field: &Field, name: &str) {
        let date = self.date(field, name);
        let time_name = format!("{name}-time");
        let error = self.error(&time_name);
        let typed = self.first(&time_name);
        let mut time = field::Field::new(time_name, "Time")
            .hint("For example, 3:30pm or 15:30")
            .width(Width::Ten)
            .value(typed)
            .error(error);
        time.need = need(field.need);
        self.tell(date.problem());
        self.tell(time.problem());
        self.items.push(Item::Moment(date, time));
    }

    fn choice(&mut self, field: &Field, name: String, choices: &[Choice]) {
        let mut drawn = self.choices(field, name, choices);
        self.tell(drawn.problem());
        if choices.len() <= MOST_RADIOS {
            self.items.push(Item::Radios(drawn));
            return;
        }
        let pick = if drawn.options.iter().any(|option| option.pick == Pick::Chosen) {
            Pick::Open
        } else {
            Pick::Chosen
        };
        let none = field::Choice {
            value: "".into(),
            label: "Choose one".into(),
            hint: None,
            pick,
            place: Place::InRow,
        };
        drawn.options.insert(0, none);
        self.items.push(Item::Select(drawn));
    }

    fn choices(&mut self, field: &Field, name: String, choices: &[Choice]) -> Choices {
        let chosen: Vec<String> = typed(self.pairs, &name).map(str::to_owned).collect();
        let chosen: Vec<&str> = chosen.iter().map(String::as_str).collect();
        let error = self.error(&name);
        let mut drawn = Choices::new(name, field.label.clone())
            .error(error)
            .label_size(self.label_size)
            .stand(Stand::Stacked);
        drawn.hint = field.hint.clone().map(Into::into);
        drawn.need = need(field.need);
        for choice in choices {
            drawn = drawn.option(choice.form_value(), choice.label.clone());
            if let Some(hint) = &choice.hint {
                drawn = drawn.leading_to(hint.clone());
            }
        }
        drawn.chosen(&chosen)
    }

    fn first(&self, name: &str) -> String {
        typed(self.pairs, name).next().unwrap_or_default().to_owned()
    }

    /// Every problem of a field, in one sentence after the other.
    fn error(&mut self, name: &str) -> Option<String> {
        self.used.push(name.to_owned());
        let words: Vec<&str> = self
            .problems
            .iter()
            .filter(|problem| problem.name == name)
            .map(|problem| problem.words.as_str())
            .collect();
        (!words.is_empty()).then(|| words.join(". "))
    }

    fn tell(&mut self, problem: Option<Problem>) {
        self.told.extend(problem);
    }

    /// Where a problem without a field leads: the first field of the form.
    fn told_or_first(&self) -> String {
        self.items.iter().find_map(anchor).unwrap_or_else(|| "main-content".to_owned())
    }
}

fn anchor(item: &Item) -> Option<String> {
    match item {
        Item::Line(field) | Item::Area(field) => Some(field.name.to_string()),
        Item::Date(date) | Item::Moment(date, _) => Some(format!("{}-day", date.name)),
        Item::Radios(choices) | Item::Select(choices) | Item::Ticks(choices) => {
            Some(choices.name.to_string())
        }
        Item::Open(..) | Item::Close | Item::Row(_) => None,
    }
}

fn question(field: &Field) -> String {
    match field.need {
        Need::Required | Need::Either => field.label.clone(),
        Need::Optional => format!("{} (optional)", field.label),
    }
}

fn need(need: Need) -> field::Need {
    match need {
        Need::Required | Need::Either => field::Need::Required,
        Need::Optional => field::Need::Optional,
    }
}
