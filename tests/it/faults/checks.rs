//! What holds after every operation, whatever went wrong: on AWS, in Redis, in the journal and in the records.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tests::Stack;

use super::plan::{District, Heritage, World};
use crate::account::{Account, Inventory};

/// What stands on AWS, as far as two sights of an unchanged world are the same.
pub(super) type Sight = BTreeMap<String, BTreeSet<String>>;

/// Things whose ids an undo may change: what was deleted is made again.
const MADE_AGAIN: [&str; 3] = ["instance", "nat_gateway", "address"];

/// A journal without gaps that ends with the end, and nothing left in the queue.
pub(super) async fn journal_and_queue(stack: &Stack, operation: &Value) -> Vec<String> {
    let mut wrong = vec![];
    let id = operation["id"].as_str().unwrap();
    let page = stack.api.get(&format!("/v1/operations/{id}/events?limit=1000")).await.unwrap().body;
    let entries = page["events"].as_array().unwrap();
    let seqs: Vec<_> = entries.iter().filter_map(|entry| entry["seq"].as_u64()).collect();
    if seqs != (1..=seqs.len() as u64).collect::<Vec<_>>() || operation["seq"].as_u64() != seqs.last().copied() {
        wrong.push(format!("the journal of {id} has gaps or goes on: {seqs:?}, {}", operation["seq"]));
    }
    if entries.last().is_none_or(|entry| entry["type"] != "finished") {
        wrong.push(format!("the journal of {id} does not end with its end"));
    }
    let mut redis = stack.redis.connection().await.unwrap();
    let keys: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut redis).await.unwrap();
    let families = [":ready:", ":leases", ":delayed", ":unfinished", ":order:"];
    let left: Vec<_> = keys.iter().filter(|key| families.iter().any(|family| key.contains(family))).collect();
    if !left.is_empty() {
        wrong.push(format!("left in Redis: {left:?}"));
    }
    wrong
}

/// Everything that can be compared before and after.
pub(super) async fn sight(account: &Account, zone: &str) -> Sight {
    let inventory: Inventory = account.of_district("dev").await;
    let mut sight: Sight = BTreeMap::new();
    for (kind, things) in inventory {
        let things = match MADE_AGAIN.contains(&kind) {
            true => (0..things.len()).map(|nth| format!("#{nth}")).collect(),
            false => things,
        };
        sight.insert(kind.to_owned(), things);
    }
    sight.insert("public_record".into(), public_records(account, zone).await);
    sight.insert("running".into(), running(account).await);
    sight.insert("machine".into(), machines(account).await);
    sight.insert("way_out".into(), ways_out(account).await);
    sight.insert("policy".into(), policies(account).await);
    sight.retain(|_, things| !things.is_empty());
    sight
}

