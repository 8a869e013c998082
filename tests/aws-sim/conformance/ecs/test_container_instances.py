"""Container instances."""

import pytest
from ecs_compute import Compute
from simulator import refused

INSTANCE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerInstance.html"
RESOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Resource.html"
LIST = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListContainerInstances.html"
QUERY = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/cluster-query-language.html"
DESCRIBE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeContainerInstances.html"
STATE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html"
DEREGISTER = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterContainerInstance.html"
AGENT = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerAgent.html"
PUT = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAttributes.html"
DELETE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteAttributes.html"
ATTRIBUTES = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListAttributes.html"
PLACEMENT = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-constraints.html"


def resources(instance, kind="remainingResources"):
    found = {one["name"]: one for one in instance[kind]}
    return found["CPU"]["integerValue"], found["MEMORY"]["integerValue"], set(found["PORTS"]["stringSetValue"])


@pytest.mark.aws(INSTANCE)
def test_an_instance_tells_what_it_is(aws):
    """A container instance shows its EC2 instance, agent, status and attributes."""
    compute = Compute(aws)
    instance = compute.instances()[0]
    assert instance["containerInstanceArn"].startswith(
        "arn:aws:ecs:eu-west-1:123456789012:container-instance/dev/"
    )
    assert (instance["status"], instance["agentConnected"]) == ("ACTIVE", True)
    assert instance["versionInfo"]["agentVersion"]
    values = {one["name"]: one.get("value") for one in instance["attributes"]}
    ec2 = aws.ec2.describe_instances(InstanceIds=[instance["ec2InstanceId"]])["Reservations"][0]["Instances"][0]
    assert values["ecs.instance-type"] == "t3.small"
    assert values["ecs.ami-id"] == ec2["ImageId"]
    assert values["ecs.availability-zone"] == "eu-west-1a"
    assert (values["ecs.os-type"], values["ecs.cpu-architecture"]) == ("linux", "x86_64")
    assert (values["ecs.subnet-id"], values["ecs.vpc-id"]) == (compute.subnets[0], compute.vpc)
    assert "com.amazonaws.ecs.capability.logging-driver.awslogs" in values


@pytest.mark.aws(RESOURCE)
def test_tasks_take_resources_and_give_them_back(aws):
    """What tasks reserve is missing from the remaining resources until they stop; the registered ones stay."""
    compute = Compute(aws)
    compute.register(host_port=8080)
    before = compute.instances()[0]
    arn = compute.run_one()
    busy = compute.instances()[0]
    cpu, memory, ports = resources(before)
    assert resources(busy) == (cpu - 128, memory - 128, ports | {"8080"})
    assert resources(busy, "registeredResources") == resources(before, "registeredResources")
    assert ports == {"22", "2375", "2376", "51678", "51679"}
    assert (busy["pendingTasksCount"], busy["runningTasksCount"]) == (1, 0)
    assert busy["version"] > before["version"]
    aws.advance(20)
    assert compute.instances()[0]["runningTasksCount"] == 1
    aws.ecs.stop_task(cluster="dev", task=arn)
    aws.advance(20)
    assert resources(compute.instances()[0]) == (cpu, memory, ports)


@pytest.mark.aws(QUERY)
def test_instances_are_found_by_the_query_language(aws):
    """ListContainerInstances takes expressions of the cluster query language."""
    compute = Compute(aws)
    first = compute.instances()[0]
    compute.add_instances(1, subnet=1)
    compute.register()
    compute.run_one(group="jobs", placementConstraints=[
        {"type": "memberOf", "expression": "attribute:ecs.availability-zone == eu-west-1a"}
    ])

    def found(text):
        return [one["ec2InstanceId"] for one in compute.instances(filter=text)]

    both = [one["ec2InstanceId"] for one in compute.instances()]
    only = [first["ec2InstanceId"]]
    assert found("attribute:ecs.availability-zone == eu-west-1a") == only
    assert found("attribute:ecs.instance-type =~ t3.* and agentConnected == true") == both
    assert found("not(attribute:ecs.availability-zone in [eu-west-1a, eu-west-1c])") == [
        one for one in both if one not in only
    ]
    assert found("task:group == jobs") == only
    assert found("runningTasksCount >= 1") == only
    assert found(f"ec2InstanceId == {only[0]}") == only
    assert found("registeredAt > 2020-01-01T00:00Z") == both
    assert found("attribute:stack exists") == []


