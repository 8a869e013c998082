//! Which resource a path means: `/heritages/{heritage}` while its name is unambiguous, `/districts/{district}/heritages/{heritage}`
//! always.

use std::str::FromStr;

use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use shared::ids::OperationId;
use shared::names::{DistrictName, HeritageName, ServiceName};
use shared::problem::{Code, Problem};
use shared::store::Filter;

use crate::app::Api;
use crate::problem::{Refused, Result};
use crate::sender::Sender;

/// How many newest operations are looked through for one that was sent before with the same idempotency key.
const LOOKED_THROUGH: usize = 100;

/// A heritage and its district.
#[derive(Clone, Debug)]
pub struct Place {
    /// Its district.
    pub district: DistrictName,
    /// Its name.
    pub heritage: HeritageName,
}

/// The `{district}` of a path.
pub struct InDistrict(pub DistrictName);

/// The `{service}` of a path.
pub struct OfService(pub ServiceName);

/// The `{operation}` of a path.
pub struct OfOperation(pub OperationId);

impl FromRequestParts<Api> for InDistrict {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self> {
        required(parts, api, "district").await.map(InDistrict)
    }
}

impl FromRequestParts<Api> for OfService {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self> {
        required(parts, api, "service").await.map(OfService)
    }
}

impl FromRequestParts<Api> for OfOperation {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self> {
        required(parts, api, "operation").await.map(OfOperation)
    }
}

impl FromRequestParts<Api> for Place {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self> {
        let heritage: HeritageName = required(parts, api, "heritage").await?;
        if let Some(district) = parameter(parts, api, "district").await? {
            return Ok(Place { district, heritage });
        }
        let sender = Sender::from_request_parts(parts, api).await?;
        let mut districts = api.store.districts_with(&heritage).await?;
        match (districts.pop(), districts.is_empty()) {
            (Some(district), true) => Ok(Place { district, heritage }),
            (Some(last), false) => Err(ambiguous(&heritage, districts.iter().chain([&last])).into()),
            (None, _) => match sent_before(api, &sender, &heritage).await? {
                Some(district) => Ok(Place { district, heritage }),
                None => Err(Refused::new(Code::NotFound, format!("there is no heritage {heritage}"))),
            },
        }
    }
}

/// A name in a path; a text that no name can be is not found.
async fn parameter<T: FromStr>(parts: &mut Parts, api: &Api, name: &str) -> Result<Option<T>> {
    let defect = |error| Refused::new(Code::Internal, format!("the path has no parameters: {error}"));
    let parameters = RawPathParams::from_request_parts(parts, api).await.map_err(defect)?;
    let Some((_, text)) = parameters.iter().find(|(key, _)| *key == name) else { return Ok(None) };
    let not_found = |_| Refused::new(Code::NotFound, format!("there is no {name} {text:?}"));
    text.parse().map(Some).map_err(not_found)
}

async fn required<T: FromStr>(parts: &mut Parts, api: &Api, name: &str) -> Result<T> {
    let missing = || Refused::new(Code::Internal, format!("the route has no {{{name}}}"));
    parameter(parts, api, name).await?.ok_or_else(missing)
}

fn ambiguous<'a>(heritage: &HeritageName, districts: impl Iterator<Item = &'a DistrictName>) -> Problem {
    let detail = format!("{heritage} stands in several districts");
    districts.fold(Problem::new(Code::AmbiguousName, detail), |problem, district| {
        problem.with_evidence("candidate", format!("/v1/districts/{district}/heritages/{heritage}"))
    })
}

/// The district of a heritage that is gone, when the operation that this request repeats still tells it: a deletion that
/// is sent again gives its operation even after it has succeeded.
async fn sent_before(api: &Api, sender: &Sender, heritage: &HeritageName) -> Result<Option<DistrictName>> {
    if sender.idempotency_key.is_none() {
        return Ok(None);
    }
    let actor = Some(sender.caller.actor.clone());
    let filter = Filter { heritage: Some(heritage.clone()), actor, ..Filter::default() };
    let page = api.store.operations(&filter, None, LOOKED_THROUGH).await?;
    let first = page.items.into_iter().find(|operation| operation.idempotency_key == sender.idempotency_key);
    Ok(first.map(|operation| operation.target.district))
}
