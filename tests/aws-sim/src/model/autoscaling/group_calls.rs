//! The calls that make, change, show and delete groups.

use indexmap::IndexMap;
use serde_json::{Value, json};

use super::group::{Group, Settings, Size};
use super::launch_spec::{self, LaunchSpec};
use super::{Event, capacity, invalid, lifecycle_hook, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::event;
use crate::model::input::Input;
use crate::model::page;
use crate::model::timing;

/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    if name.chars().count() > 255 || name.contains(':') {
        return Err(invalid(format!("The group name '{name}' is invalid.")));
    }
    let (least, most) = (input.required_int("MinSize")?, input.required_int("MaxSize")?);
    let size = Size { least, most, desired: input.int("DesiredCapacity")?.unwrap_or(least) };
    size.check()?;
    if !input.has("LaunchTemplate") {
        return Err(invalid(
            "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or \
             MixedInstancesPolicy parameter.",
        ));
    }
    if let Some(group) = context.region().autoscaling.groups.get(name) {
        let state = if group.is_going { " and is pending delete" } else { "" };
        let message = format!(
            "AutoScalingGroup by this name already exists - A group with the name {name} already exists{state}"
        );
        return Err(AwsError::new("AlreadyExists", message));
    }
    let template = launch_spec::read_template(context, &input.part("LaunchTemplate"))?;
    let subnet_ids = launch_spec::read_subnets(context, input.text("VPCZoneIdentifier").unwrap_or_default())?;
    let launch = LaunchSpec { template, subnet_ids };
    launch_spec::check(context, &launch)?;
    let arn = format!("autoScalingGroup:{}:autoScalingGroupName/{name}", context.world.ids.uuid());
    let group = Group {
        name: name.to_owned(),
        arn: context.arn("autoscaling", &arn),
        size,
        launch,
        settings: Settings::default().changed(input)?,
        tags: tagging::read(input)?.into_iter().map(|(_, key, tag)| (key, tag)).collect(),
        hooks: lifecycle_hook::read_all(input)?,
        members: IndexMap::new(),
        activities: Vec::new(),
        created: context.now,
        is_going: false,
    };
    context.region().autoscaling.groups.insert(name.to_owned(), group);
    balance_soon(context, name);
    Ok(Value::Null)
}

pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    let group = living(context, name)?.clone();
    let size = group.size.changed(input)?;
    let mut launch = group.launch;
    if input.has("LaunchTemplate") {
        launch.template = launch_spec::read_template(context, &input.part("LaunchTemplate"))?;
    }
    if let Some(list) = input.text("VPCZoneIdentifier") {
        launch.subnet_ids = launch_spec::read_subnets(context, list)?;
    }
    if input.has("LaunchTemplate") || input.has("VPCZoneIdentifier") {
        launch_spec::check(context, &launch)?;
    }
    let settings = group.settings.changed(input)?;
    let group = living(context, name)?;
    (group.size, group.launch, group.settings) = (size, launch, settings);
    balance_soon(context, name);
    Ok(Value::Null)
}

pub(super) fn set_desired_capacity(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, desired) = (input.required("AutoScalingGroupName")?, input.required_int("DesiredCapacity")?);
    let size = &mut living(context, name)?.size;
    let refusal = |bound: &str, value: i64| {
        invalid(format!("New SetDesiredCapacity value {desired} is {bound} value {value} for the AutoScalingGroup."))
    };
    if desired > size.most {
        return Err(refusal("above max", size.most));
    }
    if desired < size.least {
        return Err(refusal("below min", size.least));
    }
    size.desired = desired;
    balance_soon(context, name);
    Ok(Value::Null)
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let service = "autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling";
    let role = context.global_arn("iam", &format!("role/aws-service-role/{service}"));
    let names = input.texts("AutoScalingGroupNames");
    let with_instances = input.flag("IncludeInstances")?.unwrap_or(true);
    let region = context.region();
    let mut rows = Vec::new();
    for group in region.autoscaling.groups.values() {
        if (names.is_empty() || names.contains(&group.name.as_str())) && is_asked(input, group)? {
            let zones = capacity::zones(&region.ec2, &group.launch.subnet_ids);
            rows.push((group.name.clone(), group.render(&zones, &role, with_instances)));
        }
    }
    paged(input, "AutoScalingGroups", rows, 50)
}

