"""Groups: made, changed, shown and deleted."""

import pytest
from scaling_groups import Group
from simulator import refused

CREATE = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html"
UPDATE = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html"
DELETE = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html"
DESIRED = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetDesiredCapacity.html"
ACTIVITIES = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-verify-scaling-activity.html"
POLICIES = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html"
HEALTH = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-health-checks.html"
MIXED = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups.html"
CAPACITY = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/CHAP_Troubleshooting.html"


@pytest.mark.aws(CREATE)
def test_a_group_is_read_back_with_defaults(aws):
    """A new group has AWS's defaults: cooldown 300, EC2 health checks, the default termination policy, its service-linked role."""
    read = Group(aws, 1, 3).read()
    assert (read["MinSize"], read["MaxSize"], read["DesiredCapacity"]) == (1, 3, 1)
    assert (read["DefaultCooldown"], read["HealthCheckType"], read["TerminationPolicies"]) == (300, "EC2", ["Default"])
    assert read["AvailabilityZones"] == ["eu-west-1a", "eu-west-1b"]
    assert read["ServiceLinkedRoleARN"].endswith("autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling")
    assert aws.iam.get_role(RoleName="AWSServiceRoleForAutoScaling")
    assert (read["SuspendedProcesses"], read["EnabledMetrics"], read["LoadBalancerNames"]) == ([], [], [])


@pytest.mark.aws(CREATE)
def test_a_groups_name_is_taken_once(aws):
    """A second group of the same name is refused, also while the first is being deleted."""
    group = Group(aws, 1, 1).started()
    more = {"AutoScalingGroupName": "app", "MinSize": 0, "MaxSize": 1, "VPCZoneIdentifier": group.subnets[0]}
    template = {"LaunchTemplateName": "app"}
    with refused("AlreadyExists", "A group with the name app already exists"):
        aws.autoscaling.create_auto_scaling_group(LaunchTemplate=template, **more)
    aws.autoscaling.delete_auto_scaling_group(AutoScalingGroupName="app", ForceDelete=True)
    with refused("AlreadyExists", "already exists and is pending delete"):
        aws.autoscaling.create_auto_scaling_group(LaunchTemplate=template, **more)


@pytest.mark.aws(CREATE)
def test_sizes_must_fit_each_other(aws):
    """The desired capacity lies between the bounds, and the bounds in order."""
    group = Group(aws, 1, 2)
    with refused("ValidationError", "Max bound, 1, must be greater than or equal to min bound, 2"):
        group.api.update_auto_scaling_group(AutoScalingGroupName="app", MinSize=2, MaxSize=1)
    with refused("ValidationError", "Desired capacity:3 must be between the specified min size:1 and max size:2"):
        group.api.update_auto_scaling_group(AutoScalingGroupName="app", DesiredCapacity=3)


@pytest.mark.aws(CREATE)
def test_a_group_launches_from_one_source(aws):
    """A group names one of launch template, launch configuration and mixed instances policy, and one that exists."""
    group = Group(aws)
    more = {"AutoScalingGroupName": "other", "MinSize": 0, "MaxSize": 1, "VPCZoneIdentifier": group.subnets[0]}
    with refused("ValidationError", "Valid requests must contain either LaunchTemplate, LaunchConfigurationName"):
        group.api.create_auto_scaling_group(**more)
    with refused("ValidationError", "The specified launch template, with template name none, does not exist."):
        group.api.create_auto_scaling_group(LaunchTemplate={"LaunchTemplateName": "none"}, **more)
    with refused("ValidationError", "Launch configuration name not found"):
        group.api.create_auto_scaling_group(LaunchConfigurationName="none", **more)


@pytest.mark.aws(UPDATE)
def test_settings_change(aws):
    """UpdateAutoScalingGroup changes what it names and leaves the rest; unknown termination policies are refused."""
    group = Group(aws)
    group.api.update_auto_scaling_group(
        AutoScalingGroupName="app", HealthCheckGracePeriod=60, TerminationPolicies=["OldestInstance"], DefaultCooldown=10
    )
    read = group.read()
    assert (read["HealthCheckGracePeriod"], read["TerminationPolicies"]) == (60, ["OldestInstance"])
    assert read["MaxSize"] == 4
    with refused("ValidationError", "YoungestInstance"):
        group.api.update_auto_scaling_group(AutoScalingGroupName="app", TerminationPolicies=["YoungestInstance"])


