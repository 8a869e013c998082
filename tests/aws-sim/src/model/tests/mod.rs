//! Services together, over a clock that is advanced by hand.

mod load_balancer;
mod network;
mod zone;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::context::{Context, Place};
use super::error::Answer;
use super::input::Input;
use super::inventory;
use super::service::Service;
use super::world::{DEFAULT_ACCOUNT, World};

/// A world in which time stands still.
struct Aws(World);

impl Aws {
    fn new() -> Self {
        Self(World::new(1.0, true))
    }

    fn context(&mut self) -> Context<'_> {
        let now = self.0.settle();
        let place = Place { account: DEFAULT_ACCOUNT.into(), region: "eu-west-1".into() };
        Context { world: &mut self.0, place, now, access_key: "test".into() }
    }

    fn call(&mut self, service: Service, operation: &str, input: Value) -> Answer {
        let handler = service.handler(operation).unwrap();
        handler(&mut self.context(), &Input::new(service, &input))
    }

    fn ok(&mut self, service: Service, operation: &str, input: Value) -> Value {
        self.call(service, operation, input).unwrap()
    }

    /// The code of a refusal.
    fn refused(&mut self, service: Service, operation: &str, input: Value) -> String {
        self.call(service, operation, input).unwrap_err().code.into_owned()
    }

    fn pass(&mut self, seconds: i64) {
        self.0.advance(TimeDelta::seconds(seconds));
    }

    /// What an EC2 call made: the text at a pointer into its answer.
    fn made(&mut self, operation: &str, input: Value, pointer: &str) -> String {
        let answer = self.ok(Service::Ec2, operation, input);
        answer.pointer(pointer).and_then(Value::as_str).unwrap().to_owned()
    }

    fn vpc(&mut self) -> String {
        self.made("CreateVpc", json!({"CidrBlock": "10.0.0.0/16"}), "/vpc/vpcId")
    }

    fn subnet(&mut self, vpc: &str, number: u8) -> String {
        let zone = ["eu-west-1a", "eu-west-1b"][usize::from(number % 2)];
        let wanted = json!({"VpcId": vpc, "CidrBlock": format!("10.0.{number}.0/24"), "AvailabilityZone": zone});
        self.made("CreateSubnet", wanted, "/subnet/subnetId")
    }

    fn gateway(&mut self, vpc: &str) -> String {
        let id = self.made("CreateInternetGateway", json!({}), "/internetGateway/internetGatewayId");
        self.ok(Service::Ec2, "AttachInternetGateway", json!({"InternetGatewayId": id, "VpcId": vpc}));
        id
    }

    fn group(&mut self, vpc: &str, name: &str) -> String {
        let wanted = json!({"GroupName": name, "GroupDescription": name, "VpcId": vpc});
        self.made("CreateSecurityGroup", wanted, "/groupId")
    }

    /// Lets members of one group reach all TCP ports of another.
    fn let_in(&mut self, to: &str, from: &str) {
        let permission = json!({"IpProtocol": "tcp", "FromPort": 1, "ToPort": 65535, "Groups": [{"GroupId": from}]});
        self.ok(Service::Ec2, "AuthorizeSecurityGroupIngress", json!({"GroupId": to, "IpPermissions": [permission]}));
    }

    /// How many things there are of a kind.
    fn count(&mut self, kind: &str) -> usize {
        self.0.settle();
        inventory::take(&self.0, &inventory::Wanted::default()).iter().filter(|item| item.kind == kind).count()
    }
}
