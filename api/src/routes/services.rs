//! Services of a heritage: scale.

use axum::extract::State;
use axum::response::Response;

use super::heritages::{AcceptedHeritageBody, resource};
use super::{ChangeParameters, how};
use crate::accept::{self, ScaleService};
use crate::answer::{self, PlanBody};
use crate::app::Api;
use crate::body::Body;
use crate::place::{OfService, Place};
use crate::problem::Result;
use crate::sender::Sender;
use crate::validate;
use crate::validate::query::Query;
use crate::validate::scale::ScaleRequest;

/// Scales a service out or in.
#[utoipa::path(post, path = "/heritages/{heritage}/services/{service}/scale", tag = "services", operation_id = "scale_service",
    request_body = ScaleRequest, params(ChangeParameters),
    responses((status = 202, description = "Accepted", body = AcceptedHeritageBody),
              (status = 200, description = "What would be done", body = PlanBody)))]
pub async fn scale(
    State(api): State<Api>,
    place: Place,
    OfService(service): OfService,
    sender: Sender,
    mut query: Query,
    Body(body): Body,
) -> Result<Response> {
    let how = how(&mut query);
    query.finish()?;
    let (request, pointer) = validate::scale::scale(body)?;
    let change = ScaleService { place, service, request, pointer };
    let outcome = accept::change(&api, &sender, how, &change).await?;
    answer::of(outcome, resource(&api, &change.place)).await
}
