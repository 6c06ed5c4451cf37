//! Numbers of rules stay in comments: nobody who reads a page, a mail or a problem document has the book of rules.

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// The texts of a source that name a rule in brackets, each with its line. Doc comments, attributes and tests do not
/// count.
pub fn named_rules(file: &str, source: &str) -> Vec<String> {
    if file.contains("/tests") {
        return Vec::new();
    }
    let mut found = Vec::new();
    let tokens: TokenStream = source.parse().unwrap_or_else(|error| panic!("{file}: {error}"));
    texts(tokens, &mut found);
    found.into_iter().map(|(line, text)| format!("{file}:{line}: {text}")).collect()
}

/// The lines of a template that name a rule outside its comments.
pub fn named_in_template(file: &str, template: &str) -> Vec<String> {
    let lines = template.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("{#"));
    let bare = lines.map(|(no, line)| (no, line.split("{#").next().unwrap_or_default()));
    bare.filter(|(_, line)| names_a_rule(line))
        .map(|(no, line)| format!("{file}:{}: {line}", no + 1))
        .collect()
}

fn texts(stream: TokenStream, found: &mut Vec<(usize, String)>) {
    let mut before: [Option<String>; 2] = [None, None];
    for token in stream {
        let written = token.to_string();
        match token {
            TokenTree::Group(group) => {
                let attribute = group.delimiter() == Delimiter::Bracket
                    && (before[1].as_deref() == Some("#")
                        || before == ["#", "!"].map(|sign| Some(sign.to_owned())));
                let test = before == [Some("mod".to_owned()), Some("tests".to_owned())];
                if !attribute && !test {
                    texts(group.stream(), found);
                }
                before = [before[1].take(), None];
            }
            TokenTree::Literal(literal) => {
                if written.contains('"') && names_a_rule(&written) {
                    found.push((literal.span().start().line, written));
                }
                before = [before[1].take(), None];
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) => before = [before[1].take(), Some(written)],
        }
    }
}

/// "(R30)", "(R23-R29)", "(P33, G28)".
fn names_a_rule(text: &str) -> bool {
    text.match_indices('(').any(|(at, _)| {
        let mut signs = text[at + 1..].chars();
        signs.next().is_some_and(|sign| "RPSEAG".contains(sign))
            && signs.next().is_some_and(|sign| sign.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_in_a_sentence_is_found_and_in_a_comment_is_not() {
        for (source, count) in [
            ("fn f() { say(\"It cannot be done (R30)\") }", 1),
            ("const A: &str = \"Twice (P33, G28)\";", 1),
            ("/// As the law says (R30).\nfn f() {}", 0),
            ("// As the law says (R30).\nfn f() {}", 0),
            ("fn f() { say(\"In base64 (RFC 4648)\") }", 0),
            ("mod tests { fn f() { assert!(true, \"(R30)\") } }", 0),
        ] {
            assert_eq!(named_rules("src/x.rs", source).len(), count, "{source}");
        }
        assert_eq!(
            named_in_template("a.html", "<p>It waits (R30)</p>\n{# as in (R30) #}\n<p>x</p>").len(),
            1
        );
    }
}
