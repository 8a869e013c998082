//! The steps of the operations on a district.

use super::{Effect, PlannedStep, Standing};
use crate::district::{DistrictPatch, DistrictSpec, Given, NatType};
use crate::narrate::counted;

/// The subnets of a network, in the order in which they are made, with the third octets of their ranges.
const SUBNETS: [(&str, u8); 4] = [("public-1", 129), ("public-2", 130), ("private-1", 1), ("private-2", 2)];

/// The zones by number.
const ZONES: [u8; 2] = [1, 2];

/// The steps to come, as they are written down.
#[derive(Default)]
struct Steps(Vec<PlannedStep>);

impl Steps {
    fn create(&mut self, step: impl Into<String>, what: impl Into<String>) {
        self.0.push(PlannedStep::new(step, Effect::Create, what));
    }

    fn change(&mut self, step: impl Into<String>, what: impl Into<String>) {
        self.0.push(PlannedStep::new(step, Effect::Change, what));
    }

    fn remove(&mut self, step: impl Into<String>, what: impl Into<String>) {
        self.0.push(PlannedStep::new(step, Effect::Remove, what));
    }

    fn check(&mut self, step: impl Into<String>, what: impl Into<String>) {
        self.0.push(PlannedStep::new(step, Effect::Check, what));
    }

    /// All steps of `unless_given`; when what they make was given they are shown, but do nothing.
    fn extend(&mut self, unless_given: Steps, given: bool) {
        self.0.extend(unless_given.0.into_iter().map(|step| match given {
            true => PlannedStep::new(step.step, Effect::Check, "nothing: it was given"),
            false => step,
        }));
    }
}

pub(super) fn provision(spec: &DistrictSpec) -> Vec<PlannedStep> {
    let given = &spec.given;
    let mut steps = Steps::default();
    if *given != Given::default() {
        steps.check("check_given", "what was given exists and can be used");
    }
    let given_vpc = given.vpc_id.is_some();
    steps.extend(network(spec), given_vpc);
    if given_vpc {
        steps.check("find_subnets", "public and private subnets of the given VPC");
    }
    for (group, id) in security_groups(given) {
        steps.extend(security_group(group), id.is_some());
    }
    for (group, id) in security_groups(given) {
        steps.extend(ingress(group), id.is_some());
    }
    steps.extend(role("ecs_service"), given.ecs_service_role.is_some());
    steps.extend(role("ecs_instance"), given.ecs_instance_role.is_some());
    cluster(spec, &mut steps);
    steps.0
}

fn network(spec: &DistrictSpec) -> Steps {
    let range = spec.cidr_block.map(|range| format!(" {range}")).unwrap_or_default();
    let mut steps = Steps::default();
    steps.check("choose_zones", "the first two availability zones of the region");
    steps.create("create_vpc", format!("one VPC{range}"));
    steps.change("enable_dns", "DNS support and hostnames of the VPC");
    steps.create("create_internet_gateway", "one internet gateway");
    steps.change("attach_internet_gateway", "the internet gateway, to the VPC");
    for (subnet, octet) in SUBNETS {
        steps.create(format!("create_subnet:{subnet}"), format!("one subnet /24 with third octet {octet}"));
    }
    for table in ["public", "private-1", "private-2"] {
        steps.create(format!("create_route_table:{table}"), "one route table");
    }
    for (subnet, _) in SUBNETS {
        steps.change(format!("associate_route_table:{subnet}"), format!("the route table of subnet {subnet}"));
    }
    steps.create("create_route:public", "one route to the internet gateway");
    for zone in 1..=spec.nat_type.gateways() {
        nat_gateway(zone, &mut steps);
    }
    for (zone, gateway) in ZONES.into_iter().filter_map(|zone| Some((zone, spec.nat_type.gateway_of(zone)?))) {
        steps.create(format!("create_route:private-{zone}"), format!("one route to NAT gateway {gateway}"));
    }
    steps
}

fn nat_gateway(zone: u8, steps: &mut Steps) {
    steps.create(format!("allocate_address:{zone}"), "one elastic IP address");
    steps.create(format!("create_nat_gateway:{zone}"), format!("one NAT gateway in subnet public-{zone}"));
}

