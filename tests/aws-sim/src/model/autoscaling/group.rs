//! A group: what is wanted, and what it has.

use std::collections::BTreeMap;

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::activity::Activity;
use super::launch_spec::LaunchSpec;
use super::lifecycle_hook::Hook;
use super::member::Member;
use super::tagging::GroupTag;
use crate::model::clock::{Moment, iso};
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// An Auto Scaling group.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Group {
    pub(super) name: String,
    pub(super) arn: String,
    pub(super) size: Size,
    pub(super) launch: LaunchSpec,
    pub(super) settings: Settings,
    pub(super) tags: BTreeMap<String, GroupTag>,
    pub(super) hooks: BTreeMap<String, Hook>,
    /// By instance id, oldest first.
    pub(super) members: IndexMap<String, Member>,
    /// Newest last.
    pub(super) activities: Vec<Activity>,
    pub(super) created: Moment,
    pub(super) is_going: bool,
}

/// How many instances there may be and shall be.
#[derive(Debug, Clone, Copy, serde::Serialize, serde::Deserialize)]
pub(super) struct Size {
    pub(super) least: i64,
    pub(super) most: i64,
    pub(super) desired: i64,
}

/// What a group only keeps to show it, and one thing that it minds.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Settings {
    pub(super) cooldown: i64,
    pub(super) health_check: String,
    pub(super) grace_period: i64,
    pub(super) termination_policies: Vec<String>,
    pub(super) new_ones_protected: bool,
    pub(super) capacity_rebalance: bool,
    pub(super) warmup: Option<i64>,
}

impl Group {
    /// Instances that count towards the desired number: all that are not on their way out.
    pub(super) fn staying(&self) -> impl Iterator<Item = &Member> {
        self.members.values().filter(|member| !member.stage.is_leaving())
    }

    /// The tags as new instances and the inventory see them.
    pub(super) fn plain_tags(&self, only_propagated: bool) -> Tags {
        let mut tags = Tags::default();
        for (key, tag) in self.tags.iter().filter(|(_, tag)| tag.propagated || !only_propagated) {
            tags.set(key, &tag.value);
        }
        tags
    }

    pub(super) fn item(&self) -> Item {
        let state = if self.is_going { "deleting" } else { "active" };
        let item = Item::new("autoscaling", "groups", &self.arn, &self.plain_tags(false), state).named(&self.name);
        item.with("desired", self.size.desired).with("instances", self.members.len())
    }

    pub(super) fn render(&self, zones: &[String], role: &str, with_instances: bool) -> Value {
        let tags: Vec<Value> = self.tags.iter().map(|(key, tag)| tag.render(&self.name, key)).collect();
        let instances: Vec<Value> =
            self.members.values().filter(|_| with_instances).map(|member| member.render(None)).collect();
        json!({
            "AutoScalingGroupName": self.name,
            "AutoScalingGroupARN": self.arn,
            "LaunchTemplate": self.launch.render(),
            "MinSize": self.size.least,
            "MaxSize": self.size.most,
            "DesiredCapacity": self.size.desired,
            "DefaultCooldown": self.settings.cooldown,
            "AvailabilityZones": zones,
            "LoadBalancerNames": [],
            "TargetGroupARNs": [],
            "HealthCheckType": self.settings.health_check,
            "HealthCheckGracePeriod": self.settings.grace_period,
            "Instances": instances,
            "CreatedTime": iso(self.created),
            "SuspendedProcesses": [],
            "VPCZoneIdentifier": self.launch.subnet_ids.join(","),
            "EnabledMetrics": [],
            "Status": self.is_going.then_some("Delete in progress"),
            "Tags": tags,
            "TerminationPolicies": self.settings.termination_policies,
            "NewInstancesProtectedFromScaleIn": self.settings.new_ones_protected,
            "ServiceLinkedRoleARN": role,
            "CapacityRebalance": self.settings.capacity_rebalance,
            "DefaultInstanceWarmup": self.settings.warmup,
            "TrafficSources": [],
        })
    }
}
