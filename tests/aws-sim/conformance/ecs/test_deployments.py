"""Rolling deployments."""

import pytest
from ecs_services import Services

ROLLING = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html"
UPDATE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html"
DEPLOYMENT = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html"
CONFIGURATION = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html"
THROTTLE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-throttle-logic.html"
HEALTH = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/healthcheck.html"


def percent(least, most):
    return {"minimumHealthyPercent": least, "maximumPercent": most}


@pytest.mark.aws(DEPLOYMENT)
def test_a_deployment_completes_once_its_tasks_run(aws):
    """A deployment is IN_PROGRESS until the service is steady, then COMPLETED, with AWS's reasons."""
    services = Services(aws)
    made = services.create(desired=2)
    aws.advance(5)
    assert services.counts() == [2, 0, 2]
    deployment = services.settle()["deployments"][0]
    identity = made["deployments"][0]["id"]
    assert identity.startswith("ecs-svc/")
    assert (deployment["id"], deployment["rolloutState"]) == (identity, "COMPLETED")
    assert deployment["rolloutStateReason"] == f"ECS deployment {identity} completed."
    assert (deployment["desiredCount"], deployment["runningCount"], deployment["failedTasks"]) == (2, 2, 0)


@pytest.mark.aws(UPDATE)
def test_another_definition_begins_a_deployment(aws):
    """Another task definition makes a new PRIMARY deployment; the one before is ACTIVE until its tasks are gone."""
    services = Services(aws)
    services.create()
    old = services.settle()["deployments"][0]["id"]
    definition = services.register("nginx:2")
    after = services.update(taskDefinition=definition)
    assert [one["status"] for one in after["deployments"]] == ["PRIMARY", "ACTIVE"]
    assert after["deployments"][1]["id"] == old
    assert after["taskDefinition"] == definition
    settled = services.settle()
    assert [one["taskDefinition"] for one in settled["deployments"]] == [definition]
    assert [task["taskDefinitionArn"] for task in services.tasks()] == [definition]


@pytest.mark.aws(UPDATE)
def test_a_forced_deployment_replaces_equal_tasks(aws):
    """With forceNewDeployment the tasks are replaced although nothing changes."""
    services = Services(aws)
    services.create()
    services.settle()
    before = services.tasks()[0]["taskArn"]
    services.update(forceNewDeployment=True)
    services.settle()
    after = services.tasks()
    assert (len(after), after[0]["taskArn"] == before) == (1, False)


@pytest.mark.aws(ROLLING)
@pytest.mark.parametrize(
    "least, most, fewest, highest", [(100, 200, 4, 8), (100, 150, 4, 6), (50, 100, 2, 4), (0, 100, 0, 4), (50, 150, 2, 6)]
)
def test_percentages_bound_the_number_of_tasks(aws, least, most, fewest, highest):
    """During a deployment no fewer tasks run than the minimum, and no more exist than the maximum."""
    services = Services(aws)
    services.create(desired=4, deploymentConfiguration=percent(least, most))
    services.settle()
    services.update(taskDefinition=services.register("nginx:2"))
    seen = []
    for _ in range(100):
        aws.advance(2)
        _, running, pending = services.counts()
        seen.append((running, running + pending))
    assert min(running for running, _ in seen) == fewest
    assert max(count for _, count in seen) == highest
    assert services.counts() == [4, 4, 0]
    assert len(services.service()["deployments"]) == 1


@pytest.mark.aws(CONFIGURATION)
def test_minimum_is_rounded_up_and_maximum_down(aws):
    """Of 3 tasks 50 percent are 2 that must run, and 150 percent are 4 that there may be."""
    services = Services(aws)
    services.create(desired=3, deploymentConfiguration=percent(50, 150))
    services.settle()
    services.update(taskDefinition=services.register("nginx:2"))
    seen = []
    for _ in range(100):
        aws.advance(2)
        _, running, pending = services.counts()
        seen.append((running, running + pending))
    assert min(running for running, _ in seen) == 2
    assert max(count for _, count in seen) == 4


@pytest.mark.aws(ROLLING)
def test_a_fixed_port_is_handed_over_on_one_instance(aws):
    """At minimum 0 the old task goes first, so that the new one gets its host port."""
    services = Services(aws)
    services.create(definition=services.register(host_port=80), deploymentConfiguration=percent(0, 100))
    services.settle()
    services.update(taskDefinition=services.register("nginx:2", host_port=80))
    services.settle()
    assert services.counts() == [1, 1, 0]
    assert services.said("unable to place") == []


