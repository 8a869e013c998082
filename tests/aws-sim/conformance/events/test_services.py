"""What services of AWS tell EventBridge by themselves."""

import json

import pytest
from ecs_compute import Compute

TASKS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_task_events.html"
ACTIONS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_events.html"
DEPLOYMENTS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_service_deployment_events.html"
INSTANCES = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_container_instance_events.html"
STATES = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-instance-state-changes.html"

GROUP = "/aws/events/all"


class Listening(Compute):
    """A cluster, and a rule that writes what it hears into a log group."""

    def listen(self, kind, **more):
        self.aws.logs.create_log_group(logGroupName=GROUP)
        self.aws.events.put_rule(Name="watch", EventPattern=json.dumps({"detail-type": [kind]} | more))
        arn = f"arn:aws:logs:eu-west-1:123456789012:log-group:{GROUP}"
        self.aws.events.put_targets(Rule="watch", Targets=[{"Id": "logs", "Arn": arn}])

    def heard(self):
        pages = self.aws.logs.get_paginator("filter_log_events").paginate(logGroupName=GROUP)
        return [json.loads(line["message"]) for page in pages for line in page["events"]]

    def named(self):
        return [event["detail"]["eventName"] for event in self.heard()]


@pytest.mark.aws(TASKS)
def test_a_task_tells_each_of_its_states(aws):
    """A task tells EventBridge whenever its last or its desired status changes, with all that describes it."""
    compute = Listening(aws, 0)
    compute.listen("ECS Task State Change", source=["aws.ecs"])
    arn = compute.run_on_fargate()
    aws.advance(60)
    aws.ecs.stop_task(cluster="dev", task=arn, reason="enough")
    aws.advance(60)
    events = compute.heard()
    states = [(event["detail"]["lastStatus"], event["detail"]["desiredStatus"]) for event in events]
    assert states[:4] == [(stage, "RUNNING") for stage in ("PROVISIONING", "PENDING", "ACTIVATING", "RUNNING")]
    assert states[4] == ("RUNNING", "STOPPED")
    assert [stage for stage, _ in states[5:]] == ["STOPPING", "DEPROVISIONING", "STOPPED"]
    last = events[-1]
    assert (last["source"], last["resources"]) == ("aws.ecs", [arn])
    detail, task = last["detail"], compute.task(arn)
    assert (detail["stopCode"], detail["stoppedReason"]) == ("UserInitiated", "enough")
    assert detail["stoppedAt"] == detail["updatedAt"] == task["stoppedAt"].strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    assert (detail["version"], detail["clusterArn"]) == (task["version"], task["clusterArn"])


@pytest.mark.aws(TASKS)
def test_a_rule_may_want_only_tasks_that_failed(aws):
    """A pattern over the members of the detail finds the tasks whose essential container has exited."""
    compute = Listening(aws, 1)
    compute.listen("ECS Task State Change", detail={"lastStatus": ["STOPPED"], "stopCode": ["EssentialContainerExited"]})
    definition = compute.register("app:dies")
    arn = compute.run_one(definition)
    other = compute.run_one(compute.register(family="other"))
    aws.advance(60)
    aws.ecs.stop_task(cluster="dev", task=other)
    aws.advance(60)
    assert [event["resources"] for event in compute.heard()] == [[arn]]
    assert compute.heard()[0]["detail"]["containers"][0]["exitCode"] == 1


@pytest.mark.aws(DEPLOYMENTS)
def test_a_deployment_tells_its_beginning_and_its_end(aws):
    """A deployment of a service is told as in progress and as completed."""
    compute = Listening(aws)
    compute.listen("ECS Deployment State Change")
    made = compute.create()
    compute.settle()
    events = compute.heard()
    assert compute.named() == ["SERVICE_DEPLOYMENT_IN_PROGRESS", "SERVICE_DEPLOYMENT_COMPLETED"]
    assert [event["resources"] for event in events] == [[made["serviceArn"]]] * 2
    deployment = made["deployments"][0]["id"]
    assert [event["detail"]["deploymentId"] for event in events] == [deployment] * 2
    assert events[1]["detail"]["reason"] == f"ECS deployment {deployment} completed."
    assert events[1]["detail"]["eventType"] == "INFO"


