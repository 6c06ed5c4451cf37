//! Times in order, and lines that show them.

use std::fmt;
use std::time::{Duration, Instant};

/// What many turns took.
pub struct Times(Vec<Duration>);

impl Times {
    /// Does something so many times, after a tenth as many that do not count.
    pub fn of(turns: usize, mut turn: impl FnMut(usize)) -> Self {
        for number in 0..turns / 10 {
            turn(number);
        }
        let one = |number| {
            let began = Instant::now();
            turn(number);
            began.elapsed()
        };
        let mut times: Vec<Duration> = (0..turns).map(one).collect();
        times.sort_unstable();
        Self(times)
    }

    /// Those that were taken elsewhere.
    pub fn these(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// The time that this share of the turns stayed within.
    pub fn within(&self, percent: usize) -> Duration {
        self.0[(self.0.len() * percent).div_ceil(100).max(1) - 1]
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let milliseconds = |percent| self.within(percent).as_secs_f64() * 1000.0;
        write!(
            f,
            "p50 {:6.2} ms   p99 {:6.2} ms   max {:6.2} ms",
            milliseconds(50),
            milliseconds(99),
            milliseconds(100)
        )
    }
}

/// The middle one of a few figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
