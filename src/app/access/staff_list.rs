//! A whole staff at once: a list as spreadsheets save it, looked at row by row before anything happens, and then taken on
//! by the same rules as one person on a form.
//!
//! The look is the deed, taken back: so what is said before is what happens. A list that is sent twice changes nothing the
//! second time.

use std::collections::{HashMap, HashSet};

use csv::{ReaderBuilder, StringRecord, Trim, WriterBuilder};
use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

use crate::app::App;
use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::db::people::NewPerson;
use crate::db::{self, DbError, Tx};
use crate::domain::calendar::local_date;
use crate::domain::ids::PersonId;
use crate::domain::person::{Place, Role};

use super::administrator::Administrator;
use super::password_link::{self, Occasion};
use super::staff::{self, PersonForm, PostForm, TRUST, may_be_held, only_one, overlaps, read};
use super::users::{Appointment, ChangedBy, add_person, find_place, give_post, log};

/// The most rows of one list: the staff of a large school.
pub const MOST_ROWS: usize = 300;
/// The largest list, in bytes.
const LARGEST: usize = 200_000;
/// The columns, in the order of the sample. The first four are needed.
pub const COLUMNS: [&str; 9] =
    ["name", "email", "post", "school", "from", "to", "year_groups", "independence", "independence_reason"];
/// How many of them every list has.
const NEEDED: usize = 4;
/// What spreadsheets take for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// A list to begin with: one row of each kind.
pub const SAMPLE: &str = "\
name,email,post,school,from,to,year_groups,independence,independence_reason
Ana Lima,ana.lima@school.example,class teacher,Hazel Lane Primary School,1 9 2026,,\"Reception, Year 1\",,
Joan Bell,joan.bell@school.example,clerk to the governors,Hazel Lane Primary School,,31 8 2027,,,
Theo Marsh,theo.marsh@trust.example,trust officer,trust,,,,,
Ruth Adeyemi,ruth@elsewhere.example,panel member,trust,,,,independent,\"Retired head of another trust, no tie to ours\"
";

/// One row as it was typed, by column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the list, as spreadsheets count: the names of the columns are row 1.
    pub number: usize,
    cells: [String; COLUMNS.len()],
}

impl Row {
    /// What stands in a column; nothing for one that is none.
    pub fn cell(&self, column: &str) -> &str {
        let at = COLUMNS.iter().position(|own| *own == column);
        at.and_then(|at| self.cells.get(at)).map_or("", String::as_str)
    }

    /// The row as the form of one person; the post and the school by their keys, where they are known.
    fn form(&self, places: &[(String, String)]) -> Result<PersonForm, Vec<FieldProblem>> {
        let formula = COLUMNS.iter().zip(&self.cells).filter(|(_, cell)| cell.starts_with(FORMULA));
        let mut problems: Vec<FieldProblem> = formula
            .map(|(column, _)| {
                let words = "This begins like a formula of a spreadsheet. Begin with a letter or a digit";
                FieldProblem::new(*column, FieldCode::DoesNotFit, words)
            })
            .collect();
        let post = self.cell("post");
        let role = Role::ALL.into_iter().find(|role| same(role.key(), post) || same(role.title(), post));
        if role.is_none() {
            let words = match post {
                "" => "Enter the post, such as class teacher".to_owned(),
                other => format!("There is no post “{other}”. Name one such as class teacher or headteacher"),
            };
            problems.push(FieldProblem::new("post", FieldCode::UnknownChoice, words));
        }
        let school = self.cell("school");
        let place = match (school, places) {
            ("", [(key, _)]) => Some(key),
            _ => {
                places.iter().find(|(key, name)| same(key, school) || same(name, school)).map(|(key, _)| key)
            }
        };
        if place.is_none() {
            let words = match school {
                "" => "Enter the name of the school, or trust".to_owned(),
                other => {
                    format!("You give no posts at “{other}”. Enter the name of one of your schools, or trust")
                }
            };
            problems.push(FieldProblem::new("school", FieldCode::UnknownSchool, words));
        }
        let given = |column: &str| self.cell(column).to_owned();
        match (role, place) {
            (Some(role), Some(place)) if problems.is_empty() => Ok(PersonForm {
                name: given("name"),
                email: given("email"),
                post: PostForm {
                    role: role.key().to_owned(),
                    place: place.clone(),
                    year_groups: given("year_groups"),
                    from_on: given("from"),
                    to_on: given("to"),
                    independence: given("independence").to_lowercase().replace(' ', "_"),
                    independence_reason: given("independence_reason"),
                },
            }),
            (Some(_) | None, Some(_) | None) => Err(problems),
        }
    }
}

