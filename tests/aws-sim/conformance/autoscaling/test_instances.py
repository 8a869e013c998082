"""Single instances of a group: attached, detached, set aside, ended, and asked about by hooks."""

import json

import pytest
from scaling_groups import Group
from simulator import refused

ATTACH = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/attach-instance-asg.html"
DETACH = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-detach-attach-instances.html"
STANDBY = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-enter-exit-standby.html"
TERMINATE = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html"
HOOKS = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html"
HEARTBEAT = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RecordLifecycleActionHeartbeat.html"
LAUNCHING = "autoscaling:EC2_INSTANCE_LAUNCHING"
TERMINATING = "autoscaling:EC2_INSTANCE_TERMINATING"


def hook(aws, transition, name="ask", **more):
    aws.autoscaling.put_lifecycle_hook(
        AutoScalingGroupName="app", LifecycleHookName=name, LifecycleTransition=transition, **more
    )


def complete(aws, instance_id, result, name="ask"):
    aws.autoscaling.complete_lifecycle_action(
        AutoScalingGroupName="app", LifecycleHookName=name, InstanceId=instance_id, LifecycleActionResult=result
    )


def desire(aws, capacity):
    aws.autoscaling.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=capacity)
    aws.advance(30)


@pytest.mark.aws(TERMINATE)
def test_a_terminated_member_is_replaced_unless_capacity_shrinks(aws):
    """Terminating an instance replaces it, or decrements the desired capacity, but not below the least."""
    group = Group(aws, 1, 2, 2).started()
    first, second = group.ids()
    ended = aws.autoscaling.terminate_instance_in_auto_scaling_group(
        InstanceId=first, ShouldDecrementDesiredCapacity=True
    )["Activity"]
    assert "was taken out of service in response to a user request, shrinking the capacity from 2 to 1." in ended["Cause"]
    aws.advance(60)
    assert group.ids() == [second]
    with refused("ValidationError", "Currently, desiredSize equals minSize (1)."):
        aws.autoscaling.terminate_instance_in_auto_scaling_group(InstanceId=second, ShouldDecrementDesiredCapacity=True)
    aws.autoscaling.terminate_instance_in_auto_scaling_group(InstanceId=second, ShouldDecrementDesiredCapacity=False)
    aws.advance(90)
    assert group.states() == ["InService"] and group.ids() != [second]
    with refused("ValidationError", "No managed instance found for instance ID: i-none"):
        aws.autoscaling.terminate_instance_in_auto_scaling_group(
            InstanceId="i-none", ShouldDecrementDesiredCapacity=False
        )


@pytest.mark.aws(DETACH)
def test_a_detached_instance_goes_on_outside(aws):
    """A detached instance runs on and is in no group; the desired capacity may shrink with it, but not below the least."""
    group = Group(aws, 1, 2, 2).started()
    first, second = group.ids()
    (detached,) = group.api.detach_instances(
        AutoScalingGroupName="app", InstanceIds=[first], ShouldDecrementDesiredCapacity=True
    )["Activities"]
    assert detached["Description"] == f"Detaching EC2 instance: {first}"
    assert "shrinking the capacity from 2 to 1." in detached["Cause"]
    aws.advance(60)
    assert group.ids() == [second]
    (running,) = aws.ec2.describe_instances(InstanceIds=[first])["Reservations"][0]["Instances"]
    assert running["State"]["Name"] == "running"
    with refused("ValidationError", "has min-size=1, max-size=2, and desired-size=1. To detach 1 instance, please update"):
        group.api.detach_instances(
            AutoScalingGroupName="app", InstanceIds=[second], ShouldDecrementDesiredCapacity=True
        )


@pytest.mark.aws(ATTACH)
def test_a_running_instance_is_attached(aws):
    """A running instance of the group's zones joins it and the desired capacity grows, up to the most."""
    group = Group(aws, 0, 1, 1).started()
    (first,) = group.ids()
    group.api.detach_instances(AutoScalingGroupName="app", InstanceIds=[first], ShouldDecrementDesiredCapacity=True)
    group.api.attach_instances(AutoScalingGroupName="app", InstanceIds=[first])
    aws.advance(10)
    assert (group.ids(), group.states(), group.read()["DesiredCapacity"]) == ([first], ["InService"], 1)
    with refused("ValidationError", "already part of AutoScalingGroup:app"):
        group.api.attach_instances(AutoScalingGroupName="app", InstanceIds=[first])
    with refused("ValidationError", "Invalid Instance ID(s): [i-none]"):
        group.api.attach_instances(AutoScalingGroupName="app", InstanceIds=["i-none"])


