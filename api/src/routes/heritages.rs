//! Heritages: list, show, create, deploy, delete.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use futures::future::try_join_all;
use serde::Serialize;
use shared::operation::Operation;
use utoipa::ToSchema;

use crate::accept::{self, CreateHeritage, DeleteHeritage, DeployHeritage};
use crate::answer::{self, Resource};
use crate::app::Api;
use crate::change_request::{Bodiless, ChangeRequest};
use crate::place::{InDistrict, Place};
use crate::problem::Result;
use crate::standing;
use crate::validate;
use crate::validate::heritage::{DeployRequest, HeritageRequest};
use crate::validate::query::Query;
use crate::views::HeritageDocument;

/// Several heritages.
#[derive(Serialize, ToSchema)]
pub struct HeritagesBody {
    heritages: Vec<HeritageDocument>,
}

/// One heritage.
#[derive(Serialize, ToSchema)]
pub struct HeritageBody {
    heritage: HeritageDocument,
}

/// An accepted change to a heritage.
#[derive(Serialize, ToSchema)]
pub struct AcceptedHeritageBody {
    operation: Operation,
    /// Null when it is gone.
    heritage: Option<HeritageDocument>,
}

/// Lists the heritages of all districts.
#[utoipa::path(get, path = "/heritages", tag = "heritages", operation_id = "list_heritages",
    responses((status = 200, description = "All heritages", body = HeritagesBody)))]
pub async fn list(State(api): State<Api>, query: Query) -> Result<Json<HeritagesBody>> {
    query.finish()?;
    let names: Vec<_> = api.store.districts().await?.into_iter().map(|district| district.name).collect();
    let views = try_join_all(names.iter().map(|name| api.store.heritages(name))).await?;
    Ok(Json(HeritagesBody { heritages: views.iter().flatten().map(HeritageDocument::of).collect() }))
}

/// Lists the heritages of a district.
#[utoipa::path(get, path = "/districts/{district}/heritages", tag = "heritages", operation_id = "list_heritages_of_district",
    responses((status = 200, description = "The district's heritages", body = HeritagesBody)))]
pub async fn list_of_district(
    State(api): State<Api>,
    InDistrict(district): InDistrict,
    query: Query,
) -> Result<Json<HeritagesBody>> {
    query.finish()?;
    standing::district(&api, &district).await?;
    let views = api.store.heritages(&district).await?;
    Ok(Json(HeritagesBody { heritages: views.iter().map(HeritageDocument::of).collect() }))
}

/// Makes a heritage.
#[utoipa::path(post, path = "/districts/{district}/heritages", tag = "heritages", operation_id = "create_heritage",
    request_body = HeritageRequest,
    responses((status = 202, description = "Accepted", body = AcceptedHeritageBody)))]
pub async fn create(
    State(api): State<Api>,
    InDistrict(district): InDistrict,
    ChangeRequest { sender, how, body }: ChangeRequest,
) -> Result<Response> {
    let change = CreateHeritage { district, request: validate::heritage::create(body)? };
    let outcome = accept::change(&api, &sender, how, &change).await?;
    answer::of(outcome, resource(&api, &change.place())).await
}

/// Shows a heritage with its services.
#[utoipa::path(get, path = "/heritages/{heritage}", tag = "heritages", operation_id = "show_heritage",
    responses((status = 200, description = "The heritage", body = HeritageBody)))]
pub async fn show(State(api): State<Api>, place: Place, query: Query) -> Result<Json<HeritageBody>> {
    query.finish()?;
    let view = standing::heritage(&api, &place).await?;
    Ok(Json(HeritageBody { heritage: HeritageDocument::of(&view) }))
}

/// Deploys a heritage: a new image, command, size or set of services.
#[utoipa::path(patch, path = "/heritages/{heritage}", tag = "heritages", operation_id = "deploy_heritage",
    request_body = DeployRequest,
    responses((status = 202, description = "Accepted", body = AcceptedHeritageBody)))]
pub async fn update(
    State(api): State<Api>,
    place: Place,
    ChangeRequest { sender, how, body }: ChangeRequest,
) -> Result<Response> {
    let request = validate::heritage::update(body, &place)?;
    let change = DeployHeritage { place, request };
    let outcome = accept::change(&api, &sender, how, &change).await?;
    answer::of(outcome, resource(&api, &change.place)).await
}

/// Removes a heritage and everything that it made.
#[utoipa::path(delete, path = "/heritages/{heritage}", tag = "heritages", operation_id = "delete_heritage",
    params(("keep_logs" = Option<bool>, Query, description = "Keeps log groups")),
    responses((status = 202, description = "Accepted", body = AcceptedHeritageBody)))]
pub async fn delete(
    State(api): State<Api>,
    place: Place,
    Bodiless { sender, how, mut query }: Bodiless,
) -> Result<Response> {
    let change = DeleteHeritage { place, keep_logs: query.flag("keep_logs") };
    query.finish()?;
    let outcome = accept::change(&api, &sender, how, &change).await?;
    answer::of(outcome, resource(&api, &change.place)).await
}

/// A heritage as an answer to a change shows it.
pub(super) async fn resource(api: &Api, place: &Place) -> Result<Resource> {
    let Place { district, heritage } = place;
    let view = api.store.heritage(district, heritage).await?;
    let path = format!("/v1/districts/{district}/heritages/{heritage}");
    Resource::new("heritage", path, view.map(|view| HeritageDocument::of(&view)))
}
