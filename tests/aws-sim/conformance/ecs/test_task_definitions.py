"""Task definitions."""

import pytest
from ecs_compute import Compute
from simulator import refused

REGISTER = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html"
CONTAINER = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html"
DEPENDENCY = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html"
PORTS = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html"
PARAMETERS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html"
FARGATE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html"
SIZES = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html"
DESCRIBE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeTaskDefinition.html"
LIST = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitions.html"
FAMILIES = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListTaskDefinitionFamilies.html"
DEREGISTER = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeregisterTaskDefinition.html"
DELETE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteTaskDefinitions.html"
HEALTH = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html"


def one(**more):
    return {"name": "web", "image": "nginx", "memory": 128} | more


def register(aws, *containers, family="web", **more):
    made = aws.ecs.register_task_definition(family=family, containerDefinitions=list(containers) or [one()], **more)
    return made["taskDefinition"]


@pytest.mark.aws(REGISTER)
def test_a_definition_is_echoed_with_what_aws_adds(aws):
    """A registered definition is answered as it was given, with ARN, revision, status and defaults."""
    environment = [{"name": "A", "value": "1"}]
    made = register(aws, one(environment=environment, portMappings=[{"containerPort": 80}]))
    assert made["taskDefinitionArn"] == "arn:aws:ecs:eu-west-1:123456789012:task-definition/web:1"
    assert (made["family"], made["revision"], made["status"]) == ("web", 1, "ACTIVE")
    container = made["containerDefinitions"][0]
    assert container["environment"] == environment
    assert container["portMappings"] == [{"containerPort": 80, "hostPort": 0, "protocol": "tcp"}]
    assert (container["cpu"], container["essential"], container["mountPoints"]) == (0, True, [])
    assert (made["volumes"], made["placementConstraints"]) == ([], [])
    assert made["compatibilities"] == ["EXTERNAL", "EC2"]
    assert made["registeredAt"] and made["registeredBy"]
    assert "networkMode" not in made and "cpu" not in made


@pytest.mark.aws(REGISTER)
def test_revisions_of_a_family_count_up(aws):
    """Each registration in a family has the next number, even after the ones before are deregistered."""
    assert [register(aws)["revision"] for _ in range(3)] == [1, 2, 3]
    aws.ecs.deregister_task_definition(taskDefinition="web:3")
    assert register(aws)["revision"] == 4


@pytest.mark.aws(PARAMETERS)
@pytest.mark.parametrize("family", ["a b", "a" * 256, "web:1"])
def test_a_family_has_letters_numbers_hyphens_and_underscores(aws, family):
    """A family's name has at most 255 letters, numbers, hyphens and underscores."""
    with refused("ClientException"):
        register(aws, family=family)


@pytest.mark.aws(CONTAINER)
def test_a_container_needs_memory_from_somewhere(aws):
    """A container needs a hard or a soft limit of memory, unless the task has one."""
    message = "Invalid setting for container 'web'. At least one of 'memory' or 'memoryReservation' must be specified."
    with refused("ClientException", message):
        register(aws, {"name": "web", "image": "nginx"})
    assert register(aws, {"name": "web", "image": "nginx"}, memory="512")["memory"] == "512"


@pytest.mark.aws(CONTAINER)
def test_a_container_may_not_have_more_memory_than_its_task(aws):
    """The memory of a container is not over that of the task."""
    with refused("ClientException", "The 'memory' setting for container is greater than for the task."):
        register(aws, one(memory=1024), memory="512")


@pytest.mark.aws(CONTAINER)
def test_names_of_containers_are_unique(aws):
    """Two containers of a definition cannot have one name, and one of them must be essential."""
    with refused("ClientException"):
        register(aws, one(), one())
    with refused("ClientException"):
        register(aws, one(essential=False))


