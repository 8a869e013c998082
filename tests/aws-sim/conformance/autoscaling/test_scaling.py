"""What changes groups: refreshes, policies, schedules, suspended processes; and where their traffic comes from."""

import datetime

import pytest
from scaling_groups import Group
from simulator import refused

REFRESH = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html"
START = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html"
CANCEL = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CancelInstanceRefresh.html"
ROLLBACK = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html"
CHECKPOINTS = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/asg-adding-checkpoints-instance-refresh.html"
SKIP = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/understand-instance-refresh-skip-matching.html"
POLICY = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html"
EXECUTE = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_ExecutePolicy.html"
SCHEDULE = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-scheduled-scaling.html"
SUSPEND = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html"
TRAFFIC = "https://docs.aws.amazon.com/autoscaling/ec2/userguide/attach-load-balancer-asg.html"


def refresh(group, **more):
    return group.api.start_instance_refresh(AutoScalingGroupName="app", **more)["InstanceRefreshId"]


def newest(group):
    return group.api.describe_instance_refreshes(AutoScalingGroupName="app")["InstanceRefreshes"][0]


def now(aws):
    return datetime.datetime.fromisoformat(aws.control("GET", "/clock")["now"].replace("Z", "+00:00"))


@pytest.mark.aws(REFRESH)
def test_a_refresh_replaces_instances_one_after_the_other(aws):
    """A refresh is pending, then replaces instances without going below the least healthy, until all are new."""
    group = Group(aws, 2, 2).started()
    before = group.ids()
    refresh(group, Preferences={"MinHealthyPercentage": 50, "InstanceWarmup": 0})
    assert newest(group)["Status"] == "Pending"
    least = 2
    for _ in range(60):
        aws.advance(10)
        least = min(least, group.states().count("InService"))
        if newest(group)["Status"] == "Successful":
            break
    done = newest(group)
    assert (done["Status"], done["PercentageComplete"], done["InstancesToUpdate"]) == ("Successful", 100, 0)
    aws.advance(60)
    assert least == 1 and not set(before) & set(group.ids()) and group.states() == ["InService", "InService"]
    assert any("in response to an instance refresh." in one["Cause"] for one in group.activities())


@pytest.mark.aws(START)
def test_one_refresh_at_a_time(aws):
    """A second refresh is refused while one is under way, and cancelling where there is none."""
    group = Group(aws, 1, 1).started()
    with refused("ActiveInstanceRefreshNotFound", "No in progress or pending Instance Refresh found"):
        group.api.cancel_instance_refresh(AutoScalingGroupName="app")
    refresh(group)
    with refused("InstanceRefreshInProgress", "An Instance Refresh is already in progress and blocks"):
        refresh(group)


@pytest.mark.aws(START)
def test_a_desired_configuration_becomes_the_groups(aws):
    """A refresh to another template version launches from it, and the group has it once the refresh has succeeded."""
    group = Group(aws, 1, 1).started()
    version = group.new_version()
    refresh(group, DesiredConfiguration={"LaunchTemplate": version}, Preferences={"InstanceWarmup": 0})
    aws.advance(20)
    with refused("ValidationError", "An active instance refresh with a desired configuration exists."):
        group.api.update_auto_scaling_group(AutoScalingGroupName="app", LaunchTemplate=version)
    assert group.read()["LaunchTemplate"]["Version"] == "$Default"
    aws.until(lambda: newest(group)["Status"] == "Successful")
    aws.advance(60)
    assert group.read()["LaunchTemplate"]["Version"] == version["Version"] and group.types() == ["t3.medium"]


