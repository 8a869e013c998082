//! One service's state by itself, so that the past of a service can be kept without that of all others.

use super::context::Place;
use super::service::Service;
use super::world::World;
use super::{
    acm, application_autoscaling, autoscaling, ec2, ecr, ecs, elb, elbv2, events, iam, logs, route53, scheduler,
    secretsmanager, servicediscovery, ssm,
};

macro_rules! parts {
    (account: $($global:ident $global_module:ident),*; region: $($regional:ident $regional_module:ident),*) => {
        /// The state of one service in one place.
        pub(crate) enum Part {
            /// Of a service without a state of its own.
            None,
            $($global(Box<$global_module::State>),)*
            $($regional(Box<$regional_module::State>),)*
        }

        impl Part {
            /// A copy of what a service is now.
            pub(crate) fn copy(world: &mut World, place: &Place, service: Service) -> Self {
                match service {
                    $(Service::$global => Self::$global(Box::new(world.account(&place.account).$global_module.clone())),)*
                    $(Service::$regional => Self::$regional(Box::new(
                        world.account(&place.account).region(&place.region).$regional_module.clone(),
                    )),)*
                    Service::Sts => Self::None,
                }
            }

            /// Exchanges it with what the service is now.
            pub(crate) fn swap(&mut self, world: &mut World, place: &Place) {
                let account = world.account(&place.account);
                match self {
                    Self::None => {}
                    $(Self::$global(state) => std::mem::swap(&mut account.$global_module, state),)*
                    $(Self::$regional(state) => {
                        std::mem::swap(&mut account.region(&place.region).$regional_module, state);
                    })*
                }
            }
        }
    };
}

parts! {
    account: Iam iam, Route53 route53;
    region: Acm acm, ApplicationAutoScaling application_autoscaling, AutoScaling autoscaling, Ec2 ec2, Ecr ecr, Ecs ecs,
        Elb elb, ElbV2 elbv2, Events events, Logs logs, Scheduler scheduler, SecretsManager secretsmanager,
        CloudMap servicediscovery, Ssm ssm
}
