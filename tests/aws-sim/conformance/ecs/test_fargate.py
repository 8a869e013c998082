"""Tasks on Fargate."""

import pytest
from ecs_compute import Compute
from simulator import refused

TASK = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html"
LIFE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html"
NETWORK = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-networking.html"
VPC = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html"
RUN = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html"
PLATFORM = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html"
PULL = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html"
RESOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html"
SPOT = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-capacity-providers.html"
FAILURES = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html"


@pytest.mark.aws(TASK)
def test_a_task_on_fargate_names_its_platform_and_no_instance(aws):
    """A task on Fargate shows platform, family, zone and disk, and no container instance."""
    compute = Compute(aws, 0)
    task = compute.task(compute.run_on_fargate())
    assert (task["launchType"], task["lastStatus"], task["desiredStatus"]) == ("FARGATE", "PROVISIONING", "RUNNING")
    assert (task["platformVersion"], task["platformFamily"]) == ("1.4.0", "Linux")
    assert (task["cpu"], task["memory"], task["ephemeralStorage"]) == ("256", "512", {"sizeInGiB": 20})
    assert task["availabilityZone"] in ("eu-west-1a", "eu-west-1b")
    assert "containerInstanceArn" not in task and "connectivity" not in task


@pytest.mark.aws(LIFE)
def test_a_task_goes_through_all_stages(aws):
    """A task with an interface is PROVISIONING, PENDING, ACTIVATING, RUNNING, and on its way out DEPROVISIONING."""
    compute = Compute(aws, 0)
    arn = compute.run_on_fargate()
    assert compute.stages(arn, 60) == ["PROVISIONING", "PENDING", "ACTIVATING", "RUNNING"]
    aws.ecs.stop_task(cluster="dev", task=arn)
    assert compute.stages(arn, 60) == ["STOPPING", "DEPROVISIONING", "STOPPED"]
    task = compute.task(arn)
    order = ["createdAt", "pullStartedAt", "pullStoppedAt", "startedAt", "stoppingAt", "executionStoppedAt", "stoppedAt"]
    assert sorted(task[name] for name in order) == [task[name] for name in order]


@pytest.mark.aws(NETWORK)
def test_a_task_has_an_interface_in_its_subnet(aws):
    """A task on Fargate gets an interface of EC2, whose address it shows, and which goes with it."""
    compute = Compute(aws, 0)
    arn = compute.run_on_fargate()
    first = compute.task(arn)["attachments"][0]
    assert (first["type"], first["status"]) == ("ElasticNetworkInterface", "PRECREATED")
    aws.advance(60)
    task = compute.task(arn)
    attachment = task["attachments"][0]
    assert attachment["status"] == "ATTACHED"
    details = {one["name"]: one["value"] for one in attachment["details"]}
    found = aws.ec2.describe_network_interfaces(NetworkInterfaceIds=[details["networkInterfaceId"]])
    interface = found["NetworkInterfaces"][0]
    assert interface["PrivateIpAddress"] == details["privateIPv4Address"]
    assert (interface["SubnetId"], interface["MacAddress"]) == (details["subnetId"], details["macAddress"])
    assert interface["Association"]["PublicIp"]
    inside = task["containers"][0]["networkInterfaces"][0]
    assert inside == {"attachmentId": attachment["id"], "privateIpv4Address": details["privateIPv4Address"]}
    aws.ecs.stop_task(cluster="dev", task=arn)
    aws.advance(60)
    assert compute.task(arn)["attachments"][0]["status"] == "DELETED"
    with refused("InvalidNetworkInterfaceID.NotFound"):
        aws.ec2.describe_network_interfaces(NetworkInterfaceIds=[details["networkInterfaceId"]])


@pytest.mark.aws(VPC)
def test_subnets_and_groups_must_be_there_and_belong_together(aws):
    """Subnets and security groups of a task exist, are in one VPC, and are at most 16 and 5."""
    compute = Compute(aws, 0)
    definition = compute.register_fargate()

    def run(**inside):
        configuration = {"awsvpcConfiguration": {"subnets": compute.subnets} | inside}
        compute.run(definition, launchType="FARGATE", networkConfiguration=configuration)

    with refused("InvalidParameterException", "(ErrorCode: InvalidSubnetID.NotFound)"):
        run(subnets=["subnet-0123456789abcdef0"])
    with refused("InvalidParameterException", "(ErrorCode: InvalidGroup"):
        run(securityGroups=["sg-0123456789abcdef0"])
    other = aws.ec2.create_vpc(CidrBlock="10.5.0.0/16")["Vpc"]["VpcId"]
    group = aws.ec2.create_security_group(GroupName="g", Description="g", VpcId=other)["GroupId"]
    with refused("InvalidParameterException", "does not appear to belong to the same VPC as the input subnets."):
        run(securityGroups=[group])
    with refused("InvalidParameterException", "at most 16"):
        run(subnets=compute.subnets * 9)
    with refused("InvalidParameterException", "at most 5"):
        run(securityGroups=[compute.group] * 6)


@pytest.mark.aws(RUN)
def test_a_network_configuration_is_needed(aws):
    """A task in network mode awsvpc needs a network configuration; one with a bridge may not have one."""
    compute = Compute(aws)
    definition = compute.register_fargate()
    message = "Network Configuration must be provided when networkMode 'awsvpc' is specified."
    with refused("InvalidParameterException", message):
        compute.run(definition, launchType="FARGATE")
    bridge = compute.register(family="bridge")
    message = "Network Configuration is not valid for the given networkMode of this task definition."
    with refused("InvalidParameterException", message):
        compute.run(bridge, networkConfiguration=compute.network(public=False))


