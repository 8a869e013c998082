"""Scalable targets, their policies and their scheduled actions."""

from datetime import datetime, timedelta

import pytest
from running_tasks import job
from simulator import refused

REGISTER = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html"
DESCRIBE = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DescribeScalableTargets.html"
DEREGISTER = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html"
POLICY = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html"
DELETE_POLICY = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeleteScalingPolicy.html"
ACTION = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScheduledAction.html"
HOW = "https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-how-it-works.html"
SUSPEND = "https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-suspend-resume-scaling.html"
TAGS = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_TagResource.html"

WEB = {"ServiceNamespace": "ecs", "ResourceId": "service/jobs/web", "ScalableDimension": "ecs:service:DesiredCount"}
CPU = {"PredefinedMetricSpecification": {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}}


def service(aws, name="web", desired=1):
    """An ECS service that may be scaled."""
    aws.ecs.create_cluster(clusterName="jobs")
    definition = job(aws, "example/web")
    aws.ecs.create_service(cluster="jobs", serviceName=name, taskDefinition=definition, desiredCount=desired)


def registered(aws, least=1, most=4):
    service(aws)
    return aws.application_autoscaling.register_scalable_target(**WEB, MinCapacity=least, MaxCapacity=most)


def track(aws, **configuration):
    return aws.application_autoscaling.put_scaling_policy(
        **WEB,
        PolicyName="cpu",
        PolicyType="TargetTrackingScaling",
        TargetTrackingScalingPolicyConfiguration=configuration,
    )


def plan(aws, **action):
    return aws.application_autoscaling.put_scheduled_action(**WEB, ScheduledActionName="plan", **action)


def desired(aws):
    return aws.ecs.describe_services(cluster="jobs", services=["web"])["services"][0]["desiredCount"]


@pytest.mark.aws(REGISTER)
def test_a_target_must_be_a_service_that_is_there(aws):
    """A service that does not exist cannot be registered."""
    with refused("ValidationException", "ECS service doesn't exist: service/jobs/web"):
        aws.application_autoscaling.register_scalable_target(**WEB, MinCapacity=1, MaxCapacity=2)


@pytest.mark.aws(REGISTER)
def test_a_new_target_needs_both_bounds(aws):
    """A first registration says both bounds, in their order; a later one changes what it says."""
    service(aws)
    register = lambda **bounds: aws.application_autoscaling.register_scalable_target(**WEB, **bounds)
    for wrong in ({"MinCapacity": 1}, {"MinCapacity": 3, "MaxCapacity": 2}):
        with refused("ValidationException"):
            register(**wrong)
    arn = register(MinCapacity=1, MaxCapacity=2)["ScalableTargetARN"]
    assert register(MaxCapacity=8)["ScalableTargetARN"] == arn
    target = aws.application_autoscaling.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"][0]
    assert (target["MinCapacity"], target["MaxCapacity"]) == (1, 8)
    assert target["RoleARN"].endswith("/AWSServiceRoleForApplicationAutoScaling_ECSService")
    assert target["SuspendedState"]["ScheduledScalingSuspended"] is False


@pytest.mark.aws(REGISTER)
def test_other_dimensions_are_refused(aws):
    """A service has no other dimension than its desired count."""
    service(aws)
    wrong = WEB | {"ScalableDimension": "dynamodb:table:ReadCapacityUnits"}
    with refused("ValidationException"):
        aws.application_autoscaling.register_scalable_target(**wrong, MinCapacity=1, MaxCapacity=2)


@pytest.mark.aws(DESCRIBE)
def test_targets_are_described_in_pages(aws):
    """Targets are described at most as many on a page as were asked for; a foreign token is refused."""
    for name in ("a", "b", "c"):
        service(aws, name)
        it = WEB | {"ResourceId": f"service/jobs/{name}"}
        aws.application_autoscaling.register_scalable_target(**it, MinCapacity=1, MaxCapacity=2)
    paginator = aws.application_autoscaling.get_paginator("describe_scalable_targets")
    pages = list(paginator.paginate(ServiceNamespace="ecs", PaginationConfig={"PageSize": 2}))
    assert [len(page["ScalableTargets"]) for page in pages] == [2, 1]
    with refused("InvalidNextTokenException"):
        aws.application_autoscaling.describe_scalable_targets(ServiceNamespace="ecs", NextToken="%%%")


@pytest.mark.aws(DEREGISTER)
def test_what_belongs_to_a_target_goes_with_it(aws):
    """A target that is deregistered takes its policies with it; doing so again is refused."""
    registered(aws)
    track(aws, TargetValue=50.0, **CPU)
    aws.application_autoscaling.deregister_scalable_target(**WEB)
    assert aws.application_autoscaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"] == []
    with refused("ObjectNotFoundException", "No scalable target found for service namespace: ecs"):
        aws.application_autoscaling.deregister_scalable_target(**WEB)


@pytest.mark.aws(POLICY)
def test_a_policy_needs_a_registered_target(aws):
    """A policy of a target that is not registered is refused."""
    service(aws)
    with refused("ObjectNotFoundException", "No scalable target registered for service namespace: ecs"):
        track(aws, TargetValue=50.0, **CPU)


