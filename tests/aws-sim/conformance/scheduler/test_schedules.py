"""Schedules: what is refused, what is kept, and what happens at their times."""

from datetime import datetime, timedelta, timezone

import pytest
from running_tasks import cluster_with_room, job, role_for, started
from simulator import refused

API = "https://docs.aws.amazon.com/scheduler/latest/APIReference/"
CREATE = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html"
UPDATE = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html"
GET = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_GetSchedule.html"
DELETE = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeleteSchedule.html"
LIST = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_ListSchedules.html"
TYPES = "https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html"
WINDOWS = "https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html"
RETRY = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html"
ROLE = "https://docs.aws.amazon.com/scheduler/latest/UserGuide/setting-up.html"
ECS = "https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-templated.html"
UNIVERSAL = "https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-targets-universal.html"

OFF = {"Mode": "OFF"}


def target(aws):
    """Something harmless that can be called: a log retention that is set."""
    return {
        "Arn": "arn:aws:scheduler:::aws-sdk:logs:createLogGroup",
        "RoleArn": role_for(aws, "scheduler.amazonaws.com"),
        "Input": '{"LogGroupName": "made"}',
    }


def has_run(aws):
    return bool(aws.logs.describe_log_groups(logGroupNamePrefix="made")["logGroups"])


def now(aws):
    return datetime.fromisoformat(aws.control("GET", "/clock")["now"])


def create(aws, name="tick", expression="rate(5 minutes)", window=OFF, **more):
    if "Target" not in more:
        more["Target"] = target(aws)
    return aws.scheduler.create_schedule(
        Name=name, ScheduleExpression=expression, FlexibleTimeWindow=window, **more
    )


@pytest.mark.aws(CREATE)
def test_a_schedule_is_read_back_with_what_it_was_not_told(aws):
    """A schedule that says no more than it must is enabled, in UTC, in the group default, and stays when it is done."""
    arn = create(aws)["ScheduleArn"]
    assert arn == "arn:aws:scheduler:eu-west-1:123456789012:schedule/default/tick"
    kept = aws.scheduler.get_schedule(Name="tick")
    assert (kept["State"], kept["GroupName"], kept["ScheduleExpressionTimezone"]) == ("ENABLED", "default", "UTC")
    assert kept["ActionAfterCompletion"] == "NONE"
    assert kept["Target"]["RetryPolicy"] == {"MaximumEventAgeInSeconds": 86400, "MaximumRetryAttempts": 185}
    assert "StartDate" not in kept and "Description" not in kept


@pytest.mark.aws(CREATE)
def test_a_name_is_taken_once_in_a_group(aws):
    """A schedule's name is unique in its group: making it again is a conflict, in another group it is not."""
    shared = target(aws)
    create(aws, Target=shared)
    with refused("ConflictException", "Schedule tick already exists.", 409):
        create(aws, Target=shared)
    aws.scheduler.create_schedule_group(Name="other")
    create(aws, GroupName="other", Target=shared)


@pytest.mark.aws(CREATE)
def test_a_repeat_with_the_same_token_is_the_same_schedule(aws):
    """A create that is repeated with its client token and parameters answers as the first one did."""
    shared = target(aws)
    first = create(aws, Target=shared, ClientToken="once")
    assert create(aws, Target=shared, ClientToken="once")["ScheduleArn"] == first["ScheduleArn"]
    with refused("ConflictException"):
        create(aws, expression="rate(1 hour)", Target=shared, ClientToken="once")


@pytest.mark.aws(CREATE)
def test_a_group_must_exist(aws):
    """A schedule in a group that does not exist is refused."""
    with refused("ResourceNotFoundException", "Schedule group nowhere does not exist.", 404):
        create(aws, GroupName="nowhere")