@pytest.mark.aws(PORTS)
@pytest.mark.parametrize("mode", ["host", "awsvpc"])
def test_host_ports_are_those_of_the_containers_without_a_bridge(aws, mode):
    """In the network modes host and awsvpc the host port equals the container port."""
    message = f"When networkMode={mode}, the host ports and container ports in port mappings must match."
    with refused("ClientException", message):
        register(aws, one(portMappings=[{"containerPort": 80, "hostPort": 8080}]), networkMode=mode)
    made = register(aws, one(portMappings=[{"containerPort": 80}]), networkMode=mode)
    assert made["containerDefinitions"][0]["portMappings"][0]["hostPort"] == 80


@pytest.mark.aws(PARAMETERS)
def test_links_need_a_bridge(aws):
    """Links are refused outside of the network mode bridge."""
    with refused("ClientException", "Links are not supported when networkMode=awsvpc."):
        register(aws, one(links=["db"]), one(name="db"), networkMode="awsvpc")


@pytest.mark.aws(PARAMETERS)
def test_a_mount_point_names_a_volume(aws):
    """A container cannot mount a volume that the definition does not have."""
    mount = {"sourceVolume": "data", "containerPath": "/data"}
    with refused("ClientException", "Unknown volume 'data'."):
        register(aws, one(mountPoints=[mount]))
    made = register(aws, one(mountPoints=[mount]), volumes=[{"name": "data", "host": {}}])
    assert made["volumes"] == [{"name": "data", "host": {}}]


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specifying-sensitive-data.html")
def test_a_secret_may_not_hide_a_variable(aws):
    """A secret's name is not that of an environment variable, and secrets need an execution role."""
    secret = {"name": "KEY", "valueFrom": "/app/KEY"}
    with refused("ClientException", "'executionRoleArn'"):
        register(aws, one(secrets=[secret]))
    role = Compute(aws, 0).role("tasks", "ecs-tasks.amazonaws.com")
    with refused("ClientException", "The secret name must be unique and not shared"):
        register(aws, one(secrets=[secret], environment=[{"name": "KEY", "value": "1"}]), executionRoleArn=role)


@pytest.mark.aws(DEPENDENCY)
def test_dependencies_are_checked(aws):
    """A dependency names another container; HEALTHY needs its health check, SUCCESS that it is not essential."""

    def on(name, condition):
        return [{"containerName": name, "condition": condition}]

    for other in (
        [one(dependsOn=on("db", "START"))],
        [one(dependsOn=on("db", "HEALTHY")), one(name="db")],
        [one(dependsOn=on("db", "SUCCESS")), one(name="db")],
        [one(dependsOn=on("db", "START")), one(name="db", dependsOn=on("web", "START"))],
    ):
        with refused("ClientException"):
            register(aws, *other)
    check = {"command": ["CMD-SHELL", "true"]}
    register(aws, one(dependsOn=on("db", "HEALTHY")), one(name="db", healthCheck=check))


@pytest.mark.aws(HEALTH)
def test_a_health_check_has_defaults_and_bounds(aws):
    """A health check is shown with interval 30, timeout 5 and 3 retries unless it says otherwise, within bounds."""
    made = register(aws, one(healthCheck={"command": ["CMD", "true"]}))
    shown = made["containerDefinitions"][0]["healthCheck"]
    assert (shown["interval"], shown["timeout"], shown["retries"]) == (30, 5, 3)
    for wrong in ({"interval": 4}, {"retries": 11}, {"timeout": 61}, {"startPeriod": 301}):
        with refused("ClientException"):
            register(aws, one(healthCheck={"command": ["CMD", "true"]} | wrong))


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html")
def test_the_log_driver_wants_group_and_region(aws):
    """The log driver awslogs needs a group and a region."""
    with refused("ClientException", "Log driver awslogs requires options: awslogs-region, awslogs-group"):
        register(aws, one(logConfiguration={"logDriver": "awslogs", "options": {}}))


