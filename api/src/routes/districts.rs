//! Districts: list, show, create, update, delete.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use shared::district::DistrictPatch;
use shared::names::DistrictName;
use shared::operation::Operation;
use utoipa::ToSchema;

use crate::accept::{self, DeleteDistrict, ProvisionDistrict, UpdateDistrict};
use crate::answer::{self, Resource};
use crate::app::Api;
use crate::change_request::{Bodiless, ChangeRequest};
use crate::place::InDistrict;
use crate::problem::Result;
use crate::standing;
use crate::validate;
use crate::validate::district::DistrictRequest;
use crate::validate::query::Query;
use crate::views::DistrictDocument;

/// All districts.
#[derive(Serialize, ToSchema)]
pub struct DistrictsBody {
    districts: Vec<DistrictDocument>,
}

/// One district.
#[derive(Serialize, ToSchema)]
pub struct DistrictBody {
    district: DistrictDocument,
}

/// An accepted change to a district.
#[derive(Serialize, ToSchema)]
pub struct AcceptedDistrictBody {
    operation: Operation,
    /// Null when it is gone.
    district: Option<DistrictDocument>,
}

/// Lists districts by name.
#[utoipa::path(get, path = "/districts", tag = "districts", operation_id = "list_districts",
    responses((status = 200, description = "All districts", body = DistrictsBody)))]
pub async fn list(State(api): State<Api>, query: Query) -> Result<Json<DistrictsBody>> {
    query.finish()?;
    let views = standing::districts(&api).await?;
    Ok(Json(DistrictsBody { districts: views.iter().map(DistrictDocument::of).collect() }))
}

/// Makes a district.
#[utoipa::path(post, path = "/districts", tag = "districts", operation_id = "provision_district",
    request_body = DistrictRequest,
    responses((status = 202, description = "Accepted", body = AcceptedDistrictBody)))]
pub async fn create(State(api): State<Api>, ChangeRequest { sender, how, body }: ChangeRequest) -> Result<Response> {
    let change = ProvisionDistrict(validate::district::create(body, &api.region)?);
    let outcome = accept::change(&api, &sender, how, &change).await?;
    answer::of(outcome, resource(&api, &change.0.name)).await
}

/// Shows a district.
#[utoipa::path(get, path = "/districts/{district}", tag = "districts", operation_id = "show_district",
    responses((status = 200, description = "The district", body = DistrictBody)))]
pub async fn show(State(api): State<Api>, InDistrict(name): InDistrict, query: Query) -> Result<Json<DistrictBody>> {
    query.finish()?;
    let view = standing::district(&api, &name).await?;
    Ok(Json(DistrictBody { district: DistrictDocument::of(&view) }))
}

/// Changes a district's size, instance type or way out.
#[utoipa::path(patch, path = "/districts/{district}", tag = "districts", operation_id = "update_district",
    request_body = DistrictPatch,
    responses((status = 202, description = "Accepted", body = AcceptedDistrictBody)))]
pub async fn update(
    State(api): State<Api>,
    InDistrict(district): InDistrict,
    ChangeRequest { sender, how, body }: ChangeRequest,
) -> Result<Response> {
    let change = UpdateDistrict { district, request: validate::district::update(body)? };
    let outcome = accept::change(&api, &sender, how, &change).await?;
    answer::of(outcome, resource(&api, &change.district)).await
}

/// Removes a district and everything that it made.
#[utoipa::path(delete, path = "/districts/{district}", tag = "districts", operation_id = "delete_district",
    params(("cascade" = Option<bool>, Query, description = "Removes its heritages first"),
           ("force" = Option<bool>, Query, description = "Removes records of others in its private zone too"),
           ("keep_logs" = Option<bool>, Query, description = "Keeps log groups")),
    responses((status = 202, description = "Accepted", body = AcceptedDistrictBody)))]
pub async fn delete(
    State(api): State<Api>,
    InDistrict(district): InDistrict,
    Bodiless { sender, how, mut query }: Bodiless,
) -> Result<Response> {
    let (cascade, force) = (query.flag("cascade"), query.flag("force"));
    let change = DeleteDistrict { district, cascade, force, keep_logs: query.flag("keep_logs") };
    query.finish()?;
    let outcome = accept::change(&api, &sender, how, &change).await?;
    answer::of(outcome, resource(&api, &change.district)).await
}

async fn resource(api: &Api, name: &DistrictName) -> Result<Resource> {
    let view = standing::find_district(api, name).await?;
    Resource::new("district", format!("/v1/districts/{name}"), view.as_ref().map(DistrictDocument::of))
}
