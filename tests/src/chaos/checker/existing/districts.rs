//! Each district has its things, each the right number of times.

use super::super::fold::{District, Expected};
use super::super::verdict::Verdict;
use super::Account;

const RULE: &str = "a district has its things, each once";

/// What a district is made of, and how often.
fn parts(district: &District) -> [(&'static str, u64); 16] {
    let gateways = match district.nat_type.as_str() {
        "gateway" => 1,
        "gateway_multi_az" => 2,
        _ => 0,
    };
    [
        ("ec2 vpcs", 1),
        ("ec2 subnets", 4),
        ("ec2 internet_gateways", 1),
        ("ec2 nat_gateways", gateways),
        ("ec2 addresses", gateways),
        ("ec2 route_tables", 3),
        ("ec2 security_groups", 3),
        ("ec2 launch_templates", 1),
        ("ec2 instances", district.size),
        ("autoscaling groups", 1),
        ("ecs clusters", 1),
        ("iam roles", 2),
        ("iam instance_profiles", 1),
        ("route53 hosted_zones", 1),
        ("ecs task_definitions", 0),
        ("logs log_groups", 0),
    ]
}

pub(super) fn check(account: &Account<'_>, expected: &Expected, verdict: &mut Verdict) {
    for (name, district) in &expected.districts {
        for (kind, wanted) in parts(district) {
            let found: Vec<_> = account.owned(kind, name, None).map(|thing| thing.id()).collect();
            verdict.holds(RULE, found.len() as u64 == wanted, || format!("{name}: {wanted} {kind} wanted, {found:?}"));
        }
        let size = account.owned("autoscaling groups", name, None).next().map(|group| group.json["desired"].clone());
        verdict.holds("districts are as large as asked", size == Some(district.size.into()), || {
            format!("{name} is to have {} instances and has {size:?}", district.size)
        });
        let cluster = format!("/{name}/");
        let joined = account.of_kind("ecs container_instances").filter(|it| it.id().contains(&cluster)).count();
        verdict.holds("districts are as large as asked", joined as u64 == district.size, || {
            format!("{joined} of {} instances have joined {name}", district.size)
        });
    }
}
