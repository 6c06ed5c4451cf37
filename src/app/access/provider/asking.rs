//! What is asked of a provider, and how its answer is checked: authorization code with PKCE, state and nonce; its own
//! keys, fetched anew when they are an hour old or do not fit; no redirects; nothing without TLS but on this machine.

use std::sync::{Arc, RwLock};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use openidconnect::core::{
    CoreAuthDisplay, CoreAuthPrompt, CoreErrorResponseType, CoreGenderClaim, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJwsSigningAlgorithm, CoreProviderMetadata, CoreResponseType,
    CoreRevocableToken, CoreRevocationErrorResponse, CoreTokenIntrospectionResponse, CoreTokenType,
};
use openidconnect::{
    AdditionalClaims, AuthenticationFlow, AuthorizationCode, ClientId, ClientSecret, CsrfToken,
    EmptyExtraTokenFields, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest, HttpResponse,
    IdTokenFields, IssuerUrl, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope,
    StandardErrorResponse, StandardTokenResponse, TokenResponse as _,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use subtle::ConstantTimeEq as _;
use url::Url;

use crate::app::App;
use crate::app::access::Token;
use crate::config::ProviderConfig;

use super::{Why, back_to};

/// How long a provider may take for one answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// The largest answer that is read, in bytes.
const LARGEST: u64 = 1024 * 1024;
/// How old what a provider said about itself may be.
const FRESH_FOR: TimeDelta = TimeDelta::hours(1);

/// What Microsoft says beside the claims that everybody has.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Extra {
    /// Whether the owner of the address's domain was proved: `true`, `"1"` or 1.
    #[serde(default)]
    xms_edov: Value,
}

impl AdditionalClaims for Extra {}

type Fields = IdTokenFields<
    Extra,
    EmptyExtraTokenFields,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJwsSigningAlgorithm,
>;

type Client = openidconnect::Client<
    Extra,
    CoreAuthDisplay,
    CoreGenderClaim,
    CoreJweContentEncryptionAlgorithm,
    CoreJsonWebKey,
    CoreAuthPrompt,
    StandardErrorResponse<CoreErrorResponseType>,
    StandardTokenResponse<Fields, CoreTokenType>,
    CoreTokenIntrospectionResponse,
    CoreRevocableToken,
    CoreRevocationErrorResponse,
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// What was sent along, to be compared with what comes back.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    state: String,
    nonce: String,
    verifier: String,
}

impl Asked {
    pub(super) fn is_of(&self, state: &str) -> bool {
        self.state.as_bytes().ct_eq(state.as_bytes()).into()
    }
}

/// What a token that was checked says of its owner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Claims {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) email: Option<String>,
    /// Whether the provider says that it looked at the address.
    pub(super) verified: bool,
    /// How it says that somebody proved who they are.
    pub(super) methods: Vec<String>,
    /// How much it says that this is worth.
    pub(super) class: Option<String>,
}

/// What a provider said about itself, and when.
#[derive(Default)]
pub(super) struct Known(RwLock<Option<(Arc<CoreProviderMetadata>, DateTime<Utc>)>>);

/// Whether what is known may be an hour old.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Age {
    Recent,
    New,
}

