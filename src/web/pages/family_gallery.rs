//! Leaves every page for families where a browser can open it: the folder `heard-family-pages` in the
//! system's folder for temporary files.

use super::{mine, raise, read_aloud, school};

#[test]
fn the_family_pages_are_written_for_the_browser() {
    let pages = [raise::tests::drawn(), school::tests::drawn(), mine::tests::drawn()].concat();
    assert!(pages.len() > 50);
    read_aloud::write("heard-family-pages", &pages);
}
