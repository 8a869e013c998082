"""ExecuteCommand."""

import pytest
from ecs_services import Services
from simulator import refused

EXECUTE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ExecuteCommand.html"
EXEC = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html"


def enter(aws, task, **more):
    return aws.ecs.execute_command(cluster="dev", task=task, command="/bin/sh", **({"interactive": True} | more))


@pytest.mark.aws(EXECUTE)
def test_a_session_is_opened_into_an_open_task(aws):
    """A task of a service with execute command answers a session with an id, a stream and a token."""
    services = Services(aws)
    services.create(enableExecuteCommand=True)
    services.settle()
    task = services.tasks()[0]
    assert task["enableExecuteCommand"] is True
    answer = enter(aws, task["taskArn"])
    assert (answer["taskArn"], answer["containerName"], answer["interactive"]) == (task["taskArn"], "web", True)
    assert answer["clusterArn"].endswith(":cluster/dev")
    session = answer["session"]
    assert session["sessionId"].startswith("ecs-execute-command-")
    assert session["streamUrl"].startswith("wss://ssmmessages.eu-west-1.amazonaws.com/v1/data-channel/ecs-execute-")
    assert session["tokenValue"]


@pytest.mark.aws(EXEC)
def test_only_tasks_that_were_started_open_can_be_entered(aws):
    """A task that was started without execute command cannot be entered, also once its service has it turned on."""
    services = Services(aws)
    services.create()
    services.settle()
    task = services.tasks()[0]["taskArn"]
    message = "The execute command failed because execute command was not enabled when the task was run"
    for _ in range(2):
        with refused("InvalidParameterException", message):
            enter(aws, task)
        services.update(enableExecuteCommand=True)


@pytest.mark.aws(EXECUTE)
def test_what_is_not_there_cannot_be_entered(aws):
    """Unknown tasks, containers and clusters are refused, and so is a command that is not interactive."""
    services = Services(aws)
    services.create(enableExecuteCommand=True)
    services.settle()
    task = services.tasks()[0]["taskArn"]
    with refused("InvalidParameterException"):
        enter(aws, task, container="api")
    with refused("InvalidParameterException"):
        enter(aws, task[:-32] + "0" * 32)
    with refused("InvalidParameterException"):
        enter(aws, task, interactive=False)
    with refused("ClusterNotFoundException"):
        aws.ecs.execute_command(cluster="other", task=task, command="sh", interactive=True)


@pytest.mark.aws(EXECUTE)
def test_a_task_that_does_not_run_is_not_connected(aws):
    """A task whose container does not run, or not any more, answers TargetNotConnectedException."""
    services = Services(aws)
    services.create(enableExecuteCommand=True)
    aws.advance(3)
    task = services.tasks()[0]["taskArn"]
    with refused("TargetNotConnectedException"):
        enter(aws, task)
    services.settle()
    enter(aws, task)
    services.update(desiredCount=0)
    aws.advance(60)
    with refused("TargetNotConnectedException"):
        enter(aws, task)
