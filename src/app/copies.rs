//! The mail with a copy of the published procedure (R7).

use url::Url;

use crate::db::outbox::{Carries, Message};
use crate::domain::procedure::{ExitText, SCHOOL_DAY_WORDS, StepText};
use crate::domain::text::EmailAddress;
use crate::mail::{Block, Language, Letter};
use crate::urls;

use super::App;
use super::schools::CopyRequest;
use super::world::World;
use super::writing::{self, To};

/// The message in which somebody gets the whole ladder in words.
pub(super) fn message(app: &App, world: &World, request: &CopyRequest) -> Message {
    let letter = letter(app, world, request).render();
    let address = request.email.as_ref().map(EmailAddress::as_str).unwrap_or_default();
    Message {
        school: Some(world.school.id),
        carries: Carries::Right,
        reply_to: Some(world.school.email.clone()),
        ..writing::message(app, "procedure_copy", To::Family { name: request.name.as_str(), address }, letter)
    }
}

fn letter(app: &App, world: &World, request: &CopyRequest) -> Letter {
    let mut blocks = beginning(app, world);
    blocks.extend(world.procedure.steps().into_iter().flat_map(step));
    blocks.push(Block::Heading("At every step".to_owned()));
    blocks.push(Block::List(world.procedure.general_rules()));
    blocks.extend(world.procedure.exit_texts().into_iter().flat_map(exit));
    Letter {
        language: Language::ENGLISH,
        subject: format!("{}: a copy of our complaints procedure", world.school.name),
        greeting: format!("Dear {}", request.name.as_str()),
        blocks,
        sign_off: vec![world.school.name.clone()],
        footer: vec![
            format!("Phone: {}", world.school.phone),
            format!("Email: {}", world.school.email),
            world.school.office_hours.clone(),
        ],
    }
}

fn beginning(app: &App, world: &World) -> Vec<Block> {
    let procedure = &world.procedure;
    vec![
        Block::Paragraph(format!(
            "You asked for a copy of the complaints procedure of {}. Here it is.",
            world.school.name
        )),
        Block::Paragraph(format!("{}, version {}. {SCHOOL_DAY_WORDS}", procedure.title, procedure.version)),
        Block::Link {
            words: "Read it as a page".to_owned(),
            url: app.base().link(&urls::procedure(&world.school.slug)),
        },
    ]
}

fn step(step: StepText) -> Vec<Block> {
    let lines: Vec<String> =
        step.limits.into_iter().chain(step.hearing).chain(step.window).chain(step.skip).collect();
    let lines = (!lines.is_empty()).then_some(Block::List(lines));
    [Block::Heading(step.title), Block::Paragraph(step.handled_by)].into_iter().chain(lines).collect()
}

/// Whom to turn to after the last step, by when, and where.
fn exit(exit: ExitText) -> Vec<Block> {
    let says: Vec<String> = std::iter::once(exit.looks_at).chain(exit.within).collect();
    vec![
        Block::Heading(exit.name),
        Block::Paragraph(says.join(" ")),
        match Url::parse(&exit.address) {
            Ok(url) => Block::Link { words: "Website".to_owned(), url },
            Err(_) => Block::Paragraph(exit.address),
        },
    ]
}
