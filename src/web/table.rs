//! The table of routes. Whatever is put into it is served and listed at once, so that tests and the API's
//! description can be held against what is really there.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{FromRequest, Handler, Responder, Route, Scope};

/// A route that is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its method.
    pub method: Method,
    /// Its whole path, with `{names}` for what varies.
    pub pattern: String,
}

/// A method that waits for its handler.
#[derive(Clone, Debug)]
pub struct Verb(Method);

/// A method with its handler.
pub struct Handled {
    method: Method,
    route: Route,
}

/// `GET`.
pub fn get() -> Verb {
    Verb(Method::GET)
}

/// `POST`.
pub fn post() -> Verb {
    Verb(Method::POST)
}

impl Verb {
    /// Gives it its handler.
    pub fn to<F, Args>(self, handler: F) -> Handled
    where
        F: Handler<Args>,
        Args: FromRequest + 'static,
        F::Output: Responder + 'static,
    {
        Handled { route: web::method(self.0.clone()).to(handler), method: self.0 }
    }
}

/// Where routes are written down.
pub struct Table<'c> {
    config: &'c mut ServiceConfig,
    prefix: String,
    listed: Vec<Listed>,
}

impl<'c> Table<'c> {
    /// An empty table of that server.
    pub fn of(config: &'c mut ServiceConfig) -> Self {
        Self { config, prefix: String::new(), listed: Vec::new() }
    }

    /// Adds a route.
    pub fn route(&mut self, path: &str, handled: Handled) -> &mut Self {
        self.listed.push(Listed { method: handled.method, pattern: format!("{}{path}", self.prefix) });
        self.config.route(path, handled.route);
        self
    }

    /// Adds routes that another function knows.
    pub fn routes(&mut self, routes: impl FnOnce(&mut Table<'_>)) -> &mut Self {
        routes(self);
        self
    }

    /// Adds routes below a prefix, in a scope that has more around them; `scope` is one of that prefix.
    pub fn below<T, B>(
        &mut self,
        prefix: &str,
        scope: Scope<T>,
        routes: impl FnOnce(&mut Table<'_>),
    ) -> &mut Self
    where
        T: ServiceFactory<
                ServiceRequest,
                Config = (),
                Response = ServiceResponse<B>,
                Error = actix_web::Error,
                InitError = (),
            > + 'static,
        B: MessageBody + 'static,
    {
        let whole = format!("{}{prefix}", self.prefix);
        let mut listed = Vec::new();
        let scope = scope.configure(|config| {
            let mut inner = Table { config, prefix: whole, listed: Vec::new() };
            routes(&mut inner);
            listed = inner.listed;
        });
        self.config.service(scope);
        self.listed.append(&mut listed);
        self
    }

    /// Everything that was added.
    pub fn listed(self) -> Vec<Listed> {
        self.listed
    }
}
