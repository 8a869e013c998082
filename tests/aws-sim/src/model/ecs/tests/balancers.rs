//! Services behind classic load balancers, on instances that EC2 has started.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use serde_json::{Value, json};

use super::Ecs;
use crate::model::service::Service;

const BALANCER: &str = "web-lb";

impl Ecs {
    /// A network with a load balancer that checks port 8080, and two instances that have joined the cluster `dev`.
    fn behind_a_balancer() -> Self {
        let mut ecs = Self::with_instances(0);
        let vpc = ecs.other(Service::Ec2, "CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}))["vpc"]["vpcId"].take();
        let gateway = ecs.other(Service::Ec2, "CreateInternetGateway", json!({}));
        let gateway = &gateway["internetGateway"]["internetGatewayId"];
        ecs.other(Service::Ec2, "AttachInternetGateway", json!({"VpcId": vpc, "InternetGatewayId": gateway}));
        let tables = ecs.other(Service::Ec2, "DescribeRouteTables", json!({}));
        let table = tables["routeTableSet"][0]["routeTableId"].clone();
        let route = json!({"RouteTableId": table, "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": gateway});
        ecs.other(Service::Ec2, "CreateRoute", route);
        let subnet = json!({"VpcId": vpc, "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "eu-west-1a"});
        let subnet = ecs.other(Service::Ec2, "CreateSubnet", subnet)["subnet"]["subnetId"].take();
        ecs.role("host", "ec2.amazonaws.com");
        ecs.role("service", "ecs.amazonaws.com");
        ecs.other(Service::Iam, "CreateInstanceProfile", json!({"InstanceProfileName": "host"}));
        let add = json!({"InstanceProfileName": "host", "RoleName": "host"});
        ecs.other(Service::Iam, "AddRoleToInstanceProfile", add);
        ecs.start_instances(&subnet);
        let listener = json!({"Protocol": "HTTP", "LoadBalancerPort": "80", "InstancePort": "8080"});
        let balancer = json!({"LoadBalancerName": BALANCER, "Listeners": [listener], "Subnets": [subnet]});
        ecs.other(Service::Elb, "CreateLoadBalancer", balancer);
        let check = json!({"Target": "TCP:8080", "Interval": "5", "Timeout": "4", "UnhealthyThreshold": "2",
            "HealthyThreshold": "2"});
        let configure = json!({"LoadBalancerName": BALANCER, "HealthCheck": check});
        ecs.other(Service::Elb, "ConfigureHealthCheck", configure);
        ecs.pass(60);
        ecs
    }

    fn role(&mut self, name: &str, service: &str) {
        let trust = json!({"Statement": {"Effect": "Allow", "Action": "sts:AssumeRole",
            "Principal": {"Service": service}}});
        let role = json!({"RoleName": name, "AssumeRolePolicyDocument": trust.to_string()});
        self.other(Service::Iam, "CreateRole", role);
    }

    fn start_instances(&mut self, subnet: &Value) {
        let name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id";
        let image = self.other(Service::Ssm, "GetParameter", json!({"Name": name}))["Parameter"]["Value"].take();
        let interface = json!({"DeviceIndex": "0", "SubnetId": subnet, "AssociatePublicIpAddress": "true"});
        let run = json!({"ImageId": image, "InstanceType": "t3.small", "MinCount": "2", "MaxCount": "2",
            "IamInstanceProfile": {"Name": "host"}, "UserData": BASE64.encode("ECS_CLUSTER=dev"),
            "NetworkInterface": [interface]});
        self.other(Service::Ec2, "RunInstances", run);
    }

    fn create_balanced(&mut self, image: &str, more: Value) {
        let definition = self.register(image, 8080);
        let mut input = json!({"role": "service",
            "loadBalancers": [{"loadBalancerName": BALANCER, "containerName": "web", "containerPort": 80}]});
        input.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
        self.create(&definition, 2, input);
    }

    fn in_service(&mut self) -> usize {
        let asked = json!({"LoadBalancerName": BALANCER});
        let states = self.other(Service::Elb, "DescribeInstanceHealth", asked)["InstanceStates"].take();
        states.as_array().unwrap().iter().filter(|one| one["State"] == "InService").count()
    }
}

#[test]
fn a_service_is_steady_only_once_its_instances_are_in_service() {
    let mut ecs = Ecs::behind_a_balancer();
    ecs.create_balanced("nginx", json!({}));
    ecs.pass(14);
    assert_eq!((ecs.counts(), ecs.in_service()), ([2, 2, 0], 0));
    assert!(ecs.said("deployment completed").is_empty());
    ecs.pass(20);
    assert_eq!(ecs.in_service(), 2);
    assert_eq!(ecs.said("deployment completed").len(), 1);
    assert!(ecs.service()["deployments"][0]["rolloutState"].is_null(), "not told behind a classic load balancer");
    assert_eq!(ecs.said("registered 1 instances in (elb web-lb)").len(), 2);
}

#[test]
fn a_rolling_deployment_keeps_half_of_the_instances_in_service() {
    let mut ecs = Ecs::behind_a_balancer();
    let half = json!({"deploymentConfiguration": {"minimumHealthyPercent": 50, "maximumPercent": 100}});
    ecs.create_balanced("nginx:1", half);
    ecs.pass(60);
    let second = ecs.register("nginx:2", 8080);
    ecs.update(json!({"taskDefinition": second}));
    for _ in 0..120 {
        ecs.pass(1);
        assert!(ecs.in_service() >= 1);
    }
    assert_eq!(ecs.in_service(), 2);
    assert!(ecs.tasks("RUNNING").iter().all(|task| task["taskDefinitionArn"] == json!(second)));
    assert_eq!(ecs.said("deregistered 1 instances in (elb web-lb)").len(), 2);
}

#[test]
fn a_task_that_does_not_listen_is_replaced_again_and_again() {
    let mut ecs = Ecs::behind_a_balancer();
    ecs.create_balanced("app:unhealthy", json!({}));
    ecs.pass(120);
    assert!(ecs.said("is unhealthy in (elb web-lb) due to (reason Instance has failed").len() >= 2);
    assert_eq!(ecs.tasks("STOPPED")[0]["stoppedReason"], "Task failed ELB health checks in (elb web-lb)");
    assert!(ecs.said("steady state").is_empty());
}

#[test]
fn the_grace_period_spares_tasks_that_do_not_listen_yet() {
    let mut ecs = Ecs::behind_a_balancer();
    ecs.create_balanced("app:unhealthy", json!({"healthCheckGracePeriodSeconds": 600}));
    ecs.pass(120);
    assert!(ecs.said("is unhealthy in").is_empty());
}

#[test]
fn a_service_whose_role_is_gone_drains_for_ever() {
    let mut ecs = Ecs::behind_a_balancer();
    ecs.create_balanced("nginx", json!({}));
    ecs.pass(60);
    ecs.update(json!({"desiredCount": 0}));
    ecs.ok("DeleteService", json!({"cluster": "dev", "service": "web"}));
    ecs.other(Service::Iam, "DeleteRole", json!({"RoleName": "service"}));
    ecs.pass(600);
    assert_eq!(ecs.service()["status"], "DRAINING");
    assert_eq!(ecs.in_service(), 0);
    ecs.role("service", "ecs.amazonaws.com");
    ecs.pass(30);
    assert_eq!(ecs.service()["status"], "INACTIVE");
}

#[test]
fn load_balancers_ask_for_a_role_that_trusts_ecs_and_exclude_the_circuit_breaker() {
    let mut ecs = Ecs::behind_a_balancer();
    let definition = ecs.register("nginx", 8080);
    let balancer = json!({"loadBalancerName": BALANCER, "containerName": "web", "containerPort": 80});
    let mut input = json!({"cluster": "dev", "serviceName": "web", "taskDefinition": definition, "desiredCount": 1,
        "loadBalancers": [balancer], "role": "host"});
    assert!(
        ecs.refused("CreateService", input.clone()).starts_with("InvalidParameterException: Unable to assume role")
    );
    input["role"] = json!("service");
    input["deploymentConfiguration"] = json!({"deploymentCircuitBreaker": {"enable": true, "rollback": true}});
    let refused = ecs.refused("CreateService", input);
    assert!(refused.contains("circuit breaker feature is not supported with Classic Load Balancers"), "{refused}");
}
