//! How an instance refresh goes about it.
//!
//! <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html>

use serde_json::{Value, json};

use super::group::Group;
use super::invalid;
use super::member::{Member, Stage};
use crate::model::error::AwsError;
use crate::model::input::Input;

/// What a refresh was told, with defaults where it was not.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Preferences {
    /// Percent of the desired capacity.
    pub(super) least_healthy: i64,
    pub(super) most_healthy: i64,
    /// Seconds.
    pub(super) warmup: i64,
    /// Percentages, ascending.
    pub(super) checkpoints: Vec<i64>,
    /// Seconds.
    pub(super) checkpoint_delay: i64,
    pub(super) skip_matching: bool,
    pub(super) auto_rollback: bool,
    protected: String,
    standby: String,
}

impl Preferences {
    pub(super) fn read(input: &Input<'_>, group: &Group, with_desired: bool) -> Result<Self, AwsError> {
        let least_healthy = input.int("MinHealthyPercentage")?;
        let most_healthy = input.int("MaxHealthyPercentage")?;
        check_bounds(least_healthy, most_healthy)?;
        let auto_rollback = input.flag("AutoRollback")?.unwrap_or(false);
        if auto_rollback && !with_desired {
            return Err(invalid(
                "The request isn't valid. The AutoRollback parameter cannot be set to true when the \
                 DesiredConfiguration parameter is empty. Set AutoRollback to false or specify a desired configuration \
                 and try again.",
            ));
        }
        let checkpoints: Vec<i64> =
            input.texts("CheckpointPercentages").iter().filter_map(|percent| percent.parse().ok()).collect();
        if !checkpoints.is_sorted_by(|a, b| a < b) || checkpoints.iter().any(|percent| !(1..=100).contains(percent)) {
            return Err(invalid("CheckpointPercentages must be unique values between 1 and 100 in ascending order."));
        }
        if checkpoints.is_empty() && input.has("CheckpointDelay") {
            return Err(invalid("CheckpointDelay requires CheckpointPercentages."));
        }
        let choice = |member: &str| input.text(member).unwrap_or("Wait").to_owned();
        Ok(Self {
            least_healthy: least_healthy.unwrap_or(90),
            most_healthy: most_healthy.unwrap_or(100),
            warmup: input.int("InstanceWarmup")?.or(group.settings.warmup).unwrap_or(group.settings.grace_period),
            checkpoint_delay: input.int("CheckpointDelay")?.unwrap_or(3600),
            checkpoints,
            skip_matching: input.flag("SkipMatching")?.unwrap_or(false),
            auto_rollback,
            protected: choice("ScaleInProtectedInstances"),
            standby: choice("StandbyInstances"),
        })
    }

    pub(super) fn render(&self) -> Value {
        let with_checkpoints = !self.checkpoints.is_empty();
        json!({
            "MinHealthyPercentage": self.least_healthy,
            "MaxHealthyPercentage": (self.most_healthy != 100).then_some(self.most_healthy),
            "InstanceWarmup": self.warmup,
            "CheckpointPercentages": with_checkpoints.then_some(&self.checkpoints),
            "CheckpointDelay": with_checkpoints.then_some(self.checkpoint_delay),
            "SkipMatching": self.skip_matching,
            "AutoRollback": self.auto_rollback,
            "ScaleInProtectedInstances": self.protected,
            "StandbyInstances": self.standby,
        })
    }

    /// Whether an instance is among those that are replaced at all.
    pub(super) fn concerns(&self, member: &Member) -> bool {
        match member.stage {
            Stage::EnteringStandby | Stage::Standby => self.standby != "Ignore",
            Stage::TerminatingWait | Stage::Terminating => false,
            Stage::Pending | Stage::PendingWait | Stage::InService => {
                !member.is_protected || self.protected != "Ignore"
            }
        }
    }

    /// Whether an instance may go now; some are waited for.
    pub(super) fn may_replace(&self, member: &Member) -> bool {
        match member.stage {
            Stage::EnteringStandby | Stage::Standby => self.standby == "Terminate",
            Stage::Pending | Stage::PendingWait | Stage::InService | Stage::TerminatingWait | Stage::Terminating => {
                !member.is_protected || self.protected == "Refresh"
            }
        }
    }
}

fn check_bounds(least: Option<i64>, most: Option<i64>) -> Result<(), AwsError> {
    if least.is_some_and(|least| !(0..=100).contains(&least)) {
        return Err(invalid("MinHealthyPercentage must be between 0 and 100."));
    }
    let Some(most) = most else { return Ok(()) };
    if !(100..=200).contains(&most) {
        return Err(invalid("MaxHealthyPercentage must be between 100 and 200."));
    }
    match least {
        None => Err(invalid("MinHealthyPercentage must be specified when MaxHealthyPercentage is specified.")),
        Some(least) if most - least > 100 => {
            Err(invalid("The difference between MinHealthyPercentage and MaxHealthyPercentage cannot exceed 100."))
        }
        Some(_) => Ok(()),
    }
}
