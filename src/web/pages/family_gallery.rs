//! Leaves every page for families where a browser can open it: the folder `heard-family-pages` in the
//! system's folder for temporary files.

use super::{mine, raise, read_aloud, school};

#[test]
fn the_family_pages_are_written_for_the_browser() {
    let pages = [raise::tests::drawn(), school::tests::drawn(), mine::tests::drawn()].concat();
    assert!(pages.len() > 50);
    read_aloud::write("heard-family-pages", &pages);
}

/// P11: what a page says only when something is to be put right is in plain words too: answers, files, texts,
/// refusals and trouble.
#[test]
fn what_is_said_when_something_is_wrong_is_in_plain_words() {
    let sources = [
        include_str!("raise/answer.rs"),
        include_str!("raise/handle.rs"),
        include_str!("raise/done.rs"),
        include_str!("mine/act.rs"),
        include_str!("mine/confirm.rs"),
        include_str!("../../app/contact.rs"),
        include_str!("../../app/contact/filed.rs"),
        include_str!("mine/entry.rs"),
        include_str!("school/handle.rs"),
        include_str!("serve.rs"),
        include_str!("../../app/files/look.rs"),
        include_str!("../../app/concerns/body.rs"),
        include_str!("../../app/access/family.rs"),
        include_str!("../../domain/text.rs"),
        include_str!("../../domain/case/refusal.rs"),
        include_str!("../../domain/case/decide/answering.rs"),
        include_str!("../../domain/case/decide/closing.rs"),
        include_str!("../../domain/case/decide/ladder.rs"),
        include_str!("../../domain/case/decide/raising.rs"),
        include_str!("../../domain/case/decide/talking.rs"),
    ];
    let texts: Vec<String> = sources.into_iter().flat_map(read_aloud::texts).collect();
    assert!(texts.len() > 100, "{}", texts.len());
    assert!(texts.iter().any(|text| text.starts_with("Enter the day as a number")));
    assert!(texts.iter().any(|text| text.starts_with("This file is empty")));
    for text in texts {
        read_aloud::check_words(&text);
    }
}
