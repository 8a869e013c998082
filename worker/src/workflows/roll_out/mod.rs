//! `deploy_heritage`, `set_env_vars`, `unset_env_vars`: brings the services of a heritage to what it is to be.
//!
//! What can fail comes first and is undone; services that go are removed last, because that cannot be undone.

mod change;
mod grant_secrets;
mod mend_balancing;
mod remove_service;
mod update_service;

use serde_json::{Value, json};
use shared::heritage::HeritageSpec;
use shared::outline::roll_out::RollOut as Difference;
use shared::resource::Lifecycle;
use shared::store::RecordChange;

pub(super) use change::{update, update_back};
use grant_secrets::GrantSecrets;
use remove_service::RemoveService;
pub(super) use update_service::UpdateService;

use super::HeritageCx;
use super::condition::last_change;
use super::create_heritage::{AwaitService, RegisterTaskDefinition, WriteParameters, add_service, outcome};
use super::delete_heritage::remove_balancing;
use crate::engine::{Ending, Plan, Planned, Workflow};

/// Rolls a change of a heritage out.
pub struct RollOut;

impl Workflow for RollOut {
    type Cx = HeritageCx;

    fn plan(&self, cx: &HeritageCx) -> Plan<HeritageCx> {
        let has_public_zone = cx.target.district.spec.public_zone.is_some();
        match (&cx.target.before, &cx.target.after) {
            (Some(before), Some(after)) => plan(before, after, has_public_zone),
            (Some(_), None) | (None, Some(_)) | (None, None) => Plan::new(),
        }
    }

    fn record(&self, cx: &HeritageCx, ending: &Ending) -> RecordChange {
        let (state, spec) = match ending {
            Ending::Succeeded => (Lifecycle::Active, cx.target.after.clone()),
            Ending::TakenBack(_) => (Lifecycle::Active, cx.target.before.clone()),
            Ending::Left(_) => (Lifecycle::Failed, both(cx)),
        };
        let services = match ending {
            Ending::Succeeded | Ending::Left(_) => spec.as_ref().map(|spec| outcome::service_ids(cx, spec)),
            Ending::TakenBack(_) => None,
        };
        RecordChange::Heritage { state, spec, services, condition: last_change(&cx.run, ending) }
    }

    fn result(&self, cx: &HeritageCx) -> Option<Value> {
        cx.target.after.as_ref().map(|spec| json!({ "services": outcome::service_ids(cx, spec) }))
    }
}

/// What is to be with what was to go: a deletion must find both.
fn both(cx: &HeritageCx) -> Option<HeritageSpec> {
    let mut spec = cx.target.after.clone()?;
    let before = cx.target.before.iter().flat_map(|before| &before.services);
    let going: Vec<_> = before.filter(|service| spec.service(&service.name).is_none()).cloned().collect();
    spec.services.extend(going);
    Some(spec)
}

pub(super) fn plan(before: &HeritageSpec, after: &HeritageSpec, has_public_zone: bool) -> Plan<HeritageCx> {
    let difference = Difference::between(before, after);
    let (mut plan, mut needed, mut ends) = (Plan::new(), Vec::new(), Vec::new());
    if difference.grants_secrets {
        needed.push(plan.add(GrantSecrets, &[]));
    }
    if difference.writes_secrets {
        needed.push(plan.add(WriteParameters, &[]));
    }
    for changed in &difference.changed {
        let service = changed.after.clone();
        let mut first: Vec<Planned> = needed.clone();
        if changed.revision {
            first = vec![plan.add(RegisterTaskDefinition(service.clone()), &needed)];
        }
        let updated = plan.add(UpdateService { service: service.clone(), revision: changed.revision }, &first);
        ends.push(plan.add(AwaitService { service, is_new: false }, &[updated]));
    }
    for service in &difference.added {
        ends.push(add_service(&mut plan, service, has_public_zone, &needed));
    }
    for service in &difference.removed {
        let removed = plan.add(RemoveService((*service).clone()), &ends);
        remove_balancing(&mut plan, service, has_public_zone, removed);
    }
    plan
}
