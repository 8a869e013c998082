//! The calls about services that exist.

use std::ops::Bound;

use serde_json::json;

use super::ServiceKey;
use super::create_service::render;
use super::reference::{Page, cluster_name, missing, short};
use super::refusal::{invalid, no_service};
use super::scheduler;
use super::service::Status;
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

/// Deleted services are described too, for as long as no other takes their names.
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let asked = input.texts("services");
    if asked.is_empty() {
        return Err(invalid("Services cannot be empty."));
    }
    if asked.len() > 10 {
        return Err(invalid("Services can have at most 10 items."));
    }
    let with_tags = input.texts("include").contains(&"TAGS");
    let place = context.arn("ecs", &format!("service/{}", cluster_name(input)));
    let cluster = context.region().ecs.living_cluster(input)?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for reference in asked {
        let name = short(reference);
        match cluster.services.get(name) {
            Some(service) => found.push(service.render(with_tags)),
            None => failures.push(missing(&format!("{place}/{name}"))),
        }
    }
    // `json!` would copy what it is given.
    let mut answer = json!({"services": null, "failures": failures});
    answer["services"] = found.into();
    Ok(answer)
}

/// Ten on a page. <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html>
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let cluster = context.region().ecs.living_cluster(input)?;
    let is = |member: &str, have: &str| input.text(member).is_none_or(|wanted| wanted == have);
    let page = Page::read(input, 10)?;
    let from = cluster.services.range::<str, _>((Bound::Included(page.start.as_str()), Bound::Unbounded));
    let found = from.map(|(_, service)| service).filter(|service| {
        service.status != Status::Inactive
            && is("schedulingStrategy", service.scheduling.into())
            && is("launchType", service.launch_type().unwrap_or_default())
    });
    Ok(page.of("serviceArns", found.map(|service| (service.name.as_str(), service.arn.as_str()))))
}

/// A service that is to run tasks is only deleted by force. Repeating it is no error while the tasks are stopping.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = short(input.required("service")?);
    let forced = input.flag("force")?.unwrap_or(false);
    let key = ServiceKey::new(cluster_name(input), name);
    let cluster = context.region().ecs.living_cluster(input)?;
    let service = cluster.services.get_mut(name).ok_or_else(no_service)?;
    match service.status {
        Status::Active if service.desired > 0 && !forced => {
            let message = "The service cannot be stopped while the primary deployment is scaled above 0.";
            return Err(invalid(message));
        }
        Status::Active => {
            service.desired = 0;
            cluster.set_status(name, Status::Draining);
        }
        Status::Draining => {}
        Status::Inactive => return Err(no_service()),
    }
    scheduler::wake(context, &key);
    render(context, &key)
}
