//! Who sends a request: bearer tokens, known to the store by their hash alone.
//!
//! Tokens are looked up by SHA-256, so no comparison's time depends on a token.

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use sha2::{Digest as _, Sha256};
use shared::problem::Code;

use crate::app::Api;
use crate::config::Secret;
use crate::problem::{Refused, Result};

/// The header of the original's clients.
const ORIGINAL_HEADER: &str = "x-barcelona-token";

/// Somebody who may send requests.
#[derive(Clone, Debug)]
pub struct Caller {
    /// As operations show it: `token:ci`.
    pub actor: String,
    /// The token; keys the hashes of bodies, so that a copy of Redis does not help to guess a secret in them.
    pub token: Secret,
}

/// A token's hash as the store knows it.
pub fn hash(token: &str) -> String {
    hex::encode(Sha256::digest(token))
}

/// Whose token this is; `None` when nobody's.
pub async fn identify(api: &Api, token: &str) -> Result<Option<Caller>> {
    let owner = api.store.token_owner(&hash(token)).await?;
    Ok(owner.map(|owner| Caller { actor: format!("token:{owner}"), token: token.to_owned().into() }))
}

/// Lets a request through with its [`Caller`], or answers 401.
pub async fn require(State(api): State<Api>, mut request: Request, next: Next) -> Result<Response> {
    let caller = if api.open { anonymous() } else { of_headers(&api, request.headers()).await? };
    request.extensions_mut().insert(caller);
    Ok(next.run(request).await)
}

/// Everybody, where no token is asked for.
pub fn anonymous() -> Caller {
    Caller { actor: "anonymous".to_owned(), token: String::new().into() }
}

async fn of_headers(api: &Api, headers: &HeaderMap) -> Result<Caller> {
    let token = token_of(headers).ok_or_else(|| Refused::new(Code::Unauthorized, "the request has no token"))?;
    let caller = identify(api, token).await?;
    caller.ok_or_else(|| Refused::new(Code::Unauthorized, "the token is not known"))
}

fn token_of(headers: &HeaderMap) -> Option<&str> {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()).and_then(|value| {
        let (scheme, token) = value.split_once(' ')?;
        scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
    });
    bearer.or_else(|| headers.get(ORIGINAL_HEADER).and_then(|value| value.to_str().ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_taken_from_either_header() {
        let headers =
            |name: &'static str, value: &str| HeaderMap::from_iter([(name.parse().unwrap(), value.parse().unwrap())]);
        assert_eq!(token_of(&headers("authorization", "bearer  abc")), Some("abc"));
        assert_eq!(token_of(&headers("x-barcelona-token", "abc")), Some("abc"));
        assert_eq!(token_of(&headers("authorization", "Basic abc")), None);
    }
}