@pytest.mark.aws(DESIRED)
def test_desired_capacity_stays_in_bounds(aws):
    """SetDesiredCapacity refuses what lies outside the bounds, and a group that does not exist."""
    group = Group(aws, 1, 2)
    with refused("ValidationError", "New SetDesiredCapacity value 3 is above max value 2 for the AutoScalingGroup."):
        group.api.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=3)
    with refused("ValidationError", "New SetDesiredCapacity value 0 is below min value 1 for the AutoScalingGroup."):
        group.api.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=0)
    with refused("ValidationError", "AutoScalingGroup name not found"):
        group.api.set_desired_capacity(AutoScalingGroupName="none", DesiredCapacity=1)


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scaling-cooldowns.html")
def test_a_cooldown_may_be_honored(aws):
    """SetDesiredCapacity with HonorCooldown is refused until the cooldown after the last activity is over."""
    group = Group(aws, 1, 3, DefaultCooldown=100).started()
    with refused("ScalingActivityInProgress"):
        group.api.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=2, HonorCooldown=True)
    aws.advance(100)
    group.api.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=2, HonorCooldown=True)


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-lifecycle.html")
def test_instances_are_pending_before_they_are_in_service(aws):
    """Instances of a group are pending until they run, then in service, spread over the zones, with the template's version."""
    group = Group(aws, 2, 4).started(8)
    assert group.states() == ["Pending", "Pending"]
    aws.advance(30)
    assert group.states() == ["InService", "InService"]
    assert {one["AvailabilityZone"] for one in group.instances()} == {"eu-west-1a", "eu-west-1b"}
    assert {one["LaunchTemplate"]["Version"] for one in group.instances()} == {"1"}
    details = aws.autoscaling.describe_auto_scaling_instances(InstanceIds=group.ids()[:1])["AutoScalingInstances"]
    assert (details[0]["HealthStatus"], details[0]["AutoScalingGroupName"]) == ("HEALTHY", "app")


@pytest.mark.aws(ACTIVITIES)
def test_activities_say_what_caused_them(aws):
    """Launches and terminations are activities with AWS's sentences for their causes, newest first."""
    group = Group(aws, 1, 2).started()
    (launch,) = group.activities()
    assert launch["StatusCode"] == "Successful" and launch["Progress"] == 100
    assert launch["Description"] == f"Launching a new EC2 instance: {group.ids()[0]}"
    assert "a user request created an AutoScalingGroup changing the desired capacity from 0 to 1." in launch["Cause"]
    assert "increasing the capacity from 0 to 1." in launch["Cause"]
    assert '"Availability Zone"' in launch["Details"]
    group.api.update_auto_scaling_group(AutoScalingGroupName="app", MinSize=0, DesiredCapacity=0)
    aws.advance(8)
    ending = group.activities()[0]
    assert ending["StatusCode"] == "InProgress" and "EndTime" not in ending
    assert "update of AutoScalingGroup constraints to min: 0, max: 2, desired: 0" in ending["Cause"]
    assert f"instance {group.ids()[0]} was selected for termination." in ending["Cause"]


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeScalingActivities.html")
def test_activities_outlive_their_group(aws):
    """The activities of a deleted group are shown only when asked for."""
    group = Group(aws, 1, 1).started()
    group.api.delete_auto_scaling_group(AutoScalingGroupName="app", ForceDelete=True)
    aws.advance(120)
    with refused("ValidationError", "not found"):
        group.activities()
    shown = group.api.describe_scaling_activities(AutoScalingGroupName="app", IncludeDeletedGroups=True)["Activities"]
    assert [one["Description"].split(":")[0] for one in shown] == [
        "Terminating EC2 instance",
        "Launching a new EC2 instance",
    ]


