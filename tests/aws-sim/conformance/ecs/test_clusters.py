"""Clusters."""

import pytest
from ecs_compute import Compute
from simulator import refused

DESCRIBE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeClusters.html"
DELETE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html"
CLUSTER = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Cluster.html"
UPDATE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateCluster.html"
SETTING = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterSetting.html"
PUT = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html"
CREATING = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html"
ROLE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html"


def described(aws, name="dev", **asked):
    return aws.ecs.describe_clusters(clusters=[name], **asked)["clusters"][0]


@pytest.mark.aws(CREATING)
def test_a_new_cluster_is_active_and_empty(aws):
    """A new cluster is ACTIVE, counts nothing, and has Container Insights disabled."""
    made = aws.ecs.create_cluster(clusterName="dev", tags=[{"key": "env", "value": "test"}])["cluster"]
    assert made["clusterArn"] == "arn:aws:ecs:eu-west-1:123456789012:cluster/dev"
    assert (made["status"], made["clusterName"]) == ("ACTIVE", "dev")
    counts = ("registeredContainerInstancesCount", "runningTasksCount", "pendingTasksCount", "activeServicesCount")
    assert [made[count] for count in counts] == [0, 0, 0, 0]
    assert made["settings"] == [{"name": "containerInsights", "value": "disabled"}]
    assert made["tags"] == [{"key": "env", "value": "test"}]
    assert (made["capacityProviders"], made["defaultCapacityProviderStrategy"]) == ([], [])


@pytest.mark.aws(CREATING)
def test_a_cluster_without_a_name_is_called_default(aws):
    """CreateCluster without a name makes the cluster `default`, which calls without a cluster mean."""
    assert aws.ecs.create_cluster()["cluster"]["clusterName"] == "default"
    assert aws.ecs.describe_clusters()["clusters"][0]["clusterName"] == "default"
    assert aws.ecs.list_tasks()["taskArns"] == []


@pytest.mark.aws(CREATING)
def test_creating_again_answers_the_cluster_that_is_there(aws):
    """CreateCluster with the name of an active cluster answers that cluster, unless it says otherwise of it."""
    first = aws.ecs.create_cluster(clusterName="dev", tags=[{"key": "a", "value": "1"}])["cluster"]
    assert aws.ecs.create_cluster(clusterName="dev")["cluster"] == first
    with refused("InvalidParameterException", "inconsistent"):
        aws.ecs.create_cluster(clusterName="dev", tags=[{"key": "a", "value": "2"}])


@pytest.mark.aws(CREATING)
@pytest.mark.parametrize("name", ["a b", "a" * 256, "a.b"])
def test_a_name_has_letters_numbers_hyphens_and_underscores(aws, name):
    """A cluster's name has at most 255 letters, numbers, hyphens and underscores."""
    with refused("InvalidParameterException"):
        aws.ecs.create_cluster(clusterName=name)


@pytest.mark.aws(ROLE)
def test_the_service_linked_role_comes_with_the_first_cluster(aws):
    """ECS makes its service-linked role when a cluster is created."""
    aws.ecs.create_cluster(clusterName="dev")
    role = aws.iam.get_role(RoleName="AWSServiceRoleForECS")["Role"]
    assert role["Path"] == "/aws-service-role/ecs.amazonaws.com/"


@pytest.mark.aws(DESCRIBE)
def test_what_is_not_asked_for_is_not_shown(aws):
    """Settings, tags and statistics are shown only when they are included."""
    aws.ecs.create_cluster(clusterName="dev", tags=[{"key": "a", "value": "1"}])
    plain = described(aws)
    assert (plain["tags"], plain["settings"], plain["statistics"]) == ([], [], [])
    full = described(aws, include=["TAGS", "SETTINGS", "STATISTICS"])
    assert full["tags"] == [{"key": "a", "value": "1"}]
    assert full["settings"][0]["name"] == "containerInsights"
    names = {one["name"] for one in full["statistics"]}
    assert {"runningEC2TasksCount", "runningFargateTasksCount", "activeEC2ServiceCount"} <= names


@pytest.mark.aws(DESCRIBE)
def test_a_cluster_that_was_never_there_is_a_failure(aws):
    """DescribeClusters names clusters that it does not know under `failures`, as MISSING."""
    answer = aws.ecs.describe_clusters(clusters=["gone"])
    arn = "arn:aws:ecs:eu-west-1:123456789012:cluster/gone"
    assert (answer["clusters"], answer["failures"]) == ([], [{"arn": arn, "reason": "MISSING"}])


@pytest.mark.aws(CLUSTER)
def test_running_tasks_are_counted_by_launch_type(aws):
    """A cluster counts its running and pending tasks, on instances and on Fargate."""
    compute = Compute(aws)
    compute.register()
    compute.run("web", count=2)
    compute.run_on_fargate(compute.register_fargate(family="far"))
    pending = described(aws)
    assert (pending["pendingTasksCount"], pending["registeredContainerInstancesCount"]) == (3, 1)
    aws.advance(60)
    cluster = described(aws, include=["STATISTICS"])
    assert (cluster["runningTasksCount"], cluster["pendingTasksCount"]) == (3, 0)
    values = {one["name"]: one["value"] for one in cluster["statistics"]}
    assert (values["runningEC2TasksCount"], values["runningFargateTasksCount"]) == ("2", "1")


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListClusters.html")
def test_clusters_are_listed_in_pages(aws):
    """ListClusters has pages of at most `maxResults` ARNs and goes on with the token."""
    for number in range(5):
        aws.ecs.create_cluster(clusterName=f"c{number}")
    pages = aws.ecs.get_paginator("list_clusters").paginate(PaginationConfig={"PageSize": 2})
    sizes = [len(page["clusterArns"]) for page in pages]
    assert sizes == [2, 2, 1]


