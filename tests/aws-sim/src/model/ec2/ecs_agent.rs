//! The ECS agent on an instance: it starts after boot, reads its cluster from the user data, and registers there once
//! it can reach ECS.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/launch_container_instance.html>

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;

use super::instance::Instance;
use super::route::Target;
use super::{Event, State, instance_type, route_table};
use crate::model::context::Context;
use crate::model::{ecs, event, timing};

/// The cluster of an agent that was told none.
const DEFAULT_CLUSTER: &str = "default";

/// An instance has started to run: its agent comes up a while later.
pub(super) fn boot(context: &mut Context<'_>, id: &str) {
    context.schedule(timing::AGENT_JOINS, event::Event::Ec2(Event::AgentStarts(id.to_owned())));
}

/// The agent registers, or tries again later while it has no credentials, no way to ECS or no cluster.
pub(super) fn start(context: &mut Context<'_>, id: &str) {
    let region = context.place.region.clone();
    let ec2 = &context.region().ec2;
    let Some(instance) = ec2.instances.get(id).filter(|instance| instance.is_running()) else { return };
    let (reaches, profile_arn) = (reaches_ecs(ec2, instance, &region), instance.profile_arn.clone());
    let agent = agent_of(instance);
    let iam = &context.account().iam;
    let has_role = profile_arn.and_then(|arn| iam.instance_profile(&arn)).is_some_and(|profile| profile.has_role());
    match agent {
        Some(agent) if reaches && has_role && ecs::instance_joined(context, &agent) => {}
        Some(_) => context.schedule(timing::AGENT_TRIES_AGAIN, event::Event::Ec2(Event::AgentStarts(id.to_owned()))),
        None => {}
    }
}

fn agent_of(instance: &Instance) -> Option<ecs::Agent> {
    let kind = instance_type::find(&instance.instance_type)?;
    Some(ecs::Agent {
        cluster: cluster(instance.user_data.as_deref().unwrap_or_default()),
        instance_id: instance.id.clone(),
        instance_type: instance.instance_type.clone(),
        image_id: instance.image_id.clone(),
        architecture: instance.architecture.clone(),
        cpu: kind.cpus * 1024,
        memory: kind.registered,
        zone: instance.zone.clone(),
        subnet_id: instance.subnet_id.clone(),
        vpc_id: instance.vpc_id.clone(),
        private_ip: instance.private_ip.clone(),
    })
}

/// The last `ECS_CLUSTER=` in the user data, as a line of a shell script or of a configuration file.
fn cluster(user_data: &str) -> String {
    let decoded = BASE64.decode(user_data).unwrap_or_default();
    let text = String::from_utf8_lossy(&decoded);
    let named = text.rsplit_once("ECS_CLUSTER=").and_then(|(_, after)| {
        let after = after.trim_start_matches(['"', '\'']);
        after.split(|end: char| end.is_whitespace() || "\"'>;|&\\".contains(end)).next()
    });
    named.filter(|name| !name.is_empty()).unwrap_or(DEFAULT_CLUSTER).to_owned()
}

/// Over the internet, or by endpoints for all that an agent talks to.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html>
fn reaches_ecs(ec2: &State, instance: &Instance, region: &str) -> bool {
    let interface = ec2.interfaces.get(&instance.interface_id);
    let by_endpoints = |interface| {
        let services = ["ecs", "ecs-agent", "ecs-telemetry"];
        services.iter().all(|short| ec2.reaches_by_endpoint(interface, &format!("com.amazonaws.{region}.{short}")))
    };
    reaches_the_internet(ec2, instance) || interface.is_some_and(by_endpoints)
}

/// Through a NAT gateway, or with a public address through the internet gateway.
fn reaches_the_internet(ec2: &State, instance: &Instance) -> bool {
    let public = ec2.interfaces.get(&instance.interface_id).is_some_and(super::interface::Interface::is_public);
    leads_out(ec2, &instance.subnet_id, &instance.vpc_id, public)
}

/// Whether there is a way from a subnet to the internet: through a NAT gateway, or, for who has a `public` address,
/// through the internet gateway.
pub(crate) fn leads_out(ec2: &State, subnet_id: &str, vpc_id: &str, public: bool) -> bool {
    let table = route_table::of_subnet(ec2, subnet_id, vpc_id);
    table.into_iter().flat_map(|table| &table.routes).filter(|route| route.is_way_out(ec2)).any(|route| {
        match &route.target {
            Target::NatGateway(_) | Target::Interface(_) => true,
            Target::InternetGateway(_) => public,
            Target::Local | Target::EgressOnlyGateway(_) | Target::Endpoint(_) => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cluster_is_read_from_scripts_and_configuration_files() {
        for script in [
            "#!/bin/bash\necho ECS_CLUSTER=dev >> /etc/ecs/ecs.config",
            "#!/bin/bash\necho \"ECS_CLUSTER=dev\" >> /etc/ecs/ecs.config",
            "cat <<'EOF' >> /etc/ecs/ecs.config\nECS_CLUSTER=dev\nECS_ENABLE_TASK_IAM_ROLE=true\nEOF",
            "ECS_CLUSTER='dev'",
        ] {
            assert_eq!(cluster(&BASE64.encode(script)), "dev", "{script}");
        }
        assert_eq!(cluster(&BASE64.encode("#!/bin/bash\ntrue")), "default");
    }
}
