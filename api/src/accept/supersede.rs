//! A newer deploy takes the place of an older one that is still queued, when nothing stands between them.

use shared::heritage::{HeritagePatch, HeritageSpec, ServicePatch};
use shared::ids::OperationId;
use shared::operation::State;
use shared::payload::Payload;
use shared::store::{HeritageView, Unfinished};

use crate::app::Api;
use crate::problem::Result;

/// A newer patch with an older one under it.
pub(super) struct Folded {
    /// Both patches as one.
    pub patch: HeritagePatch,
    /// What the heritage is to be before both.
    pub before: HeritageSpec,
    /// The operation of the older one.
    pub older: OperationId,
}

/// Folds the newest operation on the heritage under `newer` when it is a deploy that never began.
pub(super) async fn queued(api: &Api, view: &HeritageView, newer: &HeritagePatch) -> Result<Option<Folded>> {
    let Some((Unfinished { id, state: State::Queued, payload: Payload::DeployHeritage { patch } }, earlier)) =
        view.unfinished.split_last()
    else {
        return Ok(None);
    };
    let before = earlier.iter().fold(view.heritage.applied.clone(), |spec, next| next.payload.fold(spec));
    let Some(before) = before else { return Ok(None) };
    // A retried operation is queued again, but what its first attempt made may stand.
    let never_began = api.store.operation(id).await?.is_some_and(|operation| operation.attempt == 1);
    let folded = never_began.then(|| folded(patch, newer, &before)).flatten();
    Ok(folded.map(|patch| Folded { patch, before, older: id.clone() }))
}

/// `None` when one patch cannot say what both do: a service that the older one removes and the newer one adds anew.
fn folded(older: &HeritagePatch, newer: &HeritagePatch, before: &HeritageSpec) -> Option<HeritagePatch> {
    let mut environment = older.environment.clone();
    environment.extend(newer.environment.clone());
    let services = match (&older.services, &newer.services) {
        (older, None) => older.clone(),
        (older, Some(newer)) => {
            let anew = |patch: &ServicePatch| patch.added.is_some() && before.service(&patch.name).is_some();
            if newer.iter().any(anew) {
                return None;
            }
            let under = |patch: &ServicePatch| older.iter().flatten().find(|under| under.name == patch.name).cloned();
            Some(newer.iter().map(|patch| over(under(patch), patch)).collect())
        }
    };
    Some(HeritagePatch {
        image_name: newer.image_name.clone().or_else(|| older.image_name.clone()),
        image_tag: newer.image_tag.clone().or_else(|| older.image_tag.clone()),
        services,
        environment,
    })
}

fn over(older: Option<ServicePatch>, newer: &ServicePatch) -> ServicePatch {
    let Some(older) = older else { return newer.clone() };
    ServicePatch {
        name: older.name,
        added: newer.added.clone().or(older.added),
        command: newer.command.clone().or(older.command),
        cpu: newer.cpu.or(older.cpu),
        memory: newer.memory.or(older.memory),
        desired_count: newer.desired_count.or(older.desired_count),
    }
}

#[cfg(test)]
mod tests {
    use shared::heritage::{Environment, ServiceSpec};
    use shared::names::ServiceName;

    use super::*;

    fn spec(name: &str) -> ServiceSpec {
        ServiceSpec {
            name: ServiceName::parse(name).unwrap(),
            command: None,
            cpu: 128,
            memory: 256,
            public: false,
            desired_count: 1,
            port_mappings: vec![],
        }
    }

    fn keep(name: &str) -> ServicePatch {
        let name = ServiceName::parse(name).unwrap();
        ServicePatch { name, added: None, command: None, cpu: None, memory: None, desired_count: None }
    }

    fn heritage(services: Vec<ServiceSpec>) -> HeritageSpec {
        let environment = Environment::new();
        HeritageSpec { image_name: "nginx".into(), image_tag: "1".into(), environment, services }
    }

    fn patch(services: Option<Vec<ServicePatch>>) -> HeritagePatch {
        HeritagePatch { services, ..HeritagePatch::default() }
    }

    #[test]
    fn both_patches_as_one_do_what_they_do_in_turn() {
        let before = heritage(vec![spec("web"), spec("worker")]);
        let added = ServicePatch { added: Some(spec("cron")), ..keep("cron") };
        let older = HeritagePatch {
            image_tag: Some("2".into()),
            ..patch(Some(vec![ServicePatch { cpu: Some(64), ..keep("web") }, keep("worker"), added]))
        };
        let newer = HeritagePatch {
            image_tag: Some("3".into()),
            ..patch(Some(vec![
                ServicePatch { memory: Some(512), ..keep("web") },
                ServicePatch { cpu: Some(8), ..keep("cron") },
            ]))
        };
        let of = |patch: &HeritagePatch| Payload::DeployHeritage { patch: patch.clone() };
        let in_turn = of(&newer).fold(of(&older).fold(Some(before.clone())));
        let both = folded(&older, &newer, &before).unwrap();
        assert_eq!(of(&both).fold(Some(before)), in_turn);
    }

    #[test]
    fn a_service_that_goes_and_comes_back_is_not_folded() {
        let before = heritage(vec![spec("web")]);
        let back = ServicePatch { added: Some(spec("web")), ..keep("web") };
        assert_eq!(folded(&patch(Some(vec![])), &patch(Some(vec![back])), &before), None);
    }
}