@pytest.mark.aws(POLICY)
def test_tracking_a_target_makes_two_alarms(aws):
    """A target tracking policy has an alarm for each side, and keeps its ARN when it is put again."""
    registered(aws)
    first = track(aws, TargetValue=50.0, **CPU)
    assert ["AlarmHigh" in alarm["AlarmName"] for alarm in first["Alarms"]] == [True, False]
    assert track(aws, TargetValue=60.0, **CPU)["PolicyARN"] == first["PolicyARN"]
    policy = aws.application_autoscaling.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"][0]
    assert policy["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 60.0
    assert "StepScalingPolicyConfiguration" not in policy


@pytest.mark.aws(POLICY)
def test_a_policy_needs_its_configuration(aws):
    """A policy without the configuration of its type, or without a metric to track, is refused."""
    registered(aws)
    with refused("ValidationException"):
        track(aws, TargetValue=50.0)
    with refused("ValidationException"):
        aws.application_autoscaling.put_scaling_policy(**WEB, PolicyName="steps", PolicyType="StepScaling")


@pytest.mark.aws(DELETE_POLICY)
def test_a_policy_that_is_not_there_cannot_be_deleted(aws):
    """Deleting a policy that does not exist is refused with all that names it."""
    registered(aws)
    with refused("ObjectNotFoundException", "policy name: none"):
        aws.application_autoscaling.delete_scaling_policy(**WEB, PolicyName="none")


@pytest.mark.aws(ACTION)
def test_an_action_that_never_runs_is_refused(aws):
    """A scheduled action needs a schedule that can be read and that lies ahead, and bounds in their order."""
    registered(aws)
    bounds = {"MinCapacity": 1}
    for wrong in (
        {"ScalableTargetAction": bounds},
        {"Schedule": "sometimes", "ScalableTargetAction": bounds},
        {"Schedule": "at(2020-01-01T00:00:00)", "ScalableTargetAction": bounds},
        {"Schedule": "rate(1 hour)", "ScalableTargetAction": {"MinCapacity": 3, "MaxCapacity": 2}},
        {"Schedule": "rate(1 hour)"},
    ):
        with refused("ValidationException"):
            plan(aws, **wrong)


@pytest.mark.aws(HOW)
def test_at_its_time_the_count_is_moved_into_the_new_bounds(aws):
    """A count below the new minimum is raised to it, which an activity tells; an action that ran once is gone."""
    registered(aws)
    at = datetime.fromisoformat(aws.control("GET", "/clock")["now"]) + timedelta(minutes=10)
    plan(aws, Schedule=f"at({at:%Y-%m-%dT%H:%M:%S})", ScalableTargetAction={"MinCapacity": 3, "MaxCapacity": 6})
    aws.advance(590)
    assert desired(aws) == 1
    aws.advance(10)
    assert desired(aws) == 3
    activity = aws.application_autoscaling.describe_scaling_activities(ServiceNamespace="ecs")["ScalingActivities"][0]
    assert activity["Description"] == "Setting desired count to 3."
    assert activity["Cause"] == "minimum capacity was set to 3"
    assert activity["StatusCode"] == "Successful"
    assert aws.application_autoscaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"] == []


@pytest.mark.aws(HOW)
def test_a_recurring_action_stays(aws):
    """A recurring action moves the count each time, and is still described."""
    registered(aws)
    plan(aws, Schedule="rate(1 hour)", ScalableTargetAction={"MinCapacity": 0, "MaxCapacity": 0})
    aws.advance(3601)
    assert desired(aws) == 0
    aws.ecs.update_service(cluster="jobs", service="web", desiredCount=2)
    aws.advance(3600)
    assert desired(aws) == 0
    actions = aws.application_autoscaling.describe_scheduled_actions(ServiceNamespace="ecs")["ScheduledActions"]
    assert [action["ScheduledActionName"] for action in actions] == ["plan"]


@pytest.mark.aws(SUSPEND)
def test_suspended_scaling_does_nothing(aws):
    """While scheduled scaling is suspended a target's count stays."""
    registered(aws)
    aws.application_autoscaling.register_scalable_target(**WEB, SuspendedState={"ScheduledScalingSuspended": True})
    plan(aws, Schedule="rate(1 hour)", ScalableTargetAction={"MinCapacity": 4})
    aws.advance(3601)
    assert desired(aws) == 1


@pytest.mark.aws(TAGS)
def test_targets_have_tags(aws):
    """Tags of a scalable target are put, read back as a map, and taken away."""
    arn = registered(aws)["ScalableTargetARN"]
    aws.application_autoscaling.tag_resource(ResourceARN=arn, Tags={"team": "a", "stage": "dev"})
    aws.application_autoscaling.untag_resource(ResourceARN=arn, TagKeys=["team"])
    assert aws.application_autoscaling.list_tags_for_resource(ResourceARN=arn)["Tags"] == {"stage": "dev"}
    with refused("ResourceNotFoundException"):
        aws.application_autoscaling.list_tags_for_resource(ResourceARN=arn + "x")
