//! A group: what is wanted, and what it has.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::activity::Activity;
use super::launch_spec::LaunchSpec;
use super::lifecycle_hook::Hook;
use super::member::Member;
use super::process::Suspension;
use super::refresh::Refresh;
use super::scaling_policy::Policy;
use super::scheduled_action::Scheduled;
use super::settings::Settings;
use super::tagging::GroupTag;
use super::traffic::Traffic;
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
    /// Processes that do nothing at the moment.
    pub(super) suspended: BTreeMap<String, Suspension>,
    /// Names of metrics that are collected.
    pub(super) metrics: BTreeSet<String>,
    /// Load balancers and target groups that get the instances.
    pub(super) traffic: Vec<Traffic>,
    pub(super) policies: BTreeMap<String, Policy>,
    pub(super) scheduled: BTreeMap<String, Scheduled>,
    /// Kinds of news by the topic that gets them.
    pub(super) notified: BTreeMap<String, BTreeSet<String>>,
    /// Newest last.
    pub(super) refreshes: Vec<Refresh>,
    /// Sentences that say why the size changed, for the activities to come.
    pub(super) causes: Vec<String>,
    /// How many unhealthy instances are to be replaced.
    pub(super) replacing: usize,
    /// The zone in which the last launch failed, until one succeeds.
    pub(super) zone_without_luck: Option<String>,
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

impl Group {
    pub(super) fn new(
        name: &str,
        arn: String,
        size: Size,
        launch: LaunchSpec,
        settings: Settings,
        now: Moment,
    ) -> Self {
        Self {
            name: name.to_owned(),
            arn,
            size,
            launch,
            settings,
            tags: BTreeMap::new(),
            hooks: BTreeMap::new(),
            members: IndexMap::new(),
            activities: Vec::new(),
            suspended: BTreeMap::new(),
            metrics: BTreeSet::new(),
            traffic: Vec::new(),
            policies: BTreeMap::new(),
            scheduled: BTreeMap::new(),
            notified: BTreeMap::new(),
            refreshes: Vec::new(),
            causes: Vec::new(),
            replacing: 0,
            zone_without_luck: None,
            created: now,
            is_going: false,
        }
    }

    /// Instances that count towards the desired number: neither on their way out nor in standby.
    pub(super) fn staying(&self) -> impl Iterator<Item = &Member> {
        self.members.values().filter(|member| member.stage.counts())
    }

    /// The capacity that these make up.
    pub(super) fn capacity(&self) -> i64 {
        self.staying().map(|member| member.weight).sum()
    }

    /// Whether a process works.
    pub(super) fn runs(&self, process: &str) -> bool {
        !self.suspended.contains_key(process)
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

    /// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html>
    pub(super) fn render(&self, zones: &[String], with_instances: bool) -> Value {
        let tags: Vec<Value> = self.tags.iter().map(|(key, tag)| tag.render(&self.name, key)).collect();
        let instances = self.members.values().filter(|_| with_instances).map(|member| member.render(None));
        let metrics = self.metrics.iter().map(|name| json!({"Metric": name, "Granularity": "1Minute"}));
        let suspended =
            self.suspended.iter().map(|(process, why)| json!({"ProcessName": process, "SuspensionReason": why.reason}));
        let mut shown = json!({
            "AutoScalingGroupName": self.name,
            "AutoScalingGroupARN": self.arn,
            "MinSize": self.size.least,
            "MaxSize": self.size.most,
            "DesiredCapacity": self.size.desired,
            "DefaultCooldown": self.settings.cooldown,
            "AvailabilityZones": zones,
            "LoadBalancerNames": self.traffic_of(Traffic::is_load_balancer),
            "TargetGroupARNs": self.traffic_of(Traffic::is_target_group),
            "HealthCheckType": self.settings.health_check,
            "HealthCheckGracePeriod": self.settings.grace_period,
            "Instances": instances.collect::<Vec<_>>(),
            "CreatedTime": iso(self.created),
            "SuspendedProcesses": suspended.collect::<Vec<_>>(),
            "VPCZoneIdentifier": self.launch.subnet_ids.join(","),
            "EnabledMetrics": metrics.collect::<Vec<_>>(),
            "Status": self.is_going.then_some("Delete in progress"),
            "Tags": tags,
            "TerminationPolicies": self.settings.termination_policies,
            "NewInstancesProtectedFromScaleIn": self.settings.new_ones_protected,
            "ServiceLinkedRoleARN": self.settings.service_linked_role,
            "CapacityRebalance": self.settings.capacity_rebalance,
            "DefaultInstanceWarmup": self.settings.warmup,
            "TrafficSources": self.traffic.iter().map(Traffic::render).collect::<Vec<_>>(),
        });
        if let Some(members) = shown.as_object_mut() {
            members.extend(self.launch.source.render());
            members.extend(self.settings.kept.clone());
        }
        shown
    }
}
