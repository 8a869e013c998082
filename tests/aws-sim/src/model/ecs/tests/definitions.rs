//! Task definitions: revisions, and what is refused.

use serde_json::{Value, json};

use super::Ecs;

fn definition(change: &Value) -> Value {
    let mut container = json!({"name": "web", "image": "nginx", "memory": 128});
    container.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
    json!({"family": "web", "containerDefinitions": [container]})
}

#[test]
fn revisions_count_up_and_are_retired_one_by_one() {
    let mut ecs = Ecs::with_instances(0);
    ecs.register("nginx:1", 0);
    ecs.register("nginx:2", 0);
    let newest =
        |ecs: &mut Ecs| ecs.ok("DescribeTaskDefinition", json!({"taskDefinition": "web"}))["taskDefinition"].take();
    assert_eq!(newest(&mut ecs)["revision"], 2);
    let retired = ecs.ok("DeregisterTaskDefinition", json!({"taskDefinition": "web:2"}));
    assert_eq!(retired["taskDefinition"]["status"], "INACTIVE");
    assert_eq!(newest(&mut ecs)["revision"], 1);
    let inactive = json!({"familyPrefix": "web", "status": "INACTIVE"});
    assert_eq!(ecs.ok("ListTaskDefinitions", inactive)["taskDefinitionArns"].as_array().unwrap().len(), 1);
    let deleted = ecs.ok("DeleteTaskDefinitions", json!({"taskDefinitions": ["web:2", "web:1"]}));
    assert_eq!(deleted["taskDefinitions"][0]["status"], "DELETE_IN_PROGRESS");
    assert_eq!(deleted["failures"].as_array().unwrap().len(), 1);
    ecs.register("nginx:3", 0);
    assert_eq!(newest(&mut ecs)["revision"], 3);
    assert_eq!(ecs.ok("ListTaskDefinitionFamilies", json!({}))["families"], json!(["web"]));
}

#[test]
fn what_containers_lack_is_named() {
    let mut ecs = Ecs::with_instances(0);
    for (change, refusal) in [
        (json!({"name": ""}), "ClientException: Container.name should not be null or empty."),
        (json!({"name": "a b"}), "ClientException: Container.name contains invalid characters."),
        (json!({"image": ""}), "ClientException: Container.image should not be null or empty."),
        (
            json!({"memory": null}),
            "ClientException: Invalid setting for container 'web'. At least one of 'memory' or 'memoryReservation' \
             must be specified.",
        ),
        (
            json!({"logConfiguration": {"logDriver": "awslogs", "options": {}}}),
            "ClientException: Log driver awslogs requires options: awslogs-region, awslogs-group",
        ),
    ] {
        assert_eq!(ecs.refused("RegisterTaskDefinition", definition(&change)), refusal);
    }
    let mut host = definition(&json!({"portMappings": [{"containerPort": 80, "hostPort": 81}]}));
    host["networkMode"] = json!("host");
    assert_eq!(
        ecs.refused("RegisterTaskDefinition", host),
        "ClientException: When networkMode=host, the host ports and container ports in port mappings must match."
    );
}

#[test]
fn a_definition_is_described_with_its_defaults() {
    let mut ecs = Ecs::with_instances(0);
    let made = ecs.ok("RegisterTaskDefinition", definition(&json!({"portMappings": [{"containerPort": 80}]})));
    let container = &made["taskDefinition"]["containerDefinitions"][0];
    assert_eq!(container["portMappings"], json!([{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}]));
    assert_eq!((&container["essential"], &container["environment"]), (&json!(true), &json!([])));
}