@pytest.mark.aws(START)
def test_preferences_have_defaults_and_bounds(aws):
    """A refresh keeps 90 percent healthy unless told otherwise; AutoRollback needs a desired configuration."""
    group = Group(aws, 1, 1, DefaultInstanceWarmup=30).started()
    with refused("ValidationError", "AutoRollback parameter cannot be set to true when the DesiredConfiguration"):
        refresh(group, Preferences={"AutoRollback": True})
    with refused("ValidationError"):
        refresh(group, Preferences={"MinHealthyPercentage": 50, "MaxHealthyPercentage": 160})
    refresh(group)
    preferences = newest(group)["Preferences"]
    assert (preferences["MinHealthyPercentage"], preferences["InstanceWarmup"]) == (90, 30)
    assert (preferences["SkipMatching"], preferences["ScaleInProtectedInstances"]) == (False, "Wait")


@pytest.mark.aws(CANCEL)
def test_a_cancelled_refresh_leaves_what_is_done(aws):
    """Cancelling stops a refresh and does not bring the old instances back."""
    group = Group(aws, 2, 2).started()
    refresh(group, Preferences={"MinHealthyPercentage": 50, "InstanceWarmup": 300})
    aws.advance(60)
    group.api.cancel_instance_refresh(AutoScalingGroupName="app")
    assert newest(group)["Status"] == "Cancelling"
    aws.advance(30)
    cancelled = newest(group)
    assert cancelled["Status"] == "Cancelled" and cancelled["EndTime"]


@pytest.mark.aws(ROLLBACK)
def test_a_refresh_is_rolled_back(aws):
    """A rollback replaces what was replaced by instances of the old configuration, if that is a numbered version."""
    group = Group(aws, 1, 1).started()
    first = {"LaunchTemplateName": "app", "Version": "1"}
    group.api.update_auto_scaling_group(AutoScalingGroupName="app", LaunchTemplate=first)
    refresh(group, DesiredConfiguration={"LaunchTemplate": group.new_version()}, Preferences={"InstanceWarmup": 600})
    aws.until(lambda: group.types() == ["t3.medium"])
    aws.advance(30)
    group.api.rollback_instance_refresh(AutoScalingGroupName="app")
    assert newest(group)["Status"] == "RollbackInProgress"
    aws.until(lambda: newest(group)["Status"] == "RollbackSuccessful")
    assert group.types() == ["t3.small"] and newest(group)["RollbackDetails"]["RollbackReason"]


@pytest.mark.aws(ROLLBACK)
def test_a_moving_version_cannot_be_rolled_back_to(aws):
    """A refresh of a group that used $Default is irreversible."""
    group = Group(aws, 1, 1).started()
    refresh(group, DesiredConfiguration={"LaunchTemplate": group.new_version()})
    with refused("IrreversibleInstanceRefresh"):
        group.api.rollback_instance_refresh(AutoScalingGroupName="app")


@pytest.mark.aws(SKIP)
def test_instances_that_match_are_skipped(aws):
    """With skip matching, instances that are as they shall be are not replaced."""
    group = Group(aws, 1, 1).started()
    before = group.ids()
    refresh(group, Preferences={"SkipMatching": True})
    aws.advance(60)
    assert newest(group)["Status"] == "Successful" and group.ids() == before


@pytest.mark.aws(CHECKPOINTS)
def test_a_refresh_rests_at_checkpoints(aws):
    """At a checkpoint a refresh waits for the delay before it goes on."""
    group = Group(aws, 2, 2).started()
    refresh(
        group,
        Preferences={
            "MinHealthyPercentage": 0,
            "InstanceWarmup": 0,
            "CheckpointPercentages": [50, 100],
            "CheckpointDelay": 600,
        },
    )
    aws.advance(300)
    assert (newest(group)["Status"], newest(group)["PercentageComplete"]) == ("InProgress", 50)
    aws.advance(600)
    assert newest(group)["Status"] == "Successful"


