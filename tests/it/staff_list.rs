//! A whole staff from a spreadsheet: looked at row by row, then taken on. Page, API and command say the same.

use actix_web::http::StatusCode;
use actix_web::test::TestRequest;
use chrono::TimeDelta;
use heard::app::access::staff_list::SAMPLE;
use heard::app::access::token::{self, NewToken, Scope};
use heard::app::access::users::{ChangedBy, NewPlace};
use heard::db;
use heard::domain::person::Role;
use heard::domain::text::EmailAddress;
use heard::urls;
use serde_json::json;

use crate::kit::browser::Page;
use crate::kit::school::{ADMIN, HEAD, SLUG, School};

const LIST: &str = "name,email,post,school,from,to,year_groups\n\
    Ana Lima,ana@hazel-lane.example,Class teacher,Hazel Lane,1 9 2026,,\"Reception, Year 1\"\n\
    Amara Okafor,HEAD@hazel-lane.example,Designated safeguarding lead,hazel-lane,,,\n\
    Daniel Ash,teacher@hazel-lane.example,class_teacher,hazel-lane,,,\n\
    Ana Lima,ana@hazel-lane.example,class teacher,hazel-lane,,,\n\
    Ruth Bell,ruth,clerk,hazel-lane,,,\n\
    Second Head,second@hazel-lane.example,headteacher,hazel-lane,,,\n\
    =HYPERLINK(\"x\"),formula@hazel-lane.example,clerk,hazel-lane,,,\n\
    Nobody Knows,nobody@hazel-lane.example,wizard,Elsewhere School,,,\n";

/// The posts of somebody, in the order in which roles are listed.
fn posts(house: &School, email: &str) -> Vec<Role> {
    let found = house.db.read(|tx| {
        let id = db::people::sign_in(tx, email)?.map(|found| found.id);
        Ok::<_, db::DbError>(match id {
            Some(id) => db::people::find(tx, id)?.map(|person| person.posts),
            None => None,
        })
    });
    let mut roles: Vec<Role> = found.unwrap().unwrap_or_default().iter().map(|post| post.role).collect();
    roles.sort_unstable();
    roles
}

/// A token of the administrator, for settings.
fn token_of(house: &School) -> String {
    let new = NewToken {
        owner: EmailAddress::parse(ADMIN).unwrap(),
        school: None,
        scopes: vec![Scope::Settings],
        lives: TimeDelta::days(30),
    };
    token::create(&house.app, ChangedBy::CommandLine, new).unwrap().token.as_str().to_owned()
}

/// The words beside a row of the page.
fn row<'p>(page: &'p Page, email: &str) -> &'p str {
    let (_, rest) = page
        .html
        .split_once(&format!("{email}</span></th>"))
        .unwrap_or_else(|| panic!("{email}: {}", page.html));
    rest.split("</tr>").next().unwrap()
}

