"""Capacity providers."""

import pytest
from ecs_compute import Compute
from simulator import refused

CREATE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCapacityProvider.html"
DESCRIBE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeCapacityProviders.html"
UPDATE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateCapacityProvider.html"
DELETE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCapacityProvider.html"
GROUP = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AutoScalingGroupProvider.html"
ITEM = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html"
RUN = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html"
PUT = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html"
SCALING = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-auto-scaling.html"
BEHAVIOR = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-scaling-behavior.html"
DRAINING = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-instance-draining.html"
PROTECTION = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/managed-termination-protection.html"


def described(aws, name="workers"):
    return aws.ecs.describe_capacity_providers(capacityProviders=[name])["capacityProviders"][0]


def create(aws, group, name="workers", **more):
    inside = {"autoScalingGroupArn": group} | more
    made = aws.ecs.create_capacity_provider(name=name, autoScalingGroupProvider=inside)
    return made["capacityProvider"]


@pytest.mark.aws(DESCRIBE)
def test_fargate_and_fargate_spot_are_always_there(aws):
    """Every account has the capacity providers FARGATE and FARGATE_SPOT."""
    found = aws.ecs.describe_capacity_providers()["capacityProviders"]
    assert [(one["name"], one["status"]) for one in found] == [("FARGATE", "ACTIVE"), ("FARGATE_SPOT", "ACTIVE")]


@pytest.mark.aws(DESCRIBE)
def test_an_unknown_provider_is_a_failure(aws):
    """DescribeCapacityProviders names providers that it does not know under `failures`, as MISSING."""
    answer = aws.ecs.describe_capacity_providers(capacityProviders=["FARGATE", "gone"])
    assert [one["name"] for one in answer["capacityProviders"]] == ["FARGATE"]
    assert answer["failures"][0]["reason"] == "MISSING"


@pytest.mark.aws(CREATE)
def test_a_provider_stands_for_a_group(aws):
    """A provider of an Auto Scaling group is ACTIVE, with the defaults of managed scaling and managed draining."""
    group = Compute(aws, 0).group_of_instances()
    made = create(aws, group, managedScaling={"status": "ENABLED", "targetCapacity": 80})
    assert made["capacityProviderArn"] == "arn:aws:ecs:eu-west-1:123456789012:capacity-provider/workers"
    assert made["status"] == "ACTIVE"
    assert made["autoScalingGroupProvider"] == {
        "autoScalingGroupArn": group,
        "managedScaling": {
            "status": "ENABLED",
            "targetCapacity": 80,
            "minimumScalingStepSize": 1,
            "maximumScalingStepSize": 10000,
            "instanceWarmupPeriod": 300,
        },
        "managedTerminationProtection": "DISABLED",
        "managedDraining": "ENABLED",
    }
    assert described(aws) == made


@pytest.mark.aws(CREATE)
@pytest.mark.parametrize("name", ["aws-workers", "ECSworkers", "fargate", "a b"])
def test_some_names_are_reserved(aws, name):
    """A provider's name has letters, numbers, underscores and hyphens, and does not begin with aws, ecs or fargate."""
    group = Compute(aws, 0).group_of_instances()
    with refused("ClientException", "The specified capacity provider name is invalid."):
        create(aws, group, name)


@pytest.mark.aws(CREATE)
def test_a_group_has_one_provider(aws):
    """A provider's name and its Auto Scaling group are unique, and the group must exist."""
    group = Compute(aws, 0).group_of_instances()
    create(aws, group)
    with refused("InvalidParameterException", "The specified capacity provider already exists."):
        create(aws, group)
    with refused("InvalidParameterException", "is already being used by another capacity provider."):
        create(aws, group, "other")
    with refused("InvalidParameterException", "Auto Scaling group ARN"):
        create(aws, group.replace("workers", "gone"), "other")


