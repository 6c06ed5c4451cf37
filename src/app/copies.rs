//! The mail with a copy of the published procedure (R7).

use crate::db::outbox::{Carries, Message, Origin};
use crate::domain::ids::MessageId;
use crate::mail::{Block, Language, Letter};
use crate::urls;

use super::App;
use super::schools::CopyRequest;
use super::world::World;

/// The message in which somebody gets the whole ladder in words.
pub(super) fn message(app: &App, world: &World, request: &CopyRequest) -> Message {
    let now = app.now();
    let letter = letter(app, world, request).render();
    Message {
        id: MessageId(app.ids().uuid(now)),
        case: None,
        event: None,
        school: Some(world.school.id),
        kind: "procedure_copy".to_owned(),
        carries: Carries::Right,
        audience: "family".to_owned(),
        to_name: request.name.as_str().to_owned(),
        to_address: request.email.as_ref().map(|email| email.as_str().to_owned()).unwrap_or_default(),
        to_person: None,
        to_party: None,
        reply_to: Some(world.school.email.clone()),
        in_reply_to: None,
        language: None,
        subject: letter.subject,
        body_text: letter.text,
        body_html: Some(letter.html),
        invitation: None,
        dedupe_key: None,
        created_at: now,
        not_before: now,
        origin: Origin::Automatic,
        instead_of: None,
    }
}

fn letter(app: &App, world: &World, request: &CopyRequest) -> Letter {
    let mut blocks = vec![
        Block::Paragraph(format!(
            "You asked for a copy of the complaints procedure of {}. Here it is.",
            world.school.name
        )),
        Block::Link {
            words: "Read it as a page".to_owned(),
            url: app.base().link(&urls::procedure(&world.school.slug)),
        },
    ];
    for step in world.procedure.steps() {
        blocks.push(Block::Heading(step.title));
        blocks.push(Block::Paragraph(step.handled_by));
        let lines: Vec<String> =
            step.limits.into_iter().chain(step.hearing).chain(step.window).chain(step.skip).collect();
        if !lines.is_empty() {
            blocks.push(Block::List(lines));
        }
    }
    blocks.push(Block::Heading("What also holds".to_owned()));
    blocks.push(Block::List(world.procedure.general_rules()));
    for exit in world.procedure.exit_texts() {
        blocks.push(Block::Heading(exit.name));
        blocks.push(Block::Paragraph(exit.looks_at));
    }
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
