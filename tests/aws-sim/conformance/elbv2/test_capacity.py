"""Capacity units that a load balancer reserves."""

import pytest
from simulator import refused

MODIFY = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyCapacityReservation.html"
DESCRIBE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeCapacityReservation.html"
REQUEST = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/request-capacity-unit-reservation.html"


def described(aws, balancer):
    found = aws.elbv2.describe_capacity_reservation(LoadBalancerArn=balancer)
    del found["ResponseMetadata"]
    return found


def reserve(aws, balancer, units):
    capacity = {"CapacityUnits": units}
    return aws.elbv2.modify_capacity_reservation(LoadBalancerArn=balancer, MinimumLoadBalancerCapacity=capacity)


@pytest.mark.aws(DESCRIBE)
def test_a_load_balancer_reserves_nothing_at_first(aws, balancer):
    """Without a reservation only the decreases that remain are told; an absent load balancer is refused."""
    assert described(aws, balancer) == {"DecreaseRequestsRemaining": 2, "CapacityReservationState": []}
    with refused("LoadBalancerNotFound"):
        aws.elbv2.describe_capacity_reservation(LoadBalancerArn=balancer[:-1] + "x")


@pytest.mark.aws(MODIFY)
def test_capacity_is_pending_first_and_then_provisioned_in_each_zone(aws, balancer):
    """A reservation is pending in each zone, refuses another one, and is shared evenly by the zones once provisioned."""
    asked = reserve(aws, balancer, 300)
    assert asked["MinimumLoadBalancerCapacity"] == {"CapacityUnits": 300} and asked["LastModifiedTime"]
    assert [zone["State"]["Code"] for zone in asked["CapacityReservationState"]] == ["pending", "pending"]
    with refused("CapacityReservationPending"):
        reserve(aws, balancer, 400)
    aws.advance(600)
    zones = described(aws, balancer)["CapacityReservationState"]
    assert [(zone["AvailabilityZone"], zone["EffectiveCapacityUnits"]) for zone in zones] == [
        ("eu-west-1a", 150.0),
        ("eu-west-1b", 150.0),
    ]
    assert {zone["State"]["Code"] for zone in zones} == {"provisioned"}
    aws.elbv2.modify_capacity_reservation(LoadBalancerArn=balancer, ResetCapacityReservation=True)
    assert "MinimumLoadBalancerCapacity" not in described(aws, balancer)


@pytest.mark.aws(REQUEST)
def test_capacity_becomes_smaller_twice_a_day(aws, balancer):
    """A reservation can be decreased two times a day, and again the next day; what to do must be said."""
    for units in (400, 300, 200):
        reserve(aws, balancer, units)
        aws.advance(600)
    assert described(aws, balancer)["DecreaseRequestsRemaining"] == 0
    with refused("CapacityDecreaseRequestLimitExceeded"):
        reserve(aws, balancer, 100)
    aws.advance(86400)
    assert reserve(aws, balancer, 100)["DecreaseRequestsRemaining"] == 1
    with refused("ValidationError"):
        aws.elbv2.modify_capacity_reservation(LoadBalancerArn=balancer)
