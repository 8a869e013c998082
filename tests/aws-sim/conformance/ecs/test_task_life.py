"""How tasks live and end."""

import pytest
from ecs_compute import Compute

LIFE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html"
CODES = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html"
EXIT = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-errors.html"
DEPENDENCY = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html"
CONTAINER = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html"
HEALTH = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html"
LOGS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html"
SECRETS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html"
PROTECTION = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-scale-in-protection.html"
GET = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_GetTaskProtection.html"
UPDATE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateTaskProtection.html"


def run(compute, *containers, **more):
    usual = {"memory": 64, "image": "nginx"}
    compute.ecs.register_task_definition(
        family="web", containerDefinitions=[usual | container for container in containers], **more
    )
    return compute.run_one()


def containers(compute, arn):
    return {one["name"]: one for one in compute.task(arn)["containers"]}


@pytest.mark.aws(LIFE)
def test_a_task_with_a_bridge_needs_no_provisioning(aws):
    """A task without an interface of its own goes from PENDING to RUNNING, and by STOPPING to STOPPED."""
    compute = Compute(aws)
    arn = run(compute, {"name": "web"})
    assert compute.stages(arn, 20) == ["PENDING", "RUNNING"]
    aws.ecs.stop_task(cluster="dev", task=arn)
    assert compute.stages(arn, 20) == ["STOPPING", "STOPPED"]


@pytest.mark.aws(EXIT)
@pytest.mark.parametrize("image, code", [("app:batch", 0), ("app:dies", 1), ("app:exit-3", 3), ("app:exit-139", 139)])
def test_a_task_ends_with_its_essential_container(aws, image, code):
    """When an essential container exits, its task stops, and shows the exit code."""
    compute = Compute(aws)
    arn = run(compute, {"name": "web", "image": image})
    aws.advance(15)
    assert compute.task(arn)["lastStatus"] == "RUNNING"
    aws.advance(30)
    task = compute.task(arn)
    assert (task["stopCode"], task["stoppedReason"]) == (
        "EssentialContainerExited",
        "Essential container in task exited",
    )
    assert task["containers"][0]["exitCode"] == code


@pytest.mark.aws(CODES)
def test_a_container_that_takes_too_much_memory_is_killed(aws):
    """A container that is killed for its memory has exit code 137 and says so."""
    compute = Compute(aws)
    arn = run(compute, {"name": "web", "image": "app:oom"})
    aws.advance(60)
    container = compute.task(arn)["containers"][0]
    assert container["exitCode"] == 137
    assert container["reason"] == "OutOfMemoryError: Container killed due to memory usage"


@pytest.mark.aws(CONTAINER)
@pytest.mark.parametrize("image, after, code", [("app:stubborn", 12, 137), ("app:abrupt", 5, 143), ("app", 5, 0)])
def test_how_a_container_takes_sigterm_is_its_exit_code(aws, image, after, code):
    """A stopped container exits by itself, dies of SIGTERM, or is killed after its stop timeout."""
    compute = Compute(aws)
    arn = run(compute, {"name": "web", "image": image, "stopTimeout": 10})
    aws.advance(20)
    aws.ecs.stop_task(cluster="dev", task=arn)
    aws.advance(after)
    task = compute.task(arn)
    assert (task["lastStatus"], task["containers"][0]["exitCode"]) == ("STOPPED", code)


@pytest.mark.aws(CONTAINER)
def test_other_containers_stop_with_an_essential_one(aws):
    """When an essential container exits, the others are stopped; when another one exits, the task runs on."""
    compute = Compute(aws)
    arn = run(
        compute,
        {"name": "web"},
        {"name": "helper", "image": "app:exit-7", "essential": False},
    )
    aws.advance(60)
    assert compute.task(arn)["lastStatus"] == "RUNNING"
    helper = containers(compute, arn)["helper"]
    assert (helper["lastStatus"], helper["exitCode"]) == ("STOPPED", 7)
    arn = run(compute, {"name": "web", "image": "app:batch"}, {"name": "proxy", "image": "app:abrupt"})
    aws.advance(60)
    found = containers(compute, arn)
    assert (found["web"]["exitCode"], found["proxy"]["exitCode"]) == (0, 143)


