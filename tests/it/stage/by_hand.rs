//! What a person does in AWS's console: removes a thing, and before it whatever AWS wants removed first.

use std::time::{Duration, Instant};

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types::Filter;
use aws_sdk_route53::types::{Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType};

use super::{Stage, Thing};
use crate::account::Account;

/// How long what AWS wants removed first may take to be gone.
const PATIENCE: Duration = Duration::from_secs(60);

/// What one call came to.
enum Came {
    /// It is gone, or was not there.
    Gone,
    /// Something else must go first, as AWS says here.
    Held(String),
}

impl Came {
    fn why(&self) -> &str {
        match self {
            Came::Gone => "it stays although AWS removed it",
            Came::Held(why) => why,
        }
    }
}

/// Codes that say that a thing is not there. Whoever else deletes it at the same time is welcome.
fn came<T, E: ProvideErrorMetadata, R>(result: Result<T, SdkError<E, R>>) -> Came {
    let Err(error) = result else { return Came::Gone };
    let (code, message) = (error.code().unwrap_or("no answer"), error.message().unwrap_or_default());
    let absent = ["NotFound", "NoSuch", "NotAttached", "NotActive", "INACTIVE", "not found", "does not exist"];
    let is_absent = absent.iter().any(|words| code.contains(words) || message.contains(words));
    if is_absent { Came::Gone } else { Came::Held(format!("{code}: {message}")) }
}