@pytest.mark.aws(ROLE)
def test_the_role_must_trust_scheduler(aws):
    """A role that Scheduler may not assume is refused when the schedule is made."""
    role = role_for(aws, "ecs-tasks.amazonaws.com", name="other")
    wrong = {"Arn": "arn:aws:sqs:eu-west-1:123456789012:queue", "RoleArn": role}
    with refused("ValidationException", "must allow AWS EventBridge Scheduler to assume the role"):
        create(aws, Target=wrong)


@pytest.mark.aws(TYPES)
@pytest.mark.parametrize(
    "expression",
    ["rate(5 minute)", "rate(0 minutes)", "rate(5 seconds)", "cron(0 12 * * *)", "cron(0 12 * * * *)",
     "cron(61 12 * * ? *)", "at(tomorrow)", "every day"],
)
def test_an_expression_that_cannot_be_read_is_refused(aws, expression):
    """Six cron fields with a question mark in one of the two days, units in their right number, times without zone: all else is refused."""
    with refused("ValidationException", "Invalid Schedule Expression"):
        create(aws, expression=expression)


@pytest.mark.aws(TYPES)
def test_an_unknown_time_zone_is_refused(aws):
    """A time zone must be one of the IANA database."""
    with refused("ValidationException", "ScheduleExpressionTimezone"):
        create(aws, ScheduleExpressionTimezone="Europe/Atlantis")


@pytest.mark.aws(WINDOWS)
def test_a_flexible_window_needs_its_length(aws):
    """A flexible time window says how many minutes it has, and one that is off does not."""
    shared = target(aws)
    with refused("ValidationException"):
        create(aws, window={"Mode": "FLEXIBLE"}, Target=shared)
    with refused("ValidationException"):
        create(aws, window={"Mode": "OFF", "MaximumWindowInMinutes": 5}, Target=shared)


@pytest.mark.aws(CREATE)
def test_a_start_long_past_is_refused(aws):
    """A start date may lie five minutes back at most."""
    with refused("ValidationException", "cannot be earlier than 5 minutes ago"):
        create(aws, StartDate=now(aws) - timedelta(minutes=6))


@pytest.mark.aws(TYPES)
def test_a_rate_without_start_begins_at_once(aws):
    """A rate-based schedule without a start date calls its target immediately."""
    create(aws, expression="rate(1 hour)")
    aws.advance(1)
    assert has_run(aws)


@pytest.mark.aws(TYPES)
def test_a_rate_begins_at_its_start_date(aws):
    """A rate-based schedule with a start date waits for it."""
    create(aws, expression="rate(1 hour)", StartDate=now(aws) + timedelta(minutes=30))
    aws.advance(29 * 60)
    assert not has_run(aws)
    aws.advance(2 * 60)
    assert has_run(aws)


@pytest.mark.aws(TYPES)
def test_a_time_is_that_of_the_schedules_zone(aws):
    """A one-time schedule runs once, at its time in its time zone."""
    soon = now(aws).astimezone(timezone(timedelta(hours=9))) + timedelta(minutes=10)
    create(aws, expression=f"at({soon:%Y-%m-%dT%H:%M:%S})", ScheduleExpressionTimezone="Asia/Tokyo")
    aws.advance(9 * 60)
    assert not has_run(aws)
    aws.advance(2 * 60)
    assert has_run(aws)
    aws.logs.delete_log_group(logGroupName="made")
    aws.advance(24 * 3600)
    assert not has_run(aws)


@pytest.mark.aws(TYPES)
def test_a_calendar_runs_each_time_it_says(aws):
    """A cron-based schedule runs at each of its times."""
    create(aws, expression="cron(0/10 * * * ? *)")
    for _ in range(3):
        aws.advance(601)
        assert has_run(aws)
        aws.logs.delete_log_group(logGroupName="made")


