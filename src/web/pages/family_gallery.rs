//! Leaves every page for families where a browser can open it: the folder `heard-family-pages` in the
//! system's folder for temporary files.

use super::{raise, read_aloud};

#[test]
fn the_family_pages_are_written_for_the_browser() {
    let pages = raise::tests::drawn();
    assert!(pages.len() > 30);
    read_aloud::write("heard-family-pages", &pages);
}
