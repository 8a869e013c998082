"""Daemon services."""

import pytest
from ecs_services import Services
from simulator import refused

DAEMON = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs_services.html"
CREATE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html"
DRAINING = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-draining.html"


def instances(services):
    return sorted(task["containerInstanceArn"] for task in services.tasks(name="web"))


@pytest.mark.aws(DAEMON)
def test_every_instance_gets_one_task(aws):
    """A daemon service runs one task on each instance, and follows instances that join."""
    services = Services(aws, 2)
    made = services.create(desired=None, schedulingStrategy="DAEMON")
    assert (made["schedulingStrategy"], made["deploymentConfiguration"]["minimumHealthyPercent"]) == ("DAEMON", 0)
    assert made["deploymentConfiguration"]["maximumPercent"] == 100
    services.settle()
    assert services.counts() == [2, 2, 0]
    services.add_instances(1)
    aws.advance(30)
    assert services.counts() == [3, 3, 0]
    assert len(set(instances(services))) == 3


@pytest.mark.aws(CREATE)
def test_a_daemon_service_takes_no_count_and_no_strategy(aws):
    """A desired count and placement strategies are refused for daemon services, in creating and in updating them."""
    services = Services(aws, 0)
    with refused("InvalidParameterException", "does not support a desired count for services"):
        services.create(desired=1, schedulingStrategy="DAEMON")
    with refused("InvalidParameterException"):
        strategy = [{"type": "random"}]
        services.create(desired=None, schedulingStrategy="DAEMON", placementStrategy=strategy)
    services.create(desired=None, schedulingStrategy="DAEMON")
    with refused("InvalidParameterException", "does not support a desired count for services"):
        services.update(desiredCount=1)


@pytest.mark.aws(DRAINING)
def test_the_task_leaves_a_draining_instance(aws):
    """A daemon task on an instance that drains is stopped, and comes back when the instance is ACTIVE again."""
    services = Services(aws, 2)
    services.create(desired=None, schedulingStrategy="DAEMON")
    services.settle()
    gone = instances(services)[0]
    aws.ecs.update_container_instances_state(cluster="dev", containerInstances=[gone], status="DRAINING")
    aws.advance(60)
    assert (services.counts(), gone in instances(services)) == ([1, 1, 0], False)
    aws.ecs.update_container_instances_state(cluster="dev", containerInstances=[gone], status="ACTIVE")
    aws.advance(60)
    assert (services.counts(), gone in instances(services)) == ([2, 2, 0], True)


@pytest.mark.aws(DAEMON)
def test_a_deployment_stops_a_daemon_task_before_it_starts_the_next(aws):
    """A daemon service's deployment never has two tasks on one instance."""
    services = Services(aws, 2)
    services.create(desired=None, schedulingStrategy="DAEMON", definition=services.register(host_port=80))
    services.settle()
    definition = services.register("nginx:2", host_port=80)
    services.update(taskDefinition=definition)
    for _ in range(40):
        aws.advance(2)
        _, running, pending = services.counts()
        assert running + pending <= 2
    assert {task["taskDefinitionArn"] for task in services.tasks(name="web")} == {definition}
    assert services.counts() == [2, 2, 0]
