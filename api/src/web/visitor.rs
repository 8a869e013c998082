//! Who looks at a page: the cookie carries the token that was typed at the login page.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::sorry::Sorry;
use crate::app::Api;
use crate::auth::{self, Caller};
use crate::observe::RequestId;
use crate::sender::Sender;

/// The cookie's name. Its value is the token in hex, because a token may hold what a cookie may not.
const COOKIE: &str = "barcelona_token";

/// Somebody whose token is known.
pub(super) struct Visitor {
    pub(super) caller: Caller,
    /// Whether a token was asked for: else there is nothing to sign out of.
    pub(super) has_signed_in: bool,
    request_id: Option<String>,
}

impl Visitor {
    /// What a change carries that was asked for on a page.
    pub(super) fn sender(self) -> Sender {
        Sender { caller: self.caller, request_id: self.request_id, trace_id: None, idempotency_key: None }
    }
}

impl FromRequestParts<Api> for Visitor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Response> {
        let caller = match token(&parts.headers) {
            _ if api.open => Some(auth::anonymous()),
            Some(token) => auth::identify(api, &token).await.map_err(|refused| Sorry(refused).into_response())?,
            None => None,
        };
        let request_id = parts.extensions.get::<RequestId>().map(|id| id.0.clone());
        let has_signed_in = !api.open;
        caller.map(|caller| Visitor { caller, has_signed_in, request_id }).ok_or_else(|| to_login(parts))
    }
}

/// A page sends to the login page and comes back; a stream cannot.
fn to_login(parts: &Parts) -> Response {
    if parts.headers.get(header::ACCEPT).is_some_and(|accept| accept == "text/event-stream") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let path = parts.extensions.get::<axum::extract::OriginalUri>().map_or(&parts.uri, |uri| &uri.0);
    let wanted = path.path_and_query().map_or("/ui/operations", |path| path.as_str());
    let next: String = form_urlencoded::byte_serialize(wanted.as_bytes()).collect();
    Redirect::to(&format!("/ui/login?next={next}")).into_response()
}

/// The token in the cookie.
fn token(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = cookies.flat_map(|cookies| cookies.split(';')).filter_map(|cookie| cookie.trim().split_once('='));
    let (_, value) = pairs.find(|(name, _)| *name == COOKIE)?;
    String::from_utf8(hex::decode(value).ok()?).ok()
}

/// The cookie that carries a token until the browser is closed; `None` takes it away.
pub(super) fn cookie(token: Option<&str>, is_secure: bool) -> String {
    let (value, age) = token.map_or((String::new(), "; Max-Age=0"), |token| (hex::encode(token), ""));
    let secure = if is_secure { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/ui; HttpOnly; SameSite=Strict{age}{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_comes_back_as_it_was_typed_and_scripts_and_other_sites_do_not_get_it() {
        let cookie = cookie(Some("a;b=ü"), true);
        assert!(cookie.ends_with("; Path=/ui; HttpOnly; SameSite=Strict; Secure"), "{cookie}");
        let sent = format!("other=1; {}", cookie.split_once(';').unwrap().0);
        let headers = HeaderMap::from_iter([(header::COOKIE, sent.parse().unwrap())]);
        assert_eq!(token(&headers).as_deref(), Some("a;b=ü"));
        assert_eq!(token(&HeaderMap::new()), None);
    }
}
