//! One connection of somebody who asks the server.

use serde_json::Value;
use ureq::http::{Request, Response};
use ureq::{Agent, Body};

/// A client that keeps its connection.
pub struct Client {
    agent: Agent,
    base: String,
    header: Option<(&'static str, String)>,
}

/// What came back.
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body.
    pub body: String,
    response: Response<()>,
}

impl Answer {
    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn of(mut response: Response<Body>) -> Self {
        let body = response.body_mut().read_to_string().unwrap();
        Self { status: response.status().as_u16(), body, response: response.map(|_| ()) }
    }
}

impl Client {
    /// Nobody in particular.
    pub fn new(base: &str) -> Self {
        let config =
            Agent::config_builder().http_status_as_error(false).max_redirects(0).max_idle_connections(1);
        Self { agent: config.build().into(), base: base.to_owned(), header: None }
    }

    /// Somebody with a token of the API.
    pub fn with_token(base: &str, token: &str) -> Self {
        Self { header: Some(("authorization", format!("Bearer {token}"))), ..Self::new(base) }
    }

    /// Somebody who signed in on the page.
    pub fn signed_in(base: &str, email: &str, password: &str) -> Self {
        let nobody = Self::new(base);
        let page = nobody.get("/sign-in");
        let visit = cookies(&page);
        let token = between(&page.body, r#"name="csrf" value=""#, "\"");
        let form = [("csrf", token), ("email", email), ("password", password)];
        let sent =
            nobody.agent.post(format!("{base}/sign-in")).header("cookie", &visit).send_form(form).unwrap();
        let answer = Answer::of(sent);
        assert_eq!(answer.status, 303, "{email} signs in: {}", answer.body);
        Self { header: Some(("cookie", cookies(&answer))), ..nobody }
    }

    /// Asks for a page, which must be there.
    pub fn get(&self, path: &str) -> Answer {
        let answer = Answer::of(self.agent.run(self.request("GET", path).body(()).unwrap()).unwrap());
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        answer
    }

    /// Asks for a page of a server that may not be up yet.
    pub fn try_get(&self, path: &str) -> Option<Answer> {
        self.agent.run(self.request("GET", path).body(()).unwrap()).ok().map(Answer::of)
    }

    /// Sends JSON; `headers` go with it.
    pub fn post(&self, path: &str, headers: &[(&str, &str)], body: &Value) -> Answer {
        let mut request = self.request("POST", path).header("content-type", "application/json");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        Answer::of(self.agent.run(request.body(body.to_string()).unwrap()).unwrap())
    }

    fn request(&self, method: &str, path: &str) -> ureq::http::request::Builder {
        let request = Request::builder().method(method).uri(format!("{}{path}", self.base));
        match &self.header {
            Some((name, value)) => request.header(*name, value),
            None => request,
        }
    }
}

fn cookies(answer: &Answer) -> String {
    let given = answer.response.headers().get_all("set-cookie");
    let pairs = given.iter().map(|cookie| cookie.to_str().unwrap().split(';').next().unwrap());
    pairs.collect::<Vec<_>>().join("; ")
}

fn between<'t>(text: &'t str, before: &str, after: &str) -> &'t str {
    text.split_once(before).and_then(|(_, rest)| rest.split_once(after)).expect(before).0
}
