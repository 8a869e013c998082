//! Services: creating, scaling, deleting.

use serde_json::json;

use super::Ecs;

#[test]
fn a_service_starts_its_tasks_and_becomes_steady() {
    let mut ecs = Ecs::with_instances(2);
    let definition = ecs.register("nginx", 0);
    let made = ecs.create(&definition, 3, json!({}));
    assert_eq!((made["status"].as_str(), made["runningCount"].as_i64()), (Some("ACTIVE"), Some(0)));
    ecs.pass(4);
    assert_eq!(ecs.counts(), [3, 0, 3]);
    ecs.pass(30);
    assert_eq!(ecs.counts(), [3, 3, 0]);
    assert_eq!(ecs.said("has reached a steady state."), ["(service web) has reached a steady state."]);
    assert_eq!(ecs.said("has started 3 tasks").len(), 1);
    let deployment = ecs.service()["deployments"][0].take();
    assert_eq!(
        (deployment["status"].as_str(), deployment["rolloutState"].as_str()),
        (Some("PRIMARY"), Some("COMPLETED"))
    );
}

#[test]
fn a_duplicate_is_refused_unless_it_is_the_same_call_by_its_token() {
    let mut ecs = Ecs::with_instances(1);
    let definition = ecs.register("nginx", 0);
    let input = json!({"cluster": "dev", "serviceName": "web", "taskDefinition": definition, "desiredCount": 1,
        "clientToken": "t-1"});
    let first = ecs.ok("CreateService", input.clone());
    ecs.pass(60);
    assert_eq!(ecs.ok("CreateService", input.clone())["service"]["createdAt"], first["service"]["createdAt"]);
    let mut other = input;
    other["clientToken"] = json!("t-2");
    let refused = "InvalidParameterException: Creation of service was not idempotent.";
    assert_eq!(ecs.refused("CreateService", other.clone()), refused);
    other.as_object_mut().unwrap().shift_remove("clientToken");
    assert_eq!(ecs.refused("CreateService", other), refused);
}

#[test]
fn a_service_is_deleted_at_zero_and_drains_until_its_tasks_are_gone() {
    let mut ecs = Ecs::with_instances(1);
    let definition = ecs.register("nginx", 0);
    ecs.create(&definition, 1, json!({}));
    ecs.pass(60);
    let delete = json!({"cluster": "dev", "service": "web"});
    assert_eq!(
        ecs.refused("DeleteService", delete.clone()),
        "InvalidParameterException: The service cannot be stopped while the primary deployment is scaled above 0."
    );
    ecs.update(json!({"desiredCount": 0}));
    assert_eq!(ecs.ok("DeleteService", delete.clone())["service"]["status"], "DRAINING");
    let create = json!({"cluster": "dev", "serviceName": "web", "taskDefinition": definition, "desiredCount": 1});
    assert_eq!(
        ecs.refused("CreateService", create.clone()),
        "InvalidParameterException: Unable to Start a service that is still Draining."
    );
    assert_eq!(ecs.refused("UpdateService", delete.clone()), "ServiceNotActiveException: Service was not ACTIVE.");
    ecs.pass(60);
    assert_eq!(ecs.service()["status"], "INACTIVE");
    assert_eq!(ecs.ok("ListServices", json!({"cluster": "dev"}))["serviceArns"], json!([]));
    assert_eq!(ecs.refused("DeleteService", delete), "ServiceNotFoundException: Service not found.");
    assert_eq!(ecs.ok("CreateService", create)["service"]["status"], "ACTIVE");
}

#[test]
fn a_service_deleted_by_force_stops_its_tasks() {
    let mut ecs = Ecs::with_instances(1);
    let definition = ecs.register("nginx", 0);
    ecs.create(&definition, 2, json!({}));
    ecs.pass(60);
    ecs.ok("DeleteService", json!({"cluster": "dev", "service": "web", "force": true}));
    ecs.pass(60);
    assert_eq!(ecs.service()["status"], "INACTIVE");
    assert!(ecs.tasks("RUNNING").is_empty());
    assert_eq!(ecs.tasks("STOPPED").len(), 2);
    ecs.pass(3700);
    assert!(ecs.tasks("STOPPED").is_empty());
}

