//! Moves the demo's clock on, and does on the way what time would have done.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveTime, TimeDelta, Utc};

use crate::app::error::{Error, FieldCode, FieldProblem};
use crate::app::outbox::next_due;
use crate::app::sweep::sweep;
use crate::app::{App, Mode};
use crate::domain::calendar::{local_date, local_instant};

/// The furthest that one move goes: a little over two school years.
const FURTHEST: TimeDelta = TimeDelta::days(800);

/// Where the clock is moved to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoveClock {
    /// To that moment.
    To(DateTime<Utc>),
    /// On by so much.
    By(TimeDelta),
}

impl MoveClock {
    /// Reads an ISO 8601 duration of weeks, days, hours and minutes: `P5D`, `P2W`, `PT3H`, `P1DT12H`.
    ///
    /// # Errors
    /// `Invalid` with how to write it.
    pub fn by(text: &str) -> Result<Self, Error> {
        duration(text.trim()).map(Self::By).ok_or_else(|| problem("by", "Write a time like P5D, P2W or PT3H"))
    }
}

fn problem(field: &str, words: &str) -> Error {
    Error::Invalid(vec![FieldProblem::new(field, FieldCode::DoesNotFit, words)])
}

fn duration(text: &str) -> Option<TimeDelta> {
    let rest = text.strip_prefix('P')?;
    let (days, hours) = match rest.split_once('T') {
        Some((_, "")) => return None,
        Some((days, hours)) => (days, hours),
        None => (rest, ""),
    };
    let (days, minutes) =
        (amounts(days, &[('W', 7 * 1440), ('D', 1440)])?, amounts(hours, &[('H', 60), ('M', 1)])?);
    (!rest.is_empty()).then(|| TimeDelta::try_minutes(days.checked_add(minutes)?)).flatten()
}

/// The sum in minutes of numbers that are each followed by one of the units, in their order.
fn amounts(mut text: &str, units: &[(char, i64)]) -> Option<i64> {
    let mut sum = 0_i64;
    for (unit, minutes) in units {
        if let Some((number, rest)) = text.split_once(*unit) {
            let number: u32 = number.parse().ok()?;
            sum = sum.checked_add(i64::from(number).checked_mul(*minutes)?)?;
            text = rest;
        }
    }
    text.is_empty().then_some(sum)
}

/// So long a day waits for its mail, looked at every [`LOOK`]: a worker needs a moment, and where none runs nobody waits
/// for each of the days.
const PATIENCE: u32 = 50;
const LOOK: Duration = Duration::from_millis(10);

/// Moves the clock on, day by day, with the sweep of each morning on the way, so that reminders and lapses
/// carry the dates that they would have had. The mail of each day leaves on that day: time that counts from an answer
/// does not run before the answer has left. Answers with the moment that it is now.
///
/// # Errors
/// `NotFound` outside a demo; `Invalid` for a moment before the present one or too far ahead.
pub fn move_clock(app: &App, wanted: MoveClock) -> Result<DateTime<Utc>, Error> {
    if app.mode() != Mode::Demo {
        return Err(Error::NotFound);
    }
    let now = app.now();
    let (field, to) = match wanted {
        MoveClock::To(to) => ("to", Some(to)),
        MoveClock::By(by) => ("by", now.checked_add_signed(by)),
    };
    let to = to
        .filter(|to| *to >= now && *to - now <= FURTHEST)
        .ok_or_else(|| problem(field, "The clock goes on, never back, and by at most 800 days at a time"))?;
    let mut patience = PATIENCE;
    for morning in mornings(now, to) {
        app.clock().set(morning);
        // What was written the day before leaves before the sweep looks at it.
        patience = mail_leaves(app, patience)?;
        sweep(app)?;
        patience = mail_leaves(app, patience)?;
    }
    app.clock().set(to);
    sweep(app)?;
    super::keep_clock(app)?;
    Ok(app.now())
}

/// Waits until what is due has left, and answers with the patience for the next time: none where nobody sends.
fn mail_leaves(app: &App, mut patience: u32) -> Result<u32, Error> {
    while next_due(app)?.is_some_and(|due| due <= app.now()) {
        if patience == 0 {
            return Ok(0);
        }
        patience -= 1;
        app.nudge();
        std::thread::sleep(LOOK);
    }
    Ok(PATIENCE)
}

/// Seven in the morning of each day from one moment to another.
pub(super) fn mornings(from: DateTime<Utc>, to: DateTime<Utc>) -> impl Iterator<Item = DateTime<Utc>> {
    let seven = NaiveTime::from_hms_opt(7, 0, 0).unwrap_or_default();
    let last = local_date(to);
    std::iter::successors(Some(local_date(from)), |on| on.checked_add_days(Days::new(1)))
        .take_while(move |on| *on <= last)
        .map(move |on| local_instant(on, seven))
        .filter(move |at| *at > from && *at < to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_as_iso_8601_writes_them() {
        let minutes = |text: &str| duration(text).map(|by| by.num_minutes());
        assert_eq!(minutes("P5D"), Some(5 * 1440));
        assert_eq!(minutes("P2W"), Some(14 * 1440));
        assert_eq!(minutes("PT3H"), Some(180));
        assert_eq!(minutes("P1DT12H30M"), Some(1440 + 750));
        for wrong in ["", "P", "PT", "5D", "P5", "P-5D", "P5X", "P1D2W", "PT5D", "P99999999999D"] {
            assert_eq!(minutes(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn every_morning_between_two_moments_is_swept_once() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        let found: Vec<_> = mornings(at("2026-03-27T10:00:00Z"), at("2026-03-30T10:00:00Z")).collect();
        // The clocks go forward on 29 March 2026 (G13).
        assert_eq!(
            found,
            [at("2026-03-28T07:00:00Z"), at("2026-03-29T06:00:00Z"), at("2026-03-30T06:00:00Z")]
        );
    }
}
