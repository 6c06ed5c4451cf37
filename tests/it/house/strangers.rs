//! What a page must not ask of others: another host, and the marks that belong to the government.
//!
//! A link that a person may follow is fine; whatever a browser would fetch by itself is not.

/// Names of the crown, the crest and the licensed typeface, in lower case.
const MARKS: &[&str] = &[
    "crown copyright",
    "gds transport",
    "gds-transport",
    "govuk-crest",
    "govuk-logotype",
    "govuk/assets/fonts",
    "logotype-crown",
];

/// Attributes whose address a browser fetches or sends to by itself. `href` is one outside `<a>`.
const FETCHED: &[&str] = &["action", "data", "formaction", "href", "poster", "src", "srcset", "xlink:href"];

/// Every violation in a template, style or script, as `file:line: what`.
pub fn violations(file: &str, text: &str) -> Vec<String> {
    let mut found = marks(text);
    let (_, ending) = file.rsplit_once('.').unwrap_or_default();
    found.extend(match ending {
        "html" | "svg" => fetched_by_markup(text),
        "css" | "scss" | "js" | "mjs" => fetched_by_code(text),
        _ => Vec::new(),
    });
    found.sort();
    found.iter().map(|(line, what)| format!("{file}:{line}: {what}")).collect()
}

type Found = (usize, String);

fn marks(text: &str) -> Vec<Found> {
    let lower = text.to_lowercase();
    let hits = MARKS.iter().flat_map(|mark| lower.match_indices(mark));
    hits.map(|(at, mark)| (line_of(&lower, at), format!("`{mark}` is not ours to use"))).collect()
}

fn fetched_by_markup(text: &str) -> Vec<Found> {
    let tags = text.match_indices('<').filter_map(|(at, _)| {
        let tag = text.get(at + 1..)?;
        Some((at, tag.split('>').next().unwrap_or(tag)))
    });
    let from_tags = tags.filter(|(_, tag)| asks_elsewhere(tag));
    let from_tags = from_tags.map(|(at, tag)| (line_of(text, at), format!("another host: <{tag}>")));
    let from_styles =
        text.match_indices("url(").filter(|(at, _)| is_foreign(text.get(at + 4..).unwrap_or("")));
    let from_styles = from_styles.map(|(at, _)| (line_of(text, at), "another host in url(…)".to_owned()));
    from_tags.chain(from_styles).collect()
}

/// Whether a tag (without its angle brackets) has an address of another host that is fetched.
fn asks_elsewhere(tag: &str) -> bool {
    let mut words = tag.split_ascii_whitespace();
    let element = words.next().unwrap_or("").to_ascii_lowercase();
    words.filter_map(|word| word.split_once('=')).any(|(name, value)| {
        let name = name.to_ascii_lowercase();
        let followed = name == "href" && (element == "a" || element == "area");
        FETCHED.contains(&name.as_str()) && !followed && is_foreign(value)
    })
}

/// Whether a value, perhaps in quotes, begins with a scheme and host or with `//`.
fn is_foreign(value: &str) -> bool {
    let value = value.trim_start().trim_start_matches(['"', '\'']).to_ascii_lowercase();
    ["http://", "https://", "//", "ws://", "wss://"].iter().any(|start| value.starts_with(start))
}

/// In a style or script every absolute address counts, but for names that only look like one.
fn fetched_by_code(text: &str) -> Vec<Found> {
    let code = without_comments(text);
    let hosts = code.match_indices("://").filter(|(at, _)| {
        let rest = code.get(at + 3..).unwrap_or("");
        let scheme = code.get(..*at).unwrap_or("");
        // A selector such as `[href^="https://"]` names no host.
        let named = rest.starts_with(|first: char| !matches!(first, '"' | '\'' | ')'));
        (scheme.ends_with("http") || scheme.ends_with("https")) && named && !rest.starts_with("www.w3.org/")
    });
    let hosts = hosts.map(|(at, _)| (line_of(&code, at), "another host".to_owned()));
    let urls = code.match_indices("url(").filter(|(at, _)| {
        let value = code.get(at + 4..).unwrap_or("").trim_start().trim_start_matches(['"', '\'']);
        value.starts_with("//")
    });
    let urls = urls.map(|(at, _)| (line_of(&code, at), "another host in url(…)".to_owned()));
    hosts.chain(urls).collect()
}

/// Blanks `/* … */` and whole-line `//` comments, and keeps the lines.
fn without_comments(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("/*") {
        let (comment, after) = after.split_once("*/").unwrap_or((after, ""));
        code.push_str(before);
        code.extend(comment.chars().filter(|character| *character == '\n'));
        rest = after;
    }
    code.push_str(rest);
    let lines: Vec<&str> =
        code.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line }).collect();
    lines.join("\n")
}

fn line_of(text: &str, at: usize) -> usize {
    text.get(..at).unwrap_or("").matches('\n').count() + 1
}

mod tests {
    use super::*;

    #[test]
    fn planted_strangers_are_found() {
        for (file, text) in [
            ("a.html", r#"<script src="https://cdn.example/a.js"></script>"#),
            ("a.html", "<link rel=stylesheet\n  href='//fonts.example/css'>"),
            ("a.html", r#"<img alt="" srcset="http://pictures.example/a.png 2x">"#),
            ("a.html", r#"<form method="post" action="https://elsewhere.example/">"#),
            ("a.html", r#"<p style="background: url(https://pictures.example/a.png)">"#),
            ("a.scss", "@import url('https://fonts.example/css');"),
            ("a.css", "a { background: url(//pictures.example/a.png) }"),
            ("a.js", "fetch('https://elsewhere.example/')"),
            ("a.scss", "$font: 'GDS Transport', arial;"),
            ("a.html", r#"<svg class="govuk-header__logotype-crown"></svg>"#),
        ] {
            assert_eq!(violations(file, text).len(), 1, "{text}: {:?}", violations(file, text));
        }
    }

    #[test]
    fn links_names_and_comments_are_left_alone() {
        for (file, text) in [
            ("a.html", r#"<a class="govuk-link" href="https://www.gov.uk/ofsted">Ofsted</a>"#),
            ("a.html", r#"<svg xmlns="http://www.w3.org/2000/svg"><use href="/static/a.svg"/></svg>"#),
            ("a.html", r#"<img alt="" src="{{ picture }}"> 1 < 2 https://www.gov.uk/"#),
            ("a.js", "// see https://developer.example/\ncreateNS('http://www.w3.org/2000/svg')"),
            ("a.scss", "/* https://sass.example/ */\na { background: url('/static/a.svg') }"),
            ("a.css", r#"@media print { [href^="https://"].govuk-link:after { content: attr(href) } }"#),
            ("a.txt", "https://www.gov.uk/"),
        ] {
            assert_eq!(violations(file, text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_violation_names_its_place() {
        let found = violations("a.js", "/* one\ntwo */\nfetch('https://elsewhere.example/')\n");
        assert_eq!(found, ["a.js:3: another host"]);
    }
}