@pytest.mark.aws(GROUP)
def test_protection_needs_a_group_that_protects(aws):
    """Managed termination protection needs scale-in protection on the Auto Scaling group, and managed scaling."""
    compute = Compute(aws, 0)
    plain = compute.group_of_instances("plain")
    asked = {"managedTerminationProtection": "ENABLED", "managedScaling": {"status": "ENABLED"}}
    with refused("InvalidParameterException", "must have instance protection from scale in enabled."):
        create(aws, plain, "plain", **asked)
    group = compute.group_of_instances("kept", protected=True)
    made = create(aws, group, "kept", **asked)
    assert made["autoScalingGroupProvider"]["managedTerminationProtection"] == "ENABLED"


@pytest.mark.aws(UPDATE)
def test_a_change_of_a_provider_takes_a_while(aws):
    """An update is UPDATE_IN_PROGRESS, then UPDATE_COMPLETE; what is not named stays."""
    create(aws, Compute(aws, 0).group_of_instances(), managedScaling={"status": "ENABLED", "targetCapacity": 80})
    changed = aws.ecs.update_capacity_provider(
        name="workers", autoScalingGroupProvider={"managedScaling": {"maximumScalingStepSize": 3}}
    )["capacityProvider"]
    assert changed["updateStatus"] == "UPDATE_IN_PROGRESS"
    aws.advance(30)
    now = described(aws)
    scaling = now["autoScalingGroupProvider"]["managedScaling"]
    assert (now["updateStatus"], scaling["maximumScalingStepSize"], scaling["targetCapacity"]) == ("UPDATE_COMPLETE", 3, 80)


@pytest.mark.aws(DELETE)
def test_a_provider_of_a_cluster_is_not_deleted(aws):
    """A provider is deleted once no cluster has it; the ones of Fargate never."""
    Compute(aws, 0).provider()
    with refused("InvalidParameterException", "because it is associated with cluster: dev."):
        aws.ecs.delete_capacity_provider(capacityProvider="workers")
    aws.ecs.put_cluster_capacity_providers(cluster="dev", capacityProviders=[], defaultCapacityProviderStrategy=[])
    aws.advance(30)
    gone = aws.ecs.delete_capacity_provider(capacityProvider="workers")["capacityProvider"]
    assert gone["updateStatus"] == "DELETE_IN_PROGRESS"
    aws.advance(30)
    now = described(aws)
    assert (now["status"], now["updateStatus"]) == ("INACTIVE", "DELETE_COMPLETE")
    with refused("InvalidParameterException"):
        aws.ecs.delete_capacity_provider(capacityProvider="FARGATE")


@pytest.mark.aws(PUT)
def test_a_provider_with_tasks_stays_in_its_cluster(aws):
    """A capacity provider that has tasks cannot be taken out of the cluster."""
    compute = Compute(aws, 0)
    aws.ecs.put_cluster_capacity_providers(
        cluster="dev", capacityProviders=["FARGATE"], defaultCapacityProviderStrategy=[]
    )
    strategy = [{"capacityProvider": "FARGATE", "weight": 1}]
    compute.run_one(
        compute.register_fargate(), capacityProviderStrategy=strategy, networkConfiguration=compute.network()
    )
    with refused("ResourceInUseException", "The specified capacity provider is in use and cannot be removed."):
        aws.ecs.put_cluster_capacity_providers(
            cluster="dev", capacityProviders=[], defaultCapacityProviderStrategy=[]
        )


@pytest.mark.aws(PUT)
def test_a_cluster_whose_providers_change_is_busy(aws):
    """While the attachments of a cluster are UPDATE_IN_PROGRESS, its providers cannot be changed again."""
    compute = Compute(aws, 0)
    create(aws, compute.group_of_instances(), managedScaling={"status": "ENABLED"})
    asked = {"cluster": "dev", "capacityProviders": ["workers"], "defaultCapacityProviderStrategy": []}
    changed = aws.ecs.put_cluster_capacity_providers(**asked)["cluster"]
    assert changed["attachmentsStatus"] == "UPDATE_IN_PROGRESS"
    with refused("UpdateInProgressException", "The specified cluster is in a busy state."):
        aws.ecs.put_cluster_capacity_providers(**asked)
    aws.advance(30)
    now = aws.ecs.describe_clusters(clusters=["dev"], include=["ATTACHMENTS"])["clusters"][0]
    assert now["attachmentsStatus"] == "UPDATE_COMPLETE"


