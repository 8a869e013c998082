//! Each heritage runs what the fold says: image, environment, number of tasks; and has its roles, logs, load balancer and
//! record once.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::fold::{Expected, Heritage};
use super::super::verdict::Verdict;
use super::{Account, Thing};

/// Containers learn the ports of their instance too, which nobody asked for by name.
const PORTS: &str = "HOST_PORT_";

pub(super) fn check(account: &Account<'_>, expected: &Expected, verdict: &mut Verdict) {
    let world = Running::of(account);
    for ((district, name), heritage) in &expected.heritages {
        let what = format!("{district}/{name}");
        let service = format!("{district}/{name}-{}", heritage.service);
        let found = world.services.get(service.as_str()).map(Vec::as_slice).unwrap_or_default();
        verdict.holds("a heritage has its things, each once", found.len() == 1, || {
            format!("{what}: {} services of the name {service}", found.len())
        });
        if let [found] = found {
            runs(&world, &what, heritage, *found, verdict);
        }
        let balanced = u64::from(heritage.is_balanced);
        for (kind, wanted) in
            [("iam roles", 2), ("logs log_groups", 1), ("elasticloadbalancing load_balancers", balanced)]
        {
            let found: Vec<_> = account.owned(kind, district, Some(name)).map(|thing| thing.id()).collect();
            verdict.holds("a heritage has its things, each once", found.len() as u64 == wanted, || {
                format!("{what}: {wanted} {kind} wanted, {found:?}")
            });
        }
        let record = format!("{}.{name}.{district}.bcn.", heritage.service);
        let records = account.of_kind("route53 record_sets").filter(|it| it.name() == record).count() as u64;
        verdict.holds("a heritage has its things, each once", records == balanced, || {
            format!("{what}: {balanced} records of the name {record} wanted, {records} found")
        });
    }
}

fn runs(world: &Running<'_>, what: &str, heritage: &Heritage, service: Thing<'_>, verdict: &mut Verdict) {
    let count = service.json["desired_count"].as_u64();
    verdict.holds("the fold of what succeeded is on AWS", count == Some(heritage.count), || {
        format!("{what}: {} tasks wanted, AWS is told {count:?}", heritage.count)
    });
    let arn = service.text("task_definition");
    let tasks = world.tasks.get(service.id()).map(Vec::as_slice).unwrap_or_default();
    let running = tasks.iter().filter(|task| task.text("task_definition") == arn).count();
    let all_run = running as u64 == heritage.count && tasks.len() == running;
    verdict.holds("the tasks that are wanted run", all_run, || {
        format!("{what}: {} tasks wanted, {running} of {} run {arn}", heritage.count, tasks.len())
    });
    let container = world.containers.get(arn).copied().unwrap_or(&Value::Null);
    let image = format!("app:{}", heritage.tag);
    verdict.holds("the fold of what succeeded is on AWS", container["image"] == image.as_str(), || {
        format!("{what}: {image} wanted, {arn} has {}", container["image"])
    });
    let variables = container["environment"].as_array().into_iter().flatten();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let mut environment: BTreeMap<String, String> =
        variables.map(|variable| (text(&variable["name"]), text(&variable["value"]))).collect();
    environment.retain(|name, _| !name.starts_with(PORTS));
    verdict.holds("the fold of what succeeded is on AWS", environment == heritage.environment, || {
        format!("{what}: {:?} wanted, {arn} has {environment:?}", heritage.environment)
    });
}

/// What runs, found by what names it.
struct Running<'a> {
    /// By `<cluster>/<name>`.
    services: BTreeMap<&'a str, Vec<Thing<'a>>>,
    /// By the service's ARN.
    tasks: BTreeMap<String, Vec<Thing<'a>>>,
    /// The container of each task definition.
    containers: BTreeMap<&'a str, &'a Value>,
}

impl<'a> Running<'a> {
    fn of(account: &'a Account<'_>) -> Running<'a> {
        let mut running = Running { services: BTreeMap::new(), tasks: BTreeMap::new(), containers: BTreeMap::new() };
        for service in account.of_kind("ecs services") {
            let key = service.id().split_once(":service/").map_or(service.id(), |(_, key)| key);
            running.services.entry(key).or_default().push(service);
        }
        for task in account.of_kind("ecs tasks") {
            running.tasks.entry(service_of(task)).or_default().push(task);
        }
        for definition in account.of_kind("ecs task_definitions") {
            running.containers.insert(definition.id(), &definition.json["containers"][0]);
        }
        running
    }
}

/// The ARN of the service that a task belongs to: its cluster stands in its own ARN, the name in its group.
fn service_of(task: Thing<'_>) -> String {
    let (place, rest) = task.id().split_once(":task/").unwrap_or_default();
    let cluster = rest.split('/').next().unwrap_or_default();
    let name = task.name().trim_start_matches("service:");
    format!("{place}:service/{cluster}/{name}")
}