@pytest.mark.aws(REFRESH)
def test_a_refresh_may_launch_before_it_terminates(aws):
    """With a greatest healthy percentage over 100 new instances are in service before old ones go."""
    group = Group(aws, 2, 4, 2).started()
    refresh(group, Preferences={"MinHealthyPercentage": 100, "MaxHealthyPercentage": 150, "InstanceWarmup": 0})
    least, most = 2, 2
    for _ in range(60):
        aws.advance(10)
        least = min(least, group.states().count("InService"))
        most = max(most, len([state for state in group.states() if state != "Terminating"]))
        if newest(group)["Status"] == "Successful":
            break
    assert newest(group)["Status"] == "Successful" and least == 2 and most == 3
    aws.advance(60)
    assert group.states() == ["InService", "InService"]


@pytest.mark.aws(POLICY)
def test_a_policy_is_put_over_itself_and_executed(aws):
    """A simple policy changes the desired capacity within the bounds, keeps its ARN when put again, and is found by it."""
    group = Group(aws, 1, 3)
    simple = {"AutoScalingGroupName": "app", "PolicyName": "more", "AdjustmentType": "ChangeInCapacity"}
    arn = group.api.put_scaling_policy(ScalingAdjustment=1, **simple)["PolicyARN"]
    assert group.api.put_scaling_policy(ScalingAdjustment=5, **simple)["PolicyARN"] == arn
    (shown,) = group.api.describe_policies(AutoScalingGroupName="app")["ScalingPolicies"]
    assert (shown["PolicyType"], shown["ScalingAdjustment"], shown["Enabled"]) == ("SimpleScaling", 5, True)
    group.api.execute_policy(PolicyName=arn)
    assert group.read()["DesiredCapacity"] == 3
    group.api.delete_policy(PolicyName=arn)
    with refused("ValidationError", "PolicyName not found"):
        group.api.execute_policy(PolicyName="more", AutoScalingGroupName="app")


@pytest.mark.aws(EXECUTE)
def test_a_step_policy_goes_by_the_metric(aws):
    """A step policy takes the step in which the metric lies over the threshold, which the call must say."""
    group = Group(aws, 1, 9)
    steps = [
        {"MetricIntervalLowerBound": 0, "MetricIntervalUpperBound": 20, "ScalingAdjustment": 1},
        {"MetricIntervalLowerBound": 20, "ScalingAdjustment": 4},
    ]
    group.api.put_scaling_policy(
        AutoScalingGroupName="app",
        PolicyName="steps",
        PolicyType="StepScaling",
        AdjustmentType="ChangeInCapacity",
        StepAdjustments=steps,
    )
    with refused("ValidationError", "MetricValue and BreachThreshold"):
        group.api.execute_policy(AutoScalingGroupName="app", PolicyName="steps")
    group.api.execute_policy(AutoScalingGroupName="app", PolicyName="steps", MetricValue=75, BreachThreshold=50)
    assert group.read()["DesiredCapacity"] == 5


@pytest.mark.aws(POLICY)
def test_target_tracking_makes_two_alarms(aws):
    """A target tracking policy comes with an alarm above and one below, and cannot be executed by hand."""
    group = Group(aws)
    made = group.api.put_scaling_policy(
        AutoScalingGroupName="app",
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingConfiguration={
            "PredefinedMetricSpecification": {"PredefinedMetricType": "ASGAverageCPUUtilization"},
            "TargetValue": 50.0,
        },
    )
    names = [alarm["AlarmName"] for alarm in made["Alarms"]]
    assert [name.split("-")[2] for name in names] == ["AlarmHigh", "AlarmLow"]
    (shown,) = group.api.describe_policies(PolicyTypes=["TargetTrackingScaling"])["ScalingPolicies"]
    assert shown["TargetTrackingConfiguration"]["TargetValue"] == 50.0
    with refused("ValidationError"):
        group.api.execute_policy(AutoScalingGroupName="app", PolicyName="cpu")


