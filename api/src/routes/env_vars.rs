//! Environment variables of a heritage: set and unset.

use axum::extract::State;
use axum::response::Response;

use super::heritages::{AcceptedHeritageBody, resource};
use super::{ChangeParameters, how};
use crate::accept::{self, SetEnvVars, UnsetEnvVars};
use crate::answer::{self, PlanBody};
use crate::app::Api;
use crate::body::Body;
use crate::place::Place;
use crate::problem::Result;
use crate::sender::Sender;
use crate::validate;
use crate::validate::env_vars::{SetRequest, UnsetRequest};
use crate::validate::query::Query;

/// Sets variables and deploys every service; `"secret": true` seals the values.
#[utoipa::path(post, path = "/heritages/{heritage}/env_vars", tag = "env_vars", operation_id = "set_env_vars",
    request_body = SetRequest, params(ChangeParameters),
    responses((status = 202, description = "Accepted", body = AcceptedHeritageBody),
              (status = 200, description = "What would be done", body = PlanBody)))]
pub async fn set(
    State(api): State<Api>,
    place: Place,
    sender: Sender,
    mut query: Query,
    Body(body): Body,
) -> Result<Response> {
    let how = how(&mut query);
    query.finish()?;
    let change = SetEnvVars { place, request: validate::env_vars::set(body)? };
    let outcome = accept::change(&api, &sender, how, &change).await?;
    answer::of(outcome, resource(&api, &change.place)).await
}

/// Unsets variables and deploys every service.
#[utoipa::path(delete, path = "/heritages/{heritage}/env_vars", tag = "env_vars", operation_id = "unset_env_vars",
    request_body = UnsetRequest, params(ChangeParameters),
    responses((status = 202, description = "Accepted", body = AcceptedHeritageBody),
              (status = 200, description = "What would be done", body = PlanBody)))]
pub async fn unset(
    State(api): State<Api>,
    place: Place,
    sender: Sender,
    mut query: Query,
    Body(body): Body,
) -> Result<Response> {
    let how = how(&mut query);
    query.finish()?;
    let change = UnsetEnvVars { place, request: validate::env_vars::unset(body)? };
    let outcome = accept::change(&api, &sender, how, &change).await?;
    answer::of(outcome, resource(&api, &change.place)).await
}
