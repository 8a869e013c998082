//! The dashboard: pages rendered here, and a few lines of script that keep them fresh.
//!
//! A browser shows who it is by a cookie that scripts cannot read and other sites cannot send. Changes are forms, taken
//! only from our own pages. Nothing is loaded from elsewhere, and the policy below says so to the browser.

mod assets;
mod changes;
mod form;
mod layout;
mod login;
mod pages;
mod parts;
mod sorry;
mod visitor;

use axum::Router;
use axum::http::{HeaderValue, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{Redirect, Response};
use axum::routing::{get, post};

use crate::app::Api;
use crate::web::pages::{districts, heritages, operations};

/// <https://developer.mozilla.org/en-US/docs/Web/HTTP/Reference/Headers/Content-Security-Policy>
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

/// Everything under `/ui`.
pub fn router(api: &Api) -> Router<Api> {
    Router::new()
        .route("/", get(async || Redirect::to("/ui/operations")))
        .route("/login", get(login::page).post(login::enter))
        .route("/logout", post(login::leave))
        .route("/changes", get(changes::of_all))
        .route("/operations", get(operations::list))
        .route("/operations/{operation}", get(operations::show))
        .route("/operations/{operation}/changes", get(changes::of_operation))
        .route("/operations/{operation}/cancel", post(operations::cancel))
        .route("/operations/{operation}/retry", post(operations::retry))
        .route("/operations/{operation}/abandon", post(operations::abandon))
        .route("/districts", get(districts::list))
        .route("/districts/{district}", get(districts::show))
        .route("/districts/{district}/heritages/{heritage}", get(heritages::show))
        .route_layer(from_fn_with_state(api.clone(), sorry::while_silent))
        .route("/assets/{file}", get(assets::file))
        .fallback(sorry::no_such_page)
        .layer(map_response(guarded))
}

/// What every page is sent with. Pages show what only some may see, so nobody between keeps them.
async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
