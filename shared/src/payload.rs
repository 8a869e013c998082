//! What an operation was asked to do: its patch, and how patches fold into what a heritage is to be.
//!
//! An operation stores its patch and not its target, so that a patch that failed drops out: the target is computed when
//! the operation is first claimed, from what was last applied.

use serde::{Deserialize, Serialize};

use crate::district::{DistrictPatch, DistrictSpec};
use crate::heritage::{Environment, HeritagePatch, HeritageSpec, ServicePatch, ServiceSpec};
use crate::names::ServiceName;
use crate::operation::Kind;

/// The patch of an operation; everything that was left open in the request (names, address ranges, ports) is drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Payload {
    /// Make a district.
    ProvisionDistrict {
        /// What it is to be.
        spec: DistrictSpec,
    },
    /// Change a district.
    UpdateDistrict {
        /// What changes.
        patch: DistrictPatch,
    },
    /// Remove a district.
    DeleteDistrict {
        /// Whether its heritages are removed first.
        cascade: bool,
        /// Whether records that others put into its private zone are removed too.
        force: bool,
        /// Whether log groups stay.
        keep_logs: bool,
    },
    /// Make a heritage.
    CreateHeritage {
        /// What it is to be.
        spec: HeritageSpec,
    },
    /// Deploy a heritage.
    DeployHeritage {
        /// What changes.
        patch: HeritagePatch,
    },
    /// Scale one service.
    ScaleService {
        /// Which.
        service: ServiceName,
        /// To how many tasks.
        desired_count: u32,
    },
    /// Set environment variables.
    SetEnvVars {
        /// Names and values.
        vars: Environment,
    },
    /// Unset environment variables.
    UnsetEnvVars {
        /// Names.
        keys: Vec<String>,
    },
    /// Remove a heritage.
    DeleteHeritage {
        /// Whether log groups stay.
        keep_logs: bool,
    },
}

impl Payload {
    /// The kind of operation that this is the patch of.
    pub fn kind(&self) -> Kind {
        match self {
            Payload::ProvisionDistrict { .. } => Kind::ProvisionDistrict,
            Payload::UpdateDistrict { .. } => Kind::UpdateDistrict,
            Payload::DeleteDistrict { .. } => Kind::DeleteDistrict,
            Payload::CreateHeritage { .. } => Kind::CreateHeritage,
            Payload::DeployHeritage { .. } => Kind::DeployHeritage,
            Payload::ScaleService { .. } => Kind::ScaleService,
            Payload::SetEnvVars { .. } => Kind::SetEnvVars,
            Payload::UnsetEnvVars { .. } => Kind::UnsetEnvVars,
            Payload::DeleteHeritage { .. } => Kind::DeleteHeritage,
        }
    }

    /// The heritage after this patch: `None` when there is none then. District patches leave heritages as they are.
    pub fn fold(&self, before: Option<HeritageSpec>) -> Option<HeritageSpec> {
        match self {
            Payload::CreateHeritage { spec } => Some(spec.clone()),
            Payload::DeleteHeritage { .. } => None,
            Payload::DeployHeritage { patch } => before.map(|spec| deployed(spec, patch)),
            Payload::ScaleService { service, desired_count } => {
                before.map(|spec| scaled(spec, service, *desired_count))
            }
            Payload::SetEnvVars { vars } => before.map(|mut spec| {
                spec.environment.extend(vars.clone());
                spec
            }),
            Payload::UnsetEnvVars { keys } => before.map(|mut spec| {
                spec.environment.retain(|name, _| !keys.contains(name));
                spec
            }),
            Payload::ProvisionDistrict { .. } | Payload::UpdateDistrict { .. } | Payload::DeleteDistrict { .. } => {
                before
            }
        }
    }
}

fn scaled(mut spec: HeritageSpec, name: &ServiceName, desired_count: u32) -> HeritageSpec {
    for service in spec.services.iter_mut().filter(|service| service.name == *name) {
        service.desired_count = desired_count;
    }
    spec
}

fn deployed(before: HeritageSpec, patch: &HeritagePatch) -> HeritageSpec {
    let services = match &patch.services {
        None => before.services,
        Some(patches) => patches.iter().filter_map(|patch| patched(&before.services, patch)).collect(),
    };
    let mut environment = before.environment;
    environment.extend(patch.environment.clone());
    HeritageSpec {
        image_name: patch.image_name.clone().unwrap_or(before.image_name),
        image_tag: patch.image_tag.clone().unwrap_or(before.image_tag),
        environment,
        services,
    }
}

/// A patch of a service that stands, or the new service that it brings; `None` when it names one that went meanwhile.
fn patched(standing: &[ServiceSpec], patch: &ServicePatch) -> Option<ServiceSpec> {
    let before = standing.iter().find(|service| service.name == patch.name).or(patch.added.as_ref())?.clone();
    Some(ServiceSpec {
        command: patch.command.clone().or(before.command),
        cpu: patch.cpu.unwrap_or(before.cpu),
        memory: patch.memory.unwrap_or(before.memory),
        desired_count: patch.desired_count.unwrap_or(before.desired_count),
        ..before
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heritage::EnvValue;

    fn service(name: &str, cpu: u32) -> ServiceSpec {
        ServiceSpec {
            name: ServiceName::parse(name).unwrap(),
            command: None,
            cpu,
            memory: 256,
            public: false,
            desired_count: 1,
            port_mappings: vec![],
        }
    }

    fn heritage() -> HeritageSpec {
        HeritageSpec {
            image_name: "nginx".into(),
            image_tag: "1.9".into(),
            environment: Environment::from_iter([("A".to_owned(), EnvValue::Plain("1".into()))]),
            services: vec![service("web", 128), service("worker", 64)],
        }
    }

    fn keep(name: &str) -> ServicePatch {
        ServicePatch {
            name: ServiceName::parse(name).unwrap(),
            added: None,
            command: None,
            cpu: None,
            memory: None,
            desired_count: None,
        }
    }

    #[test]
    fn a_partial_patch_of_a_service_keeps_its_other_fields() {
        let patch = HeritagePatch {
            services: Some(vec![ServicePatch { memory: Some(512), ..keep("web") }, keep("worker")]),
            ..HeritagePatch::default()
        };
        let after = Payload::DeployHeritage { patch }.fold(Some(heritage())).unwrap();
        assert_eq!(after.services[0], ServiceSpec { memory: 512, ..service("web", 128) });
        assert_eq!(after.services[1], service("worker", 64));
        assert_eq!(after.image(), "nginx:1.9");
    }

    #[test]
    fn services_that_a_deploy_does_not_name_are_removed_and_new_ones_added() {
        let added = ServicePatch { added: Some(service("cron", 32)), ..keep("cron") };
        let patch = HeritagePatch { services: Some(vec![keep("web"), added]), ..HeritagePatch::default() };
        let after = Payload::DeployHeritage { patch }.fold(Some(heritage())).unwrap();
        let names: Vec<_> = after.services.iter().map(|service| service.name.as_str()).collect();
        assert_eq!(names, ["web", "cron"]);
    }

    #[test]
    fn environment_patches_set_and_unset_by_name() {
        let vars = Environment::from_iter([("B".to_owned(), EnvValue::Plain("2".into()))]);
        let set = Payload::SetEnvVars { vars }.fold(Some(heritage())).unwrap();
        assert_eq!(set.environment.len(), 2);
        let unset = Payload::UnsetEnvVars { keys: vec!["A".into()] }.fold(Some(set)).unwrap();
        assert_eq!(unset.environment.keys().collect::<Vec<_>>(), ["B"]);
    }
}