@pytest.mark.aws(ATTACH)
def test_a_full_group_takes_no_more(aws):
    """Attaching is refused where it would bring the group over its most."""
    group = Group(aws, 0, 1, 1).started()
    (first,) = group.ids()
    group.api.detach_instances(AutoScalingGroupName="app", InstanceIds=[first], ShouldDecrementDesiredCapacity=False)
    aws.advance(60)
    with refused("ValidationError", "and desired-size=1. To attach 1 more instance, please update the AutoScalingGroup"):
        group.api.attach_instances(AutoScalingGroupName="app", InstanceIds=[first])


@pytest.mark.aws(STANDBY)
def test_an_instance_steps_aside_and_returns(aws):
    """An instance in standby stays in the group without counting, and the desired capacity follows it out and back."""
    group = Group(aws, 0, 2, 1).started()
    (first,) = group.ids()
    (moving,) = group.api.enter_standby(
        AutoScalingGroupName="app", InstanceIds=[first], ShouldDecrementDesiredCapacity=True
    )["Activities"]
    assert moving["Description"] == f"Moving EC2 instance to Standby: {first}"
    assert "was moved to standby in response to a user request, shrinking the capacity from 1 to 0." in moving["Cause"]
    assert group.states() == ["EnteringStandby"]
    aws.advance(30)
    assert (group.states(), group.read()["DesiredCapacity"]) == (["Standby"], 0)
    (back,) = group.api.exit_standby(AutoScalingGroupName="app", InstanceIds=[first])["Activities"]
    assert (back["StatusCode"], back["Progress"]) == ("PreInService", 30)
    assert group.states() == ["Pending"]
    aws.advance(30)
    assert (group.states(), group.read()["DesiredCapacity"]) == (["InService"], 1)


@pytest.mark.aws(STANDBY)
def test_who_steps_aside_may_be_replaced(aws):
    """Without decrement another instance takes the place; with it the group may not fall below its least."""
    group = Group(aws, 1, 2, 1).started()
    (first,) = group.ids()
    with refused("ValidationError", "To place into standby 1 instance, please update the AutoScalingGroup sizes"):
        group.api.enter_standby(AutoScalingGroupName="app", InstanceIds=[first], ShouldDecrementDesiredCapacity=True)
    group.api.enter_standby(AutoScalingGroupName="app", InstanceIds=[first], ShouldDecrementDesiredCapacity=False)
    aws.advance(60)
    assert group.states() == ["InService", "Standby"]
    with refused("ValidationError", "is not in InService"):
        group.api.enter_standby(AutoScalingGroupName="app", InstanceIds=[first], ShouldDecrementDesiredCapacity=False)


@pytest.mark.aws(HOOKS)
def test_a_launch_waits_for_its_hook(aws):
    """With a launching hook an instance waits until the action is completed, and its activity is in the middle of it."""
    group = Group(aws)
    hook(aws, LAUNCHING)
    desire(aws, 1)
    assert group.states() == ["Pending:Wait"]
    assert group.activities()[0]["StatusCode"] == "MidLifecycleAction"
    complete(aws, group.ids()[0], "CONTINUE")
    assert group.states() == ["InService"]
    with refused("ValidationError", "No active Lifecycle Action found with instance ID"):
        complete(aws, group.ids()[0], "CONTINUE")


@pytest.mark.aws(HOOKS)
def test_an_abandoned_launch_is_cancelled_and_replaced(aws):
    """An instance whose launch is abandoned is terminated, its activity is cancelled, and the group tries again."""
    group = Group(aws)
    hook(aws, LAUNCHING)
    desire(aws, 1)
    (first,) = group.ids()
    complete(aws, first, "ABANDON")
    cancelled = [one for one in group.activities() if one["StatusCode"] == "Cancelled"]
    assert "Lifecycle Action Completed with ABANDON Result" in cancelled[0]["StatusMessage"]
    aws.advance(60)
    assert group.states() == ["Pending:Wait"] and group.ids() != [first]


@pytest.mark.aws(HOOKS)
def test_the_last_of_several_hooks_decides(aws):
    """An instance goes on when all hooks have said so."""
    group = Group(aws)
    hook(aws, LAUNCHING, "one")
    hook(aws, LAUNCHING, "two")
    desire(aws, 1)
    (first,) = group.ids()
    complete(aws, first, "CONTINUE", "one")
    assert group.states() == ["Pending:Wait"]
    complete(aws, first, "CONTINUE", "two")
    assert group.states() == ["InService"]


