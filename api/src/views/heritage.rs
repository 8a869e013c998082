//! A heritage and its services as the API shows them. Values of secrets are never shown again.

use indexmap::IndexMap;
use serde::Serialize;
use shared::heritage::{Command, EnvValue, PortMapping, Protocol, ServiceIds, ServiceSpec};
use shared::names::{DistrictName, HeritageName, ServiceName};
use shared::resource::{Condition, Lifecycle};
use shared::store::HeritageView;
use shared::time::Timestamp;
use utoipa::ToSchema;

use super::ResourceLinks;
use crate::standing::lifecycle;

/// What stands for a value that is not shown.
const HIDDEN: &str = "<secret>";

/// A heritage as it is to be once everything accepted has succeeded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct HeritageDocument {
    /// Its name.
    pub name: HeritageName,
    /// Its district.
    pub district: DistrictName,
    /// Image without its tag; null when it was never made completely, or is to be gone.
    pub image_name: Option<String>,
    /// Tag of the image.
    pub image_tag: Option<String>,
    /// Its environment; `<secret>` stands for every secret.
    #[schema(value_type = std::collections::HashMap<String, String>)]
    pub env_vars: IndexMap<String, String>,
    /// Where it stands.
    pub state: Lifecycle,
    /// Why it stands there.
    pub conditions: Vec<Condition>,
    /// Its services.
    pub services: Vec<ServiceDocument>,
    /// When its creation was accepted.
    pub created_at: Timestamp,
    /// When its record last changed.
    pub updated_at: Timestamp,
    /// Where to go from here.
    pub links: ResourceLinks,
}

/// One service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ServiceDocument {
    /// Its name.
    pub name: ServiceName,
    /// Whether its load balancer faces the internet.
    pub public: bool,
    /// What it runs; null runs the image's own command.
    pub command: Option<Command>,
    /// CPU units, 1024 to a core.
    pub cpu: u32,
    /// MiB.
    pub memory: u32,
    /// How many tasks are to run.
    pub desired_count: u32,
    /// How many tasks ran at `observed_at`.
    pub running_count: Option<u32>,
    /// When it was last looked at.
    pub observed_at: Option<Timestamp>,
    /// Its ports.
    pub port_mappings: Vec<PortDocument>,
    /// DNS name of its load balancer.
    pub endpoint: Option<String>,
    /// Names under which it is found.
    pub endpoints: Vec<String>,
    /// `not_created`, `deploying`, `active` or `inactive` (no task is wanted).
    pub status: &'static str,
}

/// One port of a service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PortDocument {
    /// Port of the load balancer.
    pub lb_port: u16,
    /// Port on the instances.
    pub host_port: u16,
    /// Port in the container.
    pub container_port: u16,
    /// How it is balanced.
    pub protocol: Protocol,
}

impl HeritageDocument {
    /// Shows a heritage. One that is being removed shows what it is until it is gone.
    pub fn of(view: &HeritageView) -> Self {
        let heritage = &view.heritage;
        let spec = view.desired().or_else(|| heritage.applied.clone());
        let busy = !view.unfinished.is_empty();
        let services = spec.as_ref().map(|spec| spec.services.as_slice()).unwrap_or_default().iter();
        let services = services.map(|service| {
            let ids = heritage.services.get(service.name.as_str()).cloned().unwrap_or_default();
            ServiceDocument::of(service, ids, busy)
        });
        let path = format!("/v1/districts/{}/heritages/{}", heritage.district, heritage.name);
        let operations = format!("/v1/operations?district={}&heritage={}", heritage.district, heritage.name);
        HeritageDocument {
            name: heritage.name.clone(),
            district: heritage.district.clone(),
            services: services.collect(),
            image_name: spec.as_ref().map(|spec| spec.image_name.clone()),
            image_tag: spec.as_ref().map(|spec| spec.image_tag.clone()),
            env_vars: spec.into_iter().flat_map(|spec| spec.environment).map(shown).collect(),
            state: lifecycle(heritage.state, &view.unfinished),
            conditions: heritage.conditions.clone(),
            created_at: heritage.created_at,
            updated_at: heritage.updated_at,
            links: ResourceLinks { itself: path, operations },
        }
    }
}

fn shown((name, value): (String, EnvValue)) -> (String, String) {
    match value {
        EnvValue::Plain(value) => (name, value),
        EnvValue::Sealed { .. } | EnvValue::From(_) => (name, HIDDEN.to_owned()),
    }
}

impl ServiceDocument {
    fn of(spec: &ServiceSpec, ids: ServiceIds, busy: bool) -> Self {
        let status = match (&ids.service_arn, busy, spec.desired_count) {
            (None, ..) => "not_created",
            (Some(_), true, _) => "deploying",
            (Some(_), false, 0) => "inactive",
            (Some(_), false, _) => "active",
        };
        ServiceDocument {
            name: spec.name.clone(),
            public: spec.public,
            command: spec.command.clone(),
            cpu: spec.cpu,
            memory: spec.memory,
            desired_count: spec.desired_count,
            running_count: ids.running_count,
            observed_at: ids.observed_at,
            port_mappings: spec.port_mappings.iter().map(PortDocument::of).collect(),
            endpoint: ids.load_balancer,
            endpoints: ids.endpoints,
            status,
        }
    }
}

impl PortDocument {
    fn of(port: &PortMapping) -> Self {
        let PortMapping { lb_port, container_port, host_port, protocol } = *port;
        PortDocument { lb_port, host_port, container_port, protocol }
    }
}
