"""Services: creating, changing, listing, deleting."""

import pytest
from ecs_services import Services
from simulator import refused

CREATE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html"
UPDATE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html"
DESCRIBE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html"
LIST = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServices.html"
DELETE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html"
SERVICE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Service.html"


@pytest.mark.aws(SERVICE)
def test_a_new_service_is_active_with_one_primary_deployment(aws):
    """A new service is ACTIVE at once, with AWS's defaults, no running task and one PRIMARY deployment in progress."""
    made = Services(aws, 0).create(desired=2)
    assert made["serviceArn"] == "arn:aws:ecs:eu-west-1:123456789012:service/dev/web"
    assert (made["status"], made["desiredCount"], made["runningCount"], made["pendingCount"]) == ("ACTIVE", 2, 0, 0)
    assert (made["launchType"], made["schedulingStrategy"]) == ("EC2", "REPLICA")
    assert made["deploymentController"] == {"type": "ECS"}
    assert made["deploymentConfiguration"] == {
        "deploymentCircuitBreaker": {"enable": False, "rollback": False},
        "maximumPercent": 200,
        "minimumHealthyPercent": 100,
        "strategy": "ROLLING",
        "bakeTimeInMinutes": 0,
    }
    assert (made["enableECSManagedTags"], made["enableExecuteCommand"], made["propagateTags"]) == (False, False, "NONE")
    assert (made["loadBalancers"], made["serviceRegistries"], made["events"]) == ([], [], [])
    assert "networkConfiguration" not in made
    deployment = made["deployments"][0]
    assert (deployment["status"], deployment["rolloutState"]) == ("PRIMARY", "IN_PROGRESS")
    assert deployment["rolloutStateReason"] == f"ECS deployment {deployment['id']} in progress."


@pytest.mark.aws(CREATE)
def test_a_token_makes_one_service(aws):
    """The same call with the same client token answers the service that the first one made."""
    services = Services(aws, 0)
    definition = services.register()
    first = services.create(definition=definition, clientToken="t-1")
    aws.advance(60)
    again = services.create(definition=definition, clientToken="t-1")
    assert again["createdAt"] == first["createdAt"]
    assert len(services.service()["deployments"]) == 1


@pytest.mark.aws(CREATE)
@pytest.mark.parametrize("token", ["t-1", "t-2", None])
def test_a_name_is_taken_while_its_service_is_active(aws, token):
    """A second service of that name is refused, with the first one's token and other parameters too."""
    services = Services(aws, 0)
    definition = services.register()
    services.create(definition=definition, clientToken="t-1")
    with refused("InvalidParameterException", "Creation of service was not idempotent."):
        services.create(definition=definition, desired=2, clientToken=token)


@pytest.mark.aws(CREATE)
@pytest.mark.parametrize("name", ["", "a b", "a" * 256, "web/api"])
def test_names_are_letters_numbers_hyphens_and_underscores(aws, name):
    """A service's name has up to 255 letters, numbers, underscores and hyphens."""
    with refused("InvalidParameterException"):
        Services(aws, 0).create(name)


@pytest.mark.aws(CREATE)
@pytest.mark.parametrize("desired", [None, -1, 5001])
def test_a_replica_service_needs_a_count(aws, desired):
    """The desired count is required for REPLICA services, and is between 0 and 5,000."""
    with refused("InvalidParameterException"):
        Services(aws, 0).create(desired=desired)


@pytest.mark.aws(CREATE)
def test_definition_and_cluster_must_be_there(aws):
    """An unknown task definition is refused with ClientException, an unknown cluster with ClusterNotFoundException."""
    services = Services(aws, 0)
    with refused("ClientException", "TaskDefinition not found."):
        services.create(definition="nothing:1")
    with refused("ClusterNotFoundException", "Cluster not found."):
        aws.ecs.create_service(cluster="other", serviceName="web", taskDefinition=services.register(), desiredCount=1)


@pytest.mark.aws(CREATE)
def test_an_inactive_definition_is_refused(aws):
    """A service cannot be made from a task definition that is INACTIVE."""
    services = Services(aws, 0)
    definition = services.register()
    aws.ecs.deregister_task_definition(taskDefinition=definition)
    with refused("ClientException", "TaskDefinition is inactive"):
        services.create(definition=definition)


@pytest.mark.aws(CREATE)
def test_a_family_without_revision_means_the_newest(aws):
    """A task definition without a revision is the newest ACTIVE one of its family."""
    services = Services(aws, 0)
    services.register()
    newest = services.register()
    assert services.create(definition="web")["taskDefinition"] == newest