@pytest.mark.aws(CREATE)
def test_a_disabled_schedule_does_not_run(aws):
    """A schedule that is disabled calls nothing, until it is enabled."""
    shared = target(aws)
    create(aws, Target=shared, State="DISABLED")
    aws.advance(3600)
    assert not has_run(aws)
    aws.scheduler.update_schedule(
        Name="tick", ScheduleExpression="rate(5 minutes)", FlexibleTimeWindow=OFF, Target=shared
    )
    aws.advance(301)
    assert has_run(aws)


@pytest.mark.aws(CREATE)
def test_nothing_runs_after_the_end(aws):
    """A recurring schedule calls its target no more after its end date."""
    once = {**target(aws), "RetryPolicy": {"MaximumRetryAttempts": 0}}
    create(aws, expression="rate(10 minutes)", EndDate=now(aws) + timedelta(minutes=15), Target=once)
    aws.advance(15 * 60)
    aws.logs.delete_log_group(logGroupName="made")
    aws.advance(3600)
    assert not has_run(aws)


@pytest.mark.aws("https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-delete.html")
def test_a_schedule_deletes_itself_when_told_so(aws):
    """With the action DELETE a schedule is gone after its last call."""
    at = now(aws) + timedelta(minutes=1)
    create(aws, expression=f"at({at:%Y-%m-%dT%H:%M:%S})", ActionAfterCompletion="DELETE")
    assert aws.scheduler.get_schedule(Name="tick")["ActionAfterCompletion"] == "DELETE"
    aws.advance(120)
    assert has_run(aws)
    with refused("ResourceNotFoundException", "Schedule tick does not exist."):
        aws.scheduler.get_schedule(Name="tick")


@pytest.mark.aws(WINDOWS)
def test_a_flexible_call_comes_within_its_window(aws):
    """A target with a flexible window is called at some time in it, not before and not after."""
    at = now(aws) + timedelta(minutes=10)
    create(aws, expression=f"at({at:%Y-%m-%dT%H:%M:%S})", window={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15})
    aws.advance(9 * 60)
    assert not has_run(aws)
    aws.advance(16 * 60)
    assert has_run(aws)


@pytest.mark.aws(UPDATE)
def test_an_update_replaces_all(aws):
    """What an update does not say again falls back to its default."""
    shared = target(aws)
    create(aws, Target=shared, Description="old", ScheduleExpressionTimezone="Asia/Tokyo")
    aws.scheduler.update_schedule(
        Name="tick", ScheduleExpression="rate(1 day)", FlexibleTimeWindow=OFF, Target=shared
    )
    kept = aws.scheduler.get_schedule(Name="tick")
    assert "Description" not in kept
    assert (kept["ScheduleExpressionTimezone"], kept["ScheduleExpression"]) == ("UTC", "rate(1 day)")


@pytest.mark.aws(DELETE)
def test_a_deleted_schedule_runs_no_more(aws):
    """A schedule that is deleted calls nothing, and deleting it again is refused."""
    create(aws, expression="cron(0/10 * * * ? *)")
    aws.scheduler.delete_schedule(Name="tick")
    aws.advance(3600)
    assert not has_run(aws)
    with refused("ResourceNotFoundException", status=404):
        aws.scheduler.delete_schedule(Name="tick")


@pytest.mark.aws(RETRY)
def test_a_call_that_fails_is_made_again(aws):
    """A target that fails is called again until it succeeds or its retry policy is used up."""
    aws.logs.create_log_group(logGroupName="made")
    patient = {**target(aws), "RetryPolicy": {"MaximumRetryAttempts": 2}}
    at = now(aws) + timedelta(minutes=1)
    create(aws, expression=f"at({at:%Y-%m-%dT%H:%M:%S})", Target=patient)
    aws.advance(61)
    aws.logs.delete_log_group(logGroupName="made")
    aws.advance(600)
    assert has_run(aws)


