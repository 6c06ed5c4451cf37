//! Every path that a source file names, resolved through its own `use` lines.
//!
//! `use std::{fs, time as t}; t::SystemTime::now()` names `std::fs`, `std::time` and
//! `std::time::SystemTime::now`.

use std::collections::HashMap;
use std::iter::Peekable;
use std::str::FromStr;

use proc_macro2::{Delimiter, TokenStream, TokenTree, token_stream};

/// A path and the line on which it begins (the first is 1).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    pub path: Vec<String>,
    pub line: usize,
}

/// Every path of the source. A relative `super::` or `self::` becomes `crate::` where it can reach that
/// far; `module` is the path of the file's module, without `crate`.
pub fn named_paths(name: &str, source: &str, module: &[String]) -> Vec<Named> {
    let mut reader = Reader::default();
    reader.read(tokens(name, source));
    let imports = reader.imports;
    reader.found.into_iter().map(|named| resolve(named, &imports, module)).collect()
}

/// Lints switched off by `allow`, and macros that stand for missing work, as `file:line: what`.
pub fn shortcuts(name: &str, source: &str) -> Vec<String> {
    let mut found = Vec::new();
    find_shortcuts(tokens(name, source), &mut found);
    found.iter().map(|(line, what)| format!("{name}:{line}: {what}")).collect()
}

fn tokens(name: &str, source: &str) -> TokenStream {
    TokenStream::from_str(source).unwrap_or_else(|error| panic!("{name} is not Rust: {error}"))
}

fn resolve(named: Named, imports: &HashMap<String, Vec<String>>, module: &[String]) -> Named {
    let Named { path, line } = named;
    let path = match path.split_first() {
        Some((head, rest)) => match imports.get(head) {
            // `use chrono::Utc` makes `Utc::now` a `chrono::Utc::now`; `use tokio` stays what it is.
            Some(full) if full.len() > 1 => [full.as_slice(), rest].concat(),
            _ => path,
        },
        None => path,
    };
    Named { path: absolute(path, module), line }
}

/// `super::super::db` in `domain::ids` is `crate::db`. An inner module is not counted, so a path may
/// seem to reach further up than it does: as far as the crate, where only a layer's name matters.
fn absolute(path: Vec<String>, module: &[String]) -> Vec<String> {
    let ups = path.iter().take_while(|part| *part == "super" || *part == "self").count();
    if ups == 0 {
        return path;
    }
    let levels = path.iter().take(ups).filter(|part| *part == "super").count();
    let kept = module.len().saturating_sub(levels);
    let rest = path.iter().skip(ups).cloned();
    std::iter::once("crate".to_owned()).chain(module.iter().take(kept).cloned()).chain(rest).collect()
}

type Tokens = Peekable<token_stream::IntoIter>;

#[derive(Default)]
struct Reader {
    found: Vec<Named>,
    /// What a name stands for after `use`.
    imports: HashMap<String, Vec<String>>,
}

impl Reader {
    fn read(&mut self, stream: TokenStream) {
        let mut tokens = stream.into_iter().peekable();
        while let Some(token) = tokens.peek() {
            match token {
                TokenTree::Group(group) => {
                    let inner = group.stream();
                    tokens.next();
                    self.read(inner);
                }
                TokenTree::Ident(word) if word == "use" || word == "extern" => {
                    tokens.next();
                    self.read_use(&mut tokens);
                }
                TokenTree::Ident(_) => self.read_path(&mut tokens),
                TokenTree::Punct(_) | TokenTree::Literal(_) => {
                    tokens.next();
                }
            }
        }
    }

    /// A path outside `use`. One word alone is a name of the file's own, or an import named before.
    fn read_path(&mut self, tokens: &mut Tokens) {
        let line = tokens.peek().map_or(0, |token| token.span().start().line);
        let mut path = Vec::new();
        while let Some(TokenTree::Ident(word)) = tokens.peek() {
            path.push(word.to_string());
            tokens.next();
            if !skip_colons(tokens) {
                break;
            }
        }
        if path.len() > 1 {
            self.found.push(Named { path, line });
        }
    }