@pytest.mark.aws(RUN)
def test_only_definitions_that_fit_run_on_fargate(aws):
    """A definition with a bridge does not run on Fargate."""
    compute = Compute(aws, 0)
    definition = compute.register()
    with refused("InvalidParameterException", "Task definition does not support launch_type FARGATE."):
        compute.run(definition, launchType="FARGATE", networkConfiguration=compute.network())


@pytest.mark.aws(PLATFORM)
def test_platform_versions_are_known(aws):
    """Fargate knows its platform versions; EC2 has none."""
    compute = Compute(aws)
    definition = compute.register_fargate()
    with refused("PlatformUnknownException", "The specified platform does not exist."):
        compute.run_on_fargate(definition, platformVersion="9.9.9")
    compute.run_on_fargate(definition, platformVersion="LATEST")
    with refused("InvalidParameterException", "The platform version must be null when specifying an EC2 launch type."):
        compute.run(compute.register(family="bridge"), platformVersion="1.4.0")


@pytest.mark.aws(RUN)
def test_placement_is_not_for_fargate(aws):
    """Placement constraints and strategies are refused on Fargate."""
    compute = Compute(aws, 0)
    definition = compute.register_fargate()
    with refused("InvalidParameterException", "Placement constraints are not supported with FARGATE launch type."):
        compute.run_on_fargate(definition, placementConstraints=[{"type": "distinctInstance"}])
    with refused("InvalidParameterException", "Placement strategies are not supported with FARGATE launch type."):
        compute.run_on_fargate(definition, placementStrategy=[{"type": "random"}])


@pytest.mark.aws(PULL)
def test_without_a_way_to_the_registry_no_image_is_pulled(aws):
    """A task on Fargate without public address and NAT gateway cannot pull its image."""
    compute = Compute(aws, 0)
    arn = compute.run_on_fargate(public=False)
    aws.advance(90)
    task = compute.task(arn)
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert task["stoppedReason"].startswith("CannotPullContainerError: pull image manifest has been retried")
    assert task["stoppedReason"].endswith("i/o timeout")


@pytest.mark.aws(RESOURCE)
def test_without_a_way_to_ecr_no_credentials_are_pulled(aws):
    """A task on Fargate without a way to ECR fails to initialize its resources."""
    compute = Compute(aws, 0)
    role = compute.role("execution", "ecs-tasks.amazonaws.com")
    image = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1"
    arn = compute.run_on_fargate(compute.register_fargate(image, executionRoleArn=role), public=False)
    aws.advance(90)
    reason = compute.task(arn)["stoppedReason"]
    assert reason.startswith("ResourceInitializationError: unable to pull secrets or registry auth: ")
    assert "There is a connection issue between the task and Amazon ECR." in reason


@pytest.mark.aws(PULL)
def test_a_missing_image_is_told_of_the_task(aws):
    """On Fargate the task's stopped reason says that an image is not there."""
    compute = Compute(aws, 0)
    arn = compute.run_on_fargate(compute.register_fargate("app:missing"))
    aws.advance(90)
    task = compute.task(arn)
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith("CannotPullContainerError: ")
    assert "docker.io/library/app:missing: not found" in task["stoppedReason"]
    assert "exitCode" not in task["containers"][0]


@pytest.mark.aws(FAILURES)
def test_fargate_may_have_no_capacity(aws):
    """When Fargate has no capacity, RunTask answers it as a failure."""
    compute = Compute(aws, 0)
    definition = compute.register_fargate()
    aws.fault(service="ecs", operation="RunTask", kind="no_capacity", count=1)
    asked = {"launchType": "FARGATE", "networkConfiguration": compute.network()}
    answer = compute.run(definition, **asked)
    reason = "Capacity is unavailable at this time. Please try again later or in a different availability zone"
    assert (answer["tasks"], [one["reason"] for one in answer["failures"]]) == ([], [reason])
    assert len(compute.run(definition, **asked)["tasks"]) == 1


@pytest.mark.aws(SPOT)
def test_spot_tasks_can_be_interrupted(aws):
    """Fargate takes the capacity of a Spot task back: it stops with SpotInterruption."""
    compute = Compute(aws, 0)
    aws.ecs.put_cluster_capacity_providers(
        cluster="dev",
        capacityProviders=["FARGATE", "FARGATE_SPOT"],
        defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
    )
    arn = compute.run_one(compute.register_fargate(), networkConfiguration=compute.network())
    aws.advance(60)
    task = compute.task(arn)
    assert (task["lastStatus"], task["capacityProviderName"]) == ("RUNNING", "FARGATE_SPOT")
    aws.fault(
        service="ecs", operation="StopTask", contains="SpotInterruption", kind="error", code="Spot", count=1
    )
    aws.advance(120)
    task = compute.task(arn)
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "SpotInterruption")
    assert task["stoppedReason"] == "Your Spot Task was interrupted."


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html")
def test_a_service_runs_on_fargate(aws):
    """A service with launch type FARGATE keeps its tasks on Fargate."""
    compute = Compute(aws, 0)
    definition = compute.register_fargate()
    configuration = compute.network(groups=[compute.group])
    made = compute.create(
        definition=definition, desired=2, launchType="FARGATE", networkConfiguration=configuration
    )
    assert (made["launchType"], made["platformVersion"]) == ("FARGATE", "LATEST")
    assert made["networkConfiguration"] == configuration
    compute.settle()
    tasks = compute.tasks(name="web")
    assert [task["launchType"] for task in tasks] == ["FARGATE"] * 2
    assert {task["availabilityZone"] for task in tasks} == {"eu-west-1a", "eu-west-1b"}
