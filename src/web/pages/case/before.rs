//! What somebody of the panel pool reads before a case opens: what reading it takes from them, and nothing that it says
//! (R24, 9.3).

use actix_web::{HttpResponse, web};

use crate::app::App;
use crate::app::cases::{self, Before, Caller};
use crate::urls;
use crate::web::csrf::{CheckedForm, Csrf};
use crate::web::extract::{SignedIn, blocking};
use crate::web::pages::access::go;
use crate::web::pages::desk::frame;
use crate::web::pages::simple::FormPage;
use crate::web::trouble::{Trouble, draw};

use super::handle::parse;

/// Says what opening the case would bar from, and who could look instead.
pub async fn page(
    app: web::Data<App>,
    person: SignedIn,
    csrf: Csrf,
    reference: web::Path<String>,
) -> Result<HttpResponse, Trouble> {
    let reference = parse(&reference)?;
    let (caller, wanted) = (Caller::Colleague(person.0.clone()), reference.clone());
    let before = blocking(&app, move |app| cases::before_reading(app, &caller, &wanted)).await?;
    let Some(before) = before else { return Ok(go(&urls::case(&reference))) };
    let path = urls::before_reading(&reference);
    let mut shell = frame(&app, &person.0, &csrf, "Before you read this case", &path);
    shell.back = Some(urls::CASES.to_owned());
    let mut page = FormPage::new(shell, csrf, path, Vec::new())
        .about(format!("{reference}, {}", before.school))
        .button("Go on and read it");
    page.lead = words(&before).into_iter().map(Into::into).collect();
    Ok(draw(&mut HttpResponse::Ok(), &page))
}

fn words(before: &Before) -> Vec<String> {
    let others = match before.others.as_slice() {
        [] => "Nobody else is there who could look at it instead.".to_owned(),
        others => format!("They can look at it instead: {}.", others.join(", ")),
    };
    vec![
        format!("You may be asked to sit on a panel of {}.", before.school),
        "Once you have read this case you cannot sit on its panel. That cannot be undone.".to_owned(),
        "It is written down that you know what it says.".to_owned(),
        others,
    ]
}

/// Goes on knowingly.
pub async fn go_on(
    app: web::Data<App>,
    person: SignedIn,
    reference: web::Path<String>,
    _form: CheckedForm,
) -> Result<HttpResponse, Trouble> {
    let reference = parse(&reference)?;
    let (caller, wanted) = (Caller::Colleague(person.0.clone()), reference.clone());
    blocking(&app, move |app| cases::read_knowingly(app, &caller, &wanted)).await?;
    Ok(go(&urls::case(&reference)))
}
