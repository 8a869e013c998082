"""Services behind load balancers."""

import pytest
from ecs_services import Services
from simulator import refused

BALANCING = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html"
LOAD_BALANCER = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LoadBalancer.html"
EVENTS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html"
DRAINING = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/load-balancer-connection-draining.html"
PARAMETERS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/update-service-parameters.html"
DEPLOYMENT = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Deployment.html"
CREATE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html"


class Balanced(Services):
    """Services behind an application load balancer."""

    def __init__(self, aws, instances=1):
        super().__init__(aws, 0)
        self.build_network()
        permission = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        aws.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[permission])
        self.balancer = aws.elbv2.create_load_balancer(Name="web", Subnets=self.subnets)["LoadBalancers"][0][
            "LoadBalancerArn"
        ]
        if instances:
            self.add_instances(instances)
        aws.advance(180)

    def add_group(self, name="web", listens=True, kind="instance", delay=20):
        """A target group, if wanted with a listener."""
        group = self.aws.elbv2.create_target_group(
            Name=name,
            Protocol="HTTP",
            Port=80,
            VpcId=self.vpc,
            TargetType=kind,
            HealthCheckIntervalSeconds=5,
            HealthCheckTimeoutSeconds=2,
            UnhealthyThresholdCount=2,
        )["TargetGroups"][0]["TargetGroupArn"]
        attribute = {"Key": "deregistration_delay.timeout_seconds", "Value": str(delay)}
        self.aws.elbv2.modify_target_group_attributes(TargetGroupArn=group, Attributes=[attribute])
        if listens:
            self.aws.elbv2.create_listener(
                LoadBalancerArn=self.balancer,
                Protocol="HTTP",
                Port=80 + len(self.aws.elbv2.describe_listeners(LoadBalancerArn=self.balancer)["Listeners"]),
                DefaultActions=[{"Type": "forward", "TargetGroupArn": group}],
            )
        return group

    def behind(self, group, **more):
        """The parameter that puts a service behind a target group."""
        return {"loadBalancers": [{"targetGroupArn": group, "containerName": "web", "containerPort": 80} | more]}

    def health(self, group):
        """The states of a group's targets by port."""
        found = self.aws.elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
        return {one["Target"]["Port"]: one["TargetHealth"]["State"] for one in found}


@pytest.mark.aws(BALANCING)
def test_tasks_are_registered_under_their_host_ports(aws):
    """A task is registered with its instance and host port when it runs, and the service is steady once it is healthy."""
    services = Balanced(aws)
    group = services.add_group()
    services.create(desired=2, **services.behind(group))
    aws.advance(14)
    assert set(services.health(group).values()) <= {"initial"}
    assert services.said("steady") == []
    aws.until(lambda: services.said("steady"))
    ports = {
        binding["hostPort"]
        for task in services.tasks()
        for container in task["containers"]
        for binding in container["networkBindings"]
    }
    assert services.health(group) == dict.fromkeys(ports, "healthy")
    assert services.said("registered") == [f"(service web) registered 1 targets in (target-group {group})"] * 2


@pytest.mark.aws(LOAD_BALANCER)
def test_the_target_group_is_shown_as_it_was_given(aws):
    """A service shows its target group, and rolls out with a state that is told."""
    services = Balanced(aws, 0)
    group = services.add_group()
    made = services.create(healthCheckGracePeriodSeconds=30, **services.behind(group))
    assert made["loadBalancers"] == [{"targetGroupArn": group, "containerName": "web", "containerPort": 80}]
    assert (made["healthCheckGracePeriodSeconds"], made["deployments"][0]["rolloutState"]) == (30, "IN_PROGRESS")


@pytest.mark.aws(CREATE)
def test_a_group_without_load_balancer_is_refused(aws):
    """A target group that no listener forwards to is refused, and one that is not there."""
    services = Balanced(aws, 0)
    group = services.add_group(listens=False)
    message = f"The target group with targetGroupArn {group} does not have an associated load balancer."
    with refused("InvalidParameterException", message):
        services.create(**services.behind(group))
    with refused("InvalidParameterException", "Unable to assume role and validate the specified targetGroupArn."):
        services.create(**services.behind(group[:-3] + "abc"))


@pytest.mark.aws(BALANCING)
def test_the_target_type_must_fit_the_network_mode(aws):
    """A group of addresses does not fit tasks in bridge mode."""
    services = Balanced(aws, 0)
    group = services.add_group(kind="ip")
    message = (
        f"The provided target group {group} has target type ip, which is incompatible with the bridge network mode "
        "specified in the task definition."
    )
    with refused("InvalidParameterException", message):
        services.create(**services.behind(group))


