"""RunTask, StartTask, StopTask, ListTasks and DescribeTasks."""

import pytest
from ecs_compute import Compute
from simulator import refused

RUN = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html"
TOKEN = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/ECS_Idempotency.html"
START = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StartTask.html"
STOP = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html"
LIST = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTasks.html"
DESCRIBE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTasks.html"
OVERRIDE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskOverride.html"
TAGS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html"


@pytest.mark.aws(RUN)
def test_a_task_is_answered_as_it_begins(aws):
    """RunTask answers its tasks PENDING, with group, starter and what they take."""
    compute = Compute(aws)
    definition = compute.register()
    task = compute.run(startedBy="me")["tasks"][0]
    assert task["taskArn"].startswith("arn:aws:ecs:eu-west-1:123456789012:task/dev/")
    assert (task["lastStatus"], task["desiredStatus"], task["launchType"]) == ("PENDING", "RUNNING", "EC2")
    assert (task["group"], task["startedBy"], task["taskDefinitionArn"]) == ("family:web", "me", definition)
    assert (task["cpu"], task["memory"], task["version"]) == ("128", "128", 2)
    assert task["overrides"] == {"containerOverrides": [], "inferenceAcceleratorOverrides": []}
    assert (task["connectivity"], task["healthStatus"]) == ("CONNECTED", "UNKNOWN")
    container = task["containers"][0]
    assert (container["name"], container["image"], container["lastStatus"]) == ("web", "nginx", "PENDING")
    assert "startedAt" not in task and "stopCode" not in task


@pytest.mark.aws(RUN)
def test_ten_tasks_are_the_most(aws):
    """RunTask starts between one and ten tasks."""
    compute = Compute(aws)
    compute.register()
    assert len(compute.run(count=10)["tasks"]) == 10
    with refused("InvalidParameterException"):
        compute.run(count=11)


@pytest.mark.aws(TOKEN)
def test_a_token_makes_a_repeat_harmless(aws):
    """A repeat with the same token answers the same tasks; with other parameters it is a conflict."""
    compute = Compute(aws)
    compute.register()
    first = compute.run(clientToken="t")["tasks"][0]["taskArn"]
    assert compute.run(clientToken="t")["tasks"][0]["taskArn"] == first
    assert len(compute.tasks()) == 1
    with refused("ConflictException") as caught:
        compute.run(clientToken="t", count=2)
    assert caught.value.response["resourceIds"] == [first]


@pytest.mark.aws(RUN)
def test_groups_and_starters_are_checked(aws):
    """A group is not that of a service, and a starter has at most 128 characters."""
    compute = Compute(aws)
    compute.register()
    assert compute.run(group="jobs")["tasks"][0]["group"] == "jobs"
    with refused("InvalidParameterException", "Invalid namespace for group."):
        compute.run(group="service:web")
    with refused("InvalidParameterException"):
        compute.run(startedBy="a" * 129)


@pytest.mark.aws(RUN)
def test_an_unknown_definition_is_refused(aws):
    """RunTask refuses a definition and a cluster that it does not know."""
    compute = Compute(aws)
    with refused("ClientException", "TaskDefinition not found."):
        compute.run("gone")
    with refused("ClusterNotFoundException", "Cluster not found."):
        aws.ecs.run_task(cluster="gone", taskDefinition="web")


@pytest.mark.aws(OVERRIDE)
def test_overrides_are_shown_and_counted(aws):
    """Overrides of containers and of the whole task are shown on the task, which takes what they say."""
    compute = Compute(aws)
    compute.register()
    environment = [{"name": "A", "value": "1"}]
    overrides = {"containerOverrides": [{"name": "web", "environment": environment, "cpu": 256, "memory": 300}]}
    task = compute.run(overrides=overrides)["tasks"][0]
    assert task["overrides"]["containerOverrides"] == overrides["containerOverrides"]
    assert (task["cpu"], task["memory"]) == ("256", "300")
    task = compute.run(overrides={"cpu": "512", "memory": "1 GB"})["tasks"][0]
    assert (task["cpu"], task["memory"]) == ("512", "1024")
    message = "Override for container named db is not a container in the TaskDefinition."
    with refused("InvalidParameterException", message):
        compute.run(overrides={"containerOverrides": [{"name": "db"}]})


