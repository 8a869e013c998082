//! Container instances: placement on them, draining, losing them.

use serde_json::{Value, json};

use super::{Agent, Ecs, instance_joined};

fn hosts(tasks: &[Value]) -> Vec<&str> {
    let mut hosts: Vec<&str> = tasks.iter().map(|task| task["containerInstanceArn"].as_str().unwrap()).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}

#[test]
fn tasks_are_spread_over_zones_and_instances() {
    let mut ecs = Ecs::with_instances(3);
    let definition = ecs.register("nginx", 0);
    ecs.create(&definition, 3, json!({}));
    ecs.pass(60);
    assert_eq!(hosts(&ecs.tasks("RUNNING")).len(), 3);
}

#[test]
fn a_fixed_host_port_takes_one_task_an_instance() {
    let mut ecs = Ecs::with_instances(2);
    let definition = ecs.register("nginx", 8080);
    ecs.create(&definition, 3, json!({}));
    ecs.pass(60);
    assert_eq!(ecs.counts(), [3, 2, 0]);
    assert_eq!(ecs.tasks("RUNNING")[0]["containers"][0]["networkBindings"][0]["hostPort"], 8080);
    assert!(!ecs.said("is already using a port required by your task").is_empty());
    ecs.join(3);
    ecs.pass(60);
    assert_eq!(ecs.counts(), [3, 3, 0]);
}

#[test]
fn memory_and_cpu_are_counted() {
    let mut ecs = Ecs::with_instances(1);
    let definition = ecs.register("nginx", 0);
    ecs.create(&definition, 8, json!({}));
    ecs.pass(60);
    assert_eq!(ecs.counts()[1], 7, "1900 MiB hold 7 tasks of 256");
    assert!(!ecs.said("has insufficient memory available").is_empty());
    let arn = ecs.instance_arn(1);
    let asked = json!({"cluster": "dev", "containerInstances": [arn]});
    let instance = ecs.ok("DescribeContainerInstances", asked)["containerInstances"][0].take();
    assert_eq!(instance["remainingResources"][0]["integerValue"], 2048 - 7 * 128);
    assert_eq!(instance["remainingResources"][1]["integerValue"], 1900 - 7 * 256);
    assert_eq!(instance["registeredResources"][1]["integerValue"], 1900);
    assert_eq!((&instance["runningTasksCount"], &instance["agentConnected"]), (&json!(7), &json!(true)));
}

#[test]
fn without_instances_the_service_says_so_and_waits() {
    let mut ecs = Ecs::with_instances(0);
    let definition = ecs.register("nginx", 0);
    ecs.create(&definition, 1, json!({}));
    ecs.pass(30);
    assert!(ecs.said("unable to place")[0].contains("Reason: No Container Instances were found in your cluster."));
    ecs.join(1);
    ecs.pass(30);
    assert_eq!(ecs.counts(), [1, 1, 0]);
}

#[test]
fn an_agent_without_a_cluster_is_told_to_try_again() {
    let mut ecs = Ecs::with_instances(1);
    let agent =
        |cluster: &str| Agent { cluster: cluster.to_owned(), instance_id: "i-9".to_owned(), ..Agent::sample(9) };
    assert!(!instance_joined(&mut ecs.context(), &agent("later")));
    ecs.ok("CreateCluster", json!({"clusterName": "later"}));
    assert!(instance_joined(&mut ecs.context(), &agent("later")));
    let clusters = ecs.ok("DescribeClusters", json!({"clusters": ["later"]}));
    assert_eq!(clusters["clusters"][0]["registeredContainerInstancesCount"], 1);
}

#[test]
fn draining_moves_the_tasks_of_services_elsewhere() {
    let mut ecs = Ecs::with_instances(1);
    let definition = ecs.register("nginx", 0);
    ecs.create(&definition, 2, json!({}));
    ecs.pass(60);
    ecs.join(2);
    let first = ecs.instance_arn(1);
    let drain = json!({"cluster": "dev", "containerInstances": [first], "status": "DRAINING"});
    let drained = ecs.ok("UpdateContainerInstancesState", drain);
    assert_eq!(drained["containerInstances"][0]["status"], "DRAINING");
    for _ in 0..120 {
        ecs.pass(1);
        assert!(ecs.counts()[1] >= 2);
    }
    let second = ecs.instance_arn(2);
    assert_eq!(hosts(&ecs.tasks("RUNNING")), [second]);
    let gone = ecs.ok("DeregisterContainerInstance", json!({"cluster": "dev", "containerInstance": first}));
    assert_eq!(gone["containerInstance"]["status"], "INACTIVE");
}

#[test]
fn an_instance_with_tasks_is_deregistered_by_force_only() {
    let mut ecs = Ecs::with_instances(1);
    let definition = ecs.register("nginx", 0);
    ecs.create(&definition, 1, json!({}));
    ecs.pass(60);
    let deregister = json!({"cluster": "dev", "containerInstance": ecs.instance_arn(1)});
    assert_eq!(
        ecs.refused("DeregisterContainerInstance", deregister.clone()),
        "InvalidParameterException: Found running tasks on the instance."
    );
    let mut forced = deregister;
    forced["force"] = json!(true);
    ecs.ok("DeregisterContainerInstance", forced);
    assert_eq!(ecs.counts()[1], 0);
}

#[test]
fn the_tasks_of_an_instance_that_goes_are_replaced_on_others() {
    let mut ecs = Ecs::with_instances(2);
    let definition = ecs.register("nginx", 80);
    ecs.create(&definition, 2, json!({}));
    ecs.pass(60);
    ecs.lose(1);
    assert_eq!(ecs.counts(), [2, 1, 0]);
    let stopped = &ecs.tasks("STOPPED")[0];
    assert_eq!(stopped["stoppedReason"], "Host EC2 (instance i-1) terminated.");
    assert_eq!(
        ecs.ok("ListContainerInstances", json!({"cluster": "dev"}))["containerInstanceArns"].as_array().unwrap().len(),
        1
    );
    ecs.join(3);
    ecs.pass(60);
    assert_eq!(ecs.counts(), [2, 2, 0]);
}
