//! What stands, and what is on its way: the records that a request is checked against.

use futures::future::try_join_all;
use shared::district::{District, DistrictSpec};
use shared::heritage::{HeritageSpec, ServiceSpec};
use shared::names::DistrictName;
use shared::payload::Payload;
use shared::problem::{Code, Problem};
use shared::resource::Lifecycle;
use shared::store::{HeritageView, Unfinished};

use crate::app::Api;
use crate::place::Place;
use crate::problem::{Refused, Result};

/// A district with the operations on it that have not ended.
#[derive(Clone, Debug)]
pub struct DistrictView {
    /// As recorded.
    pub district: District,
    /// Its revision.
    pub revision: u64,
    /// Operations on it that have not ended, in the order of acceptance.
    pub unfinished: Vec<Unfinished>,
}

impl DistrictView {
    /// What it is to be once everything accepted has succeeded.
    pub fn desired(&self) -> DistrictSpec {
        self.unfinished.iter().fold(self.district.spec.clone(), |spec, next| match &next.payload {
            Payload::UpdateDistrict { patch } => patch.applied_to(&spec),
            Payload::ProvisionDistrict { .. }
            | Payload::DeleteDistrict { .. }
            | Payload::CreateHeritage { .. }
            | Payload::DeployHeritage { .. }
            | Payload::ScaleService { .. }
            | Payload::SetEnvVars { .. }
            | Payload::UnsetEnvVars { .. }
            | Payload::DeleteHeritage { .. } => spec,
        })
    }

    /// Refuses unless it stands, or is being made, and is to stay.
    pub fn must_stay(&self) -> Result<()> {
        stays(&format!("district {}", self.district.name), self.district.state, &self.unfinished)
    }
}

/// All districts by name.
pub async fn districts(api: &Api) -> Result<Vec<DistrictView>> {
    let names: Vec<_> = api.store.districts().await?.into_iter().map(|district| district.name).collect();
    let views = try_join_all(names.iter().map(|name| find_district(api, name))).await?;
    Ok(views.into_iter().flatten().collect())
}

/// A district, when there is one.
pub async fn find_district(api: &Api, name: &DistrictName) -> Result<Option<DistrictView>> {
    let found = api.store.district(name).await?;
    Ok(found.map(|(district, revision, unfinished)| DistrictView { district, revision, unfinished }))
}

/// A district; 404 when there is none.
pub async fn district(api: &Api, name: &DistrictName) -> Result<DistrictView> {
    let missing = || Refused::new(Code::NotFound, format!("there is no district {name}"));
    find_district(api, name).await?.ok_or_else(missing)
}

/// A heritage; 404 when there is none.
pub async fn heritage(api: &Api, place: &Place) -> Result<HeritageView> {
    let missing = || format!("there is no heritage {} in {}", place.heritage, place.district);
    let view = api.store.heritage(&place.district, &place.heritage).await?;
    view.ok_or_else(|| Refused::new(Code::NotFound, missing()))
}

/// What a heritage is to be; refused unless it is to stay.
pub fn desired(view: &HeritageView) -> Result<HeritageSpec> {
    let what = format!("heritage {}", view.heritage.name);
    stays(&what, view.heritage.state, &view.unfinished)?;
    let incomplete = || Refused::new(Code::ResourceFailed, format!("{what} was not made completely"));
    view.desired().ok_or_else(incomplete)
}

/// The deletion that has not ended, when there is one.
pub fn deletion(unfinished: &[Unfinished]) -> Option<&Unfinished> {
    unfinished.iter().find(|next| next.payload.kind().is_deletion())
}

/// Where something stands, with what is on its way to it.
pub fn lifecycle(recorded: Lifecycle, unfinished: &[Unfinished]) -> Lifecycle {
    match recorded {
        _ if deletion(unfinished).is_some() => Lifecycle::Deleting,
        Lifecycle::Active if !unfinished.is_empty() => Lifecycle::Updating,
        Lifecycle::Active
        | Lifecycle::Creating
        | Lifecycle::Updating
        | Lifecycle::Deleting
        | Lifecycle::Failed
        | Lifecycle::DeleteFailed => recorded,
    }
}

fn stays(what: &str, state: Lifecycle, unfinished: &[Unfinished]) -> Result<()> {
    match lifecycle(state, unfinished) {
        Lifecycle::Creating | Lifecycle::Active | Lifecycle::Updating => Ok(()),
        Lifecycle::Deleting => {
            let operation = deletion(unfinished).map(|deletion| deletion.id.clone());
            let problem = Problem::new(Code::BeingDeleted, format!("{what} is being deleted"));
            Err(Problem { operation, ..problem }.into())
        }
        Lifecycle::Failed => Err(Refused::new(Code::ResourceFailed, format!("{what} was not made completely"))),
        Lifecycle::DeleteFailed => {
            let problem = Problem::new(Code::BeingDeleted, format!("the deletion of {what} did not succeed"));
            Err(problem.advised("Delete it again.").into())
        }
    }
}

/// Why a service cannot have so many tasks in a cluster of this size; `None` when it can.
///
/// A classic load balancer needs fixed host ports, so an instance has place for one task of a service that has any.
pub fn lacks_instances(service: &ServiceSpec, cluster_size: u32) -> Option<String> {
    let count = service.desired_count;
    match (service.port_mappings.is_empty(), cluster_size) {
        (true, 0) if count > 0 => Some(format!("{count} needs an instance, the district has none.")),
        (false, size) if count > size => Some(format!("{count} needs {count} instances, the district has {size}.")),
        (true | false, _) => None,
    }
}