fn same(one: &str, other: &str) -> bool {
    let plain = |text: &str| text.trim().to_lowercase().replace([' ', '-'], "_");
    plain(one) == plain(other)
}

/// A list that was read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StaffList(Vec<Row>);

impl StaffList {
    /// Reads what a spreadsheet saved: with commas, semicolons or tabs, in UTF-8, UTF-16 or the letters of Windows.
    ///
    /// # Errors
    /// What to put right about the list as a whole, at the field `rows`.
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > LARGEST {
            return Err(too_large());
        }
        let text = text_of(bytes);
        let body =
            text.strip_prefix("sep=").and_then(|rest| rest.split_once('\n')).map_or(&*text, |(_, rest)| rest);
        let first = body.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let count = |sign: &u8| first.bytes().filter(|byte| byte == sign).count();
        let between = [b',', b';', b'\t'].into_iter().max_by_key(count).unwrap_or(b',');
        let mut reader = ReaderBuilder::new()
            .delimiter(between)
            .has_headers(false)
            .flexible(true)
            .trim(Trim::All)
            .from_reader(body.as_bytes());
        let records: Vec<StringRecord> = reader.records().collect::<Result<_, _>>().map_err(|_| {
            refused(FieldCode::Damaged, "This cannot be read as a list. Save it from your spreadsheet as CSV")
        })?;
        let Some((head, rows)) = records.split_first() else {
            return Err(refused(FieldCode::Empty, "Choose a file, or paste the rows"));
        };
        let columns = columns_of(head)?;
        let rows: Vec<Row> = rows
            .iter()
            .enumerate()
            .filter(|(_, record)| record.iter().any(|cell| !cell.is_empty()))
            .map(|(at, record)| row_of(at + 2, record, &columns))
            .collect::<Result<_, _>>()?;
        Self::of(rows)
    }

    fn of(rows: Vec<Row>) -> Result<Self, Error> {
        match rows.len() {
            0 => Err(refused(FieldCode::Empty, "The list has no rows below the names of its columns")),
            1..=MOST_ROWS => Ok(Self(rows)),
            _ => Err(refused(FieldCode::TooMany, "The list has more than 300 rows. Send it in parts")),
        }
    }

    /// Two lists as one, the rows counted anew.
    ///
    /// # Errors
    /// When they are too many together.
    pub fn and(self, other: Self) -> Result<Self, Error> {
        let all = self.0.into_iter().chain(other.0).enumerate();
        Self::of(all.map(|(at, row)| Row { number: at + 2, ..row }).collect())
    }
}

/// Those rows as a list that can be read again; nothing for none.
///
/// # Errors
/// A fault.
pub fn written<'r>(rows: impl IntoIterator<Item = &'r Row>) -> Result<String, Error> {
    let fault = |_| Error::fault("a list cannot be written");
    let mut rows = rows.into_iter().peekable();
    if rows.peek().is_none() {
        return Ok(String::new());
    }
    let mut writer = WriterBuilder::new().from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(fault)?;
    rows.try_for_each(|row| writer.write_record(&row.cells)).map_err(fault)?;
    let bytes = writer.into_inner().map_err(|_| Error::fault("a list cannot be written"))?;
    String::from_utf8(bytes).map_err(|_| Error::fault("a list is no text"))
}

/// What a spreadsheet saved, as text.
fn text_of(bytes: &[u8]) -> String {
    let guess = if std::str::from_utf8(bytes).is_ok() { UTF_8 } else { WINDOWS_1252 };
    let (encoding, mark) = Encoding::for_bom(bytes).unwrap_or((guess, 0));
    encoding.decode_without_bom_handling(bytes.get(mark..).unwrap_or_default()).0.into_owned()
}