@pytest.mark.aws(DESCRIBE)
def test_describing_names_what_is_missing(aws):
    """DescribeServices answers services that are not there as failures with the reason MISSING."""
    services = Services(aws, 0)
    services.create()
    answer = aws.ecs.describe_services(cluster="dev", services=["web", "other"])
    assert [service["serviceName"] for service in answer["services"]] == ["web"]
    missing = {"arn": "arn:aws:ecs:eu-west-1:123456789012:service/dev/other", "reason": "MISSING"}
    assert answer["failures"] == [missing]


@pytest.mark.aws(DESCRIBE)
def test_at_most_ten_services_are_described(aws):
    """DescribeServices takes up to 10 services in one call, and at least one."""
    Services(aws, 0)
    for names in ([], [f"s-{number}" for number in range(11)]):
        with refused("InvalidParameterException"):
            aws.ecs.describe_services(cluster="dev", services=names)


@pytest.mark.aws(DESCRIBE)
def test_tags_are_described_when_asked_for(aws):
    """A service's tags are only in its description if TAGS is included."""
    services = Services(aws, 0)
    services.create(tags=[{"key": "team", "value": "blue"}])
    assert services.service()["tags"] == [{"key": "team", "value": "blue"}]
    assert "tags" not in aws.ecs.describe_services(cluster="dev", services=["web"])["services"][0]


@pytest.mark.aws(LIST)
def test_services_are_listed_in_pages_of_ten(aws):
    """ListServices answers 10 ARNs unless up to 100 are asked for, and a token for the next page."""
    services = Services(aws, 0)
    definition = services.register()
    for number in range(12):
        services.create(f"s-{number:02}", definition)
    first = aws.ecs.list_services(cluster="dev")
    rest = aws.ecs.list_services(cluster="dev", nextToken=first["nextToken"])
    assert (len(first["serviceArns"]), len(rest["serviceArns"]), "nextToken" in rest) == (10, 2, False)
    assert len(aws.ecs.list_services(cluster="dev", maxResults=100)["serviceArns"]) == 12
    for size in (0, 101):
        with refused("InvalidParameterException"):
            aws.ecs.list_services(cluster="dev", maxResults=size)


@pytest.mark.aws(LIST)
def test_services_are_listed_by_launch_type_and_scheduling_strategy(aws):
    """ListServices can be narrowed by launch type and by scheduling strategy."""
    services = Services(aws, 0)
    definition = services.register()
    services.create("replica", definition)
    services.create("daemon", definition, None, schedulingStrategy="DAEMON")

    def listed(**wanted):
        return [arn.rsplit("/")[-1] for arn in aws.ecs.list_services(cluster="dev", **wanted)["serviceArns"]]

    assert listed(schedulingStrategy="DAEMON") == ["daemon"]
    assert listed(schedulingStrategy="REPLICA") == ["replica"]
    assert (listed(launchType="EC2"), listed(launchType="FARGATE")) == (["daemon", "replica"], [])


@pytest.mark.aws(UPDATE)
def test_another_count_begins_no_deployment(aws):
    """A change of the desired count keeps the deployment, and starts the tasks that are missing."""
    services = Services(aws)
    before = services.create()
    services.settle()
    after = services.update(desiredCount=3)
    assert (after["desiredCount"], after["deployments"][0]["id"]) == (3, before["deployments"][0]["id"])
    assert services.settle()["runningCount"] == 3
    services.update(desiredCount=1)
    assert services.settle()["runningCount"] == 1


