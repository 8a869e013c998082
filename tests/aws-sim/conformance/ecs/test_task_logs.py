"""What containers write to their logs."""

import pytest
from ecs_services import Services

AWSLOGS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html"


def logging(group="app", **more):
    options = {"awslogs-group": group, "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "web"} | more
    return {"logConfiguration": {"logDriver": "awslogs", "options": options}}


def lines(aws, group="app"):
    return [event["message"] for event in aws.logs.filter_log_events(logGroupName=group)["events"]]


@pytest.mark.aws(AWSLOGS)
def test_a_container_logs_into_its_own_stream(aws):
    """The stream of a container is named by prefix, container and task, and begins when the container starts."""
    services = Services(aws)
    aws.logs.create_log_group(logGroupName="app")
    services.create(definition=services.register(**logging()))
    services.settle()
    task = services.tasks()[0]["taskArn"].rsplit("/")[-1]
    streams = aws.logs.describe_log_streams(logGroupName="app")["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == [f"web/web/{task}"]
    assert len(lines(aws)) == 1


@pytest.mark.aws(AWSLOGS)
def test_a_container_that_crashes_says_so(aws):
    """A container that crashes writes what went wrong before it exits."""
    services = Services(aws)
    aws.logs.create_log_group(logGroupName="app")
    services.create(definition=services.register("app:crash", **logging()))
    aws.advance(10)
    assert any("error" in line for line in lines(aws))


@pytest.mark.aws(AWSLOGS)
def test_without_its_group_a_task_cannot_start(aws):
    """A task whose log group is missing stops with a reason that names CloudWatch's refusal."""
    services = Services(aws)
    services.create(definition=services.register(**logging("nowhere")))
    aws.advance(30)
    stopped = services.tasks("STOPPED")[0]
    assert stopped["stopCode"] == "TaskFailedToStart"
    said = stopped["stoppedReason"] + str([one.get("reason") for one in stopped["containers"]])
    assert "ResourceNotFoundException: The specified log group does not exist" in said
