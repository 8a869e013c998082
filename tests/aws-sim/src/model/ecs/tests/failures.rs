//! Images that behave badly, and what services make of them.

use serde_json::json;

use super::Ecs;

#[test]
fn a_missing_image_fails_to_start_again_and_again() {
    let mut ecs = Ecs::with_instances(1);
    let definition = ecs.register("app:missing", 0);
    ecs.create(&definition, 1, json!({}));
    ecs.pass(300);
    let stopped = ecs.tasks("STOPPED");
    assert!((3..12).contains(&stopped.len()), "{}", stopped.len());
    assert_eq!(stopped[0]["stopCode"], "TaskFailedToStart");
    assert!(stopped[0]["containers"][0]["reason"].as_str().unwrap().starts_with("CannotPullContainerError: "));
    assert!(stopped[0]["containers"][0]["exitCode"].is_null());
    assert_eq!(ecs.said("is unable to consistently start tasks successfully").len(), 1);
    let deployment = ecs.service()["deployments"][0].take();
    assert_eq!(deployment["rolloutState"], "IN_PROGRESS");
    assert!(deployment["failedTasks"].as_i64().unwrap() >= 3);
}

#[test]
fn a_crashing_image_exits_with_one() {
    let mut ecs = Ecs::with_instances(1);
    let definition = ecs.register("app:crash", 0);
    ecs.create(&definition, 1, json!({}));
    ecs.pass(12);
    let stopped = ecs.tasks("STOPPED");
    assert_eq!(stopped[0]["stopCode"], "EssentialContainerExited");
    assert_eq!(stopped[0]["stoppedReason"], "Essential container in task exited");
    assert_eq!(stopped[0]["containers"][0]["exitCode"], 1);
}

#[test]
fn the_circuit_breaker_rolls_back_to_the_last_deployment_that_completed() {
    let mut ecs = Ecs::with_instances(1);
    let good = ecs.register("app:good", 0);
    let breaker = json!({"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": true}}});
    let made = ecs.create(&good, 1, breaker);
    ecs.pass(60);
    let bad = ecs.register("app:crash", 0);
    let broken = ecs.update(json!({"taskDefinition": bad}));
    ecs.pass(300);
    let failed = broken["deployments"][0]["id"].as_str().unwrap();
    assert_eq!(
        ecs.said("deployment failed"),
        [format!("(service web) (deployment {failed}) deployment failed: tasks failed to start.")]
    );
    let last = made["deployments"][0]["id"].as_str().unwrap();
    assert_eq!(ecs.said("rolling back"), [format!("(service web) rolling back to deployment {last}.")]);
    let service = ecs.service();
    assert_eq!((&service["taskDefinition"], &service["deployments"][0]["id"]), (&json!(good), &json!(last)));
    assert_eq!(service["deployments"][0]["rolloutState"], "COMPLETED");
    assert_eq!(ecs.counts(), [1, 1, 0]);
}

#[test]
fn without_rollback_a_failed_deployment_starts_nothing_more_and_the_old_tasks_stay() {
    let mut ecs = Ecs::with_instances(1);
    let good = ecs.register("app:good", 0);
    let breaker = json!({"deploymentConfiguration": {"deploymentCircuitBreaker": {"enable": true, "rollback": false}}});
    ecs.create(&good, 1, breaker);
    ecs.pass(60);
    let bad = ecs.register("app:missing", 0);
    ecs.update(json!({"taskDefinition": bad}));
    ecs.pass(600);
    let service = ecs.service();
    assert_eq!(service["deployments"][0]["rolloutState"], "FAILED");
    assert_eq!(
        service["deployments"][0]["rolloutStateReason"],
        "ECS deployment circuit breaker: tasks failed to start."
    );
    assert_eq!(ecs.tasks("STOPPED").len(), 3);
    assert_eq!(ecs.tasks("RUNNING")[0]["taskDefinitionArn"], json!(good));
}

#[test]
fn a_stubborn_container_is_killed_after_its_timeout() {
    let mut ecs = Ecs::with_instances(1);
    let definition = ecs.register("app:stubborn", 0);
    ecs.create(&definition, 1, json!({}));
    ecs.pass(60);
    ecs.update(json!({"desiredCount": 0}));
    ecs.pass(20);
    assert_eq!(ecs.tasks("STOPPED")[0]["lastStatus"], "STOPPING");
    ecs.pass(20);
    assert_eq!(ecs.tasks("STOPPED")[0]["containers"][0]["exitCode"], 137);
}

#[test]
fn a_container_that_fails_its_health_check_is_replaced() {
    let mut ecs = Ecs::with_instances(1);
    let container = json!({"name": "web", "image": "app:unhealthy", "memory": 64,
        "healthCheck": {"command": ["CMD-SHELL", "curl -f http://localhost/"]}});
    ecs.ok("RegisterTaskDefinition", json!({"family": "web", "containerDefinitions": [container]}));
    ecs.create("web", 1, json!({}));
    ecs.pass(130);
    assert_eq!(ecs.said("failed container health checks").len(), 1);
    assert_eq!(ecs.tasks("STOPPED")[0]["stoppedReason"], "Task failed container health checks");
    assert!(ecs.said("steady state").is_empty());
}

#[test]
fn a_secret_that_does_not_exist_keeps_a_task_from_starting() {
    let mut ecs = Ecs::with_instances(1);
    let secret = json!({"name": "KEY", "valueFrom": "/dev/web/KEY"});
    let container = json!({"name": "web", "image": "app", "memory": 64, "secrets": [secret]});
    let definition = json!({"family": "web", "containerDefinitions": [container]});
    assert_eq!(
        ecs.refused("RegisterTaskDefinition", definition.clone()),
        "ClientException: When you are specifying container secrets, you must also specify a value for \
         'executionRoleArn'."
    );
    let mut with_role = definition;
    with_role["executionRoleArn"] = json!("arn:aws:iam::123456789012:role/gone");
    assert_eq!(ecs.refused("RegisterTaskDefinition", with_role), "ClientException: Role is not valid");
}
