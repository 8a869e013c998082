//! How many tasks a deployment keeps, and may run at once.
//!
//! A service with fixed host ports runs one task per instance: a new task needs an instance of its own, or the place of
//! an old one.

use shared::heritage::ServiceSpec;

use crate::aws::ecs::Rolling;

/// How deployments of a service go, on so many instances.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html>
pub(crate) fn rolling(service: &ServiceSpec, instances: u32) -> Rolling {
    let desired = service.desired_count.max(1);
    if !service.is_balanced() {
        return Rolling { least: 100, most: 200, breaker: true };
    }
    // ECS has no circuit breaker behind classic load balancers; the operation itself sees tasks that do not stay up.
    let breaker = false;
    if instances > desired {
        // ECS rounds the most down: just enough percent for the tasks that fit.
        let fitting = (u64::from(instances) * 100).div_ceil(u64::from(desired)).min(200);
        return Rolling { least: 100, most: i32::try_from(fitting).unwrap_or(200), breaker };
    }
    Rolling { least: if desired >= 2 { 50 } else { 0 }, most: 100, breaker }
}

/// Whether a deployment stops the only task before it starts the new one.
pub(crate) fn interrupts(service: &ServiceSpec, instances: u32) -> bool {
    service.desired_count > 0 && rolling(service, instances).least == 0
}

#[cfg(test)]
mod tests {
    use shared::heritage::{PortMapping, Protocol};
    use shared::names::ServiceName;

    use super::*;

    fn service(desired_count: u32, balanced: bool) -> ServiceSpec {
        let port = PortMapping { lb_port: 80, container_port: 80, host_port: 10_000, protocol: Protocol::Tcp };
        ServiceSpec {
            name: ServiceName::parse("web").unwrap(),
            command: None,
            cpu: 1,
            memory: 4,
            public: false,
            desired_count,
            port_mappings: if balanced { vec![port] } else { vec![] },
        }
    }

    fn percents(service: &ServiceSpec, instances: u32) -> (i32, i32) {
        let Rolling { least, most, .. } = rolling(service, instances);
        (least, most)
    }

    #[test]
    fn tasks_are_kept_where_a_spare_instance_takes_the_new_ones() {
        assert_eq!(percents(&service(1, true), 2), (100, 200));
        assert_eq!(percents(&service(3, true), 4), (100, 134));
        assert_eq!(percents(&service(5, false), 1), (100, 200));
    }

    #[test]
    fn without_a_spare_instance_half_is_kept_and_of_one_none() {
        assert_eq!(percents(&service(2, true), 2), (50, 100));
        assert_eq!(percents(&service(1, true), 1), (0, 100));
        assert!(interrupts(&service(1, true), 1) && !interrupts(&service(0, true), 1));
    }
}