    /// What follows `use` or `extern crate`, up to the semicolon.
    fn read_use(&mut self, tokens: &mut Tokens) {
        if matches!(tokens.peek(), Some(TokenTree::Ident(word)) if word == "crate")
            && !followed_by_colons(tokens)
        {
            tokens.next();
        }
        self.read_tree(tokens, &[]);
    }

    /// One tree: `a::b`, `a::b as c`, `a::{b, c::d}`, `a::*`.
    fn read_tree(&mut self, tokens: &mut Tokens, before: &[String]) {
        let mut path = before.to_vec();
        skip_colons(tokens);
        loop {
            let line = tokens.peek().map_or(0, |token| token.span().start().line);
            match tokens.peek() {
                Some(TokenTree::Ident(word)) => {
                    let word = word.to_string();
                    tokens.next();
                    if word != "self" || path.is_empty() {
                        path.push(word);
                    }
                    if !skip_colons(tokens) {
                        let alias = alias(tokens).or_else(|| path.last().cloned());
                        self.import(alias, path, line);
                        return;
                    }
                }
                Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Brace => {
                    let mut inner = group.stream().into_iter().peekable();
                    tokens.next();
                    while inner.peek().is_some() {
                        self.read_tree(&mut inner, &path);
                        skip_to_comma(&mut inner);
                    }
                    return;
                }
                Some(_) => {
                    // `a::*`
                    tokens.next();
                    self.found.push(Named { path, line });
                    return;
                }
                None => return,
            }
        }
    }

    fn import(&mut self, alias: Option<String>, path: Vec<String>, line: usize) {
        if let Some(alias) = alias {
            self.imports.insert(alias, path.clone());
        }
        self.found.push(Named { path, line });
    }
}

/// Takes `::` if it comes next.
fn skip_colons(tokens: &mut Tokens) -> bool {
    let colons = followed_by_path_separator(tokens.clone());
    if colons {
        tokens.next();
        tokens.next();
    }
    colons
}

/// Whether the word after the next token's place is `::`.
fn followed_by_colons(tokens: &Tokens) -> bool {
    let mut ahead = tokens.clone();
    ahead.next();
    followed_by_path_separator(ahead)
}

fn followed_by_path_separator(mut ahead: Tokens) -> bool {
    let mut colon = || matches!(ahead.next(), Some(TokenTree::Punct(mark)) if mark.as_char() == ':');
    colon() && colon()
}

/// The name after `as`, if it comes next.
fn alias(tokens: &mut Tokens) -> Option<String> {
    match tokens.peek() {
        Some(TokenTree::Ident(word)) if word == "as" => {
            tokens.next();
            tokens.next().map(|name| name.to_string())
        }
        _ => None,
    }
}

fn skip_to_comma(tokens: &mut Tokens) {
    for token in tokens.by_ref() {
        if matches!(token, TokenTree::Punct(mark) if mark.as_char() == ',') {
            return;
        }
    }
}

fn find_shortcuts(stream: TokenStream, found: &mut Vec<(usize, String)>) {
    let mut last = String::new();
    let mut tokens = stream.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let line = token.span().start().line;
        let text = match &token {
            TokenTree::Group(group) => {
                if group.delimiter() == Delimiter::Bracket && (last == "#" || last == "#!") {
                    if allows(group.stream()) {
                        found.push((
                            line,
                            "`allow` hides a lint: mend it, or `expect` it with a reason".to_owned(),
                        ));
                    }
                } else {
                    find_shortcuts(group.stream(), found);
                }
                String::new()
            }
            TokenTree::Punct(mark) if mark.as_char() == '!' && last == "#" => "#!".to_owned(),
            TokenTree::Punct(mark) => mark.to_string(),
            TokenTree::Ident(word) => word.to_string(),
            TokenTree::Literal(_) => String::new(),
        };
        let called = matches!(tokens.peek(), Some(TokenTree::Punct(mark)) if mark.as_char() == '!');
        if called && ["todo", "unimplemented", "dbg"].contains(&text.as_str()) {
            found.push((line, format!("`{text}!` stands for work that is not done")));
        }
        last = text;
    }
}

