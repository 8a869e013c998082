//! `create_heritage`: makes what an application needs, and its services, all of them at once.
//!
//! The longest chain is load balancer, ECS service, running and healthy tasks; all else runs beside it.

mod await_service;
mod check_parts;
mod configure_load_balancer;
mod container;
mod create_load_balancer;
mod create_log_group;
pub(super) mod create_public_record;
pub(super) mod create_record;
pub(super) mod create_role;
mod create_service;
pub(super) mod execution_policy;
pub(super) mod outcome;
pub(super) mod parts;
pub(super) mod record;
mod register_task_definition;
pub(super) mod rolling;
pub(super) mod settle;
mod verdict;
mod write_parameters;

use serde_json::{Value, json};
use shared::heritage::{HeritageSpec, ServiceSpec};
use shared::outline::roll_out::new_secrets;
use shared::resource::Lifecycle;
use shared::store::RecordChange;

pub(super) use await_service::AwaitService;
use configure_load_balancer::ConfigureLoadBalancer;
pub(super) use create_load_balancer::CreateLoadBalancer;
use create_log_group::CreateLogGroup;
use create_public_record::CreatePublicRecord;
use create_record::CreateRecord;
use create_role::{CreateRole, Purpose};
pub(super) use create_service::CreateService;
pub(super) use register_task_definition::RegisterTaskDefinition;
pub(super) use write_parameters::WriteParameters;

use super::HeritageCx;
use super::condition::last_change;
use crate::engine::{Ending, Plan, Planned, Workflow};

/// Makes a heritage.
pub struct CreateHeritage;

impl Workflow for CreateHeritage {
    type Cx = HeritageCx;

    fn plan(&self, cx: &HeritageCx) -> Plan<HeritageCx> {
        let has_public_zone = cx.target.district.spec.public_zone.is_some();
        cx.target.after.as_ref().map(|spec| plan(spec, has_public_zone)).unwrap_or_default()
    }

    fn record(&self, cx: &HeritageCx, ending: &Ending) -> RecordChange {
        let state = match ending {
            Ending::Succeeded => Lifecycle::Active,
            Ending::TakenBack(_) => return RecordChange::HeritageRemoved,
            // The deletion of what is left finds its services by what is recorded here.
            Ending::Left(_) => Lifecycle::Failed,
        };
        let spec = cx.target.after.clone();
        let services = spec.as_ref().map(|spec| outcome::service_ids(cx, spec));
        RecordChange::Heritage { state, spec, services, condition: last_change(&cx.run, ending) }
    }

    fn result(&self, cx: &HeritageCx) -> Option<Value> {
        cx.target.after.as_ref().map(|spec| json!({ "services": outcome::service_ids(cx, spec) }))
    }
}

fn plan(spec: &HeritageSpec, has_public_zone: bool) -> Plan<HeritageCx> {
    let mut plan = Plan::new();
    let mut needed = vec![plan.add(CreateLogGroup, &[])];
    needed.extend(Purpose::ALL.map(|purpose| plan.add(CreateRole(purpose), &[])));
    if !new_secrets(None, spec).is_empty() {
        needed.push(plan.add(WriteParameters, &[]));
    }
    for service in &spec.services {
        add_service(&mut plan, service, has_public_zone, &needed);
    }
    plan
}

/// Adds all steps of a service that is not there yet; gives the last.
pub(super) fn add_service(
    plan: &mut Plan<HeritageCx>,
    service: &ServiceSpec,
    has_public_zone: bool,
    needed: &[Planned],
) -> Planned {
    let mut before = Vec::new();
    if service.is_balanced() {
        let balancer = plan.add(CreateLoadBalancer(service.clone()), &[]);
        before.push(plan.add(ConfigureLoadBalancer(service.clone()), &[balancer]));
        plan.add(CreateRecord(service.clone()), &[balancer]);
        if service.public && has_public_zone {
            plan.add(CreatePublicRecord(service.clone()), &[balancer]);
        }
    }
    before.push(plan.add(RegisterTaskDefinition(service.clone()), needed));
    let made = plan.add(CreateService(service.clone()), &before);
    plan.add(AwaitService { service: service.clone(), is_new: true }, &[made])
}

#[cfg(test)]
pub(crate) mod tests;
