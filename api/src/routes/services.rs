//! Services of a heritage: scale.

use axum::extract::State;
use axum::response::Response;

use super::heritages::{AcceptedHeritageBody, resource};
use crate::accept::{self, ScaleService};
use crate::answer;
use crate::app::Api;
use crate::change_request::ChangeRequest;
use crate::place::{OfService, Place};
use crate::problem::Result;
use crate::validate;
use crate::validate::scale::ScaleRequest;

/// Scales a service out or in.
#[utoipa::path(post, path = "/heritages/{heritage}/services/{service}/scale", tag = "services", operation_id = "scale_service",
    request_body = ScaleRequest,
    responses((status = 202, description = "Accepted", body = AcceptedHeritageBody)))]
pub async fn scale(
    State(api): State<Api>,
    place: Place,
    OfService(service): OfService,
    ChangeRequest { sender, how, body }: ChangeRequest,
) -> Result<Response> {
    let (request, pointer) = validate::scale::scale(body)?;
    let change = ScaleService { place, service, request, pointer };
    let outcome = accept::change(&api, &sender, how, &change).await?;
    answer::of(outcome, resource(&api, &change.place)).await
}
