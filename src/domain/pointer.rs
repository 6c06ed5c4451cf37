//! Places in a JSON body, as JSON pointers (RFC 6901) without the leading slash.

use serde_path_to_error::{Path, Segment};

/// The pointer to where a reader was.
pub fn pointer_of(path: &Path) -> String {
    let parts = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(escaped(key)),
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A name as it stands in a pointer.
pub fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// What is called that below a place.
pub fn below(place: &str, name: &str) -> String {
    match (place, name) {
        ("", name) => name.to_owned(),
        (place, "") => place.to_owned(),
        (place, name) => format!("{place}/{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_below_another_is_joined_with_a_slash() {
        assert_eq!(below("", "reason"), "reason");
        assert_eq!(below("answers/0", ""), "answers/0");
        assert_eq!(below("answers/0", &escaped("a/b~c")), "answers/0/a~1b~0c");
    }
}