/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("AutoScalingGroupName")?;
    let force = input.flag("ForceDelete")?.unwrap_or(false);
    let group = context.region().autoscaling.group_mut(name)?;
    if !group.members.is_empty() && !force {
        let message =
            "You cannot delete an AutoScalingGroup while there are instances or pending activities still in the group.";
        return Err(AwsError::new("ResourceInUse", message));
    }
    group.is_going = true;
    group.size = Size { least: 0, most: 0, desired: 0 };
    group.hooks.clear();
    balance_soon(context, name);
    Ok(Value::Null)
}

/// A page, as Auto Scaling has them.
pub(super) fn paged(input: &Input<'_>, list: &str, rows: Vec<(String, Value)>, usual: i64) -> Answer {
    let limit = input.int("MaxRecords")?.unwrap_or(usual);
    if !(1..=100).contains(&limit) {
        return Err(invalid("MaxRecords must be between 1 and 100."));
    }
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("NextToken"));
    let (page, next) = page.ok_or_else(|| AwsError::new("InvalidNextToken", "The token is not valid."))?;
    Ok(json!({ list: page, "NextToken": next }))
}

/// Lets the group see to its number of instances.
pub(super) fn balance_soon(context: &mut Context<'_>, name: &str) {
    let balance = Event::Balance { group: name.to_owned() };
    context.schedule(timing::SCALING_REACTS, event::Event::AutoScaling(balance));
}

/// The group, unless it is being deleted.
pub(super) fn living<'a>(context: &'a mut Context<'_>, name: &str) -> Result<&'a mut Group, AwsError> {
    let group = context.region().autoscaling.group_mut(name)?;
    if group.is_going { Err(invalid(format!("AutoScalingGroup {name} is pending delete"))) } else { Ok(group) }
}

fn is_asked(input: &Input<'_>, group: &Group) -> Result<bool, AwsError> {
    for filter in input.parts("Filters") {
        let (name, values) = (filter.required("Name")?, filter.texts("Values"));
        let matches = match name {
            "tag-key" => group.tags.keys().any(|key| values.contains(&key.as_str())),
            "tag-value" => group.tags.values().any(|tag| values.contains(&tag.value.as_str())),
            _ => match name.strip_prefix("tag:") {
                Some(key) => group.tags.get(key).is_some_and(|tag| values.contains(&tag.value.as_str())),
                None => return Err(invalid(format!("Filter type {name} is not correct."))),
            },
        };
        if !matches {
            return Ok(false);
        }
    }
    Ok(true)
}

impl Size {
    fn check(self) -> Result<(), AwsError> {
        let Self { least, most, desired } = self;
        if least < 0 || most < 0 {
            return Err(invalid("Size bounds must not be negative."));
        }
        if most < least {
            return Err(invalid(format!("Max bound, {most}, must be greater than or equal to min bound, {least}")));
        }
        if !(least..=most).contains(&desired) {
            return Err(invalid(format!(
                "Desired capacity:{desired} must be between the specified min size:{least} and max size:{most}"
            )));
        }
        Ok(())
    }

    /// Without a desired capacity of its own a change moves the old one between the new bounds.
    fn changed(self, input: &Input<'_>) -> Result<Self, AwsError> {
        let (least, most) = (input.int("MinSize")?.unwrap_or(self.least), input.int("MaxSize")?.unwrap_or(self.most));
        let desired = match input.int("DesiredCapacity")? {
            Some(desired) => desired,
            None => self.desired.min(most).max(least),
        };
        let size = Self { least, most, desired };
        size.check().map(|()| size)
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            cooldown: 300,
            health_check: "EC2".to_owned(),
            grace_period: 0,
            termination_policies: vec!["Default".to_owned()],
            new_ones_protected: false,
            capacity_rebalance: false,
            warmup: None,
        }
    }
}

impl Settings {
    fn changed(mut self, input: &Input<'_>) -> Result<Self, AwsError> {
        self.cooldown = input.int("DefaultCooldown")?.unwrap_or(self.cooldown);
        self.grace_period = input.int("HealthCheckGracePeriod")?.unwrap_or(self.grace_period);
        self.new_ones_protected = input.flag("NewInstancesProtectedFromScaleIn")?.unwrap_or(self.new_ones_protected);
        self.capacity_rebalance = input.flag("CapacityRebalance")?.unwrap_or(self.capacity_rebalance);
        self.warmup = input.int("DefaultInstanceWarmup")?.or(self.warmup);
        if let Some(kind) = input.text("HealthCheckType") {
            kind.clone_into(&mut self.health_check);
        }
        if input.has("TerminationPolicies") {
            self.termination_policies = input.strings("TerminationPolicies");
        }
        Ok(self)
    }
}
