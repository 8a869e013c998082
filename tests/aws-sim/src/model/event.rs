//! What happens by itself once its time has come; each service has its own kinds.

use super::context::Context;
use super::{
    acm, application_autoscaling, autoscaling, ec2, ecs, elb, elbv2, events, iam, scheduler, secretsmanager,
    servicediscovery, ssm,
};

/// Something that was scheduled.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Event {
    Acm(acm::Event),
    Ec2(ec2::Event),
    AutoScaling(autoscaling::Event),
    Ecs(ecs::Event),
    Elb(elb::Event),
    ElbV2(elbv2::Event),
    Scheduler(scheduler::Event),
    Events(events::Event),
    SecretsManager(secretsmanager::Event),
    Ssm(ssm::Event),
    Iam(iam::Event),
    ApplicationAutoScaling(application_autoscaling::Event),
    CloudMap(servicediscovery::Event),
}

impl Event {
    pub(crate) fn happen(self, context: &mut Context<'_>) {
        match self {
            Self::Acm(event) => acm::on_event(context, event),
            Self::Ec2(event) => ec2::on_event(context, event),
            Self::AutoScaling(event) => autoscaling::on_event(context, event),
            Self::Ecs(event) => ecs::on_event(context, event),
            Self::Elb(event) => elb::on_event(context, event),
            Self::ElbV2(event) => elbv2::on_event(context, event),
            Self::Scheduler(event) => scheduler::on_event(context, event),
            Self::Events(event) => events::on_event(context, event),
            Self::SecretsManager(event) => secretsmanager::on_event(context, event),
            Self::Ssm(event) => ssm::on_event(context, event),
            Self::Iam(event) => iam::on_event(context, event),
            Self::ApplicationAutoScaling(event) => application_autoscaling::on_event(context, event),
            Self::CloudMap(event) => servicediscovery::on_event(context, event),
        }
    }
}
