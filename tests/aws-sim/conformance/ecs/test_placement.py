"""Placement of tasks on instances."""

import pytest
from ecs_compute import Compute
from simulator import refused

FAILURES = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html"
CONSTRAINTS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html"
STRATEGIES = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html"
STRATEGY = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PlacementStrategy.html"
RUN = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html"
INTERFACES = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html"


def hosts(answer):
    return [task["containerInstanceArn"] for task in answer["tasks"]]


@pytest.mark.aws(FAILURES)
@pytest.mark.parametrize(
    "wanted, reason",
    [({"cpu": 4096}, "RESOURCE:CPU"), ({"memory": 8192}, "RESOURCE:MEMORY")],
)
def test_what_does_not_fit_is_a_failure(aws, wanted, reason):
    """A task for which no instance has enough CPU or memory is answered as a failure of each instance."""
    compute = Compute(aws, 2)
    answer = compute.run(compute.register(**wanted))
    assert answer["tasks"] == []
    assert [one["reason"] for one in answer["failures"]] == [reason] * 2
    arns = {one["arn"] for one in answer["failures"]}
    assert arns == {one["containerInstanceArn"] for one in compute.instances()}


@pytest.mark.aws(FAILURES)
def test_a_host_port_is_taken_once(aws):
    """A second task with the same host port finds no place on an instance."""
    compute = Compute(aws)
    answer = compute.run(compute.register(host_port=8080), count=2)
    assert len(answer["tasks"]) == 1
    assert [one["reason"] for one in answer["failures"]] == ["RESOURCE:PORTS"]


@pytest.mark.aws(FAILURES)
def test_an_instance_of_another_architecture_lacks_an_attribute(aws):
    """A definition for ARM64 does not run on instances of another architecture."""
    compute = Compute(aws)
    container = {"name": "web", "image": "nginx", "memory": 64}
    aws.ecs.register_task_definition(
        family="arm", containerDefinitions=[container], runtimePlatform={"cpuArchitecture": "ARM64"}
    )
    assert [one["reason"] for one in compute.run("arm")["failures"]] == ["ATTRIBUTE"]


@pytest.mark.aws(RUN)
def test_without_instances_nothing_runs(aws):
    """RunTask on a cluster without container instances is refused."""
    compute = Compute(aws, 0)
    with refused("InvalidParameterException", "No Container Instances were found in your cluster."):
        compute.run(compute.register())


@pytest.mark.aws(CONSTRAINTS)
def test_distinct_instances_take_one_task_each(aws):
    """With distinctInstance each task of a group runs on another instance."""
    compute = Compute(aws, 2)
    answer = compute.run(compute.register(), count=3, placementConstraints=[{"type": "distinctInstance"}])
    assert len(set(hosts(answer))) == 2
    assert {one["reason"] for one in answer["failures"]} == {"DistinctInstance placement constraint unsatisfied."}


@pytest.mark.aws(CONSTRAINTS)
def test_members_are_chosen_by_expression(aws):
    """With memberOf a task runs only on instances of which the expression is true."""
    compute = Compute(aws, 1)
    compute.add_instances(1, subnet=1)
    compute.register()

    def run(text):
        constraint = {"type": "memberOf", "expression": text}
        return compute.run(count=3, placementConstraints=[constraint])

    there = run("attribute:ecs.availability-zone == eu-west-1b")
    assert {task["availabilityZone"] for task in there["tasks"]} == {"eu-west-1b"}
    nowhere = run("attribute:stack == prod")
    assert nowhere["tasks"] == []
    assert {one["reason"] for one in nowhere["failures"]} == {"MemberOf placement constraint unsatisfied."}
    with refused("InvalidParameterException"):
        run("attribute:stack ==")


@pytest.mark.aws(CONSTRAINTS)
def test_a_definition_may_have_constraints_of_its_own(aws):
    """The constraints of a task definition hold for every task that is made from it."""
    compute = Compute(aws, 1)
    other = compute.add_instances(1, subnet=1)[0]
    instance = next(one for one in compute.instances() if one["ec2InstanceId"] == other)
    target = {"name": "stack", "value": "prod", "targetId": instance["containerInstanceArn"]}
    aws.ecs.put_attributes(cluster="dev", attributes=[target])
    aws.ecs.register_task_definition(
        family="web",
        containerDefinitions=[{"name": "web", "image": "nginx", "memory": 64}],
        placementConstraints=[{"type": "memberOf", "expression": "attribute:stack == prod"}],
    )
    assert set(hosts(compute.run(count=3))) == {instance["containerInstanceArn"]}