fn security_groups(given: &Given) -> [(&'static str, &Option<String>); 3] {
    [
        ("public_elb", &given.public_elb_security_group),
        ("private_elb", &given.private_elb_security_group),
        ("instance", &given.instance_security_group),
    ]
}

fn security_group(name: &str) -> Steps {
    let mut steps = Steps::default();
    steps.create(format!("create_security_group:{name}"), "one security group");
    steps
}

fn ingress(name: &str) -> Steps {
    let mut steps = Steps::default();
    steps.change(format!("authorize_ingress:{name}"), "rules of the security group");
    steps
}

fn role(name: &str) -> Steps {
    let mut steps = Steps::default();
    steps.create(format!("create_role:{name}"), "one IAM role");
    steps.change(format!("attach_policies:{name}"), "AWS' managed policies, to the role");
    steps
}

fn cluster(spec: &DistrictSpec, steps: &mut Steps) {
    let DistrictSpec { cluster_size, instance_type, .. } = spec;
    steps.create("create_instance_profile", "one instance profile, unless a given role has one");
    steps.create("create_cluster", "one ECS cluster");
    steps.check("find_image", format!("the ECS-optimised image for {instance_type}"));
    steps.create("create_launch_template", format!("one launch template for {instance_type}"));
    let what = format!("one Auto Scaling group of {cluster_size} {instance_type}");
    steps.create("create_auto_scaling_group", what);
    steps.create("create_private_zone", "one private hosted zone");
    steps.check("await_instances", format!("{} in the cluster", counted(cluster_size, "instance")));
}

pub(super) fn update(patch: &DistrictPatch, standing: &Standing<'_>) -> Vec<PlannedStep> {
    let Some(before) = standing.district_spec else { return vec![] };
    let after = patch.applied_to(before);
    let mut steps = Steps::default();
    let (had, has) = (before.nat_type, after.nat_type);
    for zone in had.gateways() + 1..=has.gateways() {
        nat_gateway(zone, &mut steps);
    }
    for (zone, gateway) in ZONES.into_iter().filter_map(|zone| Some((zone, has.gateway_of(zone)?))) {
        if had.gateway_of(zone) != Some(gateway) {
            steps.change(format!("point_route:private-{zone}"), format!("the route, to NAT gateway {gateway}"));
        }
    }
    instances(before, &after, &mut steps);
    for zone in ZONES.into_iter().filter(|zone| had.gateway_of(*zone).is_some() && has == NatType::None) {
        steps.remove(format!("remove_route:private-{zone}"), "the route to the NAT gateway");
    }
    for zone in has.gateways() + 1..=had.gateways() {
        steps.remove(format!("delete_nat_gateway:{zone}"), "one NAT gateway");
        steps.remove(format!("release_address:{zone}"), "one elastic IP address");
    }
    steps.0
}

fn instances(before: &DistrictSpec, after: &DistrictSpec, steps: &mut Steps) {
    let DistrictSpec { cluster_size, instance_type, .. } = after;
    if after.replaces_instances_of(before) {
        steps.check("find_image", format!("the ECS-optimised image for {instance_type}"));
        steps.create("create_launch_template_version", format!("one version for {instance_type}"));
        steps.change("replace_instances", format!("{cluster_size} {instance_type}, one at a time"));
    } else if before.cluster_size != *cluster_size {
        steps.change(
            "resize_cluster",
            format!("{} instead of {}", counted(cluster_size, "instance"), before.cluster_size),
        );
    }
}

pub(super) fn delete(cascade: bool, standing: &Standing<'_>) -> Vec<PlannedStep> {
    let mut steps = Steps::default();
    if cascade {
        let names: Vec<_> = standing.heritages.iter().map(|name| name.as_str()).collect();
        steps.check("delete_heritages", format!("deletes the heritages first: {}", names.join(", ")));
    }
    steps.check("check_foreign_records", "no records of others in the private zone");
    steps.remove("delete_auto_scaling_group", "the Auto Scaling group and its instances");
    steps.remove("delete_cluster", "the ECS cluster");
    steps.remove("delete_launch_template", "the launch template");
    steps.remove("delete_nat_gateways", "NAT gateways");
    steps.remove("release_addresses", "elastic IP addresses");
    steps.remove("delete_security_groups", "security groups");
    steps.remove("delete_subnets", "subnets");
    steps.remove("delete_route_tables", "route tables");
    steps.remove("delete_internet_gateway", "the internet gateway");
    steps.remove("delete_private_zone", "the private hosted zone");
    steps.remove("delete_instance_profile", "the instance profile");
    steps.remove("delete_roles", "IAM roles");
    steps.remove("delete_vpc", "the VPC");
    steps.check("check_nothing_left", "nothing with the district's tag is left");
    steps.0
}
