"""Tasks that a schedule and a rule start."""

import json

import pytest
from provider import Stack
from provider.ecs import Cluster, TaskDefinition
from provider.identity import Role
from provider.stacks import TAGS, execution_role, group, network
from provider.times import EventRule, EventTarget, Schedule, ScheduleGroup
from simulator import refused

SCHEDULE = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html"
UPDATE = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_UpdateSchedule.html"
GROUP = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeleteScheduleGroup.html"
RULE = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html"
TARGETS = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html"

RUN = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "ecs:RunTask", "Resource": "*"}]}


class Parts:
    """A task on Fargate, and the schedule and the rule that start it."""

    def __init__(self, stack):
        self.net = network(stack)
        self.security = group(stack, self.net.vpc, "jobs")
        self.cluster = stack.add(Cluster, clusterName="jobs", tags=TAGS)
        execution = execution_role(stack)
        self.definition = stack.add(
            TaskDefinition,
            family="report",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            executionRoleArn=execution.arn,
            containerDefinitions=[{"name": "report", "image": "report:batch", "essential": True}],
            tags=TAGS,
        )
        self.by_schedule = self.role(stack, "scheduler")
        self.by_rule = self.role(stack, "events")
        stack.aws.advance(15)
        self.group = stack.add(ScheduleGroup, Name="jobs", tags=TAGS)
        self.schedule = self.make_schedule(stack)
        self.rule = stack.add(
            EventRule,
            Name="nightly",
            ScheduleExpression="cron(0 3 * * ? *)",
            State="ENABLED",
            Description="nightly",
            tags=TAGS,
        )
        self.target = stack.add(EventTarget, Rule=self.rule.id, target=self.rule_target())

    def role(self, stack, service):
        named = {"RoleName": f"run-{service}", "service": f"{service}.amazonaws.com", "Path": "/"}
        return stack.add(Role, **named, inline={"run": RUN}, attached=[], tags=TAGS)

    def inside(self):
        """The network configuration of what is started; Scheduler and EventBridge write it alike."""
        subnets = [subnet.id for subnet in self.net.private]
        security = [self.security.id]
        return {"awsvpcConfiguration": {"Subnets": subnets, "SecurityGroups": security, "AssignPublicIp": "DISABLED"}}

    def make_schedule(self, stack):
        network = self.inside()["awsvpcConfiguration"]
        parameters = {
            "TaskDefinitionArn": self.definition.id,
            "LaunchType": "FARGATE",
            "TaskCount": 1,
            "NetworkConfiguration": {"awsvpcConfiguration": network},
        }
        return stack.add(
            Schedule,
            Name="report",
            GroupName="jobs",
            ScheduleExpression="rate(1 hour)",
            ScheduleExpressionTimezone="Europe/Berlin",
            State="ENABLED",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={
                "Arn": self.cluster.id,
                "RoleArn": self.by_schedule.arn,
                "EcsParameters": parameters,
                "RetryPolicy": {"MaximumEventAgeInSeconds": 3600, "MaximumRetryAttempts": 3},
            },
        )

    def rule_target(self):
        parameters = {
            "TaskDefinitionArn": self.definition.id,
            "TaskCount": 1,
            "LaunchType": "FARGATE",
            "NetworkConfiguration": self.inside(),
            "EnableECSManagedTags": False,
            "EnableExecuteCommand": False,
        }
        overrides = {"containerOverrides": [{"name": "report", "command": ["nightly"]}]}
        return {
            "Id": "report",
            "Arn": self.cluster.id,
            "RoleArn": self.by_rule.arn,
            "Input": json.dumps(overrides),
            "EcsParameters": parameters,
        }


def started_by(aws):
    """Who started the tasks that have ended."""
    arns = aws.ecs.list_tasks(cluster="jobs", desiredStatus="STOPPED")["taskArns"]
    tasks = aws.ecs.describe_tasks(cluster="jobs", tasks=arns)["tasks"] if arns else []
    return {task["startedBy"].split("/")[0] for task in tasks if task["containers"][0].get("exitCode") == 0}


@pytest.mark.aws(SCHEDULE)
def test_scheduled_tasks_are_made_and_destroyed_twice(twice):
    """A schedule and a rule with their roles, groups and targets read back as written, start their task, and go."""

    def life(stack):
        Parts(stack)
        stack.refresh()
        assert stack.plan() == []
        stack.aws.until(lambda: started_by(stack.aws), at_most=2 * 3600, step=60)
        stack.aws.advance(25 * 3600)
        assert stack.plan() == []

    twice(life)


@pytest.mark.aws(UPDATE)
def test_scheduled_tasks_change_in_place(twice):
    """Expression, state, window and target of schedules and rules change under the same name."""

    def life(stack):
        parts = Parts(stack)
        window = {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 10}
        daily = "cron(0 6 * * ? *)"
        stack.change(parts.schedule, ScheduleExpression=daily, State="DISABLED", FlexibleTimeWindow=window)
        stack.change(parts.rule, ScheduleExpression="rate(1 day)", State="DISABLED")
        changed = parts.target.asked["target"] | {"Input": '{"containerOverrides": []}'}
        stack.change(parts.target, target=changed)
        stack.refresh()
        assert stack.plan() == []

    twice(life)


@pytest.mark.aws(RULE)
def test_a_rule_goes_after_its_targets(aws):
    """A rule with targets is not deleted."""
    stack = Stack(aws)
    Parts(stack)
    with refused("ValidationException", message="Rule can't be deleted since it has targets."):
        aws.events.delete_rule(Name="nightly")
    stack.destroy()


@pytest.mark.aws(GROUP)
def test_a_schedule_group_takes_its_schedules_along(aws):
    """A group that is deleted is DELETING until its schedules are gone with it."""
    stack = Stack(aws)
    parts = Parts(stack)
    aws.scheduler.delete_schedule_group(Name="jobs")
    assert parts.group.read()["State"] == "DELETING"
    aws.until(lambda: parts.group.find() is None)
    assert parts.schedule.find() is None