@pytest.mark.aws(ITEM)
def test_base_and_weight_share_tasks_out(aws):
    """The base of a strategy is filled first; the rest is shared out by weight."""
    compute = Compute(aws, 0)
    aws.ecs.put_cluster_capacity_providers(
        cluster="dev", capacityProviders=["FARGATE", "FARGATE_SPOT"], defaultCapacityProviderStrategy=[]
    )
    strategy = [
        {"capacityProvider": "FARGATE", "base": 2, "weight": 1},
        {"capacityProvider": "FARGATE_SPOT", "weight": 3},
    ]
    answer = compute.run(
        compute.register_fargate(),
        count=10,
        capacityProviderStrategy=strategy,
        networkConfiguration=compute.network(),
    )
    names = [task["capacityProviderName"] for task in answer["tasks"]]
    assert (names.count("FARGATE"), names.count("FARGATE_SPOT")) == (4, 6)


@pytest.mark.aws(RUN)
def test_a_strategy_is_checked(aws):
    """A strategy has providers of the cluster, of one kind, one base, some weight, and no launch type beside it."""
    compute = Compute(aws, 0)
    compute.provider()
    definition = compute.register_fargate()

    def run(*items, **more):
        strategy = [dict(zip(("capacityProvider", "weight", "base"), item, strict=False)) for item in items]
        compute.run(
            definition, capacityProviderStrategy=strategy, networkConfiguration=compute.network(public=False), **more
        )

    with refused("InvalidParameterException", "not associated with the cluster"):
        run(("FARGATE", 1))
    with refused("InvalidParameterException", "The specified capacity provider 'gone' was not found."):
        run(("gone", 1))
    with refused("InvalidParameterException", "Specifying both a launch type and capacity provider strategy"):
        run(("workers", 1), launchType="EC2")
    aws.ecs.put_cluster_capacity_providers(
        cluster="dev",
        capacityProviders=["workers", "FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[],
    )
    with refused("InvalidParameterException", "cannot contain a mix of capacity providers"):
        run(("workers", 1), ("FARGATE", 1))
    with refused("InvalidParameterException", "only one capacity provider with a base"):
        run(("FARGATE", 1, 1), ("FARGATE_SPOT", 1, 1))


@pytest.mark.aws(SCALING)
def test_tasks_wait_for_capacity_that_managed_scaling_makes(aws):
    """Tasks without room stay PROVISIONING while the group grows by as many instances as they need."""
    compute = Compute(aws, 0)
    compute.provider()
    definition = compute.register(memory=1024)
    strategy = [{"capacityProvider": "workers", "weight": 1}]
    tasks = compute.run(definition, count=3, capacityProviderStrategy=strategy)["tasks"]
    assert [task["lastStatus"] for task in tasks] == ["PROVISIONING"] * 3
    assert "containerInstanceArn" not in tasks[0]
    aws.advance(70)
    assert compute.group_named()["DesiredCapacity"] == 2
    aws.until(lambda: all(compute.task(task["taskArn"])["lastStatus"] == "RUNNING" for task in tasks), at_most=900)
    assert compute.group_named()["DesiredCapacity"] == 3
    task = compute.task(tasks[0]["taskArn"])
    assert (task["launchType"], task["capacityProviderName"]) == ("EC2", "workers")
    assert {one["capacityProviderName"] for one in compute.instances()} == {"workers"}


@pytest.mark.aws(BEHAVIOR)
def test_managed_scaling_does_not_go_beyond_the_group(aws):
    """Managed scaling stays within the largest size of the group, and grows by its largest step at most."""
    compute = Compute(aws, 0)
    compute.provider(scaling={"maximumScalingStepSize": 1}, most=2)
    definition = compute.register(memory=1800)
    compute.run(definition, count=4, capacityProviderStrategy=[{"capacityProvider": "workers", "weight": 1}])
    aws.advance(70)
    assert compute.group_named()["DesiredCapacity"] == 1
    aws.advance(600)
    assert compute.group_named()["DesiredCapacity"] == 2


@pytest.mark.aws(BEHAVIOR)
def test_what_is_not_needed_goes_after_a_quarter_of_an_hour(aws):
    """Managed scaling takes instances without tasks away after fifteen minutes."""
    compute = Compute(aws, 0)
    compute.provider()
    arn = compute.run_one(
        compute.register(), capacityProviderStrategy=[{"capacityProvider": "workers", "weight": 1}]
    )
    aws.until(lambda: compute.task(arn)["lastStatus"] == "RUNNING")
    aws.ecs.stop_task(cluster="dev", task=arn)
    aws.advance(600)
    assert compute.group_named()["DesiredCapacity"] == 1
    aws.advance(600)
    assert compute.group_named()["DesiredCapacity"] == 0


@pytest.mark.aws(SCALING)
def test_without_managed_scaling_nobody_waits(aws):
    """Without managed scaling a task that finds no instance of its provider is refused at once."""
    compute = Compute(aws, 0)
    compute.provider(scaling={"status": "DISABLED"})
    with refused("InvalidParameterException", "No Container Instances were found in your cluster."):
        compute.run(compute.register(), capacityProviderStrategy=[{"capacityProvider": "workers", "weight": 1}])


@pytest.mark.aws(DRAINING)
def test_an_instance_drains_before_its_group_ends_it(aws):
    """With managed draining an instance of the group is DRAINING until its service tasks run elsewhere."""
    compute = Compute(aws, 0)
    compute.provider(scaling={"status": "DISABLED"}, desired=1)
    aws.until(lambda: compute.instances())
    compute.create(desired=1)
    compute.settle()
    hooks = aws.autoscaling.describe_lifecycle_hooks(AutoScalingGroupName="workers")["LifecycleHooks"]
    assert [hook["LifecycleHookName"] for hook in hooks] == ["ecs-managed-draining-termination-hook"]
    first = compute.instances()[0]["ec2InstanceId"]
    aws.autoscaling.set_desired_capacity(AutoScalingGroupName="workers", DesiredCapacity=2)
    aws.until(lambda: len(compute.instances()) == 2)
    aws.autoscaling.terminate_instance_in_auto_scaling_group(
        InstanceId=first, ShouldDecrementDesiredCapacity=True
    )
    aws.advance(1)
    assert [one["ec2InstanceId"] for one in compute.instances(status="DRAINING")] == [first]
    for _ in range(100):
        assert compute.counts()[1] >= 1
        aws.advance(2)
    assert [one["ec2InstanceId"] for one in compute.instances()] != [first]
    assert len(compute.instances()) == 1


@pytest.mark.aws(PROTECTION)
def test_instances_with_tasks_are_protected(aws):
    """Managed termination protection keeps instances with tasks from scale-in."""
    compute = Compute(aws, 0)
    group = compute.group_of_instances(protected=True, desired=2)
    scaling = {"status": "ENABLED"}
    create(aws, group, managedTerminationProtection="ENABLED", managedScaling=scaling)
    aws.ecs.put_cluster_capacity_providers(
        cluster="dev", capacityProviders=["workers"], defaultCapacityProviderStrategy=[]
    )
    aws.until(lambda: len(compute.instances()) == 2)
    compute.run_one(compute.register(), capacityProviderStrategy=[{"capacityProvider": "workers", "weight": 1}])
    aws.advance(130)
    found = compute.group_named()["Instances"]
    busy = [one["ec2InstanceId"] for one in compute.instances() if one["runningTasksCount"]]
    assert [one["InstanceId"] for one in found if one["ProtectedFromScaleIn"]] == busy
