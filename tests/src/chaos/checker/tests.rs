//! The checker finds what it is there to find: each test breaks one promise in a world that keeps all of them.

use serde_json::json;

use super::facts::{Call, Facts};
use super::judge;

/// A district without instances, and one heritage that was made and deployed by two workers, as it should be.
fn world() -> Facts {
    let aws = "arn:aws:ecs:us-east-1:123456789012";
    let tags = |operation: &str, heritage: Option<&str>| match heritage {
        None => json!({"barcelona:district": "d0", "barcelona:operation": operation}),
        Some(name) => json!({"barcelona:district": "d0", "barcelona:heritage": name, "barcelona:operation": operation}),
    };
    let of_district = |id: &str| json!({"id": id, "name": id, "tags": tags("op_1", None), "desired": 0});
    let of_heritage = |id: &str| json!({"id": id, "name": id, "tags": tags("op_2", Some("h1"))});
    let many =
        |name: &str, count: usize| -> Vec<_> { (0..count).map(|nth| of_district(&format!("{name}-{nth}"))).collect() };
    let definition = json!({"id": "definition", "name": "d0-h1-web", "tags": tags("op_3", Some("h1")),
        "containers": [{"image": "app:v2", "environment": [{"name": "A", "value": "1"}]}]});
    let service = json!({"id": format!("{aws}:service/d0/h1-web"), "name": "h1-web", "desired_count": 1,
        "task_definition": "definition", "tags": tags("op_2", Some("h1"))});
    let task = json!({"id": format!("{aws}:task/d0/1"), "name": "service:h1-web", "task_definition": "definition"});
    let roles = [many("role", 2), vec![of_heritage("task"), of_heritage("execution")]].concat();
    let end = json!({
        "operations": [
            operation("op_1", "provision_district", None, "k1", &["accepted", "claimed w-1", "finished succeeded"], 100),
            operation("op_2", "create_heritage", Some("h1"), "k2",
                &["accepted", "claimed w-1", "resumed w-2", "finished succeeded"], 200),
            operation("op_3", "deploy_heritage", Some("h1"), "k3", &["accepted", "claimed w-2", "finished succeeded"], 300),
        ],
        "left": {"ready": 0},
        "ended_by_themselves": [],
        "inventory": {
            "ec2": {"vpcs": many("vpc", 1), "subnets": many("subnet", 4), "internet_gateways": many("igw", 1),
                    "route_tables": many("rtb", 3), "security_groups": many("sg", 3), "launch_templates": many("lt", 1)},
            "autoscaling": {"groups": many("group", 1)},
            "ecs": {"clusters": many("cluster", 1), "services": [service], "tasks": [task],
                    "task_definitions": [definition]},
            "iam": {"roles": roles, "instance_profiles": many("profile", 1)},
            "logs": {"log_groups": [of_heritage("logs")]},
            "route53": {"hosted_zones": many("zone", 1)},
        },
    });
    let district = json!({"name": "d0", "cluster_size": 0, "nat_type": "none"});
    let service = json!([{"name": "web", "desired_count": 1}]);
    let heritage = json!({"name": "h1", "image_tag": "v1", "environment": {"A": "1"}, "services": service});
    let tries = [
        told("k1", "POST", "/v1/districts", district, "op_1"),
        told("k2", "POST", "/v1/districts/d0/heritages", heritage, "op_2"),
        told("k3", "PATCH", "/v1/districts/d0/heritages/h1", json!({"image_tag": "v2"}), "op_3"),
    ];
    let life = |app: &str, pid: u32| json!({"app": app, "pid": pid, "born_ms": 0, "died_ms": null});
    let call = |seq: u64, at_ms: u64, app: &str| json!({"seq": seq, "at_ms": at_ms, "action": "ecs CreateService", "app": app, "operation": "op_2"});
    let read = |value: serde_json::Value| value;
    Facts {
        tries: tries.map(|one| serde_json::from_value(one).unwrap()).into(),
        lives: [life("one", 1), life("two", 2)].map(|one| serde_json::from_value(read(one)).unwrap()).into(),
        calls: [call(1, 5_000, "one"), call(2, 9_000, "two")].map(|one| serde_json::from_value(one).unwrap()).into(),
        end: serde_json::from_value(end).unwrap(),
    }
}

/// An operation whose entries are some seconds apart.
fn operation(
    id: &str,
    kind: &str,
    heritage: Option<&str>,
    key: &str,
    entries: &[&str],
    begun: u64,
) -> serde_json::Value {
    let mut fields = json!({"kind": kind, "district": "d0", "idempotency_key": key, "state": "succeeded", "attempt": "1",
        "seq": entries.len().to_string()});
    if let Some(heritage) = heritage {
        fields["heritage"] = heritage.into();
    }
    let spread = |nth: usize| begun * 20 + 400 * nth as u64;
    let entry = |(nth, text): (usize, &&str)| {
        let mut words = text.split(' ');
        let (kind, detail) = (words.next().unwrap(), words.next());
        let event = match kind {
            "finished" => json!({"type": kind, "state": detail}),
            _ => json!({"type": kind, "worker": detail.map(|it| it.replace("w-", "worker-") + "-x")}),
        };
        format!("{} 1 {event}", spread(nth))
    };
    let journal: Vec<String> = entries.iter().enumerate().map(entry).collect();
    let shown = entries.iter().enumerate().map(|(nth, text)| json!([nth + 1, text.split(' ').next()]));
    json!({"id": id, "fields": fields, "journal": journal, "shown": shown.collect::<Vec<_>>()})
}