@pytest.mark.aws(DEPLOYMENTS)
def test_a_deployment_that_the_circuit_breaker_ends_is_told_as_failed(aws):
    """A deployment whose tasks fail is told with SERVICE_DEPLOYMENT_FAILED."""
    compute = Listening(aws)
    compute.listen("ECS Deployment State Change", detail={"eventType": ["ERROR"]})
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
    compute.create(definition=compute.register("app:crash"), deploymentConfiguration=breaker)
    aws.advance(1800)
    assert compute.named() == ["SERVICE_DEPLOYMENT_FAILED"]
    assert compute.heard()[0]["detail"]["reason"] == "ECS deployment circuit breaker: tasks failed to start."


@pytest.mark.aws(ACTIONS)
def test_a_service_tells_that_it_is_steady(aws):
    """A service that has all its tasks tells SERVICE_STEADY_STATE."""
    compute = Listening(aws)
    compute.listen("ECS Service Action")
    made = compute.create()
    compute.settle()
    event = compute.heard()[0]
    assert event["resources"] == [made["serviceArn"]]
    detail = event["detail"]
    assert (detail["eventType"], detail["eventName"]) == ("INFO", "SERVICE_STEADY_STATE")
    assert detail["clusterArn"] == made["clusterArn"] and detail["createdAt"]


@pytest.mark.aws(ACTIONS)
def test_a_service_tells_that_a_task_finds_no_place(aws):
    """A service whose task fits nowhere tells SERVICE_TASK_PLACEMENT_FAILURE with the resource that lacks."""
    compute = Listening(aws)
    compute.listen("ECS Service Action", detail={"eventType": ["ERROR"]})
    compute.create(definition=compute.register(memory=100000), desired=2)
    aws.advance(60)
    detail = compute.heard()[0]["detail"]
    assert detail["eventName"] == "SERVICE_TASK_PLACEMENT_FAILURE"
    assert (detail["reason"], detail["desiredCount"]) == ("RESOURCE:MEMORY", 2)


@pytest.mark.aws(INSTANCES)
def test_a_container_instance_tells_that_it_joins_drains_and_goes(aws):
    """A container instance tells when it joins, when its status changes, and when it is gone."""
    compute = Listening(aws, 0)
    compute.listen("ECS Container Instance State Change")
    instance = compute.add_instances(1)[0]
    host = compute.instances()[0]["containerInstanceArn"]
    aws.ecs.update_container_instances_state(cluster="dev", containerInstances=[host], status="DRAINING")
    aws.advance(1)
    aws.ec2.terminate_instances(InstanceIds=[instance])
    aws.advance(60)
    events = compute.heard()
    assert [event["detail"]["status"] for event in events] == ["ACTIVE", "DRAINING", "INACTIVE"]
    assert {tuple(event["resources"]) for event in events} == {(host,)}
    assert events[0]["detail"]["ec2InstanceId"] == instance


@pytest.mark.aws(STATES)
def test_an_instance_tells_each_of_its_states(aws):
    """An EC2 instance tells every state that it gets."""
    compute = Listening(aws, 0)
    compute.listen("EC2 Instance State-change Notification", source=["aws.ec2"])
    instance = compute.add_instances(1)[0]
    aws.ec2.stop_instances(InstanceIds=[instance])
    aws.advance(60)
    aws.ec2.start_instances(InstanceIds=[instance])
    aws.advance(60)
    aws.ec2.terminate_instances(InstanceIds=[instance])
    aws.advance(120)
    events = compute.heard()
    states = ["pending", "running", "stopping", "stopped", "pending", "running", "shutting-down", "terminated"]
    assert [event["detail"] for event in events] == [{"instance-id": instance, "state": state} for state in states]
    assert events[0]["resources"] == [f"arn:aws:ec2:eu-west-1:123456789012:instance/{instance}"]


@pytest.mark.aws(TASKS)
def test_a_rule_that_is_disabled_hears_nothing(aws):
    """A disabled rule hears nothing of tasks, and hears of them again once it is enabled."""
    compute = Listening(aws, 1)
    compute.listen("ECS Task State Change", detail={"lastStatus": ["RUNNING"], "desiredStatus": ["RUNNING"]})
    aws.events.disable_rule(Name="watch")
    definition = compute.register()
    compute.run_one(definition)
    aws.advance(60)
    assert compute.heard() == []
    aws.events.enable_rule(Name="watch")
    arn = compute.run_one(definition)
    aws.advance(60)
    assert [event["resources"] for event in compute.heard()] == [[arn]]