impl Known {
    /// Makes the address at which a browser asks.
    pub(super) fn ask(&self, app: &App, settings: &ProviderConfig) -> Result<(Asked, Url), Why> {
        let client = self.client(app, settings, Age::Recent)?;
        let fresh = || Token::fresh(app).as_str().to_owned();
        let asked = Asked { state: fresh(), nonce: fresh(), verifier: fresh() };
        let verifier = PkceCodeVerifier::new(asked.verifier.clone());
        let (state, nonce) = (CsrfToken::new(asked.state.clone()), Nonce::new(asked.nonce.clone()));
        let (to, _, _) = client
            .authorize_url(
                AuthenticationFlow::<CoreResponseType>::AuthorizationCode,
                move || state,
                move || nonce,
            )
            .add_scope(Scope::new("email".to_owned()))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&verifier))
            .url();
        Ok((asked, to))
    }

    /// Exchanges a code for what its token says. Keys that do not fit are fetched once more: providers change them.
    pub(super) fn exchange(
        &self,
        app: &App,
        settings: &ProviderConfig,
        asked: &Asked,
        code: String,
    ) -> Result<Claims, Why> {
        let client = self.client(app, settings, Age::Recent)?;
        let agent = agent(settings);
        let answered = client
            .exchange_code(AuthorizationCode::new(code))
            .map_err(|error| told(settings, Why::Unreachable, &error))?
            .set_pkce_verifier(PkceCodeVerifier::new(asked.verifier.clone()))
            .request(&|request| send(&agent, request));
        let answered = answered.map_err(|error| match error {
            openidconnect::RequestTokenError::Request(_) => told(settings, Why::Unreachable, &error),
            openidconnect::RequestTokenError::ServerResponse(_)
            | openidconnect::RequestTokenError::Parse(..)
            | openidconnect::RequestTokenError::Other(_) => told(settings, Why::NotBelieved, &error),
        })?;
        let token = answered.id_token().ok_or(Why::NotBelieved)?;
        let nonce = Nonce::new(asked.nonce.clone());
        let read = |client: &Client| {
            let now = app.now();
            let verifier = client.id_token_verifier().set_time_fn(move || now);
            token.claims(&verifier, &nonce).cloned()
        };
        let claims = match read(&client) {
            Ok(claims) => claims,
            Err(_) => read(&self.client(app, settings, Age::New)?)
                .map_err(|error| told(settings, Why::NotBelieved, &error))?,
        };
        Ok(Claims {
            issuer: claims.issuer().as_str().to_owned(),
            subject: claims.subject().as_str().to_owned(),
            email: claims.email().map(|email| email.as_str().to_owned()),
            methods: claims
                .auth_method_refs()
                .into_iter()
                .flatten()
                .map(|method| method.as_str().to_owned())
                .collect(),
            class: claims.auth_context_ref().map(|class| class.as_str().to_owned()),
            verified: claims.email_verified() == Some(true) || says_yes(&claims.additional_claims().xms_edov),
        })
    }

    fn client(&self, app: &App, settings: &ProviderConfig, age: Age) -> Result<Client, Why> {
        let metadata = self.metadata(app, settings, age)?;
        let id = ClientId::new(settings.client_id.clone());
        let secret = ClientSecret::new(settings.client_secret.expose().to_owned());
        let client =
            openidconnect::Client::from_provider_metadata(metadata.as_ref().clone(), id, Some(secret));
        Ok(client.set_redirect_uri(RedirectUrl::from_url(back_to(app, &settings.key))))
    }

    fn metadata(
        &self,
        app: &App,
        settings: &ProviderConfig,
        age: Age,
    ) -> Result<Arc<CoreProviderMetadata>, Why> {
        let now = app.now();
        let known = self.0.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        if let Some((metadata, at)) = known
            && age == Age::Recent
            && now - at < FRESH_FOR
        {
            return Ok(metadata);
        }
        let issuer = IssuerUrl::new(settings.issuer.clone())
            .map_err(|error| told(settings, Why::Unreachable, &error))?;
        let agent = agent(settings);
        let metadata = CoreProviderMetadata::discover(&issuer, &|request| send(&agent, request))
            .map_err(|error| told(settings, Why::Unreachable, &error))?;
        let metadata = Arc::new(metadata);
        *self.0.write().unwrap_or_else(std::sync::PoisonError::into_inner) =
            Some((Arc::clone(&metadata), now));
        Ok(metadata)
    }
}

/// Writes down what went wrong, without what anybody sent, and answers with the reason for the page.
fn told(settings: &ProviderConfig, why: Why, error: &dyn std::error::Error) -> Why {
    tracing::warn!(provider = settings.key, ?why, %error, "a sign-in with a provider did not work");
    why
}

fn says_yes(claim: &Value) -> bool {
    claim.as_bool() == Some(true) || claim.as_i64() == Some(1) || matches!(claim.as_str(), Some("1" | "true"))
}

/// A client that follows nobody, waits for nobody for long, and speaks in plain to this machine alone.
fn agent(settings: &ProviderConfig) -> ureq::Agent {
    ureq::Agent::config_builder()
        .https_only(!settings.is_on_this_machine())
        .max_redirects(0)
        .http_status_as_error(false)
        .timeout_global(Some(PATIENCE))
        .proxy(None)
        .user_agent("Heard")
        .build()
        .new_agent()
}

fn send(agent: &ureq::Agent, request: HttpRequest) -> Result<HttpResponse, ureq::Error> {
    let answered =
        if request.body().is_empty() { agent.run(request.map(drop))? } else { agent.run(request)? };
    let (head, mut body) = answered.into_parts();
    let bytes = body.with_config().limit(LARGEST).read_to_vec()?;
    Ok(HttpResponse::from_parts(head, bytes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_address_is_proved_by_a_yes_and_by_nothing_else() {
        for yes in [json!(true), json!(1), json!("1"), json!("true")] {
            assert!(says_yes(&yes), "{yes}");
        }
        for no in [json!(null), json!(false), json!(0), json!("0"), json!("yes?"), json!([true]), json!(2)] {
            assert!(!says_yes(&no), "{no}");
        }
    }
}