/// Removes a thing by hand, with everything that AWS wants removed first.
pub(crate) async fn remove(stage: &Stage, district: &str, thing: &Thing) {
    let begun = Instant::now();
    loop {
        let came = attempt(&stage.account, thing).await;
        let still = stage.things_of(district).await.iter().any(|one| one.id == thing.id);
        match &came {
            Came::Gone if !still => return,
            Came::Gone => {}
            Came::Held(_) => Box::pin(clear_the_way(stage, district, thing)).await,
        }
        assert!(begun.elapsed() < PATIENCE, "{thing:?} cannot be removed by hand: {}", came.why());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Removes what holds a thing: all that is made inside of it, or out of it.
async fn clear_the_way(stage: &Stage, district: &str, held: &Thing) {
    let first: &[&str] = match held.kind.as_str() {
        "vpcs" => &[
            "groups",
            "load_balancers",
            "nat_gateways",
            "internet_gateways",
            "subnets",
            "route_tables",
            "security_groups",
        ],
        "internet_gateways" => &["groups", "load_balancers", "nat_gateways", "addresses"],
        "subnets" | "security_groups" => &["groups", "load_balancers", "nat_gateways"],
        "addresses" => &["nat_gateways"],
        "clusters" => &["services", "groups"],
        _ => &[],
    };
    for kind in first {
        for thing in stage.things_of(district).await.into_iter().filter(|thing| thing.kind == *kind) {
            Box::pin(remove(stage, district, &thing)).await;
        }
    }
    if held.kind == "security_groups" || held.kind == "vpcs" {
        for group in stage.things_of(district).await.into_iter().filter(|thing| thing.kind == "security_groups") {
            revoke(&stage.account, &group.id).await;
        }
    }
}

async fn attempt(account: &Account, thing: &Thing) -> Came {
    match thing.service.as_str() {
        "ec2" => of_ec2(account, thing).await,
        "ecs" => of_ecs(account, thing).await,
        "iam" => of_iam(account, thing).await,
        "route53" => of_route53(account, thing).await,
        "autoscaling" => {
            let group = account.autoscaling.delete_auto_scaling_group().auto_scaling_group_name(&thing.name);
            came(group.force_delete(true).send().await)
        }
        "elasticloadbalancing" => came(account.elb.delete_load_balancer().load_balancer_name(&thing.id).send().await),
        "logs" => came(account.logs.delete_log_group().log_group_name(&thing.id).send().await),
        "ssm" => came(account.ssm.delete_parameter().name(&thing.id).send().await),
        other => panic!("nobody knows how to remove things of {other} by hand: {thing:?}"),
    }
}

async fn of_ec2(account: &Account, thing: &Thing) -> Came {
    let (ec2, id) = (&account.ec2, &thing.id);
    match thing.kind.as_str() {
        "vpcs" => came(ec2.delete_vpc().vpc_id(id).send().await),
        "subnets" => came(ec2.delete_subnet().subnet_id(id).send().await),
        "route_tables" => {
            let tables = ec2.describe_route_tables().filters(by("route-table-id", id)).send().await.unwrap();
            for bound in tables.route_tables().iter().flat_map(|table| table.associations()) {
                let association = bound.route_table_association_id().unwrap_or_default();
                came(ec2.disassociate_route_table().association_id(association).send().await);
            }
            came(ec2.delete_route_table().route_table_id(id).send().await)
        }
        "internet_gateways" => {
            let found = ec2.describe_internet_gateways().filters(by("internet-gateway-id", id)).send().await.unwrap();
            for attached in found.internet_gateways().iter().flat_map(|gateway| gateway.attachments()) {
                let vpc = attached.vpc_id().unwrap_or_default();
                came(ec2.detach_internet_gateway().internet_gateway_id(id).vpc_id(vpc).send().await);
            }
            came(ec2.delete_internet_gateway().internet_gateway_id(id).send().await)
        }
        "nat_gateways" => came(ec2.delete_nat_gateway().nat_gateway_id(id).send().await),
        "addresses" => came(ec2.release_address().allocation_id(id).send().await),
        "security_groups" => came(ec2.delete_security_group().group_id(id).send().await),
        "launch_templates" => came(ec2.delete_launch_template().launch_template_id(id).send().await),
        "instances" => came(ec2.terminate_instances().instance_ids(id).send().await),
        other => panic!("nobody knows how to remove {other} by hand: {thing:?}"),
    }
}

fn by(name: &str, value: &str) -> Filter {
    Filter::builder().name(name).values(value).build()
}

/// Removes all rules of a security group.
pub(crate) async fn revoke(account: &Account, id: &str) {
    let found = account.ec2.describe_security_groups().filters(by("group-id", id)).send().await.unwrap();
    for group in found.security_groups().iter().filter(|group| !group.ip_permissions().is_empty()) {
        let rules = group.ip_permissions().to_vec();
        let revoked = account.ec2.revoke_security_group_ingress().group_id(id).set_ip_permissions(Some(rules));
        came(revoked.send().await);
    }
}

async fn of_ecs(account: &Account, thing: &Thing) -> Came {
    let (ecs, id) = (&account.ecs, &thing.id);
    match thing.kind.as_str() {
        "clusters" => {
            let listed = ecs.list_container_instances().cluster(id).send().await;
            for instance in listed.map(|listed| listed.container_instance_arns().to_vec()).unwrap_or_default() {
                let call = ecs.deregister_container_instance().cluster(id).container_instance(instance).force(true);
                came(call.send().await);
            }
            came(ecs.delete_cluster().cluster(id).send().await)
        }
        "services" => {
            let cluster = id.rsplit('/').nth(1).unwrap_or_default();
            came(ecs.delete_service().cluster(cluster).service(&thing.name).force(true).send().await)
        }
        "task_definitions" => came(ecs.deregister_task_definition().task_definition(id).send().await),
        other => panic!("nobody knows how to remove {other} by hand: {thing:?}"),
    }
}

async fn of_iam(account: &Account, thing: &Thing) -> Came {
    let (iam, name) = (&account.iam, &thing.name);
    let profiles = match thing.kind.as_str() {
        "instance_profiles" => vec![name.clone()],
        _ => {
            let found = iam.list_instance_profiles_for_role().role_name(name).send().await;
            let found = found.map(|found| found.instance_profiles().to_vec()).unwrap_or_default();
            found.iter().map(|profile| profile.instance_profile_name().to_owned()).collect()
        }
    };
    for profile in &profiles {
        let found = iam.get_instance_profile().instance_profile_name(profile).send().await;
        let roles = found.ok().and_then(|found| found.instance_profile).map(|it| it.roles).unwrap_or_default();
        for role in roles {
            let call = iam.remove_role_from_instance_profile().instance_profile_name(profile);
            came(call.role_name(role.role_name()).send().await);
        }
    }
    if thing.kind == "instance_profiles" {
        return came(iam.delete_instance_profile().instance_profile_name(name).send().await);
    }
    let attached = iam.list_attached_role_policies().role_name(name).send().await;
    for policy in attached.map(|it| it.attached_policies().to_vec()).unwrap_or_default() {
        came(iam.detach_role_policy().role_name(name).policy_arn(policy.policy_arn().unwrap_or_default()).send().await);
    }
    let inline = iam.list_role_policies().role_name(name).send().await;
    for policy in inline.map(|it| it.policy_names().to_vec()).unwrap_or_default() {
        came(iam.delete_role_policy().role_name(name).policy_name(policy).send().await);
    }
    came(iam.delete_role().role_name(name).send().await)
}

async fn of_route53(account: &Account, thing: &Thing) -> Came {
    let zone = match thing.kind.as_str() {
        "hosted_zones" => thing.id.clone(),
        _ => thing.id.split('/').next().unwrap_or_default().to_owned(),
    };
    clear_zone(account, &zone, (thing.kind == "record_sets").then_some(thing.name.as_str())).await;
    if thing.kind == "hosted_zones" {
        return came(account.route53.delete_hosted_zone().id(&zone).send().await);
    }
    Came::Gone
}

/// Deletes a record of a zone, or all that are not the zone's own.
async fn clear_zone(account: &Account, zone: &str, only: Option<&str>) {
    let Ok(sets) = account.route53.list_resource_record_sets().hosted_zone_id(zone).send().await else { return };
    for set in sets.resource_record_sets().iter().filter(|set| only.is_none_or(|name| set.name() == name)) {
        if !matches!(set.r#type(), RrType::Ns | RrType::Soa) {
            let change =
                Change::builder().action(ChangeAction::Delete).resource_record_set(set.clone()).build().unwrap();
            let batch = ChangeBatch::builder().changes(change).build().unwrap();
            came(account.route53.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch).send().await);
        }
    }
}

/// Points a name elsewhere: whatever stands under it becomes a CNAME.
pub(crate) async fn point(account: &Account, zone: &str, name: &str, target: &str) {
    clear_zone(account, zone, Some(&format!("{name}."))).await;
    let value = ResourceRecord::builder().value(target).build().unwrap();
    let set = ResourceRecordSet::builder().name(name).r#type(RrType::Cname).ttl(60).resource_records(value);
    let change = Change::builder().action(ChangeAction::Create).resource_record_set(set.build().unwrap()).build();
    let batch = ChangeBatch::builder().changes(change.unwrap()).build().unwrap();
    let changed = account.route53.change_resource_record_sets().hosted_zone_id(zone).change_batch(batch);
    changed.send().await.unwrap();
}
