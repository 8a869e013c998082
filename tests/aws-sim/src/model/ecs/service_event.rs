//! What a service says of itself, in AWS's sentences.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html>

use serde_json::{Value, json};

use super::placement::Obstacle;
use super::{ServiceKey, news};
use crate::model::clock::{Moment, epoch};
use crate::model::context::Context;

/// As many events as a service remembers.
const REMEMBERED: usize = 100;

/// What a service says that is as it shall be.
pub(super) const STEADY: &str = "has reached a steady state.";

/// What a service says whose tasks keep failing.
pub(super) const UNABLE_TO_START: &str = "is unable to consistently start tasks successfully. For more information, see \
                                          the Troubleshooting section of the Amazon ECS Developer Guide.";

/// What a service says whose percentages forbid every next move.
pub(super) const STUCK: &str = "was unable to stop or start tasks during a deployment because of the service deployment \
                                configuration. Update the minimumHealthyPercent or maximumPercent value and try again.";

/// One sentence at a time.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct ServiceEvent {
    id: String,
    at: Moment,
    pub(super) message: String,
}

impl ServiceEvent {
    pub(super) fn render(&self) -> Value {
        json!({"id": self.id, "createdAt": epoch(self.at), "message": self.message})
    }
}

/// Lets a service say something; its name is put before it.
pub(super) fn tell(context: &mut Context<'_>, key: &ServiceKey, what: &str) {
    let (id, at) = (context.world.ids.uuid(), context.now);
    let Some(service) = context.region().ecs.service_mut(key) else { return };
    service.events.push_front(ServiceEvent { id, at, message: format!("(service {}) {what}", key.service) });
    service.events.truncate(REMEMBERED);
    match what {
        STEADY => news::of_service(context, key, "INFO", "SERVICE_STEADY_STATE"),
        UNABLE_TO_START => news::of_service(context, key, "WARN", "SERVICE_TASK_START_IMPAIRED"),
        _ => {}
    }
}

/// The names of tasks, as sentences about them end.
pub(super) fn named_tasks(ids: &[String]) -> String {
    ids.iter().map(|id| format!("(task {id})")).collect::<Vec<_>>().join(" ")
}

/// Why a task has no place. `instance` is the closest matching one.
pub(super) fn unplaced(obstacle: Obstacle, instance: &str) -> String {
    let reason = match obstacle {
        Obstacle::NoInstance => format!("Reason: {}", obstacle.sentence()),
        Obstacle::NoCapacity => {
            return format!(
                "was unable to place a task. Reason: {}. For more information, see the Troubleshooting section of the \
                 Amazon ECS Developer Guide.",
                obstacle.sentence()
            );
        }
        Obstacle::Agent
        | Obstacle::Attribute
        | Obstacle::MemberOf
        | Obstacle::Distinct
        | Obstacle::Cpu
        | Obstacle::Memory
        | Obstacle::Port
        | Obstacle::Interface => {
            format!("The closest matching (container-instance {instance}) {}", obstacle.sentence())
        }
    };
    format!(
        "was unable to place a task because no container instance met all of its requirements. {reason}. For more \
         information, see the Troubleshooting section of the Amazon ECS Developer Guide."
    )
}