@pytest.mark.aws(TAGS)
def test_tags_come_from_the_call_the_definition_and_ecs(aws):
    """A task has the tags of the call, on demand those of its definition, and those of ECS."""
    compute = Compute(aws)
    aws.ecs.register_task_definition(
        family="web",
        containerDefinitions=[{"name": "web", "image": "nginx", "memory": 64}],
        tags=[{"key": "from", "value": "definition"}, {"key": "both", "value": "definition"}],
    )
    arn = compute.run_one(
        tags=[{"key": "both", "value": "call"}], propagateTags="TASK_DEFINITION", enableECSManagedTags=True
    )
    tags = {one["key"]: one["value"] for one in compute.task(arn)["tags"]}
    assert tags == {"from": "definition", "both": "call", "aws:ecs:clusterName": "dev"}
    aws.ecs.tag_resource(resourceArn=arn, tags=[{"key": "later", "value": "1"}])
    listed = aws.ecs.list_tags_for_resource(resourceArn=arn)["tags"]
    assert {"key": "later", "value": "1"} in listed


@pytest.mark.aws(RUN)
def test_a_role_that_ecs_may_not_assume_is_refused(aws):
    """A task role must trust ECS's tasks when a task is started."""
    compute = Compute(aws)
    role = compute.role("app", "ecs-tasks.amazonaws.com")
    container = {"name": "web", "image": "nginx", "memory": 64}
    aws.ecs.register_task_definition(family="web", containerDefinitions=[container], taskRoleArn=role)
    compute.run_one()
    aws.iam.delete_role(RoleName="app")
    with refused("ClientException", "ECS was unable to assume the role"):
        compute.run()


@pytest.mark.aws(START)
def test_tasks_are_started_on_named_instances(aws):
    """StartTask starts a task on each instance that it names, and tells those that it does not know or that are full."""
    compute = Compute(aws, 2)
    compute.register(host_port=8080)
    arns = [one["containerInstanceArn"] for one in compute.instances()]
    answer = aws.ecs.start_task(cluster="dev", taskDefinition="web", containerInstances=[*arns, "gone"])
    assert [task["containerInstanceArn"] for task in answer["tasks"]] == arns
    assert [one["reason"] for one in answer["failures"]] == ["MISSING"]
    again = aws.ecs.start_task(cluster="dev", taskDefinition="web", containerInstances=arns[:1])
    assert [(one["arn"], one["reason"]) for one in again["failures"]] == [(arns[0], "RESOURCE:PORTS")]
    with refused("InvalidParameterException"):
        aws.ecs.start_task(cluster="dev", taskDefinition="web", containerInstances=arns[:1] * 11)


@pytest.mark.aws(STOP)
def test_a_task_is_stopped_with_a_reason(aws):
    """StopTask stops a task with UserInitiated and the caller's reason."""
    compute = Compute(aws)
    compute.register()
    arn = compute.run_one()
    aws.advance(20)
    stopping = aws.ecs.stop_task(cluster="dev", task=arn, reason="not needed")["task"]
    assert (stopping["lastStatus"], stopping["desiredStatus"]) == ("STOPPING", "STOPPED")
    aws.advance(20)
    task = compute.task(arn)
    assert (task["stopCode"], task["stoppedReason"]) == ("UserInitiated", "not needed")
    assert (task["lastStatus"], task["containers"][0]["exitCode"]) == ("STOPPED", 0)
    again = aws.ecs.stop_task(cluster="dev", task=arn, reason="other")["task"]
    assert again["stoppedReason"] == "not needed"
    with refused("InvalidParameterException", "The referenced task was not found."):
        aws.ecs.stop_task(cluster="dev", task="gone")