@pytest.mark.aws(DELETE)
def test_a_group_with_instances_is_deleted_by_force_alone(aws):
    """A group with instances is in use; by force it is deleted together with them, which takes a while."""
    group = Group(aws, 1, 1).started()
    with refused("ResourceInUse", "You cannot delete an AutoScalingGroup while there are instances"):
        group.api.delete_auto_scaling_group(AutoScalingGroupName="app")
    group.api.delete_auto_scaling_group(AutoScalingGroupName="app", ForceDelete=True)
    assert group.read()["Status"] == "Delete in progress"
    with refused("ValidationError", "pending delete"):
        group.api.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=0)
    aws.advance(120)
    assert group.api.describe_auto_scaling_groups(AutoScalingGroupNames=["app"])["AutoScalingGroups"] == []


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAutoScalingGroups.html")
def test_groups_come_in_pages_of_fifty(aws):
    """DescribeAutoScalingGroups gives fifty groups a page, a hundred at most."""
    group = Group(aws)
    for number in range(50):
        group.api.create_auto_scaling_group(
            AutoScalingGroupName=f"more-{number:02}",
            MinSize=0,
            MaxSize=0,
            LaunchTemplate={"LaunchTemplateName": "app"},
            VPCZoneIdentifier=group.subnets[0],
        )
    first = group.api.describe_auto_scaling_groups()
    assert len(first["AutoScalingGroups"]) == 50
    rest = group.api.describe_auto_scaling_groups(NextToken=first["NextToken"])
    assert len(rest["AutoScalingGroups"]) == 1 and "NextToken" not in rest
    with refused("ValidationError"):
        group.api.describe_auto_scaling_groups(MaxRecords=101)


@pytest.mark.aws(HEALTH)
def test_a_terminated_instance_is_replaced(aws):
    """An instance that somebody terminates is noticed by the health check, and another is launched."""
    group = Group(aws, 1, 1).started()
    (before,) = group.ids()
    aws.ec2.terminate_instances(InstanceIds=[before])
    aws.advance(120)
    assert group.states() == ["InService"] and group.ids() != [before]
    causes = [one["Cause"] for one in group.activities()]
    assert "an instance was launched in response to an unhealthy instance needing to be replaced." in causes[0]
    assert "an EC2 health check indicating it has been terminated or stopped." in causes[1]


@pytest.mark.aws(HEALTH)
def test_a_stopped_instance_is_replaced(aws):
    """An instance that somebody stops is unhealthy: it is terminated and another is launched, unless it is in standby."""
    group = Group(aws, 1, 1).started()
    (before,) = group.ids()
    aws.ec2.stop_instances(InstanceIds=[before])
    aws.advance(180)
    assert group.states() == ["InService"] and group.ids() != [before]
    instances = aws.ec2.describe_instances(InstanceIds=[before])["Reservations"][0]["Instances"]
    assert instances[0]["State"]["Name"] == "terminated"
    assert "an EC2 health check indicating it has been terminated or stopped." in group.activities()[1]["Cause"]
    (after,) = group.ids()
    group.api.update_auto_scaling_group(AutoScalingGroupName="app", MinSize=0)
    group.api.enter_standby(
        AutoScalingGroupName="app", InstanceIds=[after], ShouldDecrementDesiredCapacity=True
    )
    aws.ec2.stop_instances(InstanceIds=[after])
    aws.advance(180)
    assert group.ids() == [after] and group.states() == ["Standby"]


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_SetInstanceHealth.html")
def test_an_instance_that_is_said_to_be_unhealthy_is_replaced(aws):
    """SetInstanceHealth gets an instance replaced, unless its grace period lasts and is respected."""
    group = Group(aws, 1, 1, HealthCheckGracePeriod=600).started()
    (before,) = group.ids()
    group.api.set_instance_health(InstanceId=before, HealthStatus="Unhealthy")
    aws.advance(120)
    assert group.ids() == [before]
    group.api.set_instance_health(InstanceId=before, HealthStatus="Unhealthy", ShouldRespectGracePeriod=False)
    aws.advance(120)
    assert group.states() == ["InService"] and group.ids() != [before]
    assert "in response to a user health-check." in group.activities()[1]["Cause"]