@pytest.mark.aws(LOAD_BALANCER)
def test_container_and_port_must_be_in_the_definition(aws):
    """The load balancer's container and port must be in the task definition."""
    services = Balanced(aws, 0)
    group = services.add_group()
    with refused("InvalidParameterException", "The container api does not exist in the task definition."):
        services.create(**services.behind(group, containerName="api"))
    message = "The container web did not have a container port 81 defined."
    with refused("InvalidParameterException", message):
        services.create(**services.behind(group, containerPort=81))


@pytest.mark.aws(DRAINING)
def test_a_task_drains_before_it_stops(aws):
    """A task that is to stop is DEACTIVATING while its target drains, for the deregistration delay."""
    services = Balanced(aws)
    group = services.add_group(delay=60)
    services.create(**services.behind(group))
    aws.until(lambda: services.said("steady"))
    services.update(desiredCount=0)
    aws.advance(10)
    stopping = services.tasks("STOPPED")[0]
    assert (stopping["lastStatus"], list(services.health(group).values())) == ("DEACTIVATING", ["draining"])
    assert services.said("deregistered") == [f"(service web) deregistered 1 targets in (target-group {group})"]
    assert services.said("has begun draining connections on 1 tasks.") != []
    aws.advance(40)
    assert services.tasks("STOPPED")[0]["lastStatus"] == "DEACTIVATING"
    aws.advance(30)
    assert (services.tasks("STOPPED")[0]["lastStatus"], services.health(group)) == ("STOPPED", {})


@pytest.mark.aws(EVENTS)
def test_an_unhealthy_target_is_replaced(aws):
    """A task whose target is unhealthy is stopped and replaced, and the service says which target and why."""
    services = Balanced(aws)
    group = services.add_group()
    services.create(definition=services.register("app:unhealthy"), **services.behind(group))
    aws.until(lambda: services.said("is unhealthy in"))
    stopped = services.tasks("STOPPED")[0]
    assert stopped["stoppedReason"] == f"Task failed ELB health checks in (target-group {group})"
    assert f"is unhealthy in (target-group {group}) due to (reason Health checks failed" in services.said(
        "is unhealthy in"
    )[0]
    aws.advance(60)
    assert len(services.said("has started 1 tasks")) >= 2


@pytest.mark.aws(CREATE)
def test_failed_checks_do_not_count_in_the_grace_period(aws):
    """In the health check grace period a task is not stopped for failed checks of its load balancer."""
    services = Balanced(aws)
    group = services.add_group()
    definition = services.register("app:unhealthy")
    services.create(definition=definition, healthCheckGracePeriodSeconds=300, **services.behind(group))
    aws.advance(200)
    assert list(services.health(group).values()) == ["unhealthy"]
    assert services.said("is unhealthy in") == []
    aws.until(lambda: services.said("is unhealthy in"), at_most=300)


@pytest.mark.aws(BALANCING)
def test_a_deployment_keeps_healthy_targets(aws):
    """At minimum 100 the old task stays until the new one's target is healthy."""
    services = Balanced(aws)
    group = services.add_group()
    services.create(**services.behind(group))
    aws.until(lambda: services.said("steady"))
    services.update(taskDefinition=services.register("nginx:2"))
    for _ in range(60):
        aws.advance(2)
        assert "healthy" in services.health(group).values()
    assert len(services.service()["deployments"]) == 1
    assert list(services.health(group).values()) == ["healthy"]


@pytest.mark.aws(PARAMETERS)
def test_target_groups_can_be_exchanged(aws):
    """UpdateService can exchange the target groups of a service, which begins a deployment."""
    services = Balanced(aws)
    first, second = services.add_group("first"), services.add_group("second")
    before = services.create(**services.behind(first))
    aws.until(lambda: services.said("steady"))
    after = services.update(**services.behind(second))
    assert after["deployments"][0]["id"] != before["deployments"][0]["id"]
    aws.advance(180)
    assert (services.health(first), list(services.health(second).values())) == ({}, ["healthy"])
    removed = services.update(loadBalancers=[])
    assert removed["loadBalancers"] == []


@pytest.mark.aws(BALANCING)
def test_failed_checks_trip_the_circuit_breaker(aws):
    """Tasks that fail the checks of their load balancer count as failures of the deployment."""
    services = Balanced(aws)
    group = services.add_group()
    configuration = {"deploymentCircuitBreaker": {"enable": True, "rollback": True}}
    good = services.create(deploymentConfiguration=configuration, **services.behind(group))["taskDefinition"]
    aws.until(lambda: services.said("steady"))
    services.update(taskDefinition=services.register("app:unhealthy"))
    aws.until(lambda: services.said("rolling back"))
    aws.advance(120)
    assert services.service()["taskDefinition"] == good
    assert services.record()["status"] == "ROLLBACK_SUCCESSFUL"


