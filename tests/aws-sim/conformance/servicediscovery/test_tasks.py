"""Tasks of ECS services in Cloud Map."""

import pytest
from ecs_compute import Compute
from simulator import refused

DISCOVERY = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html"
REGISTRY = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceRegistry.html"
CONNECT = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ServiceConnectConfiguration.html"
DEFAULTS = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ClusterServiceConnectDefaultsRequest.html"


class Registered(Compute):
    def registry(self, kind="A"):
        """A service of Cloud Map in a private namespace; its ARN."""
        api = self.aws.servicediscovery
        api.create_private_dns_namespace(Name="apps", Vpc=self.vpc)
        self.aws.advance(60)
        namespace = api.list_namespaces()["Namespaces"][0]["Id"]
        dns = {"DnsRecords": [{"Type": kind, "TTL": 60}]}
        return api.create_service(Name="web", NamespaceId=namespace, DnsConfig=dns)["Service"]["Arn"]

    def found(self):
        return self.aws.servicediscovery.discover_instances(NamespaceName="apps", ServiceName="web")["Instances"]


@pytest.mark.aws(DISCOVERY)
def test_a_task_is_registered_while_it_runs(aws):
    """A task of a service with a registry is an instance with its address while it runs."""
    compute = Registered(aws, 0)
    arn = compute.registry()
    compute.create(
        definition=compute.register_fargate(),
        launchType="FARGATE",
        networkConfiguration=compute.network(),
        serviceRegistries=[{"registryArn": arn}],
    )
    compute.settle()
    task = compute.tasks(name="web")[0]
    (instance,) = compute.found()
    address = task["containers"][0]["networkInterfaces"][0]["privateIpv4Address"]
    assert instance["InstanceId"] == task["taskArn"].rsplit("/")[-1]
    attributes = instance["Attributes"]
    assert attributes["AWS_INSTANCE_IPV4"] == address
    assert (attributes["ECS_CLUSTER_NAME"], attributes["ECS_SERVICE_NAME"]) == ("dev", "web")
    assert (attributes["ECS_TASK_DEFINITION_FAMILY"], attributes["REGION"]) == ("web", "eu-west-1")
    with refused("ResourceInUse"):
        aws.servicediscovery.delete_service(Id=arn.rsplit("/")[-1])
    compute.update(desiredCount=0)
    aws.advance(120)
    assert compute.found() == []


@pytest.mark.aws(REGISTRY)
def test_a_task_on_an_instance_brings_its_port(aws):
    """A task with a bridge is registered with the address of its instance and its port there."""
    compute = Registered(aws)
    arn = compute.registry("SRV")
    with refused("InvalidParameterException", "values for 'containerName' and 'containerPort' must be specified"):
        compute.create(serviceRegistries=[{"registryArn": arn}])
    compute.create(serviceRegistries=[{"registryArn": arn, "containerName": "web", "containerPort": 80}])
    compute.settle()
    port = compute.tasks(name="web")[0]["containers"][0]["networkBindings"][0]["hostPort"]
    host = aws.ec2.describe_instances()["Reservations"][0]["Instances"][0]["PrivateIpAddress"]
    attributes = compute.found()[0]["Attributes"]
    assert (attributes["AWS_INSTANCE_IPV4"], attributes["AWS_INSTANCE_PORT"]) == (host, str(port))


@pytest.mark.aws(REGISTRY)
def test_a_registry_must_be_there(aws):
    """A service with a registry that does not exist is refused."""
    compute = Registered(aws)
    arn = "arn:aws:servicediscovery:eu-west-1:123456789012:service/srv-gone"
    with refused("InvalidParameterException"):
        compute.create(serviceRegistries=[{"registryArn": arn, "containerName": "web", "containerPort": 80}])


@pytest.mark.aws(CONNECT)
def test_service_connect_needs_its_namespace(aws):
    """A namespace that Service Connect names by name or ARN must exist."""
    compute = Registered(aws)
    with refused("NamespaceNotFoundException"):
        compute.create(serviceConnectConfiguration={"enabled": True, "namespace": "apps"})
    aws.servicediscovery.create_http_namespace(Name="apps")
    aws.advance(10)
    arn = aws.servicediscovery.list_namespaces()["Namespaces"][0]["Arn"]
    compute.create(serviceConnectConfiguration={"enabled": True, "namespace": "apps"})
    compute.create("api", serviceConnectConfiguration={"enabled": True, "namespace": arn})


@pytest.mark.aws(DEFAULTS)
def test_a_cluster_makes_its_default_namespace(aws):
    """A cluster whose default namespace does not exist makes it, and uses one that does."""
    made = aws.ecs.create_cluster(clusterName="dev", serviceConnectDefaults={"namespace": "apps"})["cluster"]
    (namespace,) = aws.servicediscovery.list_namespaces()["Namespaces"]
    assert (namespace["Name"], namespace["Type"]) == ("apps", "HTTP")
    assert made["serviceConnectDefaults"]["namespace"] == namespace["Arn"]
    aws.ecs.create_cluster(clusterName="other", serviceConnectDefaults={"namespace": "apps"})
    assert len(aws.servicediscovery.list_namespaces()["Namespaces"]) == 1
