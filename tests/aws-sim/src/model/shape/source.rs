//! The files of `models/`, as they are written there: names and forms are explained in `distil.py`.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde::Deserialize;

use crate::model::service::Service;

/// One service.
#[derive(Debug, Deserialize)]
pub(super) struct Source {
    pub(super) protocol: String,
    pub(super) version: String,
    #[serde(default)]
    pub(super) versions: Vec<String>,
    #[serde(default)]
    pub(super) namespace: String,
    #[serde(default)]
    pub(super) target: String,
    #[serde(default)]
    pub(super) known: Vec<String>,
    pub(super) operations: BTreeMap<String, OperationSource>,
    pub(super) shapes: BTreeMap<String, ShapeSource>,
}

/// One operation.
#[derive(Debug, Deserialize)]
pub(super) struct OperationSource {
    #[serde(rename = "in")]
    pub(super) input: Option<String>,
    #[serde(rename = "out")]
    pub(super) output: Option<String>,
    #[serde(default)]
    pub(super) method: String,
    #[serde(default)]
    pub(super) uri: String,
    pub(super) status: Option<u16>,
}

/// One shape.
#[derive(Debug, Default, Deserialize)]
pub(super) struct ShapeSource {
    #[serde(default)]
    pub(super) t: String,
    pub(super) m: Option<IndexMap<String, MemberSource>>,
    #[serde(default)]
    pub(super) r: Vec<String>,
    pub(super) e: Option<MemberSource>,
    pub(super) k: Option<MemberSource>,
    #[serde(default)]
    pub(super) flat: bool,
    #[serde(default, rename = "enum")]
    pub(super) one_of: Vec<String>,
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) pattern: Option<String>,
    #[serde(default)]
    pub(super) secret: bool,
}

/// A shape's name, or that with a place, the name on the wire, and for EC2 the name in requests.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(super) enum MemberSource {
    Plain(String),
    Placed(Vec<String>),
}

impl MemberSource {
    pub(super) fn part(&self, index: usize) -> Option<&str> {
        match self {
            Self::Plain(shape) if index == 0 => Some(shape),
            Self::Plain(_) => None,
            Self::Placed(parts) => parts.get(index).map(String::as_str),
        }
    }
}

pub(super) fn text(service: Service) -> &'static str {
    match service {
        Service::Ec2 => include_str!("../../../models/ec2.json"),
        Service::Iam => include_str!("../../../models/iam.json"),
        Service::Sts => include_str!("../../../models/sts.json"),
        Service::AutoScaling => include_str!("../../../models/autoscaling.json"),
        Service::Ssm => include_str!("../../../models/ssm.json"),
        Service::Ecs => include_str!("../../../models/ecs.json"),
        Service::Elb => include_str!("../../../models/elb.json"),
        Service::ElbV2 => include_str!("../../../models/elbv2.json"),
        Service::Route53 => include_str!("../../../models/route53.json"),
        Service::Logs => include_str!("../../../models/logs.json"),
        Service::Acm => include_str!("../../../models/acm.json"),
        Service::SecretsManager => include_str!("../../../models/secretsmanager.json"),
        Service::Ecr => include_str!("../../../models/ecr.json"),
        Service::Scheduler => include_str!("../../../models/scheduler.json"),
        Service::Events => include_str!("../../../models/events.json"),
        Service::ApplicationAutoScaling => include_str!("../../../models/application-autoscaling.json"),
        Service::CloudMap => include_str!("../../../models/servicediscovery.json"),
    }
}