@pytest.mark.aws(ROLLING)
def test_several_deployments_go_on_at_once(aws):
    """A deployment that begins before another is over leaves that one ACTIVE until its tasks are gone."""
    services = Services(aws)
    services.create(desired=2)
    services.settle()
    services.update(taskDefinition=services.register("nginx:2"))
    aws.advance(15)
    services.update(taskDefinition=services.register("nginx:3"))
    aws.advance(3)
    statuses = [one["status"] for one in services.service()["deployments"]]
    assert statuses == ["PRIMARY", "ACTIVE", "ACTIVE"]
    settled = services.settle()
    assert settled["deployments"][0]["taskDefinition"].endswith("web:3")


@pytest.mark.aws(DEPLOYMENT)
def test_failed_tasks_are_counted_until_one_runs(aws):
    """A deployment counts the tasks that fail in a row."""
    services = Services(aws)
    services.create(definition=services.register("app:crash"))
    aws.advance(60)
    deployment = services.service()["deployments"][0]
    assert deployment["failedTasks"] >= 2
    assert deployment["rolloutState"] == "IN_PROGRESS"
    services.update(taskDefinition=services.register("nginx:2"))
    assert services.settle()["deployments"][0]["failedTasks"] == 0


@pytest.mark.aws(THROTTLE)
def test_failing_starts_are_tried_ever_more_rarely(aws):
    """The scheduler waits ever longer between attempts, and says that it is unable to start tasks consistently."""
    services = Services(aws)
    services.create(definition=services.register("app:missing"))
    aws.advance(120)
    early = len(services.said("has started 1 tasks"))
    aws.advance(120)
    later = len(services.said("has started 1 tasks")) - early
    assert early > later
    assert len(services.said("is unable to consistently start tasks successfully.")) == 1


@pytest.mark.aws(THROTTLE)
def test_a_new_definition_ends_the_waiting(aws):
    """A service that is updated to another task definition starts tasks again at once."""
    services = Services(aws)
    services.create(definition=services.register("app:missing"))
    aws.advance(1800)
    services.update(taskDefinition=services.register("nginx"))
    aws.advance(20)
    assert services.counts() == [1, 1, 0]


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html")
def test_a_stopped_task_is_replaced(aws):
    """A service starts another task when one of its tasks stops."""
    services = Services(aws)
    services.create(desired=2)
    services.settle()
    gone = services.tasks()[0]["taskArn"]
    aws.ecs.stop_task(cluster="dev", task=gone)
    services.settle()
    arns = [task["taskArn"] for task in services.tasks()]
    assert (len(arns), gone in arns) == (2, False)


@pytest.mark.aws(HEALTH)
def test_a_task_that_fails_its_health_check_is_replaced(aws):
    """A task whose container fails its health check is stopped by the service, and another one is started."""
    services = Services(aws)
    check = {"command": ["CMD-SHELL", "curl -f http://localhost/"]}
    services.create(definition=services.register("app:unhealthy", healthCheck=check))
    aws.advance(180)
    stopped = services.tasks("STOPPED")
    assert "Task failed container health checks" in [task["stoppedReason"] for task in stopped]
    assert services.said("failed container health checks.") != []
    assert len(services.said("has started 1 tasks")) >= 2


@pytest.mark.aws(ROLLING)
def test_the_reason_of_a_replaced_task_names_the_deployment(aws):
    """A task that a deployment replaces says so as the reason for which it stopped."""
    services = Services(aws)
    services.create()
    services.settle()
    primary = services.update(forceNewDeployment=True)["deployments"][0]["id"]
    services.settle()
    stopped = services.tasks("STOPPED")[0]
    assert stopped["stopCode"] == "ServiceSchedulerInitiated"
    assert stopped["stoppedReason"] == f"Scaling activity initiated by (deployment {primary})"


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html")
def test_tasks_move_away_from_a_draining_instance(aws):
    """Tasks of services on an instance that is set to DRAINING are replaced on another one."""
    services = Services(aws, 2)
    services.create(desired=2)
    services.settle()
    busy = services.tasks()[0]["containerInstanceArn"]
    aws.ecs.update_container_instances_state(cluster="dev", containerInstances=[busy], status="DRAINING")
    aws.advance(120)
    assert services.counts() == [2, 2, 0]
    assert busy not in [task["containerInstanceArn"] for task in services.tasks()]


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages.html")
def test_a_waiting_service_gets_the_room_that_comes(aws):
    """A service that finds no instance places its tasks as soon as one joins the cluster."""
    services = Services(aws, 0)
    services.create()
    aws.advance(60)
    assert services.counts() == [1, 0, 0]
    services.build_network()
    services.add_instances(1)
    assert services.settle()["runningCount"] == 1