@pytest.mark.aws(STOP)
def test_a_task_that_has_not_begun_stops_at_once(aws):
    """A task that is stopped before it ran has no exit code."""
    compute = Compute(aws)
    compute.register("app:slow")
    arn = compute.run_one()
    aws.advance(5)
    aws.ecs.stop_task(cluster="dev", task=arn)
    aws.advance(5)
    task = compute.task(arn)
    assert (task["lastStatus"], task["stoppedReason"]) == ("STOPPED", "Task stopped by user")
    assert "exitCode" not in task["containers"][0] and "startedAt" not in task


@pytest.mark.aws(LIST)
def test_tasks_are_listed_by_what_they_are(aws):
    """ListTasks filters by family, service, starter, instance, launch type and desired status."""
    compute = Compute(aws)
    compute.create(desired=1)
    compute.register(family="job")
    job = compute.run_one("job", startedBy="me")
    far = compute.run_on_fargate(compute.register_fargate(family="far"))
    aws.advance(60)

    def listed(**asked):
        return set(aws.ecs.list_tasks(cluster="dev", **asked)["taskArns"])

    of_service = listed(serviceName="web")
    assert len(of_service) == 1
    assert listed() == of_service | {job, far}
    assert listed(family="job") == listed(startedBy="me") == {job}
    assert listed(launchType="FARGATE") == {far}
    instance = compute.instances()[0]["containerInstanceArn"]
    assert listed(containerInstance=instance) == of_service | {job}
    aws.ecs.stop_task(cluster="dev", task=job)
    assert listed(desiredStatus="STOPPED") == {job} and job not in listed()
    assert listed(family="job", desiredStatus="STOPPED") == {job}
    with refused("ServiceNotFoundException"):
        listed(serviceName="gone")


@pytest.mark.aws(LIST)
def test_tasks_are_listed_in_pages(aws):
    """ListTasks has pages of at most 100 ARNs, without gap or overlap."""
    compute = Compute(aws, 0)
    definition = compute.register_fargate()
    for _ in range(12):
        compute.run(
            definition, count=10, launchType="FARGATE", networkConfiguration=compute.network(), startedBy="me"
        )
    first = aws.ecs.list_tasks(cluster="dev")
    assert len(first["taskArns"]) == 100
    pages = aws.ecs.get_paginator("list_tasks").paginate(
        cluster="dev", startedBy="me", PaginationConfig={"PageSize": 50}
    )
    found = [page["taskArns"] for page in pages]
    assert [len(page) for page in found] == [50, 50, 20]
    assert len({arn for page in found for arn in page}) == 120
    with refused("InvalidParameterException"):
        aws.ecs.list_tasks(cluster="dev", nextToken="%%%")


@pytest.mark.aws(DESCRIBE)
def test_an_unknown_task_is_a_failure(aws):
    """DescribeTasks names tasks that it does not know under `failures`, and takes at most 100."""
    Compute(aws, 0)
    answer = aws.ecs.describe_tasks(cluster="dev", tasks=["gone"])
    arn = "arn:aws:ecs:eu-west-1:123456789012:task/dev/gone"
    assert (answer["tasks"], answer["failures"]) == ([], [{"arn": arn, "reason": "MISSING"}])
    with refused("InvalidParameterException"):
        aws.ecs.describe_tasks(cluster="dev", tasks=["gone"] * 101)


@pytest.mark.aws(DESCRIBE)
def test_a_stopped_task_is_described_for_an_hour(aws):
    """A stopped task is described for an hour, then it is MISSING."""
    compute = Compute(aws)
    compute.register("app:batch")
    arn = compute.run_one()
    aws.advance(60)
    assert compute.task(arn)["lastStatus"] == "STOPPED"
    aws.advance(3600)
    assert aws.ecs.describe_tasks(cluster="dev", tasks=[arn])["failures"][0]["reason"] == "MISSING"
    assert aws.ecs.list_tasks(cluster="dev", desiredStatus="STOPPED")["taskArns"] == []
