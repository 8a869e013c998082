//! `PATCH /heritages/{heritage}`: a new image, command, size or set of services.

use serde::Serialize;
use shared::heritage::{HeritagePatch, HeritageSpec, ServicePatch, ServiceSpec};
use shared::ids::OperationId;
use shared::operation::Target;
use shared::payload::Payload;
use shared::problem::Code;
use shared::store::Reservation;

use super::standing_heritage::{self, StandingHeritage};
use super::{Change, Draft, services, supersede, variables};
use crate::app::Api;
use crate::place::Place;
use crate::problem::Result;
use crate::validate::Findings;
use crate::validate::heritage::DeployRequest;
use crate::validate::service::ServiceRequest;

/// A heritage to be deployed.
#[derive(Clone, Debug, Serialize)]
pub struct DeployHeritage {
    /// Which.
    #[serde(skip)]
    pub place: Place,
    /// What changes.
    #[serde(flatten)]
    pub request: DeployRequest,
}

impl Change for DeployHeritage {
    const ROUTE: &'static str = "deploy_heritage";

    fn target(&self) -> Target {
        standing_heritage::target(&self.place)
    }

    async fn draft(&self, api: &Api, id: &OperationId) -> Result<Draft> {
        let standing = standing_heritage::read(api, &self.place).await?;
        let (services, reserve) = match &self.request.services {
            None => (None, vec![]),
            Some(requests) => {
                let (patches, reserve) = patches(api, &self.place, &standing.spec, requests).await?;
                (Some(patches), reserve)
            }
        };
        let patch = HeritagePatch {
            image_name: self.request.image_name.clone(),
            image_tag: self.request.image_tag.clone(),
            services,
            environment: variables::sealed(api, &self.place, id, &self.request.environment)?,
        };
        self.has_room(&standing, &patch)?;
        let (patch, before, supersedes) = match supersede::queued(api, &standing.view, &patch).await? {
            Some(folded) => (folded.patch, folded.before, Some(folded.older)),
            None => (patch, standing.spec.clone(), None),
        };
        let payload = Payload::DeployHeritage { patch };
        let outline = standing.outline(&payload, &before);
        Ok(Draft { reserve, supersedes, ..Draft::new(payload, outline, standing.revisions()) })
    }
}

impl DeployHeritage {
    fn has_room(&self, standing: &StandingHeritage, patch: &HeritagePatch) -> Result<()> {
        let payload = Payload::DeployHeritage { patch: patch.clone() };
        let Some(after) = payload.fold(Some(standing.spec.clone())) else { return Ok(()) };
        let requests = self.request.services.iter().flatten();
        let counted = requests
            .filter_map(|request| Some((after.service(&request.name)?, format!("{}/desired_count", request.pointer))));
        services::have_room(counted, &standing.district.desired())
    }
}

/// A patch for each service: of one that stands, or one that brings a new one with its ports.
async fn patches(
    api: &Api,
    place: &Place,
    before: &HeritageSpec,
    requests: &[ServiceRequest],
) -> Result<(Vec<ServicePatch>, Vec<Reservation>)> {
    let mut found = Findings::default();
    for request in requests {
        if let Some(service) = before.service(&request.name) {
            keeps_what_is_fixed(request, service, &mut found);
        }
    }
    found.unless_any(Some(()))?;
    let new: Vec<_> = requests.iter().filter(|request| before.service(&request.name).is_none()).collect();
    let (specs, reserve) = services::specified(api, place, &new).await?;
    let patches = requests.iter().map(|request| ServicePatch {
        name: request.name.clone(),
        added: specs.iter().find(|spec| spec.name == request.name).cloned(),
        command: request.command.clone(),
        cpu: request.cpu,
        memory: request.memory,
        desired_count: request.desired_count,
    });
    Ok((patches.collect(), reserve))
}

/// A classic load balancer of an ECS service cannot be exchanged for another.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html>
fn keeps_what_is_fixed(request: &ServiceRequest, standing: &ServiceSpec, found: &mut Findings) {
    let why = "cannot be changed; remove the service and add it under another name";
    if request.public.is_some_and(|public| public != standing.public) {
        found.add(Code::ImmutableField, format!("{}/public", request.pointer), why);
    }
    if let Some(ports) = &request.port_mappings {
        let same = ports.len() == standing.port_mappings.len()
            && ports.iter().all(|port| standing.port_mappings.iter().any(|now| port.is(now)));
        if !same {
            found.add(Code::ImmutableField, format!("{}/port_mappings", request.pointer), why);
        }
    }
}