@pytest.mark.aws(DELETE)
def test_a_deleted_cluster_is_inactive_for_a_while(aws):
    """A deleted cluster is described as INACTIVE, listed no more, and refused by other calls."""
    aws.ecs.create_cluster(clusterName="dev")
    assert aws.ecs.delete_cluster(cluster="dev")["cluster"]["status"] == "INACTIVE"
    assert described(aws)["status"] == "INACTIVE"
    assert aws.ecs.list_clusters()["clusterArns"] == []
    with refused("ClusterNotFoundException"):
        aws.ecs.list_tasks(cluster="dev")
    aws.advance(2 * 3600)
    assert aws.ecs.describe_clusters(clusters=["dev"])["failures"][0]["reason"] == "MISSING"


@pytest.mark.aws(DELETE)
def test_a_cluster_with_instances_is_not_deleted(aws):
    """DeleteCluster is refused while container instances are registered."""
    Compute(aws)
    message = "The Cluster cannot be deleted while Container Instances are active or draining."
    with refused("ClusterContainsContainerInstancesException", message):
        aws.ecs.delete_cluster(cluster="dev")


@pytest.mark.aws(DELETE)
def test_a_cluster_with_tasks_is_not_deleted(aws):
    """DeleteCluster is refused while tasks are not stopped."""
    compute = Compute(aws, 0)
    arn = compute.run_on_fargate()
    with refused("ClusterContainsTasksException", "The Cluster cannot be deleted while Tasks are active."):
        aws.ecs.delete_cluster(cluster="dev")
    aws.ecs.stop_task(cluster="dev", task=arn)
    aws.advance(60)
    assert aws.ecs.delete_cluster(cluster="dev")["cluster"]["status"] == "INACTIVE"


@pytest.mark.aws(DELETE)
def test_a_cluster_with_services_is_not_deleted(aws):
    """DeleteCluster is refused while services are not INACTIVE."""
    compute = Compute(aws, 0)
    compute.create(desired=0)
    with refused("ClusterContainsServicesException", "The Cluster cannot be deleted while Services are active."):
        aws.ecs.delete_cluster(cluster="dev")


@pytest.mark.aws(UPDATE)
def test_settings_and_configuration_can_be_changed(aws):
    """UpdateCluster changes settings, configuration and the namespace of Service Connect."""
    aws.ecs.create_cluster(clusterName="dev")
    configuration = {"executeCommandConfiguration": {"logging": "DEFAULT"}}
    changed = aws.ecs.update_cluster(
        cluster="dev",
        settings=[{"name": "containerInsights", "value": "enhanced"}],
        configuration=configuration,
        serviceConnectDefaults={"namespace": "apps"},
    )["cluster"]
    assert changed["settings"] == [{"name": "containerInsights", "value": "enhanced"}]
    assert changed["configuration"] == configuration
    (namespace,) = aws.servicediscovery.list_namespaces()["Namespaces"]
    assert changed["serviceConnectDefaults"] == {"namespace": namespace["Arn"]}
    with refused("ClusterNotFoundException"):
        aws.ecs.update_cluster(cluster="gone")


@pytest.mark.aws(SETTING)
def test_container_insights_is_the_only_setting(aws):
    """A cluster has the setting containerInsights, which is enabled, disabled or enhanced."""
    aws.ecs.create_cluster(clusterName="dev")
    with refused("InvalidParameterException"):
        aws.ecs.update_cluster_settings(cluster="dev", settings=[{"name": "containerInsights", "value": "loud"}])
    setting = [{"name": "containerInsights", "value": "enabled"}]
    assert aws.ecs.update_cluster_settings(cluster="dev", settings=setting)["cluster"]["settings"] == setting


@pytest.mark.aws(PUT)
def test_providers_of_a_cluster_are_replaced_as_a_whole(aws):
    """PutClusterCapacityProviders replaces the providers and the default strategy of a cluster."""
    aws.ecs.create_cluster(clusterName="dev", capacityProviders=["FARGATE", "FARGATE_SPOT"])
    strategy = [{"capacityProvider": "FARGATE_SPOT", "weight": 2, "base": 1}]
    changed = aws.ecs.put_cluster_capacity_providers(
        cluster="dev", capacityProviders=["FARGATE_SPOT"], defaultCapacityProviderStrategy=strategy
    )["cluster"]
    assert changed["capacityProviders"] == ["FARGATE_SPOT"]
    assert changed["defaultCapacityProviderStrategy"] == strategy
    assert described(aws)["capacityProviders"] == ["FARGATE_SPOT"]


@pytest.mark.aws(PUT)
def test_unknown_providers_are_refused(aws):
    """A cluster cannot have a capacity provider that does not exist, nor a default strategy with one that it has not."""
    aws.ecs.create_cluster(clusterName="dev")
    with refused("InvalidParameterException", "The specified capacity provider 'gone' was not found."):
        aws.ecs.put_cluster_capacity_providers(
            cluster="dev", capacityProviders=["gone"], defaultCapacityProviderStrategy=[]
        )
    with refused("InvalidParameterException", "not associated with the cluster"):
        aws.ecs.put_cluster_capacity_providers(
            cluster="dev",
            capacityProviders=["FARGATE"],
            defaultCapacityProviderStrategy=[{"capacityProvider": "FARGATE_SPOT", "weight": 1}],
        )