@pytest.mark.aws(DEPENDENCY)
def test_a_container_starts_when_its_dependencies_are_met(aws):
    """A container waits for another to be healthy or to succeed; the task is RUNNING when all have started."""
    compute = Compute(aws)
    check = {"command": ["CMD", "true"], "interval": 10}
    arn = run(
        compute,
        {"name": "web", "dependsOn": [{"containerName": "db", "condition": "HEALTHY"}]},
        {
            "name": "db",
            "healthCheck": check,
            "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}],
        },
        {"name": "init", "image": "app:batch", "essential": False},
    )

    def phases():
        return {name: one["lastStatus"] for name, one in containers(compute, arn).items()}

    aws.advance(10)
    assert phases() == {"web": "PENDING", "db": "PENDING", "init": "RUNNING"}
    aws.advance(20)
    assert phases() == {"web": "PENDING", "db": "RUNNING", "init": "STOPPED"}
    assert compute.task(arn)["lastStatus"] == "PENDING"
    aws.advance(10)
    assert phases()["web"] == "RUNNING"
    assert compute.task(arn)["lastStatus"] == "RUNNING"


@pytest.mark.aws(DEPENDENCY)
def test_a_dependency_that_fails_keeps_the_task_from_starting(aws):
    """When a container that must succeed fails, the task stops without having run."""
    compute = Compute(aws)
    arn = run(
        compute,
        {"name": "web", "dependsOn": [{"containerName": "init", "condition": "SUCCESS"}]},
        {"name": "init", "image": "app:dies", "essential": False},
    )
    aws.advance(60)
    task = compute.task(arn)
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    found = containers(compute, arn)
    assert found["init"]["exitCode"] == 1 and "exitCode" not in found["web"]


@pytest.mark.aws(HEALTH)
def test_health_is_unknown_until_it_is_checked(aws):
    """A container's health is UNKNOWN, then HEALTHY at the first check, or UNHEALTHY after its last retry."""
    compute = Compute(aws)
    check = {"command": ["CMD", "true"], "interval": 10, "retries": 2}
    good = run(compute, {"name": "web", "healthCheck": check})
    bad = run(compute, {"name": "web", "image": "app:unhealthy", "healthCheck": check})
    aws.advance(10)
    assert [compute.task(arn)["healthStatus"] for arn in (good, bad)] == ["UNKNOWN", "UNKNOWN"]
    aws.advance(10)
    assert [compute.task(arn)["healthStatus"] for arn in (good, bad)] == ["HEALTHY", "UNKNOWN"]
    aws.advance(10)
    task = compute.task(bad)
    assert (task["healthStatus"], task["containers"][0]["healthStatus"]) == ("UNHEALTHY", "UNHEALTHY")
    assert task["lastStatus"] == "RUNNING"


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html")
def test_an_image_that_is_not_there_is_told_of_the_container(aws):
    """On an instance the container's reason says that its image is not there."""
    compute = Compute(aws)
    arn = run(compute, {"name": "web", "image": "app:missing"})
    aws.advance(20)
    task = compute.task(arn)
    assert (task["stopCode"], task["stoppedReason"]) == ("TaskFailedToStart", "Task failed to start")
    reason = task["containers"][0]["reason"]
    assert reason.startswith("CannotPullContainerError: Error response from daemon: manifest for app:missing not found")


