//! Answers of changes: 202 with the operation and the resource, or 200 with a plan.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::{Map, Value, json};
use shared::operation::Operation;
use shared::problem::Code;
use utoipa::ToSchema;

use crate::accept::{Outcome, Plan};
use crate::problem::{Refused, Result};

/// Seconds after which it is worth to look at an accepted operation.
const RETRY_AFTER: &str = "1";

/// A resource that a change answers with: its root key, its path and what is shown of it now.
pub struct Resource {
    /// `district`
    pub key: &'static str,
    /// `/v1/districts/dev`
    pub path: String,
    /// The resource; null when it is gone.
    pub document: Value,
}

impl Resource {
    /// A resource to answer with.
    pub fn new(key: &'static str, path: String, document: Option<impl Serialize>) -> Result<Self> {
        let defect = |error| Refused::new(Code::Internal, format!("the {key} cannot be shown: {error}"));
        Ok(Resource { key, path, document: serde_json::to_value(document).map_err(defect)? })
    }
}

/// An accepted change.
#[derive(Serialize, ToSchema)]
pub struct OperationBody {
    /// The operation.
    pub operation: Operation,
}

/// What a dry run answers.
#[derive(Serialize, ToSchema)]
pub struct PlanBody {
    /// What would be done.
    pub plan: Plan,
}

/// 202 with the operation, and the resource as it shows now.
pub fn accepted(operation: Operation, replayed: bool, resource: Option<Resource>) -> Result<Response> {
    let link = operation.links.itself.clone();
    let mut body = Map::from_iter([("operation".to_owned(), json!(operation))]);
    let mut headers = vec![
        (HeaderName::from_static("operation-location"), link.clone()),
        (header::RETRY_AFTER, RETRY_AFTER.to_owned()),
    ];
    if replayed {
        headers.push((HeaderName::from_static("idempotency-replayed"), "true".to_owned()));
    }
    headers.push((header::LOCATION, resource.as_ref().map_or(link, |resource| resource.path.clone())));
    body.extend(resource.map(|resource| (resource.key.to_owned(), resource.document)));
    let mut response = (StatusCode::ACCEPTED, Json(body)).into_response();
    for (name, value) in headers {
        let defect = |_| Refused::new(Code::Internal, format!("{name} cannot be sent"));
        response.headers_mut().insert(&name, HeaderValue::from_str(&value).map_err(defect)?);
    }
    Ok(response)
}

/// The answer to a change; `resource` is read after it was accepted.
pub async fn of<F>(outcome: Outcome, resource: F) -> Result<Response>
where
    F: Future<Output = Result<Resource>>,
{
    match outcome {
        Outcome::Planned(plan) => Ok(Json(PlanBody { plan }).into_response()),
        Outcome::Accepted(operation) => accepted(operation, false, Some(resource.await?)),
        Outcome::Replayed(operation) => accepted(operation, true, Some(resource.await?)),
    }
}
