//! Forms are taken from our own pages alone: another site's page may not make a visitor's browser send one.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use shared::problem::{Code, Problem};

use super::sorry::Sorry;
use crate::app::Api;

/// Proof that a request came from one of our pages.
pub(super) struct FromOurPage;

impl FromRequestParts<Api> for FromOurPage {
    type Rejection = Sorry;

    async fn from_request_parts(parts: &mut Parts, _api: &Api) -> Result<Self, Sorry> {
        if is_ours(&parts.headers) {
            return Ok(FromOurPage);
        }
        let problem = Problem::new(Code::Forbidden, "the form was not sent from a page of this dashboard");
        Err(Sorry(problem.advised("Open the dashboard, and use its own buttons.").into()))
    }
}

/// Browsers say where a form comes from, and pages cannot make them say otherwise.
/// <https://cheatsheetseries.owasp.org/cheatsheets/Cross-Site_Request_Forgery_Prevention_Cheat_Sheet.html#fetch-metadata-headers>
fn is_ours(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), ..) => site == "same-origin",
        (None, Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, ours)| ours == host),
        (None, ..) => false,
    }
}

/// Whether the browser speaks TLS, to us or to what stands before us.
pub(super) fn is_secure(headers: &HeaderMap) -> bool {
    let origin = headers.get(header::ORIGIN).and_then(|value| value.to_str().ok()).unwrap_or_default();
    origin.starts_with("https://") || headers.get("x-forwarded-proto").is_some_and(|proto| proto == "https")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(pairs: &[(&'static str, &str)]) -> bool {
        is_ours(&pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect())
    }

    #[test]
    fn only_our_own_pages_may_send_forms() {
        assert!(sent(&[("sec-fetch-site", "same-origin"), ("host", "b:8080")]));
        assert!(sent(&[("origin", "http://b:8080"), ("host", "b:8080")]));
        assert!(!sent(&[("sec-fetch-site", "same-site"), ("origin", "http://b:8080"), ("host", "b:8080")]));
        assert!(!sent(&[("origin", "http://evil.example"), ("host", "b:8080")]));
        assert!(!sent(&[("origin", "null"), ("host", "b:8080")]));
        assert!(!sent(&[("host", "b:8080")]));
    }
}
