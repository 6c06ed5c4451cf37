//! The description of the API is what the API is: a snapshot, checked by a validator, with every route in it.

use std::collections::BTreeSet;
use std::process::Command;

use heard::app::Mode;
use heard::web::api::description::{described, described_in};
use heard::web::routes;

use crate::kit::http::Request;
use crate::kit::served::Served;
use crate::kit::setting;
use crate::kit::trust::Trust;

/// A change of the API is a change that somebody reads: `INSTA_UPDATE=always` takes it over.
#[test]
fn the_description_is_the_snapshot() {
    insta::assert_json_snapshot!("openapi", described());
}

/// OpenAPI 3.1, as its own validator has it.
#[test]
fn the_description_is_valid_openapi() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("openapi.json");
    std::fs::write(&file, described().to_string()).unwrap();
    let python = setting("HEARD_TEST_PYTHON").unwrap_or_else(|| "python3".to_owned());
    let checked = Command::new(python).args(["-m", "openapi_spec_validator"]).arg(&file).output();
    let checked =
        checked.expect("python starts; HEARD_TEST_PYTHON names one that has openapi-spec-validator");
    let said =
        String::from_utf8_lossy(&checked.stdout).into_owned() + &String::from_utf8_lossy(&checked.stderr);
    assert!(checked.status.success(), "{said}");
}

/// No call is served that the description does not tell of, and the other way round.
#[test]
fn every_call_is_described() {
    let about_itself = ["/openapi.json", "/docs"];
    let served: BTreeSet<String> = routes::listed()
        .iter()
        .filter_map(|listed| {
            let path = listed.pattern.strip_prefix("/api/v1")?;
            (!about_itself.contains(&path)).then(|| format!("{} {path}", listed.method))
        })
        .collect();
    let description = described();
    let paths = description["paths"].as_object().unwrap();
    let told: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, calls)| {
            calls.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    assert_eq!(served, told);
}

/// Each call says what it is for and what its answers mean; every reference leads somewhere.
#[test]
fn the_description_says_enough() {
    let description = described();
    for (path, calls) in description["paths"].as_object().unwrap() {
        for (method, call) in calls.as_object().unwrap() {
            assert!(call["summary"].as_str().is_some_and(|words| words.len() > 5), "{method} {path}");
            assert!(call["tags"][0].is_string(), "{method} {path}");
            for (status, answer) in call["responses"].as_object().unwrap() {
                assert_ne!(answer["description"], "", "{method} {path} {status}");
            }
        }
    }
    let text = description.to_string();
    for reference in text.split("\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(description["components"]["schemas"][name].is_object(), "{name} is described");
    }
}

/// Every string of a value.
fn strings<'v>(value: &'v serde_json::Value, found: &mut Vec<&'v str>) {
    match value {
        serde_json::Value::String(text) => found.push(text),
        serde_json::Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        serde_json::Value::Object(map) => map.values().for_each(|item| strings(item, found)),
        _ => {}
    }
}

/// P1: whoever reads the description has no book of rules.
#[test]
fn no_number_of_a_rule_is_in_the_description() {
    let description = described();
    let mut all = Vec::new();
    strings(&description, &mut all);
    let page = Request::get("/api/v1/docs").send(Served::start(Trust::new().app.clone()).address).unwrap();
    let page = page.text();
    all.push(&page);
    for text in all {
        let named = text.match_indices('(').find(|(at, _)| {
            let mut signs = text[at + 1..].chars();
            signs.next().is_some_and(|sign| "RPSEAG".contains(sign))
                && signs.next().is_some_and(|sign| sign.is_ascii_digit())
        });
        assert_eq!(named.map(|(at, _)| text[at..].chars().take(30).collect::<String>()), None);
    }
}

/// A2: the clock is told of where it is served.
#[test]
fn the_clock_of_a_demo_is_described_in_a_demo_alone() {
    assert!(described_in(Mode::Demo)["paths"]["/demo/clock"]["post"].is_object());
    for mode in [Mode::Live, Mode::TestMail] {
        assert_eq!(described_in(mode), described());
    }
}

/// A2: a body may have the fields that it needs, and no others: no shape contradicts itself.
#[test]
fn every_shape_can_be_satisfied() {
    for (name, shape) in described()["components"]["schemas"].as_object().unwrap() {
        let parts = shape["allOf"].as_array();
        assert!(parts.is_none(), "{name}: parts that refuse one another's fields");
        let fields = shape["properties"].as_object();
        for needed in shape["required"].as_array().into_iter().flatten() {
            assert!(fields.unwrap().contains_key(needed.as_str().unwrap()), "{name}: {needed}");
        }
    }
}

/// The page for people tells of every call, works without scripts and asks no other host for anything.
#[test]
fn the_page_tells_of_every_call() {
    let served = Served::start(Trust::new().app.clone());
    let page = Request::get("/api/v1/docs").send(served.address).unwrap();
    assert_eq!((page.status, page.named("content-type")), (200, Some("text/html; charset=utf-8")));
    let html = page.text();
    for (path, calls) in described()["paths"].as_object().unwrap() {
        assert!(html.contains(&format!("<code>/api/v1{path}</code>")), "{path}");
        for call in calls.as_object().unwrap().values() {
            let title = call["summary"].as_str().unwrap().split(['\'', '"']).next().unwrap();
            assert!(html.contains(title), "{title}");
        }
    }
    for host in ["src=\"http", "href=\"http", "//cdn", "<script>", " style="] {
        assert!(!html.contains(host), "{host}");
    }
    assert!(html.contains("curl http://heard.example.org/api/v1/schools/{school}/concerns"));
    for anchor in html.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        assert!(html.contains(&format!("id=\"{anchor}\"")), "#{anchor} is on the page");
    }
}
