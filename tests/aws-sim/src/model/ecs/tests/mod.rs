//! The scheduler as a whole, over a clock that is advanced by hand.

mod balancers;
mod clusters;
mod definitions;
mod deployments;
mod failures;
mod instances;
mod one_off;
mod services;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::container_instance::Agent;
use super::{handler, instance_gone, instance_joined};
use crate::model::context::{Context, Place};
use crate::model::error::Answer;
use crate::model::input::Input;
use crate::model::service::Service;
use crate::model::world::{DEFAULT_ACCOUNT, World};

impl Agent {
    /// The agent of the instance with that number.
    fn sample(number: usize) -> Self {
        Self {
            cluster: "dev".to_owned(),
            instance_id: format!("i-{number}"),
            instance_type: "t3.small".to_owned(),
            image_id: "ami-1".to_owned(),
            architecture: "x86_64".to_owned(),
            cpu: 2048,
            memory: 1900,
            zone: format!("eu-west-1{}", ["a", "b", "c"][(number - 1) % 3]),
            subnet_id: "subnet-1".to_owned(),
            vpc_id: "vpc-1".to_owned(),
            private_ip: "10.0.0.1".to_owned(),
        }
    }
}

/// A world in which time stands still, with a cluster `dev`.
struct Ecs(World);

impl Ecs {
    /// With instances `i-1`, `i-2` and so on in the cluster, each in another zone.
    fn with_instances(count: usize) -> Self {
        let mut ecs = Self(World::new(1.0, true));
        ecs.ok("CreateCluster", json!({"clusterName": "dev"}));
        (1..=count).for_each(|number| ecs.join(number));
        ecs
    }

    fn context(&mut self) -> Context<'_> {
        let now = self.0.settle();
        let place = Place { account: DEFAULT_ACCOUNT.into(), region: "eu-west-1".into() };
        Context { world: &mut self.0, place, now, access_key: "test".into() }
    }

    fn call(&mut self, operation: &str, input: Value) -> Answer {
        let handler = handler(operation).unwrap();
        handler(&mut self.context(), &Input::new(Service::Ecs, &input))
    }

    fn ok(&mut self, operation: &str, input: Value) -> Value {
        self.call(operation, input).unwrap()
    }

    /// A call to another service.
    fn other(&mut self, service: Service, operation: &str, input: Value) -> Value {
        let handler = service.handler(operation).unwrap();
        handler(&mut self.context(), &Input::new(service, &input)).unwrap()
    }

    /// The code and the sentence of a refusal.
    fn refused(&mut self, operation: &str, input: Value) -> String {
        self.call(operation, input).unwrap_err().to_string()
    }

    fn pass(&mut self, seconds: i64) {
        self.0.advance(TimeDelta::seconds(seconds));
    }

    fn join(&mut self, number: usize) {
        let agent = Agent::sample(number);
        assert!(instance_joined(&mut self.context(), &agent));
    }

    fn lose(&mut self, number: usize) {
        instance_gone(&mut self.context(), &format!("i-{number}"));
    }

    /// Registers a revision of `web`, whose only container has that image and host port.
    fn register(&mut self, image: &str, host_port: u16) -> String {
        let container = json!({"name": "web", "image": image, "cpu": 128, "memory": 256,
            "portMappings": [{"containerPort": 80, "hostPort": host_port}]});
        let made = self.ok("RegisterTaskDefinition", json!({"family": "web", "containerDefinitions": [container]}));
        made["taskDefinition"]["taskDefinitionArn"].as_str().unwrap().to_owned()
    }

    /// Creates the service `web`, with whatever else is wanted of it.
    fn create(&mut self, definition: &str, desired: i64, more: Value) -> Value {
        let mut input =
            json!({"cluster": "dev", "serviceName": "web", "taskDefinition": definition, "desiredCount": desired});
        input.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap_or_default());
        self.ok("CreateService", input)["service"].take()
    }

    fn update(&mut self, change: Value) -> Value {
        let mut input = json!({"cluster": "dev", "service": "web"});
        input.as_object_mut().unwrap().extend(change.as_object().cloned().unwrap_or_default());
        self.ok("UpdateService", input)["service"].take()
    }

    fn service(&mut self) -> Value {
        self.ok("DescribeServices", json!({"cluster": "dev", "services": ["web"]}))["services"][0].take()
    }

    /// Desired, running and pending count.
    fn counts(&mut self) -> [i64; 3] {
        let service = self.service();
        ["desiredCount", "runningCount", "pendingCount"].map(|member| service[member].as_i64().unwrap())
    }

    /// What the service has said that contains `part`, oldest first.
    fn said(&mut self, part: &str) -> Vec<String> {
        let events = self.service()["events"].take();
        let messages =
            events.as_array().unwrap().iter().rev().map(|event| event["message"].as_str().unwrap().to_owned());
        messages.filter(|message| message.contains(part)).collect()
    }

    /// The tasks that shall run, or those that shall not.
    fn tasks(&mut self, desired_status: &str) -> Vec<Value> {
        let listed = self.ok("ListTasks", json!({"cluster": "dev", "desiredStatus": desired_status}));
        if listed["taskArns"] == json!([]) {
            return Vec::new();
        }
        let described = self.ok("DescribeTasks", json!({"cluster": "dev", "tasks": listed["taskArns"]}));
        described["tasks"].as_array().unwrap().clone()
    }

    /// The container instances' ARNs by EC2 instance.
    fn instance_arn(&mut self, number: usize) -> String {
        let listed = self.ok("ListContainerInstances", json!({"cluster": "dev"}));
        let asked = json!({"cluster": "dev", "containerInstances": listed["containerInstanceArns"]});
        let described = self.ok("DescribeContainerInstances", asked);
        let mut all = described["containerInstances"].as_array().unwrap().iter();
        let found = all.find(|one| one["ec2InstanceId"] == format!("i-{number}")).unwrap();
        found["containerInstanceArn"].as_str().unwrap().to_owned()
    }
}
