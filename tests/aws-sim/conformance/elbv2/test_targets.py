"""Targets and their health."""

import pytest
from balancing import health, make_balancer, make_group, make_listener, make_network, run_instance, run_task, state
from simulator import refused

REGISTER = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html"
DEREGISTER = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeregisterTargets.html"
HEALTH = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html"
CHECKS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html"
NETWORK_CHECKS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/target-group-health-checks.html"
TARGETS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html"
DELAY = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html"
CHAIN = "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/application-load-balancer-target.html"


def register(aws, group, *ids, **more):
    aws.elbv2.register_targets(TargetGroupArn=group, Targets=[{"Id": id} | more for id in ids])


@pytest.mark.aws(HEALTH)
def test_a_target_is_initial_and_then_healthy(aws, network, balancer, group):
    """A target is being registered, then checked for the first time, and healthy after one good answer."""
    instance = run_instance(aws, network)
    run_task(aws)
    make_listener(aws, balancer, group)
    register(aws, group, instance)
    assert health(aws, group) == {
        "State": "initial",
        "Reason": "Elb.RegistrationInProgress",
        "Description": "Target registration is in progress",
    }
    aws.advance(10)
    assert health(aws, group) == {
        "State": "initial",
        "Reason": "Elb.InitialHealthChecking",
        "Description": "Initial health checks in progress",
    }
    aws.advance(30)
    assert health(aws, group) == {"State": "healthy"}


@pytest.mark.aws(CHECKS)
def test_a_target_without_listener_becomes_unhealthy(aws, network, balancer, group):
    """A target where nobody listens is unhealthy after as many bad answers as the threshold says, not before."""
    make_listener(aws, balancer, group)
    register(aws, group, run_instance(aws, network))
    aws.advance(50)
    assert state(aws, group) == "initial"
    aws.advance(30)
    assert health(aws, group) == {
        "State": "unhealthy",
        "Reason": "Target.FailedHealthChecks",
        "Description": "Health checks failed",
    }


@pytest.mark.aws(CHECKS)
def test_a_target_recovers_after_the_healthy_threshold(aws, network, balancer):
    """An unhealthy target needs as many good answers in a row as the threshold says before it is healthy again."""
    group = make_group(aws, network, HealthCheckIntervalSeconds=10, HealthyThresholdCount=3)
    make_listener(aws, balancer, group)
    register(aws, group, run_instance(aws, network))
    aws.until(lambda: state(aws, group) == "unhealthy", at_most=120)
    run_task(aws)
    aws.until(lambda: state(aws, group) == "healthy", at_most=60)
    (task,) = aws.ecs.list_tasks(cluster="main")["taskArns"]
    aws.ecs.stop_task(cluster="main", task=task)
    aws.advance(11)
    assert state(aws, group) == "healthy"
    aws.until(lambda: state(aws, group) == "unhealthy", at_most=60)


