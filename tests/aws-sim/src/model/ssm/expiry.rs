//! The end of parameters whose policy gives one.

use super::Event;
use super::parameter::{Parameter, Version};
use crate::model::context::Context;
use crate::model::event;

/// Watches for the end that the newest version has.
pub(super) fn watch(context: &mut Context<'_>, name: &str) {
    let Some(at) = context.region().ssm.parameters.get(name).and_then(|parameter| end(parameter.latest())) else {
        return;
    };
    let after = (at - context.now).max(chrono::TimeDelta::zero());
    context.schedule(after, event::Event::Ssm(Event::Expires(name.to_owned())));
}

/// Deletes the parameter, unless its end was moved meanwhile.
pub(super) fn expire(context: &mut Context<'_>, name: &str) {
    let now = context.now;
    let is_over = |parameter: &Parameter| end(parameter.latest()).is_some_and(|at| at <= now);
    let parameters = &mut context.region().ssm.parameters;
    if parameters.get(name).is_some_and(is_over) {
        parameters.remove(name);
    }
}

fn end(version: &Version) -> Option<crate::model::clock::Moment> {
    version.policies.iter().find_map(|policy| policy.expires)
}