@pytest.mark.aws(LIST)
def test_an_expression_that_is_none_is_refused(aws):
    """An expression with a mistake is refused."""
    Compute(aws, 0)
    with refused("InvalidParameterException"):
        aws.ecs.list_container_instances(cluster="dev", filter="attribute:a ==")


@pytest.mark.aws(LIST)
def test_instances_are_listed_by_status_and_in_pages(aws):
    """ListContainerInstances lists those of a status, in pages."""
    compute = Compute(aws, 3)
    arns = [one["containerInstanceArn"] for one in compute.instances()]
    aws.ecs.update_container_instances_state(cluster="dev", containerInstances=arns[:1], status="DRAINING")
    assert len(compute.instances(status="DRAINING")) == 1
    assert len(compute.instances(status="ACTIVE")) == 2
    pages = aws.ecs.get_paginator("list_container_instances").paginate(
        cluster="dev", PaginationConfig={"PageSize": 2}
    )
    assert [len(page["containerInstanceArns"]) for page in pages] == [2, 1]


@pytest.mark.aws(DESCRIBE)
def test_an_unknown_instance_is_a_failure(aws):
    """DescribeContainerInstances names instances that it does not know under `failures`, and takes at most 100."""
    Compute(aws, 0)
    answer = aws.ecs.describe_container_instances(cluster="dev", containerInstances=["gone"])
    assert (answer["containerInstances"], answer["failures"][0]["reason"]) == ([], "MISSING")
    with refused("InvalidParameterException"):
        aws.ecs.describe_container_instances(cluster="dev", containerInstances=["gone"] * 101)


@pytest.mark.aws(STATE)
def test_draining_is_told_for_each_instance(aws):
    """UpdateContainerInstancesState changes up to ten instances and names those that it does not know."""
    compute = Compute(aws)
    arn = compute.instances()[0]["containerInstanceArn"]
    answer = aws.ecs.update_container_instances_state(
        cluster="dev", containerInstances=[arn, "gone"], status="DRAINING"
    )
    assert [one["status"] for one in answer["containerInstances"]] == ["DRAINING"]
    assert [one["reason"] for one in answer["failures"]] == ["MISSING"]
    with refused("InvalidParameterException"):
        aws.ecs.update_container_instances_state(cluster="dev", containerInstances=[arn] * 11, status="ACTIVE")


@pytest.mark.aws(STATE)
def test_a_draining_instance_gets_no_tasks(aws):
    """Nothing is placed on a DRAINING instance; tasks without a service stay on it."""
    compute = Compute(aws)
    compute.register()
    task = compute.run_one()
    aws.advance(20)
    arn = compute.instances()[0]["containerInstanceArn"]
    aws.ecs.update_container_instances_state(cluster="dev", containerInstances=[arn], status="DRAINING")
    with refused("InvalidParameterException", "No Container Instances were found in your cluster."):
        compute.run()
    aws.advance(300)
    assert compute.task(task)["lastStatus"] == "RUNNING"


@pytest.mark.aws(DEREGISTER)
def test_an_instance_with_tasks_is_deregistered_by_force(aws):
    """An instance with running tasks is only deregistered by force, and is INACTIVE from then on."""
    compute = Compute(aws)
    compute.register()
    task = compute.run_one()
    aws.advance(20)
    arn = compute.instances()[0]["containerInstanceArn"]
    with refused("InvalidParameterException", "Found running tasks on the instance."):
        aws.ecs.deregister_container_instance(cluster="dev", containerInstance=arn)
    gone = aws.ecs.deregister_container_instance(cluster="dev", containerInstance=arn, force=True)
    assert gone["containerInstance"]["status"] == "INACTIVE"
    assert compute.instances() == []
    assert compute.task(task)["lastStatus"] == "STOPPED"
    shown = aws.ecs.describe_container_instances(cluster="dev", containerInstances=[arn])["containerInstances"]
    assert (shown[0]["status"], shown[0]["agentConnected"]) == ("INACTIVE", False)


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html")
def test_tasks_end_with_their_instance(aws):
    """When an EC2 instance is terminated its container instance goes, and its tasks stop with that reason."""
    compute = Compute(aws)
    compute.register()
    task = compute.run_one()
    aws.advance(20)
    host = compute.instances()[0]["ec2InstanceId"]
    aws.ec2.terminate_instances(InstanceIds=[host])
    aws.advance(60)
    assert compute.instances() == []
    stopped = compute.task(task)
    assert stopped["stoppedReason"] == f"Host EC2 (instance {host}) terminated."
    assert "exitCode" not in stopped["containers"][0]


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html")
def test_the_first_instance_makes_the_default_cluster(aws):
    """An instance that names no cluster joins the cluster `default`, which is made for it."""
    compute = Compute(aws, 0)
    name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    aws.ec2.run_instances(
        ImageId=aws.ssm.get_parameter(Name=name)["Parameter"]["Value"],
        InstanceType="t3.small",
        MinCount=1,
        MaxCount=1,
        IamInstanceProfile={"Name": "host"},
        NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": compute.subnets[0], "AssociatePublicIpAddress": True}],
    )
    aws.advance(90)
    assert aws.ecs.describe_clusters()["clusters"][0]["registeredContainerInstancesCount"] == 1


