//! What the record of a heritage says of its services after an operation.

use indexmap::IndexMap;
use shared::heritage::{HeritageSpec, ServiceIds, ServiceSpec};

use super::{
    AwaitService, CreateLoadBalancer, CreatePublicRecord, CreateRecord, CreateService, RegisterTaskDefinition,
};
use crate::engine::{Failure, Step};
use crate::workflows::HeritageCx;

/// What AWS calls the parts of these services, from what stood before and what the steps made.
pub(crate) fn service_ids(cx: &HeritageCx, spec: &HeritageSpec) -> IndexMap<String, ServiceIds> {
    let services = spec.services.iter();
    services.map(|service| (service.name.to_string(), ids_of(cx, service))).collect()
}

fn ids_of(cx: &HeritageCx, service: &ServiceSpec) -> ServiceIds {
    let mut ids = cx.target.services.get(service.name.as_str()).cloned().unwrap_or_default();
    if let Some(made) = output(cx, &CreateLoadBalancer(service.clone())) {
        ids.load_balancer = Some(made.thing.dns_name);
        ids.endpoints.clear();
    }
    let private = output(cx, &CreateRecord(service.clone()));
    let public = output(cx, &CreatePublicRecord(service.clone()));
    ids.endpoints.extend([private, public].into_iter().flatten().map(|record| record.name));
    if let Some(made) = output(cx, &CreateService(service.clone())) {
        ids.service_arn = Some(made.thing.arn);
    }
    if let Some(arn) = output(cx, &RegisterTaskDefinition(service.clone())) {
        ids.task_definition = Some(arn);
    }
    let settled =
        [true, false].into_iter().find_map(|is_new| output(cx, &AwaitService { service: service.clone(), is_new }));
    if let Some(settled) = settled {
        observed(cx, &mut ids, settled.running);
    }
    ids
}

/// Notes how many tasks run now.
pub(crate) fn observed(cx: &HeritageCx, ids: &mut ServiceIds, running: u32) {
    ids.running_count = Some(running);
    ids.observed_at = Some(cx.run.now());
}

/// What a step gave. The record does without what cannot be read.
pub(crate) fn output<S: Step>(cx: &HeritageCx, step: &S) -> Option<S::Output> {
    let unread = |failure: Failure| tracing::warn!(step = step.label(), error = %failure, "an output cannot be read");
    cx.run.output_if_done(step).map_err(unread).ok().flatten()
}
