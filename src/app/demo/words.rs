//! What people of the demo write and say: situations, the voices around them, and names.

use crate::domain::text::capital;

use std::collections::BTreeMap;

use rand::RngExt as _;
use rand::seq::IndexedRandom as _;
use rand_chacha::ChaCha20Rng;
use serde::Deserialize;

use super::Broken;

const SITUATIONS: [(&str, &str); 5] = [
    ("friends.toml", include_str!("situations/friends.toml")),
    ("learning.toml", include_str!("situations/learning.toml")),
    ("conduct.toml", include_str!("situations/conduct.toml")),
    ("care.toml", include_str!("situations/care.toml")),
    ("more.toml", include_str!("situations/more.toml")),
];
const VOICES: &str = include_str!("voices.toml");
const FAMILIES: &str = include_str!("families.toml");

/// For whom a situation makes sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Years {
    /// Any school.
    Any,
    /// Nursery only.
    Early,
    /// Nursery to Year 2.
    Infant,
    /// Reception to Year 6.
    Primary,
    /// Year 7 to Year 11.
    Secondary,
    /// Neighbours: no child in it.
    Public,
}

impl Years {
    /// Whether it fits a child of that year group.
    pub fn fits(self, year: &str) -> bool {
        let number: Option<u8> = year.strip_prefix("Year ").and_then(|number| number.parse().ok());
        match self {
            Self::Any | Self::Public => true,
            Self::Early => year == "Nursery",
            Self::Infant => number.is_none_or(|number| number <= 2),
            Self::Primary => year != "Nursery" && number.is_none_or(|number| number <= 6),
            Self::Secondary => number.is_some_and(|number| number >= 7),
        }
    }
}

/// A further point.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Further {
    /// What happened.
    pub what: String,
    /// What would put it right.
    pub wanted: String,
}

/// Something that happens in a school, with what everybody says about it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Situation {
    /// Its name in the tables.
    pub key: String,
    /// What it is about, as a noun.
    pub matter: String,
    /// For whom it makes sense.
    pub years: Years,
    /// How a family begins.
    pub openings: Vec<String>,
    /// How it goes on.
    pub details: Vec<String>,
    /// What would put it right.
    pub wanted: Vec<String>,
    /// Further points.
    #[serde(default)]
    pub also: Vec<Further>,
    /// What was found when somebody looked.
    pub found: Vec<String>,
    /// What the school will do.
    pub done: Vec<String>,
    /// Why it is taken further.
    pub further: Vec<String>,
    /// Whom it is about, as the API names roles.
    #[serde(default)]
    pub about: Option<String>,
    /// The flags, as the API names them.
    #[serde(default)]
    pub flags: Vec<String>,
    /// Where it belongs, when that is elsewhere.
    #[serde(default)]
    pub redirect: Option<String>,
    /// `feedback`, when it is that.
    #[serde(default)]
    pub kind: Option<String>,
    /// What to mind when reaching the family.
    #[serde(default)]
    pub note: Option<String>,
    /// What the family needs to take part.
    #[serde(default)]
    pub adjustments: Option<String>,
    /// Why it comes late.
    #[serde(default)]
    pub late: Option<String>,
    /// Whether the child has to be a girl.
    #[serde(default)]
    pub child: Option<String>,
    /// Whether somebody else raises it.
    #[serde(default)]
    pub third_party: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SituationFile {
    situation: Vec<Situation>,
}

/// Names that belong together.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Group {
    weight: u32,
    surnames: Vec<String>,
    parents: Vec<String>,
    girls: Vec<String>,
    boys: Vec<String>,
    #[serde(default)]
    language: Option<String>,
    #[serde(default)]
    order: NameOrder,
}

/// Which name comes first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum NameOrder {
    /// The given name.
    #[default]
    GivenFirst,
    /// The family's name, with no space between.
    FamilyFirst,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupFile {
    groups: Vec<Group>,
}

/// A girl or a boy, for the words around the child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gender {
    /// she, her.
    Girl,
    /// he, him.
    Boy,
}

/// A parent and a child.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Family {
    /// The parent's full name.
    pub parent: String,
    /// The part of an email address that stands for it.
    pub handle: String,
    /// The child's first name.
    pub child: String,
    /// The child's full name.
    pub child_full: String,
    /// Girl or boy.
    pub gender: Gender,
    /// Their language, if it is not English.
    pub language: Option<String>,
}

/// All tables, read once.
#[derive(Clone, Debug)]
pub struct Tables {
    /// The situations.
    pub situations: Vec<Situation>,
    voices: BTreeMap<String, Vec<String>>,
    groups: Vec<Group>,
}