/// Which of our columns each of the list is.
fn columns_of(head: &StringRecord) -> Result<Vec<usize>, Error> {
    let known = |name: &str| {
        let plain = name.trim().to_lowercase().replace([' ', '-'], "_");
        let ours = match plain.as_str() {
            "full_name" => "name",
            "e_mail" | "email_address" => "email",
            "role" => "post",
            "place" => "school",
            "first_day" | "from_on" => "from",
            "last_day" | "to_on" => "to",
            other => other,
        };
        COLUMNS.iter().position(|column| *column == ours)
    };
    if head.iter().any(|cell| cell.contains('@')) {
        let words = "The first row names the columns: name, email, post, school. Add it above the people";
        return Err(refused(FieldCode::Missing, words));
    }
    let found: Vec<(usize, &str)> = head
        .iter()
        .map(|name| known(name).map(|at| (at, name)).ok_or(name))
        .collect::<Result<_, _>>()
        .map_err(|name| {
            let words = format!("There is no column “{name}”. Take it out, or name it as the sample does");
            refused(FieldCode::UnknownField, &words)
        })?;
    let times = |column: usize| found.iter().filter(|(at, _)| *at == column).count();
    for (at, column) in COLUMNS.iter().enumerate() {
        if times(at) > 1 {
            return Err(refused(
                FieldCode::TooMany,
                &format!("The column “{column}” is there twice. Keep one"),
            ));
        }
        // Whoever looks after one school need not name it in each row.
        if at < NEEDED && *column != "school" && times(at) == 0 {
            return Err(refused(
                FieldCode::Missing,
                &format!("The column “{column}” is missing. Add it to the first row"),
            ));
        }
    }
    Ok(found.into_iter().map(|(at, _)| at).collect())
}

fn row_of(number: usize, record: &StringRecord, columns: &[usize]) -> Result<Row, Error> {
    let mut row = Row { number, ..Row::default() };
    for (place, cell) in record.iter().enumerate() {
        let own = columns.get(place).and_then(|at| row.cells.get_mut(*at));
        match own {
            Some(own) => cell.clone_into(own),
            None if cell.is_empty() => {}
            None => {
                let words = format!(
                    "Row {number} has more cells than there are columns. Put text with a comma between quotes"
                );
                return Err(refused(FieldCode::TooMany, &words));
            }
        }
    }
    Ok(row)
}

/// What somebody reads whose list is larger than any.
pub fn too_large() -> Error {
    refused(FieldCode::TooLarge, "This is larger than any list of staff. Send 300 rows at a time")
}

fn refused(code: FieldCode, words: &str) -> Error {
    Error::Invalid(vec![FieldProblem::new("rows", code, words)])
}

/// Who takes a list on.
#[derive(Clone, Debug)]
pub enum Inviter {
    /// An administrator, as far as their posts reach.
    Administrator(Administrator),
    /// Whoever may use the command line.
    CommandLine,
}

impl Inviter {
    fn changes(&self) -> ChangedBy {
        match self {
            Self::Administrator(by) => by.changes(),
            Self::CommandLine => ChangedBy::CommandLine,
        }
    }

    /// Key and name of each place at which they give posts.
    fn places(&self, tx: &mut Tx) -> Result<Vec<(String, String)>, Error> {
        let theirs = |place| match self {
            Self::Administrator(by) => by.looks_after(place),
            Self::CommandLine => true,
        };
        let schools = db::schools::all(tx)?.into_iter().map(|record| record.school);
        let mut places: Vec<(String, String)> = schools
            .filter(|school| theirs(Place::School(school.id)))
            .map(|school| (school.slug, school.name))
            .collect();
        if let [(_, name)] = db::schools::all_trusts(tx)?.as_slice()
            && theirs(Place::Trust)
        {
            places.push((TRUST.to_owned(), name.clone()));
        }
        Ok(places)
    }

    /// Of whom they know.
    fn known(&self, tx: &mut Tx) -> Result<Known, Error> {
        match self {
            Self::Administrator(by) => staff::known(tx, by).map(Known::These),
            Self::CommandLine => Ok(Known::Everybody),
        }
    }
}

/// Of whom somebody knows who takes a list on.
enum Known {
    Everybody,
    These(HashSet<PersonId>),
}

impl Known {
    fn has(&self, person: PersonId) -> bool {
        match self {
            Self::Everybody => true,
            Self::These(people) => people.contains(&person),
        }
    }

    fn add(&mut self, person: PersonId) {
        if let Self::These(people) = self {
            people.insert(person);
        }
    }
}

/// What becomes of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// They are taken on, and mailed the link by which they choose a password.
    New,
    /// They are here already, and get this post too.
    FurtherPost {
        /// The name that they have here.
        known_as: String,
    },
    /// They have this post already.
    Unchanged,
    /// The same stands in a row above.
    SameAs(usize),
}

/// A row, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The row.
    pub row: Row,
    /// What becomes of it, or what to put right, by column.
    pub came: Result<Fate, Vec<FieldProblem>>,
}

