"""Simulated time: stepped, run at any speed, and taken to where something happens."""

import json
import time
import urllib.error
from datetime import datetime, timedelta

import pytest
from simulator import running

NAT = "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-working-with.html"
GET_CHANGE = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html"
SERVICE_EVENTS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html"
LIFECYCLE = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html"


def pending_nat(aws):
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    gateway = aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    aws.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    address = aws.ec2.allocate_address(Domain="vpc")["AllocationId"]
    return aws.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]


def state(aws, nat):
    return aws.ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["State"]


def now(aws):
    return datetime.fromisoformat(aws.control("GET", "/clock")["now"])


def refusal(call):
    with pytest.raises(urllib.error.HTTPError) as caught:
        call()
    return caught.value.code, json.load(caught.value)["error"]


@pytest.mark.aws(NAT)
def test_a_stopped_clock_stands_still(aws):
    """With `--step` nothing happens until the clock is advanced."""
    nat = pending_nat(aws)
    before = now(aws)
    time.sleep(0.2)
    assert (now(aws), state(aws, nat)) == (before, "pending")
    aws.advance(89)
    assert state(aws, nat) == "pending"
    aws.advance(1)
    assert (now(aws) - before, state(aws, nat)) == (timedelta(seconds=90), "available")


@pytest.mark.aws(NAT)
def test_the_clock_goes_to_the_next_event(aws):
    """The clock can be taken to the moment of what is due next, which has happened then."""
    nat = pending_nat(aws)
    due = aws.control("GET", "/clock")["next_event_at"]
    face = aws.control("POST", "/clock/advance", {"to_next_event": True})
    assert (face["now"], state(aws, nat)) == (due, "available")


@pytest.mark.aws(NAT)
def test_an_empty_world_has_no_next_event(aws):
    """Where nothing is scheduled the clock does not move."""
    before = now(aws)
    face = aws.control("POST", "/clock/advance", {"to_next_event": True})
    assert (datetime.fromisoformat(face["now"]), face["next_event_at"]) == (before, None)


@pytest.mark.aws(LIFECYCLE)
def test_the_clock_runs_until_nothing_happens_any_more(aws):
    """The clock can be taken to where everything that was under way is done."""
    nat = pending_nat(aws)
    begin = now(aws)
    face = aws.control("POST", "/clock/advance", {"until_idle": True, "at_most_seconds": 7200})
    assert (face["idle"], state(aws, nat)) == (True, "available")
    assert now(aws) - begin < timedelta(seconds=600)


@pytest.mark.aws(LIFECYCLE)
def test_waiting_for_idleness_ends_where_it_must(aws):
    """A wait until nothing happens is over after so many seconds in any case, and says that things still happen."""
    nat = pending_nat(aws)
    begin = now(aws)
    face = aws.control("POST", "/clock/advance", {"until_idle": True, "at_most_seconds": 30})
    assert (face["idle"], state(aws, nat), now(aws) - begin) == (False, "pending", timedelta(seconds=30))


@pytest.mark.aws(SERVICE_EVENTS)
def test_a_service_that_waits_for_room_costs_nothing(aws):
    """The clock counts what has happened: nothing does for an hour while a service waits for instances that it lacks."""
    container = {"name": "web", "image": "nginx", "memory": 64}
    aws.ecs.register_task_definition(family="web", containerDefinitions=[container])
    aws.ecs.create_cluster(clusterName="dev")
    aws.ecs.create_service(cluster="dev", serviceName="web", taskDefinition="web", desiredCount=1)
    aws.advance(600)
    before = aws.control("GET", "/clock")["happened_events"]
    assert before > 0
    aws.advance(3600)
    assert aws.control("GET", "/clock")["happened_events"] == before


@pytest.mark.aws(GET_CHANGE)
def test_one_long_step_is_like_many_short_ones(aws):
    """What happens on the way happens in its order and at its own moment, however far the clock is taken at once."""

    def story(steps):
        aws.control("POST", "/snapshots/story/restore")
        for step in steps:
            aws.advance(step)
        saved = aws.control("GET", "/snapshot")
        return saved["accounts"], saved["agenda"]["scheduled"]

    pending_nat(aws)
    aws.ecs.create_cluster(clusterName="dev")
    aws.control("POST", "/snapshots/story")
    assert story([4000]) == story([1] * 100 + [3900])


@pytest.mark.aws(NAT)
def test_a_running_clock_passes_by_itself_and_changes_its_speed():
    """With `--speed` simulated time passes by itself, and the speed can be changed on the way."""
    with running("--speed", "1") as other:
        nat = pending_nat(other)
        assert state(other, nat) == "pending"
        face = other.control("PUT", "/clock", {"speed": 1000})
        assert (face["speed"], face["step"]) == (1000.0, False)
        time.sleep(0.3)
        assert state(other, nat) == "available"


@pytest.mark.aws(NAT)
def test_a_clock_is_stopped_and_let_run(aws):
    """A clock can be let run and stopped again, and goes on from where it is."""
    before = now(aws)
    aws.control("PUT", "/clock", {"step": False, "speed": 100})
    time.sleep(0.1)
    face = aws.control("PUT", "/clock", {"step": True, "speed": 1})
    stopped = datetime.fromisoformat(face["now"])
    assert stopped - before > timedelta(seconds=9)
    time.sleep(0.1)
    assert now(aws) == stopped


@pytest.mark.aws(NAT)
def test_nonsense_about_time_is_refused(aws):
    """Time does not go back, and speeds and steps must make sense."""
    for body in (
        {"seconds": -1},
        {},
        {"seconds": 1, "to_next_event": True},
        {"until_idle": True},
        {"hours": 1},
        {"seconds": "soon"},
    ):
        assert refusal(lambda body=body: aws.control("POST", "/clock/advance", body))[0] == 422, body
    for body in ({"speed": 0}, {"speed": -1}, {"pace": 1}):
        assert refusal(lambda body=body: aws.control("PUT", "/clock", body))[0] == 422, body
