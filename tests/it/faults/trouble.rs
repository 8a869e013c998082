//! What goes wrong while an operation runs, drawn from the seed.

use std::time::Duration;

use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use serde_json::{Value, json};

/// Calls that change something for each kind of operation, one of which may be refused for good.
fn changing(kind: &str) -> &'static [(&'static str, &'static str)] {
    match kind {
        "provision_district" => &[
            ("ec2", "CreateVpc"),
            ("ec2", "ModifyVpcAttribute"),
            ("ec2", "CreateSubnet"),
            ("ec2", "CreateInternetGateway"),
            ("ec2", "AttachInternetGateway"),
            ("ec2", "CreateRouteTable"),
            ("ec2", "AssociateRouteTable"),
            ("ec2", "CreateRoute"),
            ("ec2", "AllocateAddress"),
            ("ec2", "CreateNatGateway"),
            ("ec2", "CreateSecurityGroup"),
            ("ec2", "AuthorizeSecurityGroupIngress"),
            ("ec2", "CreateLaunchTemplate"),
            ("autoscaling", "CreateAutoScalingGroup"),
            ("iam", "CreateRole"),
            ("iam", "CreateInstanceProfile"),
            ("iam", "AddRoleToInstanceProfile"),
            ("iam", "AttachRolePolicy"),
            ("ecs", "CreateCluster"),
            ("route53", "CreateHostedZone"),
            ("route53", "ChangeTagsForResource"),
            ("ssm", "GetParameter"),
        ],
        "update_district" => &[
            ("ec2", "AllocateAddress"),
            ("ec2", "CreateNatGateway"),
            ("ec2", "CreateRoute"),
            ("ec2", "ReplaceRoute"),
            ("ec2", "DeleteRoute"),
            ("ec2", "CreateLaunchTemplateVersion"),
            ("autoscaling", "UpdateAutoScalingGroup"),
            ("autoscaling", "TerminateInstanceInAutoScalingGroup"),
            ("ecs", "UpdateContainerInstancesState"),
        ],
        "delete_district" => &[
            ("ec2", "Delete*"),
            ("ec2", "ReleaseAddress"),
            ("autoscaling", "DeleteAutoScalingGroup"),
            ("iam", "Delete*"),
            ("ecs", "Delete*"),
            ("route53", "DeleteHostedZone"),
        ],
        "delete_heritage" => &[
            ("ecs", "UpdateService"),
            ("ecs", "Delete*"),
            ("ecs", "DeregisterTaskDefinition"),
            ("elasticloadbalancing", "DeleteLoadBalancer"),
            ("iam", "DeleteRole"),
            ("logs", "DeleteLogGroup"),
            ("ssm", "DeleteParameters"),
            ("route53", "ChangeResourceRecordSets"),
        ],
        _ => &[
            ("iam", "CreateRole"),
            ("iam", "PutRolePolicy"),
            ("iam", "AttachRolePolicy"),
            ("ecs", "RegisterTaskDefinition"),
            ("ecs", "CreateService"),
            ("ecs", "UpdateService"),
            ("ecs", "DeleteService"),
            ("elasticloadbalancing", "CreateLoadBalancer"),
            ("elasticloadbalancing", "ConfigureHealthCheck"),
            ("elasticloadbalancing", "ModifyLoadBalancerAttributes"),
            ("route53", "ChangeResourceRecordSets"),
            ("logs", "CreateLogGroup"),
            ("ssm", "PutParameter"),
        ],
    }
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub(super) enum Trouble {
    None,
    /// The worker is killed after each of these pauses; another takes over.
    Kill(Vec<Duration>),
    /// Somebody cancels after this pause.
    Cancel(Duration),
    /// Somebody cancels, and then the worker is killed, which has begun to take back.
    CancelAndKill(Duration, Duration),
    /// AWS does this to calls, and recovers.
    Aws(Value),
    /// AWS refuses this for good.
    Refuse(Value),
}

impl Trouble {
    pub(super) fn draw(rng: &mut StdRng, kind: &str) -> Trouble {
        let mut pause = || {
            let most = [400, 1500, 4000].choose(rng).copied().unwrap_or(400);
            Duration::from_millis(rng.random_range(0..most))
        };
        let pauses = [pause(), pause(), pause()];
        match rng.random_range(0..20) {
            0 => Trouble::None,
            1..=5 => Trouble::Kill(pauses[..rng.random_range(1..=3)].to_vec()),
            6..=9 => Trouble::Cancel(pauses[0]),
            10..=12 => Trouble::CancelAndKill(pauses[0], pauses[1] / 2),
            13 => Trouble::Aws(json!({"kind": "reset_after", "probability": 0.15})),
            14 => Trouble::Aws(json!({"kind": "internal", "probability": 0.1})),
            15 => Trouble::Aws(json!({"kind": "throttle", "per_second": 12})),
            16 => Trouble::Aws(json!({"kind": "reset_before", "probability": 0.15})),
            _ => {
                let (service, operation) = changing(kind).choose(rng).copied().unwrap_or(("ec2", "CreateVpc"));
                Trouble::Refuse(json!({"service": service, "operation": operation, "kind": "error", "status": 403,
                    "code": "AccessDenied", "message": "not authorized", "skip": rng.random_range(0..2)}))
            }
        }
    }

    /// The states that an operation may end in, whose request could have succeeded.
    pub(super) fn may_end(&self) -> &'static [&'static str] {
        match self {
            Trouble::None | Trouble::Kill(_) | Trouble::Aws(_) => &["succeeded"],
            Trouble::Cancel(_) | Trouble::CancelAndKill(..) => &["cancelled", "succeeded"],
            Trouble::Refuse(_) => &["failed", "succeeded"],
        }
    }
}
