//! The worker: sends what lies in the outbox, sweeps deadlines, and has files scanned. All steps are functions that tests call
//! too.

use std::time::Duration;

use chrono::TimeDelta;

use crate::app::App;
use crate::app::files::scan;
use crate::app::outbox::{self, Sender, Step};
use crate::app::readings;
use crate::app::sweep;

/// How long the worker rests at most before it looks at the time again.
const LONGEST_REST: Duration = Duration::from_secs(60);
/// How often deadlines are swept.
const SWEEP_EVERY: TimeDelta = TimeDelta::minutes(15);

/// Works until the program ends.
pub async fn run(app: App, sender: Sender) {
    let (readings, files) = (readings::keep_every_second(app.clone()), scan::keep_scanning(app.clone()));
    futures_util::future::join3(readings, files, send_and_sweep(app, sender)).await;
}

async fn send_and_sweep(app: App, sender: Sender) {
    let mut swept_at = None;
    loop {
        let now = app.now();
        if swept_at.is_none_or(|at| now - at >= SWEEP_EVERY || now < at) {
            swept_at = Some(now);
            sweep_now(&app).await;
        }
        match outbox::deliver(&app, &sender).await {
            Ok(Step::Done(_)) => {}
            Ok(Step::Empty) => rest(&app).await,
            Err(error) => {
                tracing::error!(%error, "the outbox could not be sent");
                tokio::time::sleep(LONGEST_REST).await;
            }
        }
    }
}

async fn sweep_now(app: &App) {
    let inside = app.clone();
    match tokio::task::spawn_blocking(move || sweep::sweep(&inside)).await {
        Ok(Ok(changed)) => tracing::debug!(changed, "swept"),
        Ok(Err(error)) => tracing::error!(%error, "the sweep stopped"),
        Err(error) => tracing::error!(%error, "the sweep broke off"),
    }
}

/// Rests until somebody nudges, or the next message is due, or a minute has passed.
async fn rest(app: &App) {
    let until_due = outbox::next_due(app)
        .ok()
        .flatten()
        .and_then(|due| (due - app.now()).to_std().ok())
        .map_or(LONGEST_REST, |wait| wait.min(LONGEST_REST));
    let _ = tokio::time::timeout(until_due.max(Duration::from_millis(20)), app.nudged()).await;
}
