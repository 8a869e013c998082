//! The network configuration of tasks that have an interface of their own.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refusal::invalid;
use crate::model::context::Context;
use crate::model::error::AwsError;
use crate::model::input::Input;

const MOST_SUBNETS: usize = 16;
const MOST_GROUPS: usize = 5;

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Network {
    pub(super) subnets: Vec<String>,
    pub(super) groups: Vec<String>,
    pub(super) is_public: bool,
}

/// None if the call gives none.
pub(super) fn read(input: &Input<'_>) -> Option<Network> {
    let part = input.part("networkConfiguration").part("awsvpcConfiguration");
    (!part.value().is_null()).then(|| Network {
        subnets: part.strings("subnets"),
        groups: part.strings("securityGroups"),
        is_public: part.text("assignPublicIp") == Some("ENABLED"),
    })
}

impl Network {
    /// Everything is there, and in one VPC.
    pub(super) fn check(&self, context: &mut Context<'_>) -> Result<(), AwsError> {
        if self.subnets.is_empty() {
            return Err(invalid("subnets can not be empty."));
        }
        if self.subnets.len() > MOST_SUBNETS {
            return Err(invalid(format!("subnets can have at most {MOST_SUBNETS} items.")));
        }
        if self.groups.len() > MOST_GROUPS {
            return Err(invalid(format!("securityGroups can have at most {MOST_GROUPS} items.")));
        }
        let ec2 = &context.region().ec2;
        let mut vpc: Option<&str> = None;
        for id in &self.subnets {
            let subnet = ec2.subnets.find(id).map_err(|refusal| {
                invalid(format!(
                    "Error retrieving subnet information for [{id}]: {} (ErrorCode: {})",
                    refusal.message, refusal.code
                ))
            })?;
            if vpc.is_some_and(|vpc| vpc != subnet.vpc_id) {
                return Err(invalid("Subnets must all be in the same VPC."));
            }
            vpc = Some(&subnet.vpc_id);
        }
        for id in &self.groups {
            let group = ec2.security_groups.find(id).map_err(|refusal| {
                invalid(format!(
                    "Error retrieving security group information for [{id}]: {} (ErrorCode: {})",
                    refusal.message, refusal.code
                ))
            })?;
            if vpc.is_some_and(|vpc| vpc != group.vpc_id) {
                return Err(invalid(format!(
                    "Security group {id} does not appear to belong to the same VPC as the input subnets."
                )));
            }
        }
        Ok(())
    }

    /// As it is described.
    pub(super) fn render(&self) -> Value {
        json!({"awsvpcConfiguration": {
            "subnets": self.subnets,
            "securityGroups": self.groups,
            "assignPublicIp": if self.is_public { "ENABLED" } else { "DISABLED" },
        }})
    }
}