@pytest.mark.aws(UPDATE)
@pytest.mark.parametrize(
    "change",
    [
        {"healthCheckGracePeriodSeconds": 0},
        {"deploymentConfiguration": {"maximumPercent": 150}},
        {"enableECSManagedTags": True},
        {"propagateTags": "SERVICE"},
        {"enableExecuteCommand": True},
        {"placementStrategy": [{"type": "spread", "field": "instanceId"}]},
        {"availabilityZoneRebalancing": "DISABLED"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_some_settings_begin_no_deployment(aws, change):
    """Settings that AWS says do not trigger a deployment change without one."""
    services = Services(aws, 0)
    before = services.create()
    after = services.update(**change)
    assert after["deployments"][0]["id"] == before["deployments"][0]["id"]
    member, value = next(iter(change.items()))
    shown = services.service()[member]
    assert shown == value if not isinstance(value, dict) else value.items() <= shown.items()


@pytest.mark.aws(UPDATE)
def test_a_deleted_service_cannot_be_changed(aws):
    """UpdateService refuses a service that is not there, and one that is not ACTIVE any more."""
    services = Services(aws, 0)
    with refused("ServiceNotFoundException", "Service not found."):
        services.update(desiredCount=0)
    services.create(desired=0)
    aws.ecs.delete_service(cluster="dev", service="web")
    with refused("ServiceNotActiveException", "Service was not ACTIVE."):
        services.update(desiredCount=1)


@pytest.mark.aws(UPDATE)
@pytest.mark.parametrize("percentages", [(100, 100), (-1, 200), (100, 99), (150, 120)])
def test_percentages_must_leave_room(aws, percentages):
    """Percentages that could never let a deployment go on are refused."""
    services = Services(aws, 0)
    services.create()
    configuration = {"minimumHealthyPercent": percentages[0], "maximumPercent": percentages[1]}
    with refused("InvalidParameterException"):
        services.update(deploymentConfiguration=configuration)


@pytest.mark.aws(DELETE)
def test_a_service_with_tasks_is_deleted_by_force_only(aws):
    """A service whose desired count is above 0 can only be deleted with force."""
    services = Services(aws, 0)
    services.create()
    message = "The service cannot be stopped while the primary deployment is scaled above 0."
    with refused("InvalidParameterException", message):
        aws.ecs.delete_service(cluster="dev", service="web")
    assert aws.ecs.delete_service(cluster="dev", service="web", force=True)["service"]["status"] == "DRAINING"


@pytest.mark.aws(DELETE)
def test_a_deleted_service_drains_until_its_tasks_are_gone(aws):
    """A deleted service is DRAINING while tasks stop, then INACTIVE: described still, but not listed."""
    services = Services(aws)
    services.create()
    services.settle()
    deleted = aws.ecs.delete_service(cluster="dev", service="web", force=True)["service"]
    assert (deleted["status"], deleted["desiredCount"], deleted["runningCount"]) == ("DRAINING", 0, 1)
    assert aws.ecs.list_services(cluster="dev")["serviceArns"] == [deleted["serviceArn"]]
    aws.advance(60)
    gone = services.service()
    assert (gone["status"], gone["runningCount"], gone["deployments"]) == ("INACTIVE", 0, [])
    assert aws.ecs.list_services(cluster="dev")["serviceArns"] == []
    with refused("ServiceNotFoundException"):
        aws.ecs.delete_service(cluster="dev", service="web")


@pytest.mark.aws(DELETE)
def test_a_name_is_free_again_once_its_service_is_inactive(aws):
    """A service that is DRAINING still holds its name, one that is INACTIVE does not."""
    services = Services(aws)
    definition = services.register()
    services.create(definition=definition)
    services.settle()
    aws.ecs.delete_service(cluster="dev", service="web", force=True)
    with refused("InvalidParameterException", "Unable to Start a service that is still Draining."):
        services.create(definition=definition)
    aws.advance(60)
    assert services.create(definition=definition)["status"] == "ACTIVE"


@pytest.mark.aws(CREATE)
def test_parameters_that_contradict_each_other_are_refused(aws):
    """A role without load balancers, a grace period without one, and tokens over 36 characters are refused."""
    services = Services(aws, 0)
    definition = services.register()
    for wrong in (
        {"role": "ecsServiceRole"},
        {"healthCheckGracePeriodSeconds": 30},
        {"clientToken": "t" * 37},
        {"propagateTags": "EVERYTHING"},
        {"schedulingStrategy": "RANDOM"},
        {"deploymentController": {"type": "SOMEONE"}},
    ):
        with refused("InvalidParameterException"):
            services.create(definition=definition, **wrong)


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-using-tags.html")
def test_tasks_get_the_tags_that_are_propagated(aws):
    """Tasks get their service's tags if it propagates them, and the managed tags with cluster and service."""
    services = Services(aws)
    tags = [{"key": "team", "value": "blue"}]
    services.create(tags=tags, propagateTags="SERVICE", enableECSManagedTags=True)
    services.settle()
    arn = services.tasks()[0]["taskArn"]
    shown = {tag["key"]: tag["value"] for tag in aws.ecs.list_tags_for_resource(resourceArn=arn)["tags"]}
    assert shown == {"team": "blue", "aws:ecs:clusterName": "dev", "aws:ecs:serviceName": "web"}