@pytest.mark.aws(SCHEDULE)
def test_a_scheduled_action_fires_once(aws):
    """At its time a scheduled action sets the sizes that it names, and is gone."""
    group = Group(aws)
    group.api.put_scheduled_update_group_action(
        AutoScalingGroupName="app",
        ScheduledActionName="morning",
        StartTime=now(aws) + datetime.timedelta(hours=1),
        MinSize=1,
        DesiredCapacity=2,
    )
    assert len(group.api.describe_scheduled_actions(AutoScalingGroupName="app")["ScheduledUpdateGroupActions"]) == 1
    aws.advance(3700)
    read = group.read()
    assert (read["MinSize"], read["MaxSize"], read["DesiredCapacity"]) == (1, 4, 2)
    assert group.api.describe_scheduled_actions()["ScheduledUpdateGroupActions"] == []
    assert "a scheduled action update of AutoScalingGroup constraints" in group.activities()[0]["Cause"]


@pytest.mark.aws(SCHEDULE)
def test_a_scheduled_action_recurs(aws):
    """A recurrence is a cron expression of five fields, and the action stays for its next time."""
    group = Group(aws)
    put = {"AutoScalingGroupName": "app", "ScheduledActionName": "daily", "DesiredCapacity": 1}
    with refused("ValidationError", "recurrence"):
        group.api.put_scheduled_update_group_action(Recurrence="every day", **put)
    group.api.put_scheduled_update_group_action(Recurrence="0 3 * * *", **put)
    (before,) = group.api.describe_scheduled_actions()["ScheduledUpdateGroupActions"]
    assert (before["StartTime"].hour, before["StartTime"].minute) == (3, 0)
    aws.advance(86400)
    (after,) = group.api.describe_scheduled_actions()["ScheduledUpdateGroupActions"]
    assert after["StartTime"] - before["StartTime"] == datetime.timedelta(days=1)
    assert group.read()["DesiredCapacity"] == 1


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScheduledUpdateGroupAction.html")
def test_a_schedule_lies_in_the_future(aws):
    """A start time in the past is refused, and so is an action that sets nothing."""
    group = Group(aws)
    put = {"AutoScalingGroupName": "app", "ScheduledActionName": "late"}
    with refused("ValidationError", "Given start time is in the past"):
        group.api.put_scheduled_update_group_action(
            StartTime=now(aws) - datetime.timedelta(hours=1), DesiredCapacity=1, **put
        )
    with refused("ValidationError", "At least one of"):
        group.api.put_scheduled_update_group_action(StartTime=now(aws) + datetime.timedelta(hours=1), **put)
    with refused("ValidationError", "Scheduled action name not found"):
        group.api.delete_scheduled_action(**put)


@pytest.mark.aws(SUSPEND)
def test_a_suspended_launch_is_made_up_for(aws):
    """While Launch is suspended nothing is launched; when it is resumed, what is missing is."""
    group = Group(aws)
    group.api.suspend_processes(AutoScalingGroupName="app", ScalingProcesses=["Launch"])
    (suspended,) = group.read()["SuspendedProcesses"]
    assert suspended["ProcessName"] == "Launch" and suspended["SuspensionReason"].startswith("User suspended at ")
    group.api.set_desired_capacity(AutoScalingGroupName="app", DesiredCapacity=1)
    aws.advance(60)
    assert group.ids() == []
    group.api.resume_processes(AutoScalingGroupName="app")
    aws.advance(60)
    assert group.states() == ["InService"] and group.read()["SuspendedProcesses"] == []