/// Whether an attribute says `allow(…)` anywhere, as in `cfg_attr(test, allow(…))`.
fn allows(attribute: TokenStream) -> bool {
    let mut tokens = attribute.into_iter().peekable();
    while let Some(token) = tokens.next() {
        let found = match token {
            TokenTree::Ident(word) => word == "allow" && matches!(tokens.peek(), Some(TokenTree::Group(_))),
            TokenTree::Group(group) => allows(group.stream()),
            TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        };
        if found {
            return true;
        }
    }
    false
}

mod tests {
    use super::*;

    fn paths_of(source: &str) -> Vec<String> {
        let module = ["domain".to_owned(), "ids".to_owned()];
        named_paths("planted", source, &module).into_iter().map(|named| named.path.join("::")).collect()
    }

    #[test]
    fn paths_are_found_however_they_are_written() {
        for (source, path) in [
            ("use crate::db::cases;", "crate::db::cases"),
            ("use crate::{domain::ids, db::{self, cases}};", "crate::db"),
            ("use crate::{domain::ids, db::{self, cases}};", "crate::db::cases"),
            ("pub use crate::mail::*;", "crate::mail"),
            ("fn f() { crate::db::load(); }", "crate::db::load"),
            ("fn f() { vec![crate::db::load()]; }", "crate::db::load"),
            ("use super::super::db::load;", "crate::db::load"),
            ("use super::person::Person;", "crate::domain::person::Person"),
            ("use std::{fmt, time::{Duration, SystemTime}};", "std::time::SystemTime"),
            ("use std::time as t; fn f() { t::SystemTime::now(); }", "std::time::SystemTime::now"),
            ("use std::time; fn f(at: time::SystemTime) {}", "std::time::SystemTime"),
            ("extern crate diesel;", "diesel"),
            ("use ::tokio as t;", "tokio"),
            ("#[derive(diesel::Queryable)] struct A;", "diesel::Queryable"),
        ] {
            assert!(paths_of(source).contains(&path.to_owned()), "{source}: {:?}", paths_of(source));
        }
    }

    #[test]
    fn comments_and_texts_do_not_count() {
        let source = r#"
            /// See [`crate::db`].
            // use crate::db;
            /* crate::db /* crate::db */ */
            const A: &str = "crate::db";
            const B: &str = r"use diesel::prelude";
            const C: char = '"'; fn f<'a>(x: &'a str) {}
        "#;
        assert_eq!(paths_of(source), Vec::<String>::new());
    }

    #[test]
    fn a_path_is_told_with_its_line() {
        let found = named_paths("planted", "\n\nuse crate::db;\n", &[]);
        assert_eq!(found, [Named { path: vec!["crate".to_owned(), "db".to_owned()], line: 3 }]);
    }

    #[test]
    fn shortcuts_are_found_and_expectations_are_not() {
        for (source, count) in [
            ("#[allow(dead_code)] fn f() {}", 1),
            ("#![allow(dead_code)]", 1),
            ("#[cfg_attr(test, allow(dead_code))] fn f() {}", 1),
            ("fn f() { if x { todo!() } }", 1),
            ("fn f() { unimplemented!(\"later\"); dbg!(1); }", 2),
            ("#[expect(dead_code, reason = \"allow(this)\")] fn f() { allow(1); let todo = 1; }", 0),
            ("// #[allow(dead_code)] todo!()", 0),
        ] {
            assert_eq!(shortcuts("planted", source).len(), count, "{source}");
        }
    }
}
