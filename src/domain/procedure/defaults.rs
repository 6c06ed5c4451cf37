//! The nine procedures that Heard brings along (domain.md 9.1), each a commented file beside this one.

use std::sync::LazyLock;

use super::Procedure;
use crate::domain::school::{Nation, SchoolKind};

/// Key and source text of each, in the order of domain.md 9.1.
const SOURCES: [(&str, &str); 9] = [
    ("MAT-STD", include_str!("defaults/mat-std.toml")),
    ("MAT-SEED", include_str!("defaults/mat-seed.toml")),
    ("MAINT-2", include_str!("defaults/maint-2.toml")),
    ("SINGLE-AT", include_str!("defaults/single-at.toml")),
    ("CYM-ABC", include_str!("defaults/cym-abc.toml")),
    ("NI-2", include_str!("defaults/ni-2.toml")),
    ("SCO-2", include_str!("defaults/sco-2.toml")),
    ("LA-CODE", include_str!("defaults/la-code.toml")),
    ("INDEP", include_str!("defaults/indep.toml")),
];

/// Read once. A file that does not load would be missing here; the test of R6 counts all nine.
static LOADED: LazyLock<Vec<Procedure>> =
    LazyLock::new(|| SOURCES.iter().filter_map(|(_, source)| Procedure::from_toml(source).ok()).collect());

/// Whether a school belongs to a trust of several.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Standing {
    /// One of the schools of a trust.
    InTrust,
    /// On its own.
    Alone,
}

/// The nine procedures of domain.md 9.1, in its order (R6).
pub fn defaults() -> &'static [Procedure] {
    &LOADED
}

/// The default procedure of that key: `MAT-SEED`.
pub fn default_for(key: &str) -> Option<&'static Procedure> {
    defaults().iter().find(|procedure| procedure.key == key)
}

/// The TOML text of a default with its comments, to be stored and edited.
pub fn default_source(key: &str) -> Option<&'static str> {
    SOURCES.iter().find(|(own, _)| *own == key).map(|(_, source)| *source)
}

/// The default procedure to propose for a new school; `None` where no default is written for its law.
pub fn default_key_for(kind: SchoolKind, nation: Nation, standing: Standing) -> Option<&'static str> {
    match (nation, kind) {
        (Nation::England, SchoolKind::Academy) => Some(match standing {
            Standing::InTrust => "MAT-STD",
            Standing::Alone => "SINGLE-AT",
        }),
        (Nation::England, SchoolKind::Maintained) => Some("MAINT-2"),
        (Nation::England, SchoolKind::Independent) => Some("INDEP"),
        (Nation::Wales, SchoolKind::Maintained) => Some("CYM-ABC"),
        (Nation::NorthernIreland, SchoolKind::Maintained) => Some("NI-2"),
        (Nation::Scotland, SchoolKind::Maintained) => Some("SCO-2"),
        // Academies are English; the law on independent schools of the other nations is not Part 7.
        (
            Nation::Wales | Nation::NorthernIreland | Nation::Scotland,
            SchoolKind::Academy | SchoolKind::Independent,
        ) => None,
    }
}