/// What a look ends with: everything is taken back.
enum Rehearsal {
    Over(Vec<Line>),
    Failed(Error),
}

impl From<DbError> for Rehearsal {
    fn from(error: DbError) -> Self {
        Self::Failed(error.into())
    }
}

/// What would become of each row. Nothing happens.
///
/// # Errors
/// When the database cannot be used.
pub fn look(app: &App, by: &Inviter, list: &StaffList) -> Result<Vec<Line>, Error> {
    let (inside, by, list) = (app.clone(), by.clone(), list.clone());
    let over = app.db().write(move |tx| -> Result<(), Rehearsal> {
        Err(all(tx, &inside, &by, list).map_or_else(Rehearsal::Failed, Rehearsal::Over))
    });
    match over {
        Err(Rehearsal::Over(lines)) => Ok(lines),
        Err(Rehearsal::Failed(error)) => Err(error),
        Ok(()) => Ok(Vec::new()),
    }
}

/// Takes on everybody whose row has no problem, in one step, and tells what became of each.
///
/// # Errors
/// When the database cannot be used.
pub fn take_on(app: &App, by: &Inviter, list: StaffList) -> Result<Vec<Line>, Error> {
    let (inside, by) = (app.clone(), by.clone());
    let lines = app.db().write(move |tx| all(tx, &inside, &by, list))?;
    app.nudge();
    Ok(lines)
}

fn all(tx: &mut Tx, app: &App, by: &Inviter, list: StaffList) -> Result<Vec<Line>, Error> {
    let mut round = Round { places: by.places(tx)?, known: by.known(tx)?, seen: HashMap::new() };
    let line = |row: Row| {
        let came = match one(tx, app, by, &row, &mut round) {
            Ok(fate) => Ok(fate),
            Err(Error::Invalid(problems)) => Err(problems.into_iter().map(by_column).collect()),
            Err(Error::Forbidden(refusal)) => {
                Err(vec![FieldProblem::new("school", FieldCode::UnknownChoice, refusal.sentence.clone())])
            }
            Err(other) => return Err(other),
        };
        Ok(Line { row, came })
    };
    list.0.into_iter().map(line).collect()
}

/// The form of one person has other names for some columns.
fn by_column(problem: FieldProblem) -> FieldProblem {
    let column = match problem.field.as_str() {
        "role" => "post",
        "place" | "trust" => "school",
        "from_on" => "from",
        "to_on" => "to",
        other => other,
    };
    FieldProblem { field: column.to_owned(), ..problem }
}

/// Address, post and place: what makes two rows the same.
type Same = (String, Role, String);

/// What is known while a list is gone through.
struct Round {
    places: Vec<(String, String)>,
    known: Known,
    seen: HashMap<Same, usize>,
}

/// Everything is asked before anything is written, so that a row with a problem leaves nothing behind.
fn one(tx: &mut Tx, app: &App, by: &Inviter, row: &Row, round: &mut Round) -> Result<Fate, Error> {
    let now = app.now();
    let form = row.form(&round.places).map_err(Error::Invalid)?;
    let (name, email, appointment) = read(&form, local_date(now)).map_err(Error::Invalid)?;
    let this = (email.key(), appointment.post.role, form.post.place.clone());
    if let Some(first) = round.seen.get(&this) {
        return Ok(Fate::SameAs(*first));
    }
    may_be_held(tx, &appointment)?;
    let known = match db::people::sign_in(tx, &email.key())? {
        Some(found) => db::people::find(tx, found.id)?,
        None => None,
    };
    let fate = match known {
        Some(known) if !round.known.has(known.id) => {
            let words = "Somebody with this email address is there already. Enter another";
            return Err(Error::Invalid(vec![FieldProblem::new("email", FieldCode::Taken, words)]));
        }
        Some(known) => {
            let place = find_place(tx, &appointment.post.place)?.1;
            if known.posts.iter().any(|held| overlaps(held, place, &appointment)) {
                Fate::Unchanged
            } else {
                only_one(tx, &appointment)?;
                give_post(tx, app, by.changes(), (known.id, &known.name), &appointment)?;
                Fate::FurtherPost { known_as: known.name }
            }
        }
        None => {
            only_one(tx, &appointment)?;
            let id = PersonId(app.ids().uuid(now));
            welcome(
                tx,
                app,
                by,
                NewPerson { id, name, email, password_hash: None, created_at: now },
                &appointment,
            )?;
            round.known.add(id);
            Fate::New
        }
    };
    round.seen.insert(this, row.number);
    Ok(fate)
}