@pytest.mark.aws(LOGS)
def test_a_log_group_must_be_there_or_be_made(aws):
    """A container whose log group is missing does not start, unless it may make the group."""
    compute = Compute(aws)
    options = {"awslogs-group": "app", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "pre"}
    log = {"logDriver": "awslogs", "options": options}
    arn = run(compute, {"name": "web", "logConfiguration": log})
    aws.advance(20)
    assert "The specified log group does not exist." in compute.task(arn)["containers"][0]["reason"]
    log = {"logDriver": "awslogs", "options": options | {"awslogs-create-group": "true"}}
    arn = run(compute, {"name": "web", "logConfiguration": log})
    aws.advance(20)
    assert compute.task(arn)["lastStatus"] == "RUNNING"
    streams = aws.logs.describe_log_streams(logGroupName="app")["logStreams"]
    assert [one["logStreamName"] for one in streams] == [f"pre/web/{arn.rsplit('/')[-1]}"]


@pytest.mark.aws(SECRETS)
def test_a_secret_must_be_there(aws):
    """A task whose parameter does not exist fails to initialize its resources."""
    compute = Compute(aws)
    role = compute.role("execution", "ecs-tasks.amazonaws.com")
    secret = {"name": "KEY", "valueFrom": "/app/KEY"}
    arn = run(compute, {"name": "web", "secrets": [secret]}, executionRoleArn=role)
    aws.advance(20)
    task = compute.task(arn)
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith("ResourceInitializationError: unable to pull secrets or registry auth")
    aws.ssm.put_parameter(Name="/app/KEY", Value="x", Type="SecureString")
    arn = compute.run_one()
    aws.advance(20)
    assert compute.task(arn)["lastStatus"] == "RUNNING"


@pytest.mark.aws(UPDATE)
def test_tasks_of_services_can_be_protected(aws):
    """A task of a service is protected for two hours, or as long as the call says."""
    compute = Compute(aws)
    compute.create(desired=1)
    compute.settle()
    arn = compute.tasks(name="web")[0]["taskArn"]

    def protection():
        return aws.ecs.get_task_protection(cluster="dev", tasks=[arn])["protectedTasks"][0]

    assert protection() == {"taskArn": arn, "protectionEnabled": False}
    made = aws.ecs.update_task_protection(cluster="dev", tasks=[arn], protectionEnabled=True, expiresInMinutes=10)
    assert made["protectedTasks"][0]["protectionEnabled"] and made["protectedTasks"][0]["expirationDate"]
    aws.advance(599)
    assert protection()["protectionEnabled"]
    aws.advance(2)
    assert not protection()["protectionEnabled"]


@pytest.mark.aws(GET)
def test_only_tasks_of_services_have_protection(aws):
    """A task without a service, and one that is unknown, are failures of GetTaskProtection."""
    compute = Compute(aws)
    compute.register()
    arn = compute.run_one()
    answer = aws.ecs.get_task_protection(cluster="dev", tasks=[arn, "gone"])
    assert answer["protectedTasks"] == []
    assert [one["reason"] for one in answer["failures"]] == ["TASK_NOT_VALID", "MISSING"]


@pytest.mark.aws(PROTECTION)
def test_a_service_does_not_stop_protected_tasks(aws):
    """Scale-in stops the tasks of a service that are not protected, and the others when their time is over."""
    compute = Compute(aws)
    compute.create(desired=3)
    compute.settle()
    kept = compute.tasks(name="web")[0]["taskArn"]
    aws.ecs.update_task_protection(cluster="dev", tasks=[kept], protectionEnabled=True, expiresInMinutes=5)
    compute.update(desiredCount=0)
    aws.advance(60)
    assert [task["taskArn"] for task in compute.tasks(name="web")] == [kept]
    aws.advance(300)
    assert compute.tasks(name="web") == []


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html")
def test_a_protected_task_can_still_be_stopped_by_hand(aws):
    """StopTask stops a task whether it is protected or not."""
    compute = Compute(aws)
    compute.create(desired=1)
    compute.settle()
    arn = compute.tasks(name="web")[0]["taskArn"]
    aws.ecs.update_task_protection(cluster="dev", tasks=[arn], protectionEnabled=True)
    aws.ecs.stop_task(cluster="dev", task=arn)
    aws.advance(20)
    assert compute.task(arn)["lastStatus"] == "STOPPED"