@pytest.mark.aws(POLICIES)
def test_termination_policies_choose_who_goes(aws):
    """Scale-in takes the newest or the oldest instance, as the group's policy says."""
    group = Group(aws, 0, 4, TerminationPolicies=["NewestInstance"])
    group.api.update_auto_scaling_group(AutoScalingGroupName="app", VPCZoneIdentifier=group.subnets[0])
    for desired in (1, 2, 3):
        group.api.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=desired)
        aws.advance(60)
    oldest, middle, _newest = group.ids()
    group.api.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=2)
    aws.advance(60)
    assert group.ids() == [oldest, middle]
    group.api.update_auto_scaling_group(AutoScalingGroupName="app", TerminationPolicies=["OldestInstance"])
    group.api.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=1)
    aws.advance(60)
    assert group.ids() == [middle]


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-instance-protection.html")
def test_protected_instances_stay_at_scale_in(aws):
    """Instances that are protected from scale-in stay until the protection is taken away."""
    group = Group(aws, 0, 2, 2, NewInstancesProtectedFromScaleIn=True).started()
    group.api.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=0)
    aws.advance(60)
    assert group.states() == ["InService", "InService"]
    first, _ = group.ids()
    group.api.set_instance_protection(AutoScalingGroupName="app", InstanceIds=[first], ProtectedFromScaleIn=False)
    aws.advance(10)
    assert [one["LifecycleState"] for one in group.instances() if one["InstanceId"] == first] == ["Terminating"]


@pytest.mark.aws(CAPACITY)
def test_a_launch_without_capacity_fails_and_is_tried_again(aws):
    """A launch that EC2 refuses is a failed activity with the reason, and the group tries again."""
    message = "We currently do not have sufficient t3.small capacity in the Availability Zone you requested"
    aws.fault(
        service="ec2", operation="RunInstances", kind="error", code="InsufficientInstanceCapacity", message=message
    )
    group = Group(aws, 1, 1).started(10)
    failed = group.activities()[0]
    assert failed["StatusCode"] == "Failed"
    assert failed["StatusMessage"] == f"{message}. Launching EC2 instance failed."
    aws.control("DELETE", "/faults")
    aws.advance(60)
    assert group.states() == ["InService"]


@pytest.mark.aws(CAPACITY)
def test_a_missing_profile_fails_the_launch(aws):
    """A launch template whose instance profile has gone makes launches fail until there is one."""
    aws.iam.create_instance_profile(InstanceProfileName="app")
    group = Group(aws)
    data = {"ImageId": group.image, "InstanceType": "t3.small", "IamInstanceProfile": {"Name": "app"}}
    aws.ec2.create_launch_template(LaunchTemplateName="profiled", LaunchTemplateData=data)
    group.api.update_auto_scaling_group(AutoScalingGroupName="app", LaunchTemplate={"LaunchTemplateName": "profiled"})
    aws.iam.delete_instance_profile(InstanceProfileName="app")
    group.api.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=1)
    aws.advance(10)
    assert "Invalid IAM Instance Profile name. Launching EC2 instance failed." in group.activities()[0]["StatusMessage"]


