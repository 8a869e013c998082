"""What services say of themselves."""

import pytest
from ecs_services import Services

EVENTS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages.html"
LIST = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html"


def ids(tasks):
    return [task["taskArn"].rsplit("/")[-1] for task in tasks]


@pytest.mark.aws(LIST)
def test_a_service_tells_how_it_becomes_steady(aws):
    """A service tells which tasks it started, that the deployment completed, and that it is steady; newest first."""
    services = Services(aws)
    made = services.create()
    service = services.settle()
    task = ids(services.tasks())[0]
    assert [event["message"] for event in service["events"]] == [
        "(service web) has reached a steady state.",
        f"(service web) (deployment {made['deployments'][0]['id']}) deployment completed.",
        f"(service web) has started 1 tasks: (task {task}).",
    ]
    assert len({event["id"] for event in service["events"]}) == 3


@pytest.mark.aws(LIST)
def test_a_service_tells_what_it_stops(aws):
    """A service tells which running tasks it has stopped."""
    services = Services(aws)
    services.create(desired=2)
    services.settle()
    services.update(desiredCount=1)
    services.settle()
    gone = ids(services.tasks("STOPPED"))[0]
    assert services.said("has stopped") == [f"(service web) has stopped 1 running tasks: (task {gone})."]


@pytest.mark.aws(EVENTS)
def test_steadiness_is_told_every_six_hours(aws):
    """A steady service says so again after six hours, and not before."""
    services = Services(aws)
    services.create()
    services.settle()
    aws.advance(5 * 3600)
    assert len(services.said("has reached a steady state.")) == 1
    aws.advance(2 * 3600)
    assert len(services.said("has reached a steady state.")) == 2
    aws.advance(24 * 3600)
    assert len(services.said("has reached a steady state.")) == 6


@pytest.mark.aws(LIST)
def test_without_instances_nothing_is_placed(aws):
    """A service in a cluster without instances says that it finds none."""
    services = Services(aws, 0)
    services.create()
    aws.advance(30)
    assert services.said("unable to place") == [
        "(service web) was unable to place a task because no container instance met all of its requirements. Reason: No "
        "Container Instances were found in your cluster. For more information, see the Troubleshooting section of the "
        "Amazon ECS Developer Guide."
    ]


@pytest.mark.aws(LIST)
@pytest.mark.parametrize(
    "container, reason",
    [
        ({"cpu": 4096}, "has insufficient CPU units available"),
        ({"memory": 8192}, "has insufficient memory available"),
    ],
    ids=["cpu", "memory"],
)
def test_the_closest_instance_is_named(aws, container, reason):
    """A service that finds no room names the instance that came closest, and what it lacks."""
    services = Services(aws)
    services.create(definition=services.register(**container))
    aws.advance(30)
    instance = aws.ecs.list_container_instances(cluster="dev")["containerInstanceArns"][0].rsplit("/")[-1]
    assert services.said("unable to place") == [
        "(service web) was unable to place a task because no container instance met all of its requirements. The closest "
        f"matching (container-instance {instance}) {reason}. For more information, see the Troubleshooting section of "
        "the Amazon ECS Developer Guide."
    ]


@pytest.mark.aws(LIST)
def test_a_taken_port_is_told(aws):
    """A service whose host port is taken on all instances says so."""
    services = Services(aws)
    services.create(definition=services.register(host_port=80), desired=2)
    aws.advance(60)
    assert "is already using a port required by your task" in services.said("unable to place")[0]
    assert services.counts() == [2, 1, 0]


@pytest.mark.aws(EVENTS)
def test_a_cause_is_told_again_after_six_hours(aws):
    """Duplicate events are left out until the cause is resolved or six hours have passed."""
    services = Services(aws, 0)
    services.create()
    aws.advance(5 * 3600)
    assert len(services.said("unable to place")) == 1
    aws.advance(2 * 3600)
    assert len(services.said("unable to place")) == 2


@pytest.mark.aws(EVENTS)
def test_the_last_hundred_events_are_kept(aws):
    """A service remembers its 100 newest events."""
    services = Services(aws)
    services.create()
    for count in range(60):
        services.update(desiredCount=count % 2)
        aws.advance(60)
    events = services.service()["events"]
    assert len(events) == 100
    times = [event["createdAt"] for event in events]
    assert times == sorted(times, reverse=True)