#[actix_web::test]
async fn a_staff_is_looked_at_and_then_taken_on() {
    let house = School::staffed();
    let mut admin = house.site().await.signed_in(ADMIN).await;
    let sample = admin.get(urls::STAFF_SAMPLE).await;
    assert_eq!(sample.html, format!("\u{feff}{SAMPLE}"));
    let told = admin.answers(urls::STAFF_LIST, &[("rows", "nonsense\nmore")]).await;
    assert_eq!(told.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(told.html.contains("There is no column “nonsense”"), "{}", told.html);
    assert!(told.html.contains("nonsense\nmore"), "what was pasted stays");

    let check = admin.answers(urls::STAFF_LIST, &[("rows", LIST)]).await;
    assert_eq!(check.status, StatusCode::OK);
    assert!(
        check.html.contains("1 person will be added, and 1 person will get a further post."),
        "{}",
        check.html
    );
    assert!(check.html.contains("4 rows need another look"), "{}", check.html);
    for (email, words) in [
        ("HEAD@hazel-lane.example", "Is here already, as Amara Okafor: gets this post too"),
        ("teacher@hazel-lane.example", "Has this post already: nothing changes"),
        ("second@hazel-lane.example", "Amara Okafor is headteacher there. End that post first"),
        ("formula@hazel-lane.example", "begins like a formula"),
        ("nobody@hazel-lane.example", "There is no post “wizard”"),
        ("nobody@hazel-lane.example", "You give no posts at “Elsewhere School”"),
    ] {
        assert!(row(&check, email).contains(words), "{email}: {}", row(&check, email));
    }
    assert!(check.html.contains("The same as row 2: nothing changes"));
    assert!(check.html.contains("New: gets a mail with a link"));
    house.sends().await;
    assert_eq!(posts(&house, "ana@hazel-lane.example"), [], "nothing happened yet");

    // Half of them are put right, the others go on without them.
    let right = "name,email,post,school\nRuth Bell,ruth@hazel-lane.example,clerk,hazel-lane\nNobody Knows,nobody@hazel-lane.example,wizard,\n";
    let good = check.hidden("good");
    let again = admin.post(urls::STAFF_LIST, &check, &[("good", &good), ("rows", right)]).await;
    assert!(again.html.contains("2 people will be added"), "{}", again.html);
    assert!(again.html.contains("1 row needs another look"));
    let done = admin.post(urls::TAKE_ON_LIST, &again, &[]).await;
    assert_eq!(done.status, StatusCode::OK);
    assert!(done.html.contains("2 people added, 1 person with a further post."), "{}", done.html);
    assert_eq!(posts(&house, "ana@hazel-lane.example"), [Role::ClassTeacher]);
    assert_eq!(posts(&house, HEAD), [Role::Headteacher, Role::DesignatedSafeguardingLead]);
    assert_eq!(posts(&house, "nobody@hazel-lane.example"), []);
    let sent = house.sends().await;
    let mut to: Vec<&str> = sent.iter().map(|mail| mail.to_address.as_str()).collect();
    to.sort_unstable();
    assert_eq!(
        to,
        ["ana@hazel-lane.example", "ruth@hazel-lane.example"],
        "the usual letter, to whoever is new"
    );
    assert!(sent.iter().all(|mail| mail.text.contains("/password/")));

    // Once more the same, and nothing changes.
    let done = admin.post(urls::TAKE_ON_LIST, &again, &[]).await;
    assert!(done.html.contains("Nothing was changed."), "{}", done.html);
    assert_eq!(house.sends().await.len(), 0);
    assert_eq!(posts(&house, "ana@hazel-lane.example"), [Role::ClassTeacher]);
}

/// Whoever looks after one school gives posts there alone, and learns of nobody elsewhere.
#[actix_web::test]
async fn a_list_reaches_as_far_as_its_administrator() {
    let house = School::staffed();
    let theo = "theo@hazel-lane.example";
    house.takes_on("Theo Marsh", theo, Role::Administrator, NewPlace::School(SLUG.into()));
    let mut local = house.site().await.signed_in(theo).await;
    let list = "name,email,post,school\nAna Lima,ana@hazel-lane.example,class teacher,\n\
        Tom Reed,tom@rowan.example,trust officer,trust\n";
    let check = local.answers(urls::STAFF_LIST, &[("rows", list)]).await;
    assert!(row(&check, "ana@hazel-lane.example").contains("New"), "the one school need not be named");
    assert!(row(&check, "tom@rowan.example").contains("You give no posts at “trust”"));
    let mut head = house.site().await.signed_in(HEAD).await;
    assert_eq!(head.get(urls::STAFF_LIST).await.status, StatusCode::FORBIDDEN);
}

#[actix_web::test]
async fn programs_and_the_command_line_take_a_list_on_too() {
    let house = School::staffed();
    let (site, token) = (house.site().await, token_of(&house));
    let send = |path: &'static str, rows: &str| {
        let request = TestRequest::post().uri(path).set_json(json!({ "rows": rows }));
        let (site, token) = (site.clone(), token.clone());
        async move { site.asked(&token, request).await }
    };
    let check = send("/api/v1/people/list/check", LIST).await;
    let outcomes = |page: &Page| -> Vec<String> {
        page.json()["rows"]
            .as_array()
            .unwrap()
            .iter()
            .map(|row| row["outcome"].as_str().unwrap().to_owned())
            .collect()
    };
    let expected =
        ["new", "further_post", "unchanged", "same_as_above", "left_out", "left_out", "left_out", "left_out"];
    assert_eq!(outcomes(&check), expected, "{}", check.html);
    assert_eq!(check.json()["rows"][4]["problems"][0]["column"], "email");
    assert_eq!(posts(&house, "ana@hazel-lane.example"), []);
    assert_eq!(outcomes(&send("/api/v1/people/list", LIST).await), expected);
    assert_eq!(posts(&house, "ana@hazel-lane.example"), [Role::ClassTeacher]);
    let again = outcomes(&send("/api/v1/people/list", LIST).await);
    assert_eq!(again[..2], ["unchanged", "unchanged"]);
    let broken = send("/api/v1/people/list", "x").await;
    assert_eq!(broken.status, StatusCode::UNPROCESSABLE_ENTITY);

    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("staff.csv");
    std::fs::write(&file, "name;email;post;school\nZoe Hall;zoe@hazel-lane.example;clerk;hazel-lane\n")
        .unwrap();
    let run = |words: &[&str]| {
        let command = std::process::Command::new(env!("CARGO_BIN_EXE_heard"))
            .args(["add-staff", "--file"])
            .arg(&file)
            .args(words)
            .env("DATABASE_URL", house.database.url())
            .env("HEARD_LOG", "error")
            .current_dir(folder.path())
            .output()
            .unwrap();
        String::from_utf8(command.stdout).unwrap()
    };
    assert!(run(&[]).contains("zoe@hazel-lane.example: new\nNothing was changed."));
    assert_eq!(posts(&house, "zoe@hazel-lane.example"), []);
    assert!(run(&["--confirm"]).contains("The list was taken on."));
    assert_eq!(posts(&house, "zoe@hazel-lane.example"), [Role::Clerk]);
    assert!(run(&["--confirm"]).contains("zoe@hazel-lane.example: unchanged"));
}
