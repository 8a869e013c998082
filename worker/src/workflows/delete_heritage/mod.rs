//! `delete_heritage`: removes what a heritage has on AWS. Stops where it cannot go on, and can be repeated.
//!
//! The longest chain is to stop the tasks, delete the ECS service, its records, its load balancer and what that held.

mod check_nothing_left;
mod delete_load_balancer;
mod delete_log_group;
mod delete_parameters;
mod delete_public_record;
mod delete_record;
mod delete_roles;
mod delete_service;
mod deregister_task_definitions;
mod mend_ecs_role;
mod scale_down;

use serde_json::Value;
use shared::heritage::{HeritageSpec, ServiceSpec};
use shared::payload::Payload;
use shared::problem::Code;
use shared::resource::Lifecycle;
use shared::store::RecordChange;

use check_nothing_left::CheckNothingLeft;
use delete_load_balancer::DeleteLoadBalancer;
use delete_log_group::DeleteLogGroup;
use delete_parameters::DeleteParameters;
use delete_public_record::DeletePublicRecord;
use delete_record::DeleteRecord;
use delete_roles::DeleteRoles;
use delete_service::DeleteService;
pub(super) use delete_service::{remove, standing};
use deregister_task_definitions::DeregisterTaskDefinitions;
use scale_down::ScaleDown;

use super::HeritageCx;
use super::condition::last_change;
use crate::engine::{Ending, Failure, Plan, Planned, Step, Undone, Workflow};

/// Removes a heritage.
pub struct DeleteHeritage;

impl Workflow for DeleteHeritage {
    type Cx = HeritageCx;
    const UNDO: bool = false;

    fn plan(&self, cx: &HeritageCx) -> Plan<HeritageCx> {
        let has_public_zone = cx.target.district.spec.public_zone.is_some();
        plan(cx.target.before.as_ref(), keeps_logs(cx), has_public_zone)
    }

    fn record(&self, cx: &HeritageCx, ending: &Ending) -> RecordChange {
        match ending {
            Ending::Succeeded => RecordChange::HeritageRemoved,
            Ending::TakenBack(_) | Ending::Left(_) => {
                let condition = last_change(&cx.run, ending);
                RecordChange::Heritage { state: Lifecycle::DeleteFailed, spec: None, services: None, condition }
            }
        }
    }

    fn result(&self, _cx: &HeritageCx) -> Option<Value> {
        None
    }
}

/// Whether the log group is to stay.
fn keeps_logs(cx: &HeritageCx) -> bool {
    matches!(cx.run.payload(), Payload::DeleteHeritage { keep_logs: true })
}

pub(super) fn plan(spec: Option<&HeritageSpec>, keep_logs: bool, has_public_zone: bool) -> Plan<HeritageCx> {
    let (mut plan, mut stopped, mut ends) = (Plan::new(), Vec::new(), Vec::new());
    for service in spec.iter().flat_map(|spec| &spec.services) {
        let down = plan.add(ScaleDown(service.clone()), &[]);
        let deleted = plan.add(DeleteService(service.clone()), &[down]);
        stopped.push(deleted);
        ends.extend(remove_balancing(&mut plan, service, has_public_zone, deleted));
    }
    if !keep_logs {
        ends.push(plan.add(DeleteLogGroup, &stopped));
    }
    ends.push(plan.add(DeleteParameters, &stopped));
    ends.push(plan.add(DeregisterTaskDefinitions, &stopped));
    ends.push(plan.add(DeleteRoles, &stopped));
    ends.extend(stopped);
    plan.add(CheckNothingLeft { keep_logs }, &ends);
    plan
}

/// Adds the removal of what goes with a service's load balancer, after the service; gives the last of it.
pub(super) fn remove_balancing(
    plan: &mut Plan<HeritageCx>,
    service: &ServiceSpec,
    has_public_zone: bool,
    removed: Planned,
) -> Option<Planned> {
    if !service.is_balanced() {
        return None;
    }
    let mut records = vec![plan.add(DeleteRecord(service.clone()), &[removed])];
    if service.public && has_public_zone {
        records.push(plan.add(DeletePublicRecord(service.clone()), &[removed]));
    }
    Some(plan.add(DeleteLoadBalancer(service.clone()), &records))
}

/// The undo of a removal: there is none once it has begun.
pub(super) fn final_once_begun<S: Step>(cx: &HeritageCx, step: &S) -> Result<Undone, Failure> {
    match cx.run.note_of::<S, Value>(step)? {
        None => Ok(Undone::Done(Vec::new())),
        Some(_) => {
            Err(Failure::permanent(Code::ResidueLeft, "what was removed cannot be brought back; retry to go on"))
        }
    }
}