@pytest.mark.aws(SUSPEND)
def test_unhealthy_instances_stay_while_their_replacement_is_suspended(aws):
    """While ReplaceUnhealthy is suspended unhealthy instances stay; all processes are suspended when none is named."""
    group = Group(aws, 1, 1).started()
    before = group.ids()
    group.api.suspend_processes(AutoScalingGroupName="app", ScalingProcesses=["ReplaceUnhealthy"])
    group.api.set_instance_health(InstanceId=before[0], HealthStatus="Unhealthy")
    aws.advance(60)
    assert group.ids() == before and group.instances()[0]["HealthStatus"] == "Unhealthy"
    group.api.resume_processes(AutoScalingGroupName="app", ScalingProcesses=["ReplaceUnhealthy"])
    aws.advance(90)
    assert group.states() == ["InService"] and group.ids() != before
    group.api.suspend_processes(AutoScalingGroupName="app")
    assert len(group.read()["SuspendedProcesses"]) == 9


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_EnableMetricsCollection.html")
def test_metrics_are_collected_when_asked_for(aws):
    """Metrics are enabled by name or all together, at one-minute granularity."""
    group = Group(aws)
    group.api.enable_metrics_collection(AutoScalingGroupName="app", Granularity="1Minute", Metrics=["GroupMinSize"])
    assert group.read()["EnabledMetrics"] == [{"Metric": "GroupMinSize", "Granularity": "1Minute"}]
    group.api.disable_metrics_collection(AutoScalingGroupName="app")
    assert group.read()["EnabledMetrics"] == []


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutNotificationConfiguration.html")
def test_notifications_are_kept_by_topic(aws):
    """A topic's kinds of notification are replaced when put again, and shown one a row."""
    group = Group(aws)
    topic = "arn:aws:sns:eu-west-1:123456789012:news"
    for kinds in (["autoscaling:EC2_INSTANCE_LAUNCH", "autoscaling:EC2_INSTANCE_TERMINATE"], ["autoscaling:EC2_INSTANCE_LAUNCH"]):
        group.api.put_notification_configuration(AutoScalingGroupName="app", TopicARN=topic, NotificationTypes=kinds)
    (shown,) = group.api.describe_notification_configurations()["NotificationConfigurations"]
    assert (shown["TopicARN"], shown["NotificationType"]) == (topic, "autoscaling:EC2_INSTANCE_LAUNCH")
    group.api.delete_notification_configuration(AutoScalingGroupName="app", TopicARN=topic)
    assert group.api.describe_notification_configurations()["NotificationConfigurations"] == []


@pytest.mark.aws(TRAFFIC)
def test_instances_in_service_are_targets(aws):
    """Instances in service are registered with the group's target groups, and leave them when they go or it is detached."""
    group = Group(aws, 1, 1)
    arn = aws.elbv2.create_target_group(Name="app", Protocol="HTTP", Port=80, VpcId=group.vpc)["TargetGroups"][0][
        "TargetGroupArn"
    ]
    with refused("ValidationError", "Provided Target Groups may not be valid. Please ensure they exist and try again."):
        group.api.attach_load_balancer_target_groups(AutoScalingGroupName="app", TargetGroupARNs=[arn + "0"])
    group.api.attach_load_balancer_target_groups(AutoScalingGroupName="app", TargetGroupARNs=[arn])
    group.started()
    targets = aws.elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"]
    assert [one["Target"]["Id"] for one in targets] == group.ids()
    assert group.read()["TargetGroupARNs"] == [arn]
    (state,) = group.api.describe_load_balancer_target_groups(AutoScalingGroupName="app")["LoadBalancerTargetGroups"]
    assert state == {"LoadBalancerTargetGroupARN": arn, "State": "Added"}
    group.api.detach_load_balancer_target_groups(AutoScalingGroupName="app", TargetGroupARNs=[arn])
    assert aws.elbv2.describe_target_health(TargetGroupArn=arn)["TargetHealthDescriptions"] == []


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-add-elb-healthcheck.html")
def test_a_load_balancers_verdict_gets_instances_replaced(aws):
    """With ELB health checks an instance that fails them is replaced after the grace period."""
    group = Group(aws, 1, 1, HealthCheckType="ELB", HealthCheckGracePeriod=120)
    gateway = aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    aws.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=group.vpc)
    aws.elb.create_load_balancer(
        LoadBalancerName="app",
        Listeners=[{"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 80}],
        Subnets=group.subnets,
    )
    group.api.attach_load_balancers(AutoScalingGroupName="app", LoadBalancerNames=["app"])
    group.started()
    (before,) = group.ids()
    aws.until(lambda: group.ids() and before not in group.ids())
    assert any("an ELB system health check failure." in one["Cause"] for one in group.activities())