fn told(key: &str, method: &str, path: &str, body: serde_json::Value, operation: &str) -> serde_json::Value {
    json!({"client": key, "key": key, "method": method, "path": path, "body": body, "sent_ms": 1, "known_ms": 2,
           "status": 202, "operation": operation, "code": null})
}

/// The rules that a world breaks.
fn broken(facts: &Facts) -> Vec<&'static str> {
    let mut rules: Vec<_> = judge(facts).violations.iter().map(|violation| violation.rule).collect();
    rules.sort_unstable();
    rules.dedup();
    rules
}

fn breaks(rule: &str, spoil: impl FnOnce(&mut Facts)) {
    let mut facts = world();
    spoil(&mut facts);
    assert!(broken(&facts).contains(&rule), "{rule:?} was not found, but {:?}", broken(&facts));
}

#[test]
fn a_world_that_keeps_its_promises_is_found_to_keep_them() {
    let verdict = judge(&world());
    assert!(verdict.violations.is_empty(), "{verdict}");
    assert!(verdict.checks.len() > 20, "{verdict}");
}

#[test]
fn what_is_lost_is_found() {
    breaks("what was accepted is there", |facts| facts.end.operations.truncate(2));
    breaks("every operation has ended", |facts| {
        facts.end.operations[2].fields.insert("state".into(), "running".into());
    });
    breaks("every operation was asked for", |facts| facts.tries.truncate(2));
    breaks("nothing is left in the queue", |facts| {
        facts.end.left.insert("leases".into(), 1);
    });
    breaks("no process ends by itself", |facts| facts.end.ended_by_themselves.push("worker-0".into()));
    breaks("nothing is cancelled unasked", |facts| {
        facts.end.operations.remove(1);
        facts.end.operations.remove(0);
        facts.end.operations[0].fields.insert("state".into(), "cancelled".into());
    });
}

#[test]
fn what_happened_twice_is_found() {
    breaks("one key is one operation", |facts| {
        facts.end.operations[2].fields.insert("idempotency_key".into(), "k2".into());
    });
    breaks("a repeated request is answered alike", |facts| {
        let mut late = facts.tries[2].clone();
        (late.sent_ms, late.known_ms, late.status, late.operation) = (5, 6, Some(409), None);
        facts.tries.push(late);
    });
    breaks("what was refused was not accepted", |facts| facts.tries[2].status = Some(409));
    breaks("no two workers call for one operation at once", |facts| {
        let late = Call { seq: 3, at_ms: 9_100, app: "one".into(), ..facts.calls[0].clone() };
        facts.calls.push(late);
    });
    breaks("only the living claim", |facts| facts.lives[1].born_ms = Some(90_000));
    breaks("each thing is there once", |facts| {
        let things = facts.end.inventory.get_mut("logs").unwrap().get_mut("log_groups").unwrap();
        things.push(things[0].clone());
    });
}

#[test]
fn a_broken_order_or_journal_is_found() {
    breaks("one at a time, in the order of acceptance", |facts| {
        facts.end.operations[2].journal[1] = r#"5900 1 {"type":"claimed","worker":"worker-2-x"}"#.into();
        facts.end.operations[1].journal[3] = r#"5950 1 {"type":"finished","state":"succeeded"}"#.into();
        facts.end.operations[2].journal[0] = r#"5000 1 {"type":"accepted"}"#.into();
    });
    breaks("a district's own operations exclude others", |facts| {
        facts.end.operations[0].journal[2] = r#"4900 1 {"type":"finished","state":"succeeded"}"#.into();
    });
    breaks("journals have no gap", |facts| {
        facts.end.operations[1].journal.remove(1);
    });
    breaks("attempts begin and end once", |facts| {
        facts.end.operations[1].journal.push(r#"9999 1 {"type":"step_started"}"#.into());
    });
    breaks("the journal's end is the operation's", |facts| {
        facts.end.operations[1].fields.insert("state".into(), "failed".into());
    });
    breaks("accepted in the order of sending", |facts| {
        facts.tries[2].client = "k2".into();
        facts.tries[2].sent_ms = 0;
    });
}

#[test]
fn what_is_not_on_aws_or_should_not_be_is_found() {
    let services = |facts: &mut Facts| facts.end.inventory["ecs"]["services"].clone();
    breaks("the fold of what succeeded is on AWS", |facts| facts.tries[2].body = json!({"image_tag": "v3"}));
    breaks("the fold of what succeeded is on AWS", |facts| facts.tries[2].body = json!({"scale": 2}));
    breaks("the fold of what succeeded is on AWS", |facts| facts.tries[2].body = json!({"env_vars": {"B": "2"}}));
    breaks("the tasks that are wanted run", |facts| {
        facts.end.inventory.get_mut("ecs").unwrap().remove("tasks");
    });
    breaks("a heritage has its things, each once", |facts| {
        let twice = services(facts).iter().chain(&services(facts)).cloned().collect();
        facts.end.inventory.get_mut("ecs").unwrap().insert("services".into(), twice);
    });
    breaks("a district has its things, each once", |facts| {
        facts.end.inventory.get_mut("ec2").unwrap().remove("subnets");
    });
    breaks("districts are as large as asked", |facts| facts.tries[0].body["cluster_size"] = json!(1));
    breaks("nothing else exists", |facts| {
        let orphan = json!({"id": "eni-1", "name": "", "tags": {}, "subnet_id": "elsewhere"});
        facts.end.inventory.get_mut("ec2").unwrap().insert("network_interfaces".into(), vec![orphan]);
    });
    breaks("nothing else exists", |facts| facts.tries[2].method = "DELETE".into());
}
