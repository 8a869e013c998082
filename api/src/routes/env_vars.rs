//! Environment variables of a heritage: set and unset.

use axum::extract::State;
use axum::response::Response;

use super::heritages::{AcceptedHeritageBody, resource};
use crate::accept::{self, SetEnvVars, UnsetEnvVars};
use crate::answer;
use crate::app::Api;
use crate::change_request::ChangeRequest;
use crate::place::Place;
use crate::problem::Result;
use crate::validate;
use crate::validate::env_vars::{SetRequest, UnsetRequest};

/// Sets variables and deploys every service; `"secret": true` seals the values.
#[utoipa::path(post, path = "/heritages/{heritage}/env_vars", tag = "env_vars", operation_id = "set_env_vars",
    request_body = SetRequest,
    responses((status = 202, description = "Accepted", body = AcceptedHeritageBody)))]
pub async fn set(
    State(api): State<Api>,
    place: Place,
    ChangeRequest { sender, how, body }: ChangeRequest,
) -> Result<Response> {
    let change = SetEnvVars { place, request: validate::env_vars::set(body)? };
    let outcome = accept::change(&api, &sender, how, &change).await?;
    answer::of(outcome, resource(&api, &change.place)).await
}

/// Unsets variables and deploys every service.
#[utoipa::path(delete, path = "/heritages/{heritage}/env_vars", tag = "env_vars", operation_id = "unset_env_vars",
    request_body = UnsetRequest,
    responses((status = 202, description = "Accepted", body = AcceptedHeritageBody)))]
pub async fn unset(
    State(api): State<Api>,
    place: Place,
    ChangeRequest { sender, how, body }: ChangeRequest,
) -> Result<Response> {
    let change = UnsetEnvVars { place, request: validate::env_vars::unset(body)? };
    let outcome = accept::change(&api, &sender, how, &change).await?;
    answer::of(outcome, resource(&api, &change.place)).await
}