@pytest.mark.aws(FARGATE)
def test_fargate_wants_its_own_network_mode(aws):
    """A definition for Fargate has the network mode awsvpc, and CPU and memory for the whole task."""
    with refused("ClientException", "Fargate only supports network mode"):
        register(aws, requiresCompatibilities=["FARGATE"], cpu="256", memory="512")
    with refused("ClientException", "Fargate requires that 'cpu' be defined at the task level."):
        register(aws, requiresCompatibilities=["FARGATE"], networkMode="awsvpc", memory="512")
    with refused("ClientException", "Fargate requires that 'memory' be defined at the task level."):
        register(aws, requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256")


@pytest.mark.aws(SIZES)
@pytest.mark.parametrize("cpu, memory", [("256", "4096"), ("512", "512"), ("1024", "2500"), ("300", "512")])
def test_fargate_has_certain_sizes(aws, cpu, memory):
    """Fargate has certain pairs of CPU and memory, and no others."""
    with refused("ClientException", "No Fargate configuration exists for given values"):
        register(aws, requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu=cpu, memory=memory)


@pytest.mark.aws(FARGATE)
def test_a_definition_for_fargate_says_that_it_runs_there(aws):
    """A definition for Fargate is compatible with EC2 and FARGATE."""
    made = register(aws, requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu=".25 vCPU", memory="0.5 GB")
    assert made["compatibilities"] == ["EC2", "FARGATE"]
    assert made["requiresCompatibilities"] == ["FARGATE"]
    assert "ecs.capability.task-eni" in {one["name"] for one in made["requiresAttributes"]}


@pytest.mark.aws(FARGATE)
def test_fargate_pulls_and_logs_by_the_execution_role(aws):
    """On Fargate images of ECR and logs in CloudWatch need an execution role."""
    fargate = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    private = one(image="123456789012.dkr.ecr.eu-west-1.amazonaws.com/app:1")
    with refused("ClientException", "to support ECR images."):
        register(aws, private, **fargate)
    options = {"awslogs-group": "app", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "app"}
    with refused("ClientException", "to support log driver awslogs."):
        register(aws, one(logConfiguration={"logDriver": "awslogs", "options": options}), **fargate)


@pytest.mark.aws(FARGATE)
@pytest.mark.parametrize("wrong", [{"privileged": True}, {"extraHosts": [{"hostname": "a", "ipAddress": "1.1.1.1"}]}])
def test_fargate_does_not_do_all_that_docker_does(aws, wrong):
    """Privileged containers and the like are refused for Fargate."""
    with refused("ClientException", "Fargate compatible task definitions do not support"):
        register(
            aws, one(**wrong), requiresCompatibilities=["FARGATE"], networkMode="awsvpc", cpu="256", memory="512"
        )


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_EphemeralStorage.html")
def test_ephemeral_storage_is_between_21_and_200(aws):
    """A task's disk on Fargate is made larger to between 21 and 200 GiB."""
    fargate = {"requiresCompatibilities": ["FARGATE"], "networkMode": "awsvpc", "cpu": "256", "memory": "512"}
    for size in (20, 201):
        with refused("InvalidParameterException"):
            register(aws, ephemeralStorage={"sizeInGiB": size}, **fargate)
    assert register(aws, ephemeralStorage={"sizeInGiB": 50}, **fargate)["ephemeralStorage"] == {"sizeInGiB": 50}


@pytest.mark.aws(DESCRIBE)
def test_a_definition_is_described_by_family_revision_or_arn(aws):
    """A family alone means its newest ACTIVE revision; a revision or an ARN mean that one, be it INACTIVE."""
    first, second = register(aws), register(aws)
    aws.ecs.deregister_task_definition(taskDefinition="web:2")

    def revision(name):
        return aws.ecs.describe_task_definition(taskDefinition=name)["taskDefinition"]["revision"]

    assert [revision(name) for name in ("web", "web:2", second["taskDefinitionArn"])] == [1, 2, 2]
    aws.ecs.deregister_task_definition(taskDefinition=first["taskDefinitionArn"])
    with refused("ClientException", "Unable to describe task definition."):
        aws.ecs.describe_task_definition(taskDefinition="web")


@pytest.mark.aws(DESCRIBE)
def test_tags_of_a_definition_are_shown_on_demand(aws):
    """The tags of a definition are shown beside it when they are included."""
    tags = [{"key": "env", "value": "test"}]
    register(aws, tags=tags)
    assert "tags" not in aws.ecs.describe_task_definition(taskDefinition="web")
    assert aws.ecs.describe_task_definition(taskDefinition="web", include=["TAGS"])["tags"] == tags


@pytest.mark.aws(DEREGISTER)
def test_a_deregistered_definition_starts_nothing_new(aws):
    """An INACTIVE definition is described with its time of deregistration, and nothing is made from it."""
    compute = Compute(aws)
    register(aws)
    gone = aws.ecs.deregister_task_definition(taskDefinition="web:1")["taskDefinition"]
    assert gone["status"] == "INACTIVE" and gone["deregisteredAt"]
    with refused("ClientException", "TaskDefinition is inactive"):
        compute.run("web:1")
    with refused("ClientException", "Revision is missing."):
        aws.ecs.deregister_task_definition(taskDefinition="web")


@pytest.mark.aws(DELETE)
def test_only_what_is_inactive_is_deleted(aws):
    """DeleteTaskDefinitions takes INACTIVE revisions; ACTIVE ones come back as failures."""
    register(aws)
    register(aws)
    aws.ecs.deregister_task_definition(taskDefinition="web:1")
    answer = aws.ecs.delete_task_definitions(taskDefinitions=["web:1", "web:2"])
    assert [one["status"] for one in answer["taskDefinitions"]] == ["DELETE_IN_PROGRESS"]
    assert answer["taskDefinitions"][0]["deleteRequestedAt"]
    assert len(answer["failures"]) == 1
    listed = aws.ecs.list_task_definitions(status="DELETE_IN_PROGRESS")["taskDefinitionArns"]
    assert [arn.rsplit("/")[-1] for arn in listed] == ["web:1"]


@pytest.mark.aws(LIST)
def test_definitions_are_listed_by_family_status_and_order(aws):
    """ListTaskDefinitions lists the ACTIVE revisions of all families or of one, in either order, in pages."""
    for family in ("b", "a", "a"):
        register(aws, family=family)

    def names(**asked):
        found = aws.ecs.list_task_definitions(**asked)["taskDefinitionArns"]
        return [arn.rsplit("/")[-1] for arn in found]

    assert names() == ["a:1", "a:2", "b:1"]
    assert names(sort="DESC") == ["b:1", "a:2", "a:1"]
    assert names(familyPrefix="a") == ["a:1", "a:2"]
    aws.ecs.deregister_task_definition(taskDefinition="a:1")
    assert (names(), names(status="INACTIVE")) == (["a:2", "b:1"], ["a:1"])
    pages = aws.ecs.get_paginator("list_task_definitions").paginate(PaginationConfig={"PageSize": 1})
    assert [len(page["taskDefinitionArns"]) for page in pages] == [1, 1]


@pytest.mark.aws(FAMILIES)
def test_families_are_listed_by_whether_they_have_something_active(aws):
    """ListTaskDefinitionFamilies tells families with ACTIVE revisions from those without."""
    register(aws, family="app-a")
    register(aws, family="app-b")
    register(aws, family="other")
    aws.ecs.deregister_task_definition(taskDefinition="app-b:1")

    def families(**asked):
        return aws.ecs.list_task_definition_families(**asked)["families"]

    assert families(familyPrefix="app") == ["app-a", "app-b"]
    assert families(status="ACTIVE") == ["app-a", "other"]
    assert families(status="INACTIVE") == ["app-b"]