fn welcome(
    tx: &mut Tx,
    app: &App,
    by: &Inviter,
    person: NewPerson,
    appointment: &Appointment,
) -> Result<(), Error> {
    add_person(tx, &person)?;
    log(tx, by.changes(), app.now(), None, "person", &format!("{} is taken on", person.name))?;
    give_post(tx, app, by.changes(), (person.id, &person.name), appointment)?;
    password_link::mail(tx, app, person.id, Occasion::Welcome)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<Row> {
        StaffList::read(bytes).unwrap().0
    }

    #[test]
    fn the_sample_reads() {
        let rows = rows(SAMPLE.as_bytes());
        assert_eq!(rows.len(), 4);
        assert_eq!(rows[0].cell("year_groups"), "Reception, Year 1");
        assert_eq!((rows[3].number, rows[3].cell("independence")), (5, "independent"));
    }

    /// What spreadsheets make of the same list, in each country and program.
    #[test]
    fn a_list_is_the_same_however_it_was_saved() {
        let plain = "name,email,post,school\nZoë Łuk,zoe@school.example,clerk,trust\n";
        let expected = rows(plain.as_bytes());
        let utf16 = |order: fn(u16) -> [u8; 2], text: &str| {
            format!("\u{feff}{text}").encode_utf16().flat_map(order).collect::<Vec<u8>>()
        };
        let semicolons = plain.replace(',', ";");
        for bytes in [
            format!("\u{feff}{plain}").into_bytes(),
            semicolons.clone().into_bytes(),
            format!("sep=;\r\n{}", semicolons.replace('\n', "\r\n")).into_bytes(),
            plain.replace(',', "\t").into_bytes(),
            utf16(u16::to_le_bytes, plain),
            utf16(u16::to_be_bytes, &semicolons),
            "E-mail; Full name ;Role;Place\n zoe@school.example ;\"Zoë Łuk\";clerk;trust;;\n;;;\n"
                .as_bytes()
                .to_vec(),
        ] {
            assert_eq!(rows(&bytes), expected, "{}", String::from_utf8_lossy(&bytes));
        }
        let windows = b"name,email,post,school\nZo\xeb O\x92Hara,zoe@school.example,clerk,trust\n";
        assert_eq!(rows(windows)[0].cell("name"), "Zoë O’Hara");
    }

    #[test]
    fn what_is_no_list_is_told_in_words() {
        let head = "name,email,post,school\n";
        let many = format!("{head}{}", "A,a@b.example,clerk,trust\n".repeat(MOST_ROWS + 1));
        for (text, told) in [
            ("", "Choose a file"),
            (head, "no rows below"),
            ("Ana,ana@school.example,clerk,trust\n", "names the columns"),
            ("name,email,school\nA,a@b.example,trust\n", "The column “post” is missing"),
            ("name,email,post,school,phone\nA,a@b.example,clerk,trust,1\n", "no column “phone”"),
            ("name,email,post,role\nA,a@b.example,clerk,clerk\n", "“post” is there twice"),
            ("name,email,post,school\nA,a@b.example,clerk,trust,more\n", "Row 2 has more cells"),
            (&many, "more than 300 rows"),
            (&"x".repeat(LARGEST + 1), "larger than any list"),
        ] {
            let Err(Error::Invalid(problems)) = StaffList::read(text.as_bytes()) else { panic!("{text}") };
            assert!(problems[0].words.contains(told), "{}", problems[0].words);
            assert_eq!(problems[0].field, "rows");
        }
    }

    #[test]
    fn rows_are_written_as_they_are_read() {
        let list = StaffList::read(SAMPLE.as_bytes()).unwrap();
        assert_eq!(StaffList::read(written(&list.0).unwrap().as_bytes()).unwrap(), list);
        assert_eq!(written([]).unwrap(), "");
        let twice = list.clone().and(list).unwrap();
        assert_eq!(twice.0.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn no_cell_begins_a_formula() {
        for cell in ["=HYPERLINK(1)", "+44", "-1", "@SUM(A1)"] {
            let row = Row {
                cells: [cell, "a@b.example", "Class Teacher", "trust", "", "", "", "", ""].map(str::to_owned),
                ..Row::default()
            };
            let problems = row.form(&[("trust".to_owned(), "Rowan".to_owned())]).unwrap_err();
            assert_eq!(problems[0].field, "name", "{cell}");
        }
    }
}