@pytest.mark.aws(HOOKS)
def test_nobody_answering_is_the_default_result(aws):
    """When a hook's time is over its default result holds."""
    group = Group(aws)
    hook(aws, LAUNCHING, HeartbeatTimeout=60, DefaultResult="CONTINUE")
    desire(aws, 1)
    assert group.states() == ["Pending:Wait"]
    aws.advance(60)
    assert group.states() == ["InService"]


@pytest.mark.aws(HEARTBEAT)
def test_a_heartbeat_prolongs_the_wait(aws):
    """A heartbeat starts a hook's time again."""
    group = Group(aws)
    hook(aws, LAUNCHING, HeartbeatTimeout=60, DefaultResult="CONTINUE")
    desire(aws, 1)
    aws.advance(35)
    aws.autoscaling.record_lifecycle_action_heartbeat(
        AutoScalingGroupName="app", LifecycleHookName="ask", InstanceId=group.ids()[0]
    )
    aws.advance(55)
    assert group.states() == ["Pending:Wait"]
    aws.advance(10)
    assert group.states() == ["InService"]


@pytest.mark.aws(HOOKS)
def test_a_termination_waits_for_its_hook(aws):
    """With a terminating hook an instance runs on until the action is completed, whatever the result."""
    group = Group(aws, 0, 1, 1).started()
    hook(aws, TERMINATING)
    desire(aws, 0)
    assert group.states() == ["Terminating:Wait"]
    complete(aws, group.ids()[0], "ABANDON")
    assert group.states() == ["Terminating"]
    aws.advance(60)
    assert group.ids() == []


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html")
def test_a_hook_has_defaults_and_bounds(aws):
    """A hook waits an hour and abandons unless told otherwise, between 30 and 7200 seconds, and is put over itself."""
    Group(aws)
    hook(aws, LAUNCHING)
    (shown,) = aws.autoscaling.describe_lifecycle_hooks(AutoScalingGroupName="app")["LifecycleHooks"]
    assert (shown["HeartbeatTimeout"], shown["GlobalTimeout"], shown["DefaultResult"]) == (3600, 172800, "ABANDON")
    hook(aws, LAUNCHING, HeartbeatTimeout=30)
    (shown,) = aws.autoscaling.describe_lifecycle_hooks(AutoScalingGroupName="app")["LifecycleHooks"]
    assert (shown["HeartbeatTimeout"], shown["GlobalTimeout"]) == (30, 3000)
    with refused("ValidationError"):
        hook(aws, LAUNCHING, HeartbeatTimeout=29)
    aws.autoscaling.delete_lifecycle_hook(AutoScalingGroupName="app", LifecycleHookName="ask")
    with refused("ValidationError", "No Lifecycle Hook found with name ask"):
        aws.autoscaling.delete_lifecycle_hook(AutoScalingGroupName="app", LifecycleHookName="ask")


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html")
def test_eventbridge_hears_of_launches_and_hooks(aws):
    """A lifecycle action and a successful launch are events, and the token in the former completes the action."""
    logs = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/events/scaling"
    aws.logs.create_log_group(logGroupName="/aws/events/scaling")
    aws.events.put_rule(Name="scaling", EventPattern='{"source": ["aws.autoscaling"]}')
    aws.events.put_targets(Rule="scaling", Targets=[{"Id": "logs", "Arn": logs}])
    group = Group(aws)
    hook(aws, LAUNCHING, NotificationMetadata="more")
    desire(aws, 1)
    (asked,) = heard(aws)
    assert asked["detail-type"] == "EC2 Instance-launch Lifecycle Action"
    assert (asked["detail"]["EC2InstanceId"], asked["detail"]["NotificationMetadata"]) == (group.ids()[0], "more")
    aws.autoscaling.complete_lifecycle_action(
        AutoScalingGroupName="app",
        LifecycleHookName="ask",
        LifecycleActionToken=asked["detail"]["LifecycleActionToken"],
        LifecycleActionResult="CONTINUE",
    )
    assert group.states() == ["InService"]
    kinds = [one["detail-type"] for one in heard(aws)]
    assert sorted(kinds) == ["EC2 Instance Launch Successful", "EC2 Instance-launch Lifecycle Action"]


def heard(aws):
    found = aws.logs.filter_log_events(logGroupName="/aws/events/scaling")["events"]
    return [json.loads(event["message"]) for event in found]