@pytest.mark.aws(AGENT)
def test_an_agent_of_the_newest_version_is_not_updated(aws):
    """UpdateContainerAgent refuses an agent for which there is no update."""
    compute = Compute(aws)
    arn = compute.instances()[0]["containerInstanceArn"]
    with refused("NoUpdateAvailableException"):
        aws.ecs.update_container_agent(cluster="dev", containerInstance=arn)


@pytest.mark.aws(PUT)
def test_attributes_are_put_on_instances(aws):
    """PutAttributes puts attributes on an instance, which it shows, and replaces the value of one that is there."""
    compute = Compute(aws)
    arn = compute.instances()[0]["containerInstanceArn"]
    target = {"targetType": "container-instance", "targetId": arn}
    put = aws.ecs.put_attributes(cluster="dev", attributes=[{"name": "stack", "value": "test"} | target])
    assert put["attributes"] == [{"name": "stack", "value": "test", "targetId": arn}]
    aws.ecs.put_attributes(cluster="dev", attributes=[{"name": "stack", "value": "prod"} | target])
    values = {one["name"]: one.get("value") for one in compute.instances()[0]["attributes"]}
    assert values["stack"] == "prod"
    listed = aws.ecs.list_attributes(cluster="dev", targetType="container-instance", attributeName="stack")
    assert listed["attributes"] == [{"name": "stack", "value": "prod", "targetId": arn}]


@pytest.mark.aws(PUT)
def test_attributes_have_limits(aws):
    """An instance has at most ten attributes of its own, with fit names, and must exist."""
    compute = Compute(aws)
    arn = compute.instances()[0]["containerInstanceArn"]
    many = [{"name": f"a{number}", "targetId": arn} for number in range(10)]
    aws.ecs.put_attributes(cluster="dev", attributes=many)
    with refused("AttributeLimitExceededException"):
        aws.ecs.put_attributes(cluster="dev", attributes=[{"name": "one-more", "targetId": arn}])
    with refused("InvalidParameterException"):
        aws.ecs.put_attributes(cluster="dev", attributes=[{"name": "a b", "targetId": arn}])
    with refused("TargetNotFoundException"):
        aws.ecs.put_attributes(cluster="dev", attributes=[{"name": "a", "targetId": "gone"}])


@pytest.mark.aws(DELETE)
def test_attributes_are_taken_away(aws):
    """DeleteAttributes takes attributes away; those of AWS stay."""
    compute = Compute(aws)
    arn = compute.instances()[0]["containerInstanceArn"]
    aws.ecs.put_attributes(cluster="dev", attributes=[{"name": "stack", "value": "test", "targetId": arn}])
    aws.ecs.delete_attributes(cluster="dev", attributes=[{"name": "stack", "targetId": arn}])
    assert compute.instances(filter="attribute:stack exists") == []
    with refused("InvalidParameterException"):
        aws.ecs.delete_attributes(cluster="dev", attributes=[{"name": "ecs.os-type", "targetId": arn}])


@pytest.mark.aws(ATTRIBUTES)
def test_attributes_are_listed_by_value_and_in_pages(aws):
    """ListAttributes filters by name and value, and has pages."""
    Compute(aws, 3)
    asked = {"cluster": "dev", "targetType": "container-instance", "attributeName": "ecs.availability-zone"}
    assert len(aws.ecs.list_attributes(**asked, attributeValue="eu-west-1a")["attributes"]) == 3
    assert aws.ecs.list_attributes(**asked, attributeValue="eu-west-1b")["attributes"] == []
    first = aws.ecs.list_attributes(**asked, maxResults=2)
    rest = aws.ecs.list_attributes(**asked, maxResults=2, nextToken=first["nextToken"])
    assert (len(first["attributes"]), len(rest["attributes"])) == (2, 1)
