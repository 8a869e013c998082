//! Names on AWS are joined from ours with hyphens, so different services can come to have one name: `a-b` with `c`, and
//! `a` with `b-c`. The second of them is refused.

use futures::future::try_join_all;
use shared::names::{DistrictName, HeritageName, ServiceName};
use shared::problem::{Code, Problem};
use shared::store::HeritageView;

use crate::app::Api;
use crate::place::Place;
use crate::problem::Result;
use crate::validate::service::ServiceRequest;

/// Refuses new services whose joined name another service has.
pub(super) async fn are_free(api: &Api, place: &Place, new: &[&ServiceRequest]) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let districts = api.store.districts().await?.into_iter().map(|district| district.name);
    let near: Vec<_> = districts.filter(|other| can_meet(&place.district, other)).collect();
    let others = try_join_all(near.iter().map(|district| api.store.heritages(district))).await?;
    let others: Vec<_> = others.into_iter().flatten().filter(|view| !is_at(view, place)).collect();
    for request in new {
        let name = joined(&place.district, &place.heritage, &request.name);
        let taken = others.iter().find_map(|view| service_of_name(view, &name).map(|service| (view, service)));
        if let Some((view, service)) = taken {
            let (district, heritage) = (&view.heritage.district, &view.heritage.name);
            let detail = format!("{name} on AWS is the service {service} of {heritage} in {district} already");
            let problem = Problem::new(Code::AlreadyExists, detail);
            return Err(problem.at(format!("{}/name", request.pointer), "gives a name on AWS that is taken").into());
        }
    }
    Ok(())
}

fn joined(district: &DistrictName, heritage: &HeritageName, service: &ServiceName) -> String {
    format!("{district}-{heritage}-{service}")
}

/// Whether joined names of two districts can be the same: one name continues the other behind a hyphen.
fn can_meet(one: &DistrictName, other: &DistrictName) -> bool {
    let (one, other) = (format!("{one}-"), format!("{other}-"));
    one.starts_with(&other) || other.starts_with(&one)
}

fn is_at(view: &HeritageView, place: &Place) -> bool {
    view.heritage.district == place.district && view.heritage.name == place.heritage
}

/// A service that is, or is to be, and whose joined name is this.
fn service_of_name(view: &HeritageView, name: &str) -> Option<ServiceName> {
    let specs = view.heritage.applied.iter().cloned().chain(view.desired());
    let mut services = specs.flat_map(|spec| spec.services).map(|service| service.name);
    services.find(|service| joined(&view.heritage.district, &view.heritage.name, service) == name)
}
