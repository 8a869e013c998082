//! What EventBridge hears of instances.
//!
//! <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html>

use serde_json::json;

use super::table::Resource;
use crate::model::context::Context;
use crate::model::events;

/// An instance has got another state.
pub(super) fn of_instance(context: &mut Context<'_>, id: &str) {
    if !events::is_heard(context) {
        return;
    }
    let Some(instance) = context.region().ec2.instances.get(id) else { return };
    let detail = json!({"instance-id": id, "state": instance.state()});
    let resources = [context.arn("ec2", &format!("instance/{id}"))];
    let kind = "EC2 Instance State-change Notification";
    events::publish(context, events::DEFAULT_BUS, "aws.ec2", kind, &resources, detail);
}
