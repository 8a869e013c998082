//! Rolling deployments.

use serde_json::{Value, json};

use super::Ecs;

fn percentages(least: i64, most: i64) -> Value {
    json!({"deploymentConfiguration": {"minimumHealthyPercent": least, "maximumPercent": most}})
}

#[test]
fn at_minimum_zero_a_fixed_port_is_handed_over_on_the_same_instance() {
    let mut ecs = Ecs::with_instances(1);
    let first = ecs.register("nginx:1", 80);
    ecs.create(&first, 1, percentages(0, 100));
    ecs.pass(60);
    let second = ecs.register("nginx:2", 80);
    ecs.update(json!({"taskDefinition": second}));
    ecs.pass(4);
    assert_eq!(ecs.service()["deployments"].as_array().unwrap().len(), 2);
    assert!(ecs.tasks("RUNNING").is_empty());
    ecs.pass(60);
    let tasks = ecs.tasks("RUNNING");
    assert_eq!((tasks.len(), &tasks[0]["taskDefinitionArn"]), (1, &json!(second)));
    let service = ecs.service();
    assert_eq!(service["deployments"].as_array().unwrap().len(), 1);
    assert_eq!(service["deployments"][0]["rolloutState"], "COMPLETED");
    assert!(ecs.said("unable to place").is_empty());
}

#[test]
fn at_minimum_hundred_the_new_task_is_up_before_the_old_one_goes() {
    let mut ecs = Ecs::with_instances(2);
    let first = ecs.register("nginx:1", 80);
    ecs.create(&first, 1, percentages(100, 200));
    ecs.pass(60);
    let second = ecs.register("nginx:2", 80);
    ecs.update(json!({"taskDefinition": second}));
    for _ in 0..90 {
        ecs.pass(1);
        assert!(ecs.counts()[1] >= 1, "the service is never without a running task");
    }
    assert_eq!(ecs.counts(), [1, 1, 0]);
    assert_eq!(ecs.tasks("RUNNING")[0]["taskDefinitionArn"], json!(second));
    assert_eq!(ecs.service()["deployments"].as_array().unwrap().len(), 1);
}

#[test]
fn at_minimum_hundred_without_a_spare_instance_a_fixed_port_is_never_free() {
    let mut ecs = Ecs::with_instances(1);
    let first = ecs.register("nginx:1", 80);
    ecs.create(&first, 1, percentages(100, 200));
    ecs.pass(60);
    let second = ecs.register("nginx:2", 80);
    ecs.update(json!({"taskDefinition": second}));
    ecs.pass(600);
    let said = ecs.said("is already using a port required by your task");
    assert_eq!(said.len(), 1, "a complaint is not repeated for hours: {said:?}");
    assert!(said[0].starts_with(
        "(service web) was unable to place a task because no container instance met all of its requirements. The \
         closest matching (container-instance "
    ));
    assert_eq!(ecs.tasks("RUNNING")[0]["taskDefinitionArn"], json!(first));
    assert_eq!(ecs.service()["deployments"][0]["rolloutState"], "IN_PROGRESS");
    ecs.join(2);
    ecs.pass(90);
    assert_eq!(ecs.tasks("RUNNING")[0]["taskDefinitionArn"], json!(second));
}

#[test]
fn at_minimum_fifty_half_of_the_tasks_stay() {
    let mut ecs = Ecs::with_instances(2);
    let first = ecs.register("nginx:1", 80);
    ecs.create(&first, 2, percentages(50, 100));
    ecs.pass(60);
    let second = ecs.register("nginx:2", 80);
    ecs.update(json!({"taskDefinition": second}));
    for _ in 0..200 {
        ecs.pass(1);
        let [_, running, pending] = ecs.counts();
        assert!(running >= 1 && running + pending <= 2);
    }
    assert!(ecs.tasks("RUNNING").iter().all(|task| task["taskDefinitionArn"] == json!(second)));
    assert_eq!(ecs.service()["deployments"][0]["rolloutState"], "COMPLETED");
}

#[test]
fn a_forced_deployment_replaces_the_tasks_by_equal_ones() {
    let mut ecs = Ecs::with_instances(1);
    let definition = ecs.register("nginx", 0);
    let before = ecs.create(&definition, 1, json!({}));
    ecs.pass(60);
    let old = ecs.tasks("RUNNING")[0]["taskArn"].clone();
    assert_eq!(
        ecs.update(json!({"taskDefinition": definition}))["deployments"][0]["id"],
        before["deployments"][0]["id"]
    );
    let forced = ecs.update(json!({"forceNewDeployment": true}));
    assert_ne!(forced["deployments"][0]["id"], before["deployments"][0]["id"]);
    assert_eq!(forced["deployments"][1]["status"], "ACTIVE");
    ecs.pass(120);
    let tasks = ecs.tasks("RUNNING");
    assert_eq!((tasks.len(), tasks[0]["taskArn"] == old), (1, false));
}

#[test]
fn percentages_that_allow_no_move_are_complained_about() {
    let mut ecs = Ecs::with_instances(1);
    let first = ecs.register("nginx:1", 0);
    ecs.create(&first, 1, percentages(50, 150));
    ecs.pass(60);
    let blocked = json!({"cluster": "dev", "service": "web",
        "deploymentConfiguration": percentages(100, 100)["deploymentConfiguration"]});
    assert!(ecs.refused("UpdateService", blocked).ends_with("cannot be 100 as this will block deployments."));
    let second = ecs.register("nginx:2", 0);
    ecs.update(json!({"taskDefinition": second}));
    ecs.pass(60);
    assert!(!ecs.said("because of the service deployment configuration").is_empty());
    ecs.update(percentages(0, 100));
    ecs.pass(60);
    assert_eq!(ecs.tasks("RUNNING")[0]["taskDefinitionArn"], json!(second));
}
