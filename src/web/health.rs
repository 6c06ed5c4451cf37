//! For whatever watches over the program: whether it is alive, and whether it can work (A22). Nothing about
//! anybody.

use actix_web::http::header;
use actix_web::web::Json;
use actix_web::{HttpResponse, web};
use serde::Serialize;

use crate::app::App;
use crate::app::files::scan::Answers;
use crate::app::health::{self, Queue};
use crate::urls;

use super::extract::blocking;
use super::problem::log_once;
use super::table::{Table, get};

/// Adds both to the routes.
pub fn routes(table: &mut Table<'_>) {
    table.route(urls::HEALTH, get().to(alive)).route(urls::READY, get().to(ready));
}

/// What both say in one word.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Word {
    Alive,
    Ready,
    NotReady,
}

#[derive(Clone, Copy, Debug, Serialize)]
struct Said {
    status: Word,
}

/// What waits to be sent.
#[derive(Clone, Copy, Debug, Serialize)]
struct Working {
    status: Word,
    /// How many messages wait.
    messages_waiting: u64,
    /// For how many seconds the oldest of them could have left.
    oldest_waiting_seconds: u64,
    /// How many files wait for the virus scanner.
    files_waiting: u64,
    /// Whether the virus scanner answers: `answers`, `silent`, or `none` where there is none.
    virus_scanner: &'static str,
}

/// `GET /health`: the program answers.
async fn alive() -> Json<Said> {
    Json(Said { status: Word::Alive })
}

/// `GET /ready`: the database answers too; else 503.
async fn ready(app: web::Data<App>) -> HttpResponse {
    match blocking(&app, health::queue).await {
        Ok(Queue { waiting, oldest, files, scanner }) => HttpResponse::Ok().json(Working {
            status: Word::Ready,
            messages_waiting: waiting,
            oldest_waiting_seconds: oldest.as_secs(),
            files_waiting: files,
            virus_scanner: match scanner {
                None => "none",
                Some(Answers::Yes) => "answers",
                Some(Answers::No) => "silent",
            },
        }),
        Err(error) => {
            log_once(&error);
            HttpResponse::ServiceUnavailable()
                .insert_header((header::RETRY_AFTER, "5"))
                .json(Said { status: Word::NotReady })
        }
    }
}