#[test]
fn scaling_moves_tasks_but_begins_no_deployment() {
    let mut ecs = Ecs::with_instances(2);
    let definition = ecs.register("nginx", 0);
    let made = ecs.create(&definition, 1, json!({}));
    ecs.pass(60);
    ecs.update(json!({"desiredCount": 4}));
    ecs.pass(60);
    assert_eq!(ecs.counts(), [4, 4, 0]);
    ecs.update(json!({"desiredCount": 2}));
    ecs.pass(60);
    assert_eq!(ecs.counts(), [2, 2, 0]);
    let service = ecs.service();
    assert_eq!(service["deployments"].as_array().unwrap().len(), 1);
    assert_eq!(service["deployments"][0]["id"], made["deployments"][0]["id"]);
    assert_eq!(ecs.said("has reached a steady state.").len(), 3);
}

#[test]
fn a_task_that_somebody_stops_is_replaced() {
    let mut ecs = Ecs::with_instances(1);
    let definition = ecs.register("nginx", 0);
    ecs.create(&definition, 1, json!({}));
    ecs.pass(60);
    let before = ecs.tasks("RUNNING")[0]["taskArn"].clone();
    ecs.ok("StopTask", json!({"cluster": "dev", "task": before, "reason": "because"}));
    ecs.pass(60);
    let after = ecs.tasks("RUNNING");
    assert_eq!((after.len(), after[0]["taskArn"] == before), (1, false));
    let stopped = &ecs.tasks("STOPPED")[0];
    assert_eq!((&stopped["stopCode"], &stopped["stoppedReason"]), (&json!("UserInitiated"), &json!("because")));
    assert_eq!(stopped["containers"][0]["exitCode"], 0);
}

#[test]
fn a_service_names_what_it_cannot_be_made_from() {
    let mut ecs = Ecs::with_instances(1);
    let definition = ecs.register("nginx", 0);
    let service = |more: serde_json::Value| {
        let mut input =
            json!({"cluster": "dev", "serviceName": "web", "taskDefinition": definition, "desiredCount": 1});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    for (change, refusal) in [
        (json!({"cluster": "gone"}), "ClusterNotFoundException: Cluster not found."),
        (json!({"taskDefinition": "gone"}), "ClientException: TaskDefinition not found."),
        (
            json!({"loadBalancers": [{"loadBalancerName": "lb", "containerName": "app", "containerPort": 80}]}),
            "InvalidParameterException: The container app does not exist in the task definition.",
        ),
        (
            json!({"loadBalancers": [{"loadBalancerName": "lb", "containerName": "web", "containerPort": 81}]}),
            "InvalidParameterException: The container web did not have a container port 81 defined.",
        ),
        (
            json!({"loadBalancers": [{"loadBalancerName": "lb", "containerName": "web", "containerPort": 80}]}),
            "InvalidParameterException: The load balancer lb does not exist.",
        ),
        (
            json!({"role": "service"}),
            "InvalidParameterException: A role was passed, but no load balancers were present.",
        ),
    ] {
        assert_eq!(ecs.refused("CreateService", service(change)), refusal);
    }
    ecs.ok("DeregisterTaskDefinition", json!({"taskDefinition": definition}));
    assert_eq!(ecs.refused("CreateService", service(json!({}))), "ClientException: TaskDefinition is inactive");
}

#[test]
fn services_are_listed_ten_at_a_time() {
    let mut ecs = Ecs::with_instances(0);
    let definition = ecs.register("nginx", 0);
    for number in 0..12 {
        let name = format!("s-{number:02}");
        ecs.ok(
            "CreateService",
            json!({"cluster": "dev", "serviceName": name, "taskDefinition": definition,
            "desiredCount": 0}),
        );
    }
    let first = ecs.ok("ListServices", json!({"cluster": "dev"}));
    assert_eq!(first["serviceArns"].as_array().unwrap().len(), 10);
    let second = ecs.ok("ListServices", json!({"cluster": "dev", "nextToken": first["nextToken"]}));
    assert_eq!(second["serviceArns"].as_array().unwrap().len(), 2);
    let described = ecs.ok("DescribeServices", json!({"cluster": "dev", "services": ["s-00", "gone"]}));
    assert_eq!(described["failures"][0]["reason"], "MISSING");
}
