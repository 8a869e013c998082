//! `scale_service`: one service runs another number of tasks.

mod await_running;
mod update_service;

use serde_json::{Value, json};
use shared::heritage::ServiceSpec;
use shared::payload::Payload;
use shared::resource::Lifecycle;
use shared::store::RecordChange;

use await_running::AwaitRunning;
use update_service::UpdateService;

use super::HeritageCx;
use super::condition::last_change;
use super::create_heritage::outcome::{observed, output};
use crate::engine::{Ending, Plan, Workflow};

/// Scales a service.
pub struct ScaleService;

impl Workflow for ScaleService {
    type Cx = HeritageCx;

    fn plan(&self, cx: &HeritageCx) -> Plan<HeritageCx> {
        service(cx).map(plan).unwrap_or_default()
    }

    fn record(&self, cx: &HeritageCx, ending: &Ending) -> RecordChange {
        let (state, spec) = match ending {
            Ending::Succeeded => (Lifecycle::Active, cx.target.after.clone()),
            Ending::TakenBack(_) => (Lifecycle::Active, cx.target.before.clone()),
            Ending::Left(_) => (Lifecycle::Failed, cx.target.after.clone()),
        };
        let mut services = cx.target.services.clone();
        if let Some(scaled) = service(cx)
            && let Some(settled) = output(cx, &AwaitRunning(scaled.clone()))
        {
            observed(cx, services.entry(scaled.name.to_string()).or_default(), settled.running);
        }
        RecordChange::Heritage { state, spec, services: Some(services), condition: last_change(&cx.run, ending) }
    }

    fn result(&self, cx: &HeritageCx) -> Option<Value> {
        let scaled = service(cx)?;
        let settled = output(cx, &AwaitRunning(scaled.clone()))?;
        Some(json!({ "service": scaled.name, "running_count": settled.running }))
    }
}

/// The service as it is to be; `None` when it went meanwhile: then there is nothing to do.
fn service(cx: &HeritageCx) -> Option<&ServiceSpec> {
    match cx.run.payload() {
        Payload::ScaleService { service, .. } => cx.target.service(service),
        Payload::ProvisionDistrict { .. }
        | Payload::UpdateDistrict { .. }
        | Payload::DeleteDistrict { .. }
        | Payload::CreateHeritage { .. }
        | Payload::DeployHeritage { .. }
        | Payload::SetEnvVars { .. }
        | Payload::UnsetEnvVars { .. }
        | Payload::DeleteHeritage { .. } => None,
    }
}

pub(super) fn plan(service: &ServiceSpec) -> Plan<HeritageCx> {
    let mut plan = Plan::new();
    let updated = plan.add(UpdateService(service.clone()), &[]);
    plan.add(AwaitRunning(service.clone()), &[updated]);
    plan
}