@pytest.mark.aws(RETRY)
def test_a_call_is_given_up_when_its_tries_are_used_up(aws):
    """With no retry allowed a target that fails is called once."""
    aws.logs.create_log_group(logGroupName="made")
    at = now(aws) + timedelta(minutes=1)
    hasty = {**target(aws), "RetryPolicy": {"MaximumRetryAttempts": 0}}
    create(aws, expression=f"at({at:%Y-%m-%dT%H:%M:%S})", Target=hasty)
    aws.advance(61)
    aws.logs.delete_log_group(logGroupName="made")
    aws.advance(24 * 3600)
    assert not has_run(aws)


@pytest.mark.aws(ECS)
def test_a_schedule_starts_a_task(aws):
    """A schedule whose target is a cluster runs the task definition there, with its input as overrides."""
    cluster = cluster_with_room(aws)
    task = {
        "Arn": cluster,
        "RoleArn": role_for(aws, "scheduler.amazonaws.com"),
        "EcsParameters": {"TaskDefinitionArn": job(aws), "TaskCount": 2, "Group": "reports"},
        "Input": '{"containerOverrides": [{"name": "job", "command": ["report", "--daily"]}]}',
    }
    create(aws, Target=task)
    aws.advance(1)
    tasks = started(aws)
    assert [task["group"] for task in tasks] == ["reports", "reports"]
    assert tasks[0]["overrides"]["containerOverrides"][0]["command"] == ["report", "--daily"]
    assert tasks[0]["startedBy"] == "chronos-schedule/tick"
    aws.advance(120)
    assert {task["lastStatus"] for task in started(aws)} == {"STOPPED"}


@pytest.mark.aws(ECS)
def test_a_cluster_needs_the_parameters_of_its_task(aws):
    """A target that is a cluster must say which task definition to run."""
    bare = {"Arn": "arn:aws:ecs:eu-west-1:123456789012:cluster/jobs", "RoleArn": role_for(aws, "scheduler.amazonaws.com")}
    with refused("ValidationException", "EcsParameters"):
        create(aws, Target=bare)


@pytest.mark.aws(UNIVERSAL)
def test_apis_that_only_read_cannot_be_scheduled(aws):
    """A universal target must not be an API that only reads."""
    reading = {**target(aws), "Arn": "arn:aws:scheduler:::aws-sdk:ecs:describeServices"}
    with refused("ValidationException", "not a supported api"):
        create(aws, Target=reading)


@pytest.mark.aws(UNIVERSAL)
def test_any_api_can_be_called(aws):
    """A universal target calls an API of a service with its input as the parameters."""
    aws.ecs.create_cluster(clusterName="jobs")
    api = {
        "Arn": "arn:aws:scheduler:::aws-sdk:ecs:deleteCluster",
        "RoleArn": role_for(aws, "scheduler.amazonaws.com"),
        "Input": '{"Cluster": "jobs"}',
    }
    create(aws, Target=api)
    aws.advance(1)
    assert aws.ecs.list_clusters()["clusterArns"] == []


@pytest.mark.aws(LIST)
def test_schedules_are_listed_by_group_state_and_prefix(aws):
    """A list holds summaries, by name prefix, by state and by group, in pages of the size that was asked for."""
    shared = target(aws)
    aws.scheduler.create_schedule_group(Name="other")
    for name, more in [("a-1", {}), ("a-2", {"State": "DISABLED"}), ("b-1", {"GroupName": "other"})]:
        create(aws, name=name, Target=shared, **more)
    names = lambda **wanted: [one["Name"] for one in aws.scheduler.list_schedules(**wanted)["Schedules"]]
    assert names(NamePrefix="a-") == ["a-1", "a-2"]
    assert names(State="DISABLED") == ["a-2"]
    assert names(GroupName="other") == ["b-1"]
    pages = aws.scheduler.get_paginator("list_schedules").paginate(PaginationConfig={"PageSize": 1})
    assert [len(page["Schedules"]) for page in pages] == [1, 1, 1]
    assert "ScheduleExpression" not in aws.scheduler.list_schedules()["Schedules"][0]
