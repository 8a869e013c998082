//! The login page: takes a token, and keeps it in a cookie.

use axum::Form;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use maud::{Markup, html};
use serde::Deserialize;

use super::form::{FromOurPage, is_secure};
use super::layout::bare;
use super::sorry::Sorry;
use super::visitor::cookie;
use crate::app::Api;
use crate::auth;

const FIRST_PAGE: &str = "/ui/operations";

/// Where to go after the login.
#[derive(Deserialize)]
pub(super) struct Wanted {
    next: Option<String>,
}

/// What the form sends. It is a secret: nothing prints it.
#[derive(Deserialize)]
pub(super) struct Login {
    token: String,
    next: Option<String>,
}

/// The form.
pub(super) async fn page(State(api): State<Api>, Query(wanted): Query<Wanted>) -> Response {
    if api.open {
        return Redirect::to(FIRST_PAGE).into_response();
    }
    form(wanted.next.as_deref(), None).into_response()
}

fn form(next: Option<&str>, wrong: Option<&str>) -> Markup {
    bare(
        "Sign in",
        html! {
            form.login method="post" action="/ui/login" {
                h1 { "Barcelona" }
                label for="token" { "Token" }
                input #token name="token" type="password" autocomplete="current-password" required autofocus
                    aria-invalid=[wrong.map(|_| "true")] aria-describedby="token-note";
                p #token-note .note .bad[wrong.is_some()] role=[wrong.map(|_| "alert")] {
                    (wrong.unwrap_or("The value of BARCELONA_BOOTSTRAP_TOKEN is one."))
                }
                @if let Some(next) = next {
                    input type="hidden" name="next" value=(next);
                }
                button.primary type="submit" { "Sign in" }
            }
        },
    )
}

/// Looks the token up, and goes on where the visitor wanted to go.
pub(super) async fn enter(
    State(api): State<Api>,
    _ours: FromOurPage,
    headers: HeaderMap,
    Form(login): Form<Login>,
) -> Result<Response, Sorry> {
    let token = login.token.trim();
    if auth::identify(&api, token).await?.is_none() {
        let again = form(login.next.as_deref(), Some("This token is not known."));
        return Ok((StatusCode::UNAUTHORIZED, again).into_response());
    }
    let next = login.next.as_deref().filter(|next| is_page(next)).unwrap_or(FIRST_PAGE);
    Ok(([(header::SET_COOKIE, cookie(Some(token), is_secure(&headers)))], Redirect::to(next)).into_response())
}

/// A link to the login page may be anybody's: it leads to pages of this dashboard and nowhere else.
fn is_page(next: &str) -> bool {
    next.starts_with("/ui/") && next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
}

/// Takes the cookie away.
pub(super) async fn leave(_ours: FromOurPage, headers: HeaderMap) -> Response {
    ([(header::SET_COOKIE, cookie(None, is_secure(&headers)))], Redirect::to("/ui/login")).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_leads_to_our_pages_only() {
        assert!(is_page("/ui/operations/op_1?x=y"));
        for elsewhere in ["//evil.example", "https://evil.example", "/ui", "/ui/\\evil", "/ui/a\r\nb", ""] {
            assert!(!is_page(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn what_came_in_the_link_is_escaped() {
        let page = form(Some("\"><script>"), None).into_string();
        assert!(page.contains("value=\"&quot;&gt;&lt;script&gt;\""), "{page}");
    }
}
