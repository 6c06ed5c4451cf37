//! A browser for the pages and a caller for the API, in the process of the test: the server as it is put together
//! for real, without a socket.

use std::future::Future;
use std::pin::Pin;
use std::rc::Rc;

use actix_http::Request;
use actix_web::http::{StatusCode, header};
use actix_web::{test, web};
use heard::app::App;
use heard::app::access::limit::Doors;
use heard::web::front::Front;
use heard::web::limits::Limits;
use heard::web::server::application;
use serde_json::Value;

use super::school::{PASSWORD, School};

pub use actix_web::test::TestRequest;

type Answering = Pin<Box<dyn Future<Output = Page>>>;

/// The pages and the API of a school.
#[derive(Clone)]
pub struct Site(Rc<dyn Fn(Request) -> Answering>);

/// What came back.
#[derive(Clone, Debug)]
pub struct Page {
    pub status: StatusCode,
    /// Where it leads on.
    pub to: Option<String>,
    pub headers: header::HeaderMap,
    pub body: Vec<u8>,
    pub html: String,
}

impl School {
    pub async fn site(&self) -> Site {
        Site::of(&self.app).await
    }

    /// The pages of this school in a fresh browser.
    pub async fn browser(&self) -> Browser {
        self.site().await.browser()
    }
}

impl Site {
    pub async fn of(app: &App) -> Self {
        Self::behind(app, Front::default()).await
    }

    /// The same with something else before it.
    pub async fn behind(app: &App, front: Front) -> Self {
        let (doors, limits) = (web::Data::new(Doors::default()), web::Data::new(Limits::default()));
        let front = web::Data::new(front);
        let service = Rc::new(test::init_service(application(app, &doors, &limits, &front)).await);
        Self(Rc::new(move |request| {
            let service = Rc::clone(&service);
            Box::pin(async move {
                let answer = test::call_service(&*service, request).await;
                let (status, headers) = (answer.status(), answer.headers().clone());
                let to = headers.get(header::LOCATION).map(|to| to.to_str().unwrap().to_owned());
                let body = test::read_body(answer).await.to_vec();
                Page { status, to, headers, html: String::from_utf8_lossy(&body).into_owned(), body }
            })
        }))
    }

    /// A browser that was nowhere yet.
    pub fn browser(&self) -> Browser {
        Browser { site: self.clone(), cookies: Vec::new(), from: "same-origin" }
    }

    /// A browser in which somebody with the password that all have is in.
    pub async fn signed_in(&self, email: &str) -> Browser {
        let mut browser = self.browser();
        let page = browser.get("/sign-in").await;
        let entered = browser.post("/sign-in", &page, &[("email", email), ("password", PASSWORD)]).await;
        assert_eq!(entered.status, StatusCode::SEE_OTHER, "{email}: {}", entered.html);
        browser
    }

    /// A request as it is.
    pub async fn takes(&self, request: TestRequest) -> Page {
        (self.0)(request.to_request()).await
    }

    /// A request to the API with that token.
    pub async fn asked(&self, token: &str, request: TestRequest) -> Page {
        let request = request.insert_header((header::AUTHORIZATION, format!("Bearer {token}")));
        self.takes(request.peer_addr("192.0.2.1:4711".parse().unwrap())).await
    }

    /// What the API has there for whoever has that token.
    pub async fn reads(&self, token: &str, path: &str) -> Page {
        self.asked(token, TestRequest::get().uri(path)).await
    }
}

impl Page {
    /// The value of a hidden field, empty where there is none.
    pub fn hidden(&self, name: &str) -> String {
        let fields = hidden_fields(&self.html);
        fields.into_iter().find(|(own, _)| own == name).map(|(_, value)| value).unwrap_or_default()
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).unwrap_or_else(|| panic!("no header {name}")).to_str().unwrap()
    }

    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.html))
    }

    /// Where it leads on; it must.
    #[track_caller]
    pub fn place(&self) -> &str {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.html);
        self.to.as_deref().unwrap()
    }

    /// The hidden fields of the form that goes there; where the page has none, the token that every form has.
    pub fn form(&self, action: &str) -> Vec<(String, String)> {
        let forms = self.html.split("<form ").skip(1).filter_map(|rest| rest.split("</form>").next());
        let here = format!("action=\"{action}\"");
        let own =
            forms.into_iter().find(|form| form.split('>').next().is_some_and(|tag| tag.contains(&here)));
        own.map_or_else(|| vec![("csrf".to_owned(), self.hidden("csrf"))], hidden_fields)
    }
}

/// Names and values, as a browser reads them.
fn hidden_fields(html: &str) -> Vec<(String, String)> {
    let inputs = html.split("<input type=\"hidden\" name=\"").skip(1);
    let read = |input: &str| {
        let (name, rest) = input.split_once("\" value=\"")?;
        let value = rest.split('"').next()?;
        let value = value.replace("&#34;", "\"").replace("&#39;", "'").replace("&#60;", "<");
        Some((name.to_owned(), value.replace("&#62;", ">").replace("&#38;", "&")))
    };
    inputs.filter_map(read).collect()
}

/// It keeps cookies and says from where it comes.
pub struct Browser {
    pub site: Site,
    pub cookies: Vec<(String, String)>,
    /// `Sec-Fetch-Site`.
    pub from: &'static str,
}

impl Browser {
    /// Another browser, on the same site.
    pub fn another(&self) -> Self {
        self.site.browser()
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.iter().find(|(own, _)| own == name).map(|(_, value)| value.clone())
    }

    pub async fn send(&mut self, request: TestRequest) -> Page {
        let jar: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let request = request
            .insert_header((header::COOKIE, jar.join("; ")))
            .insert_header(("sec-fetch-site", self.from))
            .peer_addr("192.0.2.1:4711".parse().unwrap());
        let page = self.site.takes(request).await;
        for set in page.headers.get_all(header::SET_COOKIE) {
            let set = set.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = set.split_once('=').unwrap();
            self.cookies.retain(|(own, _)| own != name);
            if !value.is_empty() {
                self.cookies.push((name.to_owned(), value.to_owned()));
            }
        }
        page
    }

    pub async fn get(&mut self, path: &str) -> Page {
        self.send(TestRequest::get().uri(path)).await
    }

    /// Fills in the form of a page, with its hidden fields, and sends it.
    pub async fn post(&mut self, path: &str, page: &Page, fields: &[(&str, &str)]) -> Page {
        let mut form = page.form(path);
        form.retain(|(own, _)| fields.iter().all(|(name, _)| own != name));
        form.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        self.send(TestRequest::post().uri(path).set_form(form)).await
    }

    /// Opens a form, fills it in and sends it.
    pub async fn answers(&mut self, path: &str, fields: &[(&str, &str)]) -> Page {
        let page = self.get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}: {:?}", page.to);
        self.post(path, &page, fields).await
    }

    /// Follows the link of a mail and presses its button.
    pub async fn opens(&mut self, link: &str) -> Page {
        self.answers(link, &[]).await
    }
}