impl Tables {
    /// Reads the tables.
    ///
    /// # Errors
    /// [`Broken`] when a file does not read; a test holds that they all do.
    pub fn read() -> Result<Self, Broken> {
        let mut situations = Vec::new();
        for (name, source) in SITUATIONS {
            let file: SituationFile = toml::from_str(source).map_err(|_| Broken(name))?;
            situations.extend(file.situation);
        }
        let voices = toml::from_str(VOICES).map_err(|_| Broken("voices.toml"))?;
        let GroupFile { groups } = toml::from_str(FAMILIES).map_err(|_| Broken("families.toml"))?;
        Ok(Self { situations, voices, groups })
    }

    /// One of the lines of that voice.
    pub fn voice(&self, key: &str, rng: &mut ChaCha20Rng) -> &str {
        self.voices.get(key).and_then(|lines| lines.choose(rng)).map_or("", String::as_str)
    }

    /// A family. Their weights are those of the town.
    pub fn family(&self, wanted: Option<Gender>, rng: &mut ChaCha20Rng) -> Option<Family> {
        let group = self.groups.choose_weighted(rng, |group| group.weight).ok()?;
        let gender = wanted.unwrap_or(if rng.random_bool(0.5) { Gender::Girl } else { Gender::Boy });
        let children = match gender {
            Gender::Girl => &group.girls,
            Gender::Boy => &group.boys,
        };
        let (surname, surname_handle) = split(group.surnames.choose(rng)?);
        let (given, given_handle) = split(group.parents.choose(rng)?);
        let child = children.choose(rng)?.clone();
        let full = |given: &str| match group.order {
            NameOrder::GivenFirst => format!("{given} {surname}"),
            NameOrder::FamilyFirst => format!("{surname}{given}"),
        };
        Some(Family {
            parent: full(given),
            handle: format!("{given_handle}.{surname_handle}").replace([' ', '\''], ""),
            child_full: full(&child),
            child,
            gender,
            language: group.language.clone(),
        })
    }
}

/// The name and its handle.
fn split(entry: &str) -> (&str, String) {
    let (name, handle) = entry.split_once('|').unwrap_or((entry, entry));
    (name, handle.to_lowercase())
}

/// One line of a list.
pub fn one<'l>(lines: &'l [String], rng: &mut ChaCha20Rng) -> &'l str {
    lines.choose(rng).map_or("", String::as_str)
}

/// Puts the child into a line.
pub fn about_child(line: &str, family: &Family) -> String {
    let (he, him, his, son) = match family.gender {
        Gender::Girl => ("she", "her", "her", "daughter"),
        Gender::Boy => ("he", "him", "his", "son"),
    };
    line.replace("{c}", &family.child)
        .replace("{he}", he)
        .replace("{him}", him)
        .replace("{his}", his)
        .replace("{He}", &capital(he))
        .replace("{His}", &capital(his))
        .replace(
            "{himself}",
            match family.gender {
                Gender::Girl => "herself",
                Gender::Boy => "himself",
            },
        )
        .replace("{son}", son)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use rand::SeedableRng as _;

    use super::*;

    #[test]
    fn there_are_at_least_sixty_situations_with_words_of_their_own() {
        let tables = Tables::read().unwrap();
        assert!(tables.situations.len() >= 60, "{}", tables.situations.len());
        let openings: BTreeSet<_> = tables.situations.iter().flat_map(|s| &s.openings).collect();
        assert!(openings.len() >= 200, "{}", openings.len());
        for list in [
            tables.situations.iter().flat_map(|s| &s.found).count(),
            tables.situations.iter().flat_map(|s| &s.done).count(),
        ] {
            assert!(list >= 120);
        }
    }

    #[test]
    fn no_token_is_left_over_in_any_line() {
        let tables = Tables::read().unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(1);
        let family = tables.family(None, &mut rng).unwrap();
        for situation in &tables.situations {
            let lines = [
                &situation.openings,
                &situation.details,
                &situation.wanted,
                &situation.found,
                &situation.done,
            ];
            for line in lines.into_iter().flatten().chain([&situation.matter]) {
                assert!(!about_child(line, &family).contains('{'), "{}: {line}", situation.key);
            }
        }
        for lines in tables.voices.values() {
            for line in lines {
                let whole = ["{matter}", "{found}", "{done}", "{further}"]
                    .iter()
                    .fold(about_child(line, &family), |line, token| line.replace(token, "x"));
                assert!(!whole.contains('{'), "{line}");
            }
        }
    }

    #[test]
    fn names_come_in_several_scripts() {
        let tables = Tables::read().unwrap();
        let mut rng = ChaCha20Rng::seed_from_u64(2);
        let families: Vec<_> = (0..300).filter_map(|_| tables.family(None, &mut rng)).collect();
        let has = |range: std::ops::RangeInclusive<char>| {
            families.iter().any(|family| family.parent.chars().any(|c| range.contains(&c)))
        };
        assert!(has('\u{600}'..='\u{6ff}') && has('\u{4e00}'..='\u{9fff}') && has('\u{400}'..='\u{4ff}'));
        assert!(families.iter().all(|family| family.handle.is_ascii()), "an address has a handle in ASCII");
    }
}
