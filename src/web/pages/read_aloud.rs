//! Reads pages as a person would, for the tests of what they say (P5, P11, P37).

/// Words that no page for families has (P11).
const NEVER: [&str; 9] =
    ["please", "sorry", "valid", "invalid", "oops", "forbidden", "illegal", "mandatory", "submit"];

/// What pages share: nothing inline, no asterisk, no foreign name, plain words, short sentences.
pub fn check(name: &str, html: &str) {
    assert!(!html.contains(" style=") && !html.contains("<style"), "{name} has a style inline");
    let main = html.split("<main").nth(1).and_then(|rest| rest.split("</main>").next()).unwrap();
    let said = text(main);
    assert!(!said.contains('*'), "{name} has an asterisk");
    check_words(&said);
    for sentence in said.split(['.', '!', '?', ':', '\n']) {
        let words = sentence.split_whitespace().count();
        assert!(words <= 25, "{name}: {words} words in one sentence: {sentence}");
    }
}

/// Plain words: none of those that no family is to read.
pub fn check_words(said: &str) {
    for word in said.to_lowercase().split(|sign: char| !sign.is_alphabetic()) {
        assert!(!NEVER.contains(&word), "{word} is said in: {said}");
    }
}

/// The texts of several words that a source file holds outside its tests and comments.
pub fn texts(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]").next().unwrap_or_default();
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    let code: Vec<&str> = lines.collect();
    let code = code.join("\n").replace("\\\"", "\u{201d}");
    code.split('"').skip(1).step_by(2).filter(|text| text.contains(' ')).map(str::to_owned).collect()
}

/// The words of a page; a tag ends a sentence unless it stands within one.
fn text(html: &str) -> String {
    let mut said = String::new();
    let mut rest = html;
    while let Some((before, after)) = rest.split_once('<') {
        said.push_str(before);
        let (tag, next) = after.split_once('>').unwrap_or((after, ""));
        let name = tag.trim_start_matches('/').split([' ', '/']).next().unwrap_or_default();
        said.push_str(if matches!(name, "a" | "span" | "strong" | "time") { "" } else { "\n" });
        rest = next;
    }
    said + rest
}

/// Leaves pages where the browser checks find them, and says which files there are.
pub fn write(folder: &str, pages: &[(String, String)]) {
    let folder = std::env::temp_dir().join(folder);
    std::fs::create_dir_all(folder.join("assets")).unwrap();
    for (name, html) in pages {
        std::fs::write(folder.join(format!("{name}.html")), html).unwrap();
    }
    for address in [crate::web::assets::CSS, crate::web::assets::JS, crate::web::assets::ICON] {
        let name = address.strip_prefix("/assets/").unwrap();
        let (_, content) = crate::web::assets::find(name).unwrap();
        std::fs::write(folder.join("assets").join(name), content).unwrap();
    }
}

#[test]
fn sentences_are_read_across_links() {
    assert_eq!(text("<p>Call <a href=\"x\">us</a>.</p><p>Now</p>"), "\nCall us.\n\nNow\n");
}