@pytest.mark.aws(CHECKS)
def test_closed_security_groups_make_checks_time_out(aws, network, balancer, group):
    """Checks that the security groups do not let through time out."""
    closed = aws.ec2.create_security_group(GroupName="closed", Description="closed", VpcId=network.vpc)["GroupId"]
    instance = run_instance(aws, network, SecurityGroupIds=[closed])
    run_task(aws)
    make_listener(aws, balancer, group)
    register(aws, group, instance)
    aws.until(lambda: state(aws, group) == "unhealthy", at_most=120)
    assert health(aws, group) == {
        "State": "unhealthy",
        "Reason": "Target.Timeout",
        "Description": "Request timed out",
    }
    permission = {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": network.group}]}
    aws.ec2.authorize_security_group_ingress(GroupId=closed, IpPermissions=[permission])
    aws.until(lambda: state(aws, group) == "healthy", at_most=300)


@pytest.mark.aws(HEALTH)
def test_a_matcher_that_takes_no_200_fails_good_answers(aws, network, balancer):
    """An answer with a code that the matcher does not take is bad, and the reason names the code."""
    group = make_group(aws, network, Matcher={"HttpCode": "204"})
    instance = run_instance(aws, network)
    run_task(aws)
    make_listener(aws, balancer, group)
    register(aws, group, instance)
    aws.until(lambda: state(aws, group) == "unhealthy", at_most=120)
    assert health(aws, group)["Reason"] == "Target.ResponseCodeMismatch"
    assert health(aws, group)["Description"] == "Health checks failed with these codes: [200]"


@pytest.mark.aws(HEALTH)
def test_a_group_without_load_balancer_is_not_checked(aws, network, balancer, group):
    """Targets of a group that no listener forwards to are unused; they are checked once one does."""
    instance = run_instance(aws, network)
    run_task(aws)
    register(aws, group, instance)
    aws.advance(300)
    assert health(aws, group) == {
        "State": "unused",
        "Reason": "Target.NotInUse",
        "Description": "Target group is not configured to receive traffic from the load balancer",
    }
    listener = make_listener(aws, balancer, group)
    assert state(aws, group) == "initial"
    aws.until(lambda: state(aws, group) == "healthy", at_most=60)
    aws.elbv2.delete_listener(ListenerArn=listener)
    assert state(aws, group) == "unused"


@pytest.mark.aws(HEALTH)
def test_a_target_in_a_zone_that_is_not_enabled_is_unused(aws, network, balancer, group):
    """A target in a zone that the load balancer is not in is unused, and says so."""
    make_listener(aws, balancer, group)
    register(aws, group, run_instance(aws, network, subnet=2))
    assert health(aws, group) == {
        "State": "unused",
        "Reason": "Target.NotInUse",
        "Description": "Target is in an Availability Zone that is not enabled for the load balancer",
    }


@pytest.mark.aws(HEALTH)
def test_nothing_is_checked_while_the_load_balancer_is_provisioned(aws, network, group):
    """Targets stay initial until the load balancer is active."""
    instance = run_instance(aws, network)
    run_task(aws)
    balancer = make_balancer(aws, network)
    make_listener(aws, balancer, group)
    register(aws, group, instance)
    aws.advance(60)
    assert health(aws, group)["Reason"] == "Elb.RegistrationInProgress"
    aws.until(lambda: state(aws, group) == "healthy", at_most=300)


@pytest.mark.aws(DELAY)
def test_a_deregistered_target_drains(aws, network, balancer, group):
    """A deregistered target drains for the deregistration delay and is then not registered any more."""
    delay = {"Key": "deregistration_delay.timeout_seconds", "Value": "60"}
    aws.elbv2.modify_target_group_attributes(TargetGroupArn=group, Attributes=[delay])
    instance = run_instance(aws, network)
    make_listener(aws, balancer, group)
    register(aws, group, instance)
    aws.elbv2.deregister_targets(TargetGroupArn=group, Targets=[{"Id": instance}])
    assert health(aws, group) == {
        "State": "draining",
        "Reason": "Target.DeregistrationInProgress",
        "Description": "Target deregistration is in progress",
    }
    aws.advance(59)
    assert state(aws, group) == "draining"
    aws.advance(1)
    assert health(aws, group) is None
    assert health(aws, group, Id=instance) == {
        "State": "unused",
        "Reason": "Target.NotRegistered",
        "Description": "Target is not registered to the target group",
    }


@pytest.mark.aws(REGISTER)
def test_a_draining_target_can_be_registered_again(aws, network, balancer, group):
    """Registering a target that drains begins anew, and the end of the old delay does not touch it."""
    instance = run_instance(aws, network)
    make_listener(aws, balancer, group)
    register(aws, group, instance)
    aws.elbv2.deregister_targets(TargetGroupArn=group, Targets=[{"Id": instance}])
    register(aws, group, instance)
    assert state(aws, group) == "initial"
    aws.advance(301)
    assert state(aws, group) == "unhealthy"


@pytest.mark.aws(DEREGISTER)
def test_deregistering_what_is_not_registered_succeeds(aws, network, group):
    """Deregistering a target that is not registered is no error; an unused target is gone at once."""
    instance = run_instance(aws, network)
    aws.elbv2.deregister_targets(TargetGroupArn=group, Targets=[{"Id": instance}])
    register(aws, group, instance)
    aws.elbv2.deregister_targets(TargetGroupArn=group, Targets=[{"Id": instance}])
    assert health(aws, group) is None


@pytest.mark.aws(TARGETS)
def test_an_instance_is_registered_on_several_ports(aws, network, balancer, group):
    """One instance may be registered several times with different ports, each checked for itself."""
    instance = run_instance(aws, network)
    run_task(aws, host_port=8081)
    make_listener(aws, balancer, group)
    ports = [{"Id": instance, "Port": port} for port in (8081, 8082)]
    aws.elbv2.register_targets(TargetGroupArn=group, Targets=ports)
    aws.advance(100)
    assert [state(aws, group, **target) for target in ports] == ["healthy", "unhealthy"]
    aws.elbv2.deregister_targets(TargetGroupArn=group, Targets=ports[:1])
    assert [state(aws, group, **target) for target in ports] == ["draining", "unhealthy"]


@pytest.mark.aws(REGISTER)
def test_instances_must_exist_and_run_in_the_vpc(aws, network, group):
    """Instances that do not exist, do not run or are in another VPC are refused, and none of the call is registered."""
    instance = run_instance(aws, network)
    with refused("InvalidTarget", "The following instances do not exist: 'i-00000000000000000'"):
        register(aws, group, instance, "i-00000000000000000")
    with refused("ValidationError", "Instance ID 'web' is not valid"):
        register(aws, group, "web")
    assert health(aws, group) is None
    other = make_group(aws, make_network(aws, cidr="10.1.0.0/16"), name="other")
    with refused("InvalidTarget", "The following targets are not in the target group VPC"):
        register(aws, other, instance)
    aws.ec2.terminate_instances(InstanceIds=[instance])
    with refused(
        "InvalidTarget",
        f"The following targets are not in a running state and cannot be registered: '{instance}'",
    ):
        register(aws, group, instance)


@pytest.mark.aws(REGISTER)
def test_addresses_must_be_in_the_vpc(aws, network):
    """An address outside of the VPC needs the zone `all` and must be private."""
    group = make_group(aws, network, TargetType="ip")
    register(aws, group, "10.0.0.10")
    register(aws, group, "192.168.0.10", AvailabilityZone="all")
    with refused("InvalidTarget"):
        register(aws, group, "192.168.0.11")
    with refused("ValidationError"):
        register(aws, group, "8.8.8.8", AvailabilityZone="all")
    with refused("ValidationError"):
        register(aws, group, "10.0.0")
    rows = aws.elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert [row["Target"]["Id"] for row in rows] == ["10.0.0.10", "192.168.0.10"]


@pytest.mark.aws(REGISTER)
def test_ports_are_checked(aws, network, group):
    """A port must be between 1 and 65535; without one the group's own port is taken."""
    instance = run_instance(aws, network)
    with refused("ValidationError", "Value '0' at 'targets.1.member.port' failed to satisfy constraint"):
        register(aws, group, instance, Port=0)
    register(aws, group, instance)
    (row,) = aws.elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    assert row["Target"] == {"Id": instance, "Port": 80} and row["HealthCheckPort"] == "80"


@pytest.mark.aws(TARGETS)
def test_an_address_of_an_instance_is_healthy_when_a_container_listens(aws, network, balancer):
    """A target of type ip is checked at the interface that has the address."""
    group = make_group(aws, network, TargetType="ip")
    instance = run_instance(aws, network)
    run_task(aws)
    address = aws.ec2.describe_instances()["Reservations"][0]["Instances"][0]["PrivateIpAddress"]
    make_listener(aws, balancer, group)
    register(aws, group, address)
    aws.until(lambda: state(aws, group) == "healthy", at_most=60)
    assert instance


@pytest.mark.aws(NETWORK_CHECKS)
def test_network_load_balancers_take_longer(aws, network):
    """A network load balancer registers a target for about a minute, and needs the threshold of good answers at first."""
    balancer = make_balancer(aws, network, Type="network", SecurityGroups=[])
    aws.advance(300)
    group = make_group(aws, network, Protocol="TCP", HealthCheckIntervalSeconds=10, HealthyThresholdCount=3)
    instance = run_instance(aws, network)
    run_task(aws)
    make_listener(aws, balancer, group, protocol="TCP")
    register(aws, group, instance)
    aws.advance(50)
    assert health(aws, group)["Reason"] == "Elb.RegistrationInProgress"
    aws.advance(30)
    assert health(aws, group)["Reason"] == "Elb.InitialHealthChecking"
    aws.until(lambda: state(aws, group) == "healthy", at_most=30)


@pytest.mark.aws(TARGETS)
def test_a_terminated_instance_is_deregistered(aws, network, balancer, group):
    """An instance that is terminated while registered is deregistered by the load balancer."""
    instance = run_instance(aws, network)
    make_listener(aws, balancer, group)
    register(aws, group, instance)
    aws.advance(100)
    aws.ec2.terminate_instances(InstanceIds=[instance])
    aws.advance(100)
    assert state(aws, group) == "draining"
    aws.advance(300)
    assert health(aws, group) is None


@pytest.mark.aws(CHAIN)
def test_a_load_balancer_behind_another(aws, network, balancer, group):
    """A target group of type alb takes a load balancer with a listener on its port, and is healthy while that is there."""
    front = make_balancer(aws, network, name="front", Type="network", SecurityGroups=[])
    chain = make_group(aws, network, name="chain", Protocol="TCP", TargetType="alb")
    with refused("InvalidTarget"):
        register(aws, chain, balancer)
    listener = make_listener(aws, balancer, group)
    register(aws, chain, balancer)
    make_listener(aws, front, chain, protocol="TCP")
    aws.until(lambda: state(aws, chain) == "healthy", at_most=900)
    aws.elbv2.delete_listener(ListenerArn=listener)
    aws.until(lambda: state(aws, chain) == "unhealthy", at_most=300)


@pytest.mark.aws("https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html")
def test_a_group_has_a_thousand_targets(aws, network):
    """A target group for HTTP takes 1,000 targets; those of a call that would be too many are all refused."""
    group = make_group(aws, network, TargetType="ip")
    addresses = [f"10.0.{high}.{low}" for high in range(5) for low in range(1, 251)]
    register(aws, group, *addresses[:999])
    with refused("TooManyTargets"):
        register(aws, group, *addresses[999:1001])
    assert len(aws.elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]) == 999
