//! The whole HTTP surface of the API.
//!
//! Every resource stands at its path and under `/v1`; a heritage stands at `/heritages/{heritage}` and in its district.

use axum::extract::{DefaultBodyLimit, Request};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{IntoMakeService, get, post};
use axum::{Router, ServiceExt};
use tower::Layer as _;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::normalize_path::{NormalizePath, NormalizePathLayer};

use crate::app::Api;
use crate::routes::{districts, env_vars, events, health, heritages, openapi, operations, services, unknown};
use crate::{auth, body, leaving, observe, pulse, web};

fn resources() -> Router<Api> {
    Router::new()
        .route("/districts", get(districts::list).post(districts::create))
        .route("/districts/{district}", get(districts::show).patch(districts::update).delete(districts::delete))
        .route("/districts/{district}/heritages", get(heritages::list_of_district).post(heritages::create))
        .nest("/districts/{district}/heritages/{heritage}", heritage())
        .route("/heritages", get(heritages::list))
        .nest("/heritages/{heritage}", heritage())
        .route("/operations", get(operations::list))
        .route("/operations/{operation}", get(operations::show))
        .route("/operations/{operation}/events", get(operations::events))
        .route("/operations/{operation}/cancel", post(operations::cancel))
        .route("/operations/{operation}/retry", post(operations::retry))
        .route("/operations/{operation}/abandon", post(operations::abandon))
        .route("/events", get(events::list))
}

fn heritage() -> Router<Api> {
    Router::new()
        .route("/", get(heritages::show).patch(heritages::update).delete(heritages::delete))
        .route("/env_vars", post(env_vars::set).delete(env_vars::unset))
        .route("/services/{service}/scale", post(services::scale))
        .route("/services/{service}/count", post(services::scale))
}

fn open() -> Router<Api> {
    Router::new()
        .route("/healthz", get(health::live))
        .route("/readyz", get(health::ready))
        .route("/openapi.json", get(openapi::document))
}

/// All routes with what happens around each.
pub fn router(api: Api) -> Router {
    let resources = resources().route_layer(from_fn_with_state(api.clone(), auth::require));
    let resources = resources.route_layer(from_fn_with_state(api.clone(), pulse::require));
    Router::new()
        .merge(resources.clone())
        .nest("/v1", resources)
        .merge(open())
        .nest("/ui", web::router(&api))
        .fallback(unknown::path)
        .method_not_allowed_fallback(unknown::method)
        .layer(DefaultBodyLimit::max(body::LARGEST))
        .layer(CatchPanicLayer::custom(unknown::panicked))
        .layer(from_fn_with_state(api.clone(), leaving::close_connections))
        .layer(from_fn(observe::observe))
        .with_state(api)
}

/// The router as the server runs it: `/districts/` is `/districts`.
pub fn service(api: Api) -> IntoMakeService<NormalizePath<Router>> {
    let service = NormalizePathLayer::trim_trailing_slash().layer(router(api));
    ServiceExt::<Request>::into_make_service(service)
}
