//! Tasks that belong to no service.

use serde_json::json;

use super::Ecs;

#[test]
fn a_task_with_a_command_ends_by_itself() {
    let mut ecs = Ecs::with_instances(1);
    ecs.register("nginx", 0);
    let overrides = json!({"containerOverrides": [{"name": "web", "command": ["rake", "db:migrate"]}]});
    let run = json!({"cluster": "dev", "taskDefinition": "web", "overrides": overrides, "startedBy": "me",
        "clientToken": "t"});
    let first = ecs.ok("RunTask", run.clone());
    assert_eq!(first["tasks"][0]["group"], "family:web");
    assert_eq!(ecs.ok("RunTask", run.clone())["tasks"][0]["taskArn"], first["tasks"][0]["taskArn"]);
    ecs.pass(15);
    assert_eq!(ecs.tasks("RUNNING")[0]["lastStatus"], "RUNNING");
    ecs.pass(30);
    let stopped = &ecs.tasks("STOPPED")[0];
    assert_eq!(
        (&stopped["stopCode"], &stopped["containers"][0]["exitCode"]),
        (&json!("EssentialContainerExited"), &json!(0))
    );
    assert_eq!(stopped["startedBy"], "me");
}

#[test]
fn what_finds_no_place_is_a_failure_and_not_an_error() {
    let mut ecs = Ecs::with_instances(1);
    ecs.register("nginx", 80);
    let run = json!({"cluster": "dev", "taskDefinition": "web", "count": 2});
    let answer = ecs.ok("RunTask", run.clone());
    assert_eq!(answer["tasks"].as_array().unwrap().len(), 1);
    assert_eq!(answer["failures"][0]["reason"], "RESOURCE:PORTS");
    ecs.lose(1);
    assert_eq!(
        ecs.refused("RunTask", run),
        "InvalidParameterException: No Container Instances were found in your cluster."
    );
}

#[test]
fn a_stopped_task_is_described_for_an_hour() {
    let mut ecs = Ecs::with_instances(1);
    ecs.register("nginx", 0);
    let task = ecs.ok("RunTask", json!({"cluster": "dev", "taskDefinition": "web"}))["tasks"][0]["taskArn"].take();
    ecs.pass(20);
    let stopped = ecs.ok("StopTask", json!({"cluster": "dev", "task": task}));
    assert_eq!(
        (&stopped["task"]["desiredStatus"], &stopped["task"]["lastStatus"]),
        (&json!("STOPPED"), &json!("STOPPING"))
    );
    ecs.pass(60);
    let describe = json!({"cluster": "dev", "tasks": [task]});
    assert_eq!(ecs.ok("DescribeTasks", describe.clone())["tasks"][0]["stoppedReason"], "Task stopped by user");
    ecs.pass(3600);
    assert_eq!(ecs.ok("DescribeTasks", describe)["failures"][0]["reason"], "MISSING");
    assert_eq!(
        ecs.refused("StopTask", json!({"cluster": "dev", "task": task})),
        "InvalidParameterException: The referenced task was not found."
    );
}