@pytest.mark.aws(MIXED)
def test_a_mix_of_types_has_its_base_on_demand(aws):
    """A mixed group launches its base on demand and the rest as the percentage says, from the first type with capacity."""
    source = {
        "MixedInstancesPolicy": {
            "LaunchTemplate": {
                "LaunchTemplateSpecification": {"LaunchTemplateName": "app"},
                "Overrides": [{"InstanceType": "t3.medium"}, {"InstanceType": "t3.large"}],
            },
            "InstancesDistribution": {
                "OnDemandBaseCapacity": 1,
                "OnDemandPercentageAboveBaseCapacity": 0,
                "SpotAllocationStrategy": "price-capacity-optimized",
            },
        }
    }
    aws.fault(
        service="ec2",
        operation="RunInstances",
        contains="t3.medium",
        kind="error",
        code="InsufficientInstanceCapacity",
        skip=1,
    )
    group = Group(aws, 0, 3, 2, source=source).started()
    assert group.types() == ["t3.large", "t3.medium"]
    policy = group.read()["MixedInstancesPolicy"]
    assert policy["InstancesDistribution"]["OnDemandAllocationStrategy"] == "prioritized"
    assert [one["InstanceType"] for one in policy["LaunchTemplate"]["Overrides"]] == ["t3.medium", "t3.large"]


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-mixed-instances-groups-instance-weighting.html")
def test_weights_make_up_the_capacity(aws):
    """Instances count as much as their type's weight says."""
    source = {
        "MixedInstancesPolicy": {
            "LaunchTemplate": {
                "LaunchTemplateSpecification": {"LaunchTemplateName": "app"},
                "Overrides": [{"InstanceType": "t3.large", "WeightedCapacity": "2"}],
            }
        }
    }
    group = Group(aws, 0, 8, 5, source=source).started()
    assert group.types() == ["t3.large"] * 3
    assert {one["WeightedCapacity"] for one in group.instances()} == {"2"}


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateLaunchConfiguration.html")
def test_a_launch_configuration_is_made_once_and_never_changes(aws):
    """A launch configuration has a name of its own, and cannot be deleted while a group uses it."""
    group = Group(aws)
    wanted = {"LaunchConfigurationName": "old", "ImageId": group.image, "InstanceType": "t3.micro"}
    group.api.create_launch_configuration(**wanted)
    with refused("AlreadyExists", "A launch configuration already exists with the name old"):
        group.api.create_launch_configuration(**wanted)
    group.api.update_auto_scaling_group(
        AutoScalingGroupName="app", LaunchConfigurationName="old", MinSize=1, DesiredCapacity=1
    )
    aws.advance(60)
    read = group.read()
    assert read["LaunchConfigurationName"] == "old" and "LaunchTemplate" not in read
    assert read["Instances"][0]["LaunchConfigurationName"] == "old" and group.types() == ["t3.micro"]
    with refused("ResourceInUse", "Cannot delete launch configuration old because it is attached to"):
        group.api.delete_launch_configuration(LaunchConfigurationName="old")
    (listed,) = group.api.describe_launch_configurations()["LaunchConfigurations"]
    assert (listed["UserData"], listed["EbsOptimized"], listed["InstanceMonitoring"]) == ("", False, {"Enabled": True})


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html")
def test_tags_are_passed_on_at_launch(aws):
    """Instances get those tags of the group that are to be passed on, and the group's name."""
    tags = [
        {"Key": "env", "Value": "dev", "PropagateAtLaunch": True},
        {"Key": "own", "Value": "yes", "PropagateAtLaunch": False},
    ]
    group = Group(aws, 1, 1, Tags=tags).started()
    found = aws.ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": group.ids()}])["Tags"]
    tagged = {tag["Key"]: tag["Value"] for tag in found}
    assert tagged["env"] == "dev" and tagged["aws:autoscaling:groupName"] == "app" and "own" not in tagged
    with refused("ValidationError", "AutoScalingGroup 'none' not found"):
        group.api.create_or_update_tags(Tags=[{"ResourceId": "none", "ResourceType": "auto-scaling-group", "Key": "a"}])


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DescribeAccountLimits.html")
def test_quotas_and_types_are_told(aws):
    """An account learns its quotas, and what there is to choose from."""
    Group(aws)
    limits = aws.autoscaling.describe_account_limits()
    assert (limits["MaxNumberOfAutoScalingGroups"], limits["NumberOfAutoScalingGroups"]) == (500, 1)
    assert "Default" in aws.autoscaling.describe_termination_policy_types()["TerminationPolicyTypes"]
    assert {"ProcessName": "Launch"} in aws.autoscaling.describe_scaling_process_types()["Processes"]
    assert len(aws.autoscaling.describe_adjustment_types()["AdjustmentTypes"]) == 3
    assert len(aws.autoscaling.describe_lifecycle_hook_types()["LifecycleHookTypes"]) == 2