async fn public_records(account: &Account, zone: &str) -> BTreeSet<String> {
    let sets = account.route53.list_resource_record_sets().hosted_zone_id(zone).send().await.unwrap();
    let own = sets.resource_record_sets().iter().filter(|it| !["NS", "SOA"].contains(&it.r#type().as_str()));
    own.map(|it| it.name().to_owned()).collect()
}

/// Services with what they run: revision, counts, deployments.
async fn running(account: &Account) -> BTreeSet<String> {
    let Ok(listed) = account.ecs.list_services().cluster("dev").max_results(100).send().await else {
        return BTreeSet::new();
    };
    let mut seen = BTreeSet::new();
    for ten in listed.service_arns().chunks(10) {
        let answer = account.ecs.describe_services().cluster("dev").set_services(Some(ten.to_vec())).send().await;
        for service in answer.unwrap().services().iter().filter(|it| it.status() == Some("ACTIVE")) {
            let revision = service.task_definition().and_then(|arn| arn.rsplit('/').next()).unwrap_or_default();
            let (name, running, desired) = (service.service_name(), service.running_count(), service.desired_count());
            let name = name.unwrap_or_default();
            seen.insert(format!("{name} {revision} {running}/{desired} x{}", service.deployments().len()));
        }
    }
    seen
}

/// Instances that the group has, by type, and whether they take tasks.
async fn machines(account: &Account) -> BTreeSet<String> {
    let Ok(listed) = account.ecs.list_container_instances().cluster("dev").send().await else {
        return BTreeSet::new();
    };
    if listed.container_instance_arns().is_empty() {
        return BTreeSet::new();
    }
    let arns = listed.container_instance_arns().to_vec();
    let joined = account.ecs.describe_container_instances().cluster("dev").set_container_instances(Some(arns));
    let joined = joined.send().await.unwrap();
    let mut by_kind: BTreeMap<String, u32> = BTreeMap::new();
    for one in joined.container_instances() {
        let id = one.ec2_instance_id().unwrap_or_default();
        let found = account.ec2.describe_instances().instance_ids(id).send().await.unwrap();
        let instance = found.reservations().first().and_then(|it| it.instances().first()).cloned().unwrap();
        let kind = instance.instance_type().map(|it| it.as_str().to_owned()).unwrap_or_default();
        let public = instance.public_ip_address().is_some();
        let state = (one.status().unwrap_or_default(), one.agent_connected());
        *by_kind.entry(format!("{kind} public={public} {state:?}")).or_default() += 1;
    }
    by_kind.into_iter().map(|(kind, count)| format!("{count} {kind}")).collect()
}

/// Where the private route tables lead.
async fn ways_out(account: &Account) -> BTreeSet<String> {
    let filter = aws_sdk_ec2::types::Filter::builder().name("tag:barcelona:district").values("dev").build();
    let tables = account.ec2.describe_route_tables().filters(filter).send().await.unwrap();
    let leads = tables.route_tables().iter().map(|table| {
        let name = table.tags().iter().find(|tag| tag.key() == Some("Name")).and_then(|tag| tag.value());
        let ways = table.routes().iter().filter(|route| route.destination_cidr_block() == Some("0.0.0.0/0"));
        let ways: Vec<_> = ways
            .map(|route| {
                (route.gateway_id().is_some(), route.nat_gateway_id().is_some(), route.state().map(|it| it.as_str()))
            })
            .collect();
        format!("{} {ways:?} {}", name.unwrap_or_default(), table.associations().len())
    });
    leads.collect()
}

/// What the roles may do.
async fn policies(account: &Account) -> BTreeSet<String> {
    let roles = account.iam.list_roles().max_items(1000).send().await.unwrap();
    let mut seen = BTreeSet::new();
    for role in roles.roles().iter().map(|it| it.role_name()).filter(|it| it.starts_with("dev-")) {
        let inline = account.iam.list_role_policies().role_name(role).send().await.unwrap();
        for policy in inline.policy_names() {
            let found = account.iam.get_role_policy().role_name(role).policy_name(policy).send().await.unwrap();
            seen.insert(format!("{role} {policy} {}", found.policy_document()));
        }
        let attached = account.iam.list_attached_role_policies().role_name(role).send().await.unwrap();
        let attached: Vec<_> = attached.attached_policies().iter().filter_map(|it| it.policy_name()).collect();
        seen.insert(format!("{role} {attached:?}"));
    }
    seen
}

/// What differs between a sight and what it should be.
pub(super) fn differences(before: &Sight, after: &Sight) -> Vec<String> {
    let kinds: BTreeSet<_> = before.keys().chain(after.keys()).collect();
    let differing = kinds.into_iter().filter(|kind| before.get(*kind) != after.get(*kind));
    let differing = differing.map(|kind| format!("{kind}: was {:?}, is {:?}", before.get(kind), after.get(kind)));
    differing.collect()
}

/// What is not as the world should be.
pub(super) fn unlike(world: &World, sight: &Sight) -> Vec<String> {
    let mut expected: BTreeMap<&str, usize> = BTreeMap::new();
    if let Some(district) = &world.district {
        expected.extend(of_district(district));
    }
    for heritage in world.heritages.values() {
        for (kind, count) in of_heritage(heritage) {
            *expected.entry(kind).or_default() += count;
        }
    }
    expected.retain(|_, count| *count > 0);
    let mut wrong = vec![];
    for (kind, things) in
        sight.iter().filter(|(kind, _)| !["policy", "way_out", "machine", "running"].contains(&kind.as_str()))
    {
        let wanted = expected.remove(kind.as_str()).unwrap_or(0);
        // Revisions, secrets and logs of heritages that stand may be more than the newest ones.
        let keeps_older = ["task_definition", "parameter", "log_group"].contains(&kind.as_str());
        let enough = things.len() >= wanted && keeps_older && !world.heritages.is_empty();
        if things.len() != wanted && !enough {
            wrong.push(format!("{kind}: {wanted} wanted, {things:?}"));
        }
    }
    wrong.extend(expected.into_iter().map(|(kind, count)| format!("{kind}: {count} wanted, none there")));
    wrong.extend(not_running(world, sight));
    wrong
}

fn of_district(district: &District) -> [(&'static str, usize); 16] {
    let (size, gateways) = (district.size as usize, ["none", "gateway", "gateway_multi_az"]);
    let gateways = gateways.iter().position(|nat| *nat == district.nat).unwrap_or(0);
    [
        ("vpc", 1),
        ("subnet", 4),
        ("internet_gateway", 1),
        ("nat_gateway", gateways),
        ("address", gateways),
        ("route_table", 3),
        ("security_group", 3),
        ("launch_template", 1),
        ("auto_scaling_group", 1),
        ("instance", size),
        ("cluster", 1),
        ("role", 2),
        ("instance_profile", 1),
        ("hosted_zone", 1),
        ("service", 0),
        ("record", 0),
    ]
}

fn of_heritage(heritage: &Heritage) -> [(&'static str, usize); 8] {
    let balanced = heritage.services.values().filter(|service| service.port.is_some()).count();
    let public = heritage.services.values().filter(|service| service.public).count();
    [
        ("service", heritage.services.len()),
        ("load_balancer", balanced),
        ("record", balanced),
        ("public_record", public),
        ("log_group", 1),
        ("task_definition", heritage.services.len()),
        ("parameter", heritage.secrets.len()),
        ("role", 2),
    ]
}

/// Services that do not run what they should, and instances that are not what they should be.
fn not_running(world: &World, sight: &Sight) -> Vec<String> {
    let empty = BTreeSet::new();
    let (running, machines) = (sight.get("running").unwrap_or(&empty), sight.get("machine").unwrap_or(&empty));
    let mut wrong = vec![];
    for (name, heritage) in &world.heritages {
        for (service, wanted) in &heritage.services {
            let counts = format!(" {0}/{0} x1", wanted.desired);
            let is_there = |it: &String| it.starts_with(&format!("{name}-{service} ")) && it.ends_with(&counts);
            if !running.iter().any(is_there) {
                wrong.push(format!("{name}/{service} should run {}: {running:?}", wanted.desired));
            }
        }
    }
    if let Some(district) = &world.district {
        let wanted = format!(
            "{} {} public={} (\"ACTIVE\", true)",
            district.size,
            district.instance_type,
            district.nat == "none"
        );
        if machines.iter().ne([&wanted]) {
            wrong.push(format!("machines should be {wanted}: {machines:?}"));
        }
    }
    wrong
}
