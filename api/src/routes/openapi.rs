//! The OpenAPI document, generated from the handlers.
//!
//! What all routes have in common is added here once: path parameters, idempotency keys, problem documents, and the
//! second path of everything that belongs to a heritage.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use shared::operation::OnFailure;
use shared::problem::Problem;
use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, PathItem};
use utoipa::openapi::response::{Response as Answer, ResponseBuilder};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{Content, OpenApi as Document, Ref, RefOr, Required};
use utoipa::{Modify, OpenApi};

use crate::answer::PlanBody;

use super::{districts, env_vars, events, health, heritages, operations, services};

#[derive(OpenApi)]
#[openapi(
    info(title = "Barcelona", description = "Every path stands under /v1 and, as in the seed, without it."),
    servers((url = "/v1"), (url = "/")),
    security(("token" = [])),
    paths(
        districts::list, districts::create, districts::show, districts::update, districts::delete,
        heritages::list, heritages::list_of_district, heritages::create, heritages::show, heritages::update,
        heritages::delete, env_vars::set, env_vars::unset, services::scale,
        operations::list, operations::show, operations::events, operations::cancel, operations::retry,
        operations::abandon, events::list,
        health::live, health::ready, document,
    ),
    components(schemas(Problem, PlanBody, OnFailure)),
    modifiers(&Completed),
)]
struct Api;

static DOCUMENT: LazyLock<String> = LazyLock::new(|| {
    Api::openapi().to_pretty_json().unwrap_or_else(|error| {
        tracing::error!(%error, "the OpenAPI document cannot be written");
        String::new()
    })
});

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "health", operation_id = "openapi", security(()),
    servers((url = "/")), responses((status = 200, description = "OpenAPI 3.1", content_type = "application/json")))]
pub async fn document() -> Response {
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

struct Completed;

impl Modify for Completed {
    fn modify(&self, document: &mut Document) {
        let bearer = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        document.components.get_or_insert_default().add_security_scheme("token", bearer);
        let paths = &mut document.paths.paths;
        if let Some(scale) = paths.get("/heritages/{heritage}/services/{service}/scale").cloned() {
            let count = with_ids(scale, |id| format!("{id}_by_count"));
            paths.insert("/heritages/{heritage}/services/{service}/count".to_owned(), count);
        }
        let of_heritages: Vec<_> = paths.iter().filter(|(path, _)| path.starts_with("/heritages/{heritage}")).collect();
        let in_districts = of_heritages.into_iter().map(|(path, item)| {
            (format!("/districts/{{district}}{path}"), with_ids(item.clone(), |id| format!("{id}_in_district")))
        });
        let in_districts: Vec<_> = in_districts.collect();
        paths.extend(in_districts);
        for (path, item) in paths.iter_mut() {
            complete(path, item);
        }
    }
}

fn with_ids(mut item: PathItem, renamed: impl Fn(&str) -> String) -> PathItem {
    for (_, operation) in operations_of(&mut item) {
        operation.operation_id = operation.operation_id.as_deref().map(&renamed);
    }
    item
}

fn operations_of(item: &mut PathItem) -> impl Iterator<Item = (&'static str, &mut Operation)> {
    let all =
        [("get", &mut item.get), ("post", &mut item.post), ("patch", &mut item.patch), ("delete", &mut item.delete)];
    all.into_iter().filter_map(|(method, operation)| Some((method, operation.as_mut()?)))
}

fn complete(path: &str, item: &mut PathItem) {
    let names = path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
    let in_path: Vec<_> = names.map(|name| parameter(name, ParameterIn::Path, Required::True)).collect();
    let is_change = !path.starts_with("/operations");
    for (method, operation) in operations_of(item) {
        let mut parameters = in_path.clone();
        if method != "get" {
            parameters.push(parameter("Idempotency-Key", ParameterIn::Header, Required::False));
        }
        if method != "get" && is_change {
            parameters.extend(options());
            let plan = Content::new(Some(RefOr::Ref(Ref::from_schema_name("PlanBody"))));
            let planned = ResponseBuilder::new().description("A dry run: what would be done");
            let planned = planned.content("application/json", plan).build();
            operation.responses.responses.insert("200".to_owned(), RefOr::T(planned));
        }
        let parameters = parameters.into_iter().map(RefOr::T);
        operation.parameters.get_or_insert_default().splice(0..0, parameters);
        let problem = Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
        let refused = ResponseBuilder::new().description("Refused").content("application/problem+json", problem);
        if method != "get" {
            operation.responses.responses.extend(limits());
        }
        operation.responses.responses.insert("default".to_owned(), RefOr::T(refused.build()));
    }
}

/// What is answered while no more is accepted. Cancels and deletions are: they may still meet a store that is away.
fn limits() -> [(String, RefOr<Answer>); 2] {
    let problem = || Content::new(Some(RefOr::Ref(Ref::from_schema_name("Problem"))));
    let seconds = HeaderBuilder::new().schema(Some(ObjectBuilder::new().schema_type(Type::Integer)));
    let seconds = seconds.description(Some("Seconds after which it makes sense to send it again")).build();
    let refused = |status: &str, description: &str| {
        let response = ResponseBuilder::new().description(description).header("Retry-After", seconds.clone());
        (status.to_owned(), RefOr::T(response.content("application/problem+json", problem()).build()))
    };
    [
        refused("429", "`too_many_requests`: the budget of this token is spent; cancels and deletions have none"),
        refused("503", "`queue_full` or `store_full`: only cancels and deletions are accepted; or `store_unavailable`"),
    ]
}

/// What every change takes besides its body.
fn options() -> [Parameter; 2] {
    let query = |name| ParameterBuilder::from(parameter(name, ParameterIn::Query, Required::False));
    [
        query("dry_run").schema(Some(ObjectBuilder::new().schema_type(Type::Boolean))).build(),
        query("on_failure").schema(Some(Ref::from_schema_name("OnFailure"))).build(),
    ]
}

fn parameter(name: &str, place: ParameterIn, required: Required) -> Parameter {
    let text = ObjectBuilder::new().schema_type(Type::String);
    ParameterBuilder::new().name(name).parameter_in(place).required(required).schema(Some(text)).build()
}
