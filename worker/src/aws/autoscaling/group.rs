//! Auto Scaling groups and their instances.

use aws_sdk_autoscaling::types::{LaunchTemplateSpecification, LifecycleState, ScalingActivityStatusCode};

use serde::{Deserialize, Serialize};

use super::AutoScaling;
use crate::aws::{AbsentOk, NotCalled, Tag};

/// A version of a launch template.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Template {
    /// `lt-…`
    pub id: String,
    /// Its number.
    pub version: String,
}

/// An instance of a group that is there to stay, or still coming.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// `i-…`
    pub instance_id: String,
    /// The version of the launch template that it was made from.
    pub version: Option<String>,
}

/// An Auto Scaling group.
#[derive(Clone, Debug)]
pub struct Group {
    /// What its next instances are made from.
    pub template: Option<Template>,
    /// The subnets of its next instances.
    pub subnet_ids: Vec<String>,
    /// How many instances it is to have.
    pub desired: u32,
    /// Its instances that are not on their way out.
    pub members: Vec<Member>,
    /// How many instances are on their way out.
    pub leaving: usize,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Whether it is being deleted.
    pub going: bool,
}

/// What a change of a group sets.
#[derive(Clone, Debug)]
pub struct Change<'a> {
    /// What its next instances are made from.
    pub template: &'a Template,
    /// The subnets of its next instances.
    pub subnet_ids: &'a [String],
    /// How many instances it is to have.
    pub desired: u32,
    /// How many it may have.
    pub most: u32,
}

impl AutoScaling {
    /// A group by its name.
    pub async fn find_group(&self, name: &str) -> Result<Option<Group>, NotCalled> {
        let request = self.client.describe_auto_scaling_groups().auto_scaling_group_names(name);
        let answer = self.calls.call("autoscaling", "DescribeAutoScalingGroups", request.send()).await?;
        Ok(answer.auto_scaling_groups().first().map(read))
    }

    /// Makes a group. It never shrinks by itself: new instances are protected, so that neither a smaller size nor zones out
    /// of balance end one that was not drained.
    /// <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-protection.html>
    pub async fn create_group(&self, name: &str, wanted: &Change<'_>, tags: &[Tag]) -> Result<(), NotCalled> {
        let request = self
            .client
            .create_auto_scaling_group()
            .auto_scaling_group_name(name)
            .launch_template(specification(wanted.template))
            .vpc_zone_identifier(wanted.subnet_ids.join(","))
            .min_size(0)
            .max_size(count(wanted.most))
            .desired_capacity(count(wanted.desired))
            .new_instances_protected_from_scale_in(true)
            .set_tags(Some(tags.iter().map(|tag| written(name, tag)).collect()));
        self.calls.call("autoscaling", "CreateAutoScalingGroup", request.send()).await.map(|_| ())
    }

    /// Changes a group; instances that it has stay as they are.
    pub async fn change_group(&self, name: &str, wanted: &Change<'_>) -> Result<(), NotCalled> {
        let request = self
            .client
            .update_auto_scaling_group()
            .auto_scaling_group_name(name)
            .launch_template(specification(wanted.template))
            .vpc_zone_identifier(wanted.subnet_ids.join(","))
            .max_size(count(wanted.most))
            .desired_capacity(count(wanted.desired));
        self.calls.call("autoscaling", "UpdateAutoScalingGroup", request.send()).await.map(|_| ())
    }

    /// Ends an instance for good: the group wants one less.
    pub async fn remove_instance(&self, instance_id: &str) -> Result<(), NotCalled> {
        let request = self.client.terminate_instance_in_auto_scaling_group().instance_id(instance_id);
        let request = request.should_decrement_desired_capacity(true);
        self.calls.call("autoscaling", "TerminateInstanceInAutoScalingGroup", request.send()).await.map(|_| ())
    }

    /// Why the newest launch failed, when it did.
    pub async fn last_failure(&self, name: &str) -> Result<Option<String>, NotCalled> {
        let request = self.client.describe_scaling_activities().auto_scaling_group_name(name).max_records(10);
        let answer = match self.calls.call("autoscaling", "DescribeScalingActivities", request.send()).await {
            // A read may be older than the group.
            Err(error) if is_absent(&error) => return Ok(None),
            answer => answer?,
        };
        let newest = answer.activities().first();
        let failed = newest.filter(|it| it.status_code() == Some(&ScalingActivityStatusCode::Failed));
        Ok(failed.and_then(|activity| activity.status_message()).map(str::to_owned))
    }

    /// Begins to delete a group and to end its instances.
    pub async fn delete_group(&self, name: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_auto_scaling_group().auto_scaling_group_name(name).force_delete(true);
        match self.calls.call("autoscaling", "DeleteAutoScalingGroup", request.send()).await {
            Err(error) if is_absent(&error) => Ok(()),
            answer => answer.absent_ok(&["ScalingActivityInProgress"]).map(|_| ()),
        }
    }
}

fn read(group: &aws_sdk_autoscaling::types::AutoScalingGroup) -> Group {
    let staying = group.instances().iter().filter(|instance| !is_leaving(instance.lifecycle_state()));
    let members: Vec<Member> = staying
        .filter_map(|instance| {
            let version = instance.launch_template().and_then(|template| template.version().map(str::to_owned));
            Some(Member { instance_id: instance.instance_id()?.to_owned(), version })
        })
        .collect();
    let template = group.launch_template().and_then(|template| {
        let id = template.launch_template_id()?.to_owned();
        Some(Template { id, version: template.version()?.to_owned() })
    });
    let tags = group.tags().iter().filter_map(|tag| Some(Tag::new(tag.key()?, tag.value()?)));
    Group {
        template,
        subnet_ids: group.vpc_zone_identifier().unwrap_or_default().split(',').map(str::to_owned).collect(),
        desired: group.desired_capacity().and_then(|count| u32::try_from(count).ok()).unwrap_or_default(),
        leaving: group.instances().len() - members.len(),
        members,
        tags: tags.collect(),
        // Only a group that is being deleted has a status.
        going: group.status().is_some(),
    }
}

fn is_leaving(state: Option<&LifecycleState>) -> bool {
    state.is_some_and(|state| ["Terminat", "Detach"].iter().any(|leaving| state.as_str().starts_with(leaving)))
}

fn specification(template: &Template) -> LaunchTemplateSpecification {
    LaunchTemplateSpecification::builder().launch_template_id(&template.id).version(&template.version).build()
}

/// Not propagated: the launch template tags instances and volumes itself.
fn written(group: &str, tag: &Tag) -> aws_sdk_autoscaling::types::Tag {
    let built = aws_sdk_autoscaling::types::Tag::builder().key(&tag.key).value(&tag.value);
    built.resource_id(group).resource_type("auto-scaling-group").propagate_at_launch(false).build()
}

fn count(instances: u32) -> i32 {
    i32::try_from(instances).unwrap_or(i32::MAX)
}

/// Whether Auto Scaling says that there is no such group; it has one code for everything that it does not like.
fn is_absent(error: &NotCalled) -> bool {
    error.is("ValidationError") && error.message().contains("not found")
}