@pytest.mark.aws(STRATEGIES)
def test_spread_goes_over_zones_and_instances(aws):
    """Spread shares tasks out evenly over the values of a field."""
    compute = Compute(aws, 2)
    compute.add_instances(1, subnet=1)
    field = "attribute:ecs.availability-zone"
    answer = compute.run(compute.register(), count=4, placementStrategy=[{"type": "spread", "field": field}])
    zones = [task["availabilityZone"] for task in answer["tasks"]]
    assert (zones.count("eu-west-1a"), zones.count("eu-west-1b")) == (2, 2)
    compute.register(family="other")
    by_instance = [{"type": "spread", "field": "instanceId"}]
    assert len(set(hosts(compute.run("other", count=3, placementStrategy=by_instance)))) == 3


@pytest.mark.aws(STRATEGIES)
def test_binpack_fills_one_instance_after_another(aws):
    """Binpack takes the instance on which the least is left of the resource."""
    compute = Compute(aws, 3)
    strategy = [{"type": "binpack", "field": "memory"}]
    answer = compute.run(compute.register(memory=600), count=6, placementStrategy=strategy)
    used = hosts(answer)
    assert [used.count(host) for host in dict.fromkeys(used)] == [3, 3]


@pytest.mark.aws(STRATEGIES)
def test_strategies_are_applied_one_after_the_other(aws):
    """The second strategy decides among those that the first one likes equally."""
    compute = Compute(aws, 2)
    compute.add_instances(2, subnet=1)
    strategy = [
        {"type": "spread", "field": "attribute:ecs.availability-zone"},
        {"type": "binpack", "field": "cpu"},
    ]
    answer = compute.run(compute.register(), count=4, placementStrategy=strategy)
    assert len(set(hosts(answer))) == 2
    assert len({task["availabilityZone"] for task in answer["tasks"]}) == 2


@pytest.mark.aws(STRATEGY)
@pytest.mark.parametrize(
    "wrong", [{"type": "binpack", "field": "disk"}, {"type": "spread", "field": "colour"}, {"type": "binpack"}]
)
def test_strategies_have_certain_fields(aws, wrong):
    """Binpack takes cpu or memory, spread instanceId, host or an attribute."""
    compute = Compute(aws)
    with refused("InvalidParameterException"):
        compute.run(compute.register(), placementStrategy=[wrong])


@pytest.mark.aws(RUN)
def test_constraints_and_strategies_are_few(aws):
    """A task has at most ten constraints and five strategies."""
    compute = Compute(aws)
    compute.register()
    with refused("InvalidParameterException"):
        compute.run(placementConstraints=[{"type": "distinctInstance"}] * 11)
    with refused("InvalidParameterException"):
        compute.run(placementStrategy=[{"type": "random"}] * 6)


@pytest.mark.aws(INTERFACES)
def test_an_instance_has_few_task_interfaces(aws):
    """An instance takes as many tasks with interfaces of their own as it has interfaces left."""
    compute = Compute(aws)
    container = {"name": "web", "image": "nginx", "memory": 64}
    aws.ecs.register_task_definition(family="web", networkMode="awsvpc", containerDefinitions=[container])
    answer = compute.run(count=3, networkConfiguration=compute.network(public=False))
    assert len(answer["tasks"]) == 2
    assert [one["reason"] for one in answer["failures"]] == ["RESOURCE:ENI"]


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html")
def test_a_task_on_an_instance_may_have_its_own_address(aws):
    """A task in network mode awsvpc on an instance has an interface, no host ports, and no public address."""
    compute = Compute(aws)
    container = {"name": "web", "image": "nginx", "memory": 64, "portMappings": [{"containerPort": 80}]}
    aws.ecs.register_task_definition(family="web", networkMode="awsvpc", containerDefinitions=[container])
    with refused("InvalidParameterException", "Assign public IP is not supported for this launch type."):
        compute.run(networkConfiguration=compute.network(public=True))
    arn = compute.run_one(networkConfiguration=compute.network(public=False))
    assert compute.stages(arn, 40) == ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"]
    task = compute.task(arn)
    details = {one["name"]: one["value"] for one in task["attachments"][0]["details"]}
    assert task["containers"][0]["networkInterfaces"][0]["privateIpv4Address"] == details["privateIPv4Address"]
    assert task["containers"][0]["networkBindings"] == []
    assert task["containerInstanceArn"]


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html")
def test_free_ports_are_given_where_none_is_asked_for(aws):
    """With a bridge and host port 0 each task gets another port of the ephemeral range."""
    compute = Compute(aws)
    tasks = compute.run(compute.register(), count=2)["tasks"]
    aws.advance(20)
    bindings = [compute.task(task["taskArn"])["containers"][0]["networkBindings"][0] for task in tasks]
    ports = {one["hostPort"] for one in bindings}
    assert len(ports) == 2 and all(32768 <= port <= 60999 for port in ports)
    assert {(one["containerPort"], one["bindIP"], one["protocol"]) for one in bindings} == {(80, "0.0.0.0", "tcp")}
