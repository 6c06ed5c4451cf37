//! What the people of one case say, each in their turn.

use rand::RngExt as _;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;

use crate::domain::text::capital;

use super::words::{Family, Situation, Tables, about_child, one};

/// The voices of one case.
pub(super) struct Speech<'t> {
    tables: &'t Tables,
    situation: &'t Situation,
    family: &'t Family,
    rng: ChaCha20Rng,
}

impl<'t> Speech<'t> {
    /// The voices of a case about that situation and family.
    pub(super) fn new(tables: &'t Tables, situation: &'t Situation, family: &'t Family, seed: u64) -> Self {
        Self { tables, situation, family, rng: ChaCha20Rng::seed_from_u64(seed) }
    }

    /// A line of that voice, about this matter and this child.
    pub(super) fn line(&mut self, key: &str) -> String {
        let line = self.tables.voice(key, &mut self.rng).to_owned();
        self.fill(&line)
    }

    fn fill(&mut self, line: &str) -> String {
        let situation = self.situation;
        let whole = line
            .replace("{matter}", &situation.matter)
            .replace("{found}", one(&situation.found, &mut self.rng))
            .replace("{done}", one(&situation.done, &mut self.rng))
            .replace("{further}", one(&situation.further, &mut self.rng));
        capital(&about_child(&whole, self.family))
    }

    /// The name of the situation in the tables.
    pub(super) fn situation(&self) -> &str {
        &self.situation.key
    }

    /// Where it belongs, when that is elsewhere.
    pub(super) fn elsewhere(&self) -> &str {
        self.situation.redirect.as_deref().unwrap_or("staff_conduct")
    }

    /// A number below that.
    pub(super) fn below(&mut self, bound: u16) -> u16 {
        self.rng.random_range(0..bound.max(1))
    }
}