class Classic(Services):
    """Services behind a classic load balancer."""

    def __init__(self, aws):
        super().__init__(aws, 1)
        permission = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        aws.ec2.authorize_security_group_ingress(GroupId=self.group, IpPermissions=[permission])
        listener = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 8080}
        aws.elb.create_load_balancer(
            LoadBalancerName="old", Listeners=[listener], Subnets=self.subnets[:1], SecurityGroups=[self.group]
        )
        check = {"Target": "TCP:8080", "Interval": 5, "Timeout": 4, "UnhealthyThreshold": 2, "HealthyThreshold": 2}
        aws.elb.configure_health_check(LoadBalancerName="old", HealthCheck=check)
        self.behind = {"loadBalancers": [{"loadBalancerName": "old", "containerName": "web", "containerPort": 80}]}


@pytest.mark.aws(DEPLOYMENT)
def test_behind_a_classic_load_balancer_the_rollout_is_not_told(aws):
    """A service behind a classic load balancer registers its instance, and does not tell its rollout state."""
    services = Classic(aws)
    services.create(definition=services.register(host_port=8080), **services.behind)
    aws.until(lambda: services.said("steady"))
    assert services.said("registered 1 instances in (elb old)") != []
    assert "rolloutState" not in services.service()["deployments"][0]
    states = aws.elb.describe_instance_health(LoadBalancerName="old")["InstanceStates"]
    assert [one["State"] for one in states] == ["InService"]


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html")
def test_classic_load_balancers_exclude_the_circuit_breaker(aws):
    """The deployment circuit breaker is refused for services behind classic load balancers."""
    services = Classic(aws)
    breaker = {"deploymentCircuitBreaker": {"enable": True, "rollback": False}}
    with refused("InvalidParameterException", "not supported with Classic Load Balancers"):
        services.create(deploymentConfiguration=breaker, **services.behind)


@pytest.mark.aws(CREATE)
def test_an_unknown_classic_load_balancer_is_refused(aws):
    """A classic load balancer that is not there is refused, and a role that ECS cannot assume."""
    services = Classic(aws)
    unknown = [{"loadBalancerName": "other", "containerName": "web", "containerPort": 80}]
    with refused("InvalidParameterException"):
        services.create(loadBalancers=unknown)
    with refused("InvalidParameterException", "Unable to assume role"):
        services.create(role="nobody", **services.behind)


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html")
def test_a_service_whose_role_is_gone_keeps_draining(aws):
    """A service whose role was deleted first stays DRAINING: ECS cannot reach the load balancer any more."""
    services = Classic(aws)
    services.role("balancing", "ecs.amazonaws.com")
    services.create(definition=services.register(host_port=8080), role="balancing", **services.behind)
    aws.until(lambda: services.said("steady"))
    aws.iam.delete_role(RoleName="balancing")
    aws.ecs.delete_service(cluster="dev", service="web", force=True)
    aws.advance(300)
    assert services.service()["status"] == "DRAINING"
    services.role("balancing", "ecs.amazonaws.com")
    aws.advance(60)
    assert services.service()["status"] == "INACTIVE"


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html")
def test_tasks_with_an_interface_are_targets_by_address(aws):
    """A Fargate task is registered by its own address and container port, and gets healthy."""
    services = Balanced(aws, 0)
    group = services.add_group(kind="ip")
    container = {"name": "web", "image": "nginx", "portMappings": [{"containerPort": 80}]}
    definition = aws.ecs.register_task_definition(
        family="web",
        containerDefinitions=[container],
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
    )["taskDefinition"]["taskDefinitionArn"]
    network = {"subnets": services.subnets[:1], "securityGroups": [services.group], "assignPublicIp": "ENABLED"}
    services.create(
        definition=definition,
        launchType="FARGATE",
        networkConfiguration={"awsvpcConfiguration": network},
        **services.behind(group),
    )
    aws.until(lambda: services.said("steady"))
    targets = aws.elbv2.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    address = services.tasks()[0]["containers"][0]["networkInterfaces"][0]["privateIpv4Address"]
    assert [(one["Target"]["Id"], one["Target"]["Port"]) for one in targets] == [(address, 80)]
    assert [one["TargetHealth"]["State"] for one in targets] == ["healthy"]
