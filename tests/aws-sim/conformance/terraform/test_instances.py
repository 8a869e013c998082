"""ECS on instances of an Auto Scaling group, with a service behind a classic load balancer."""

import pytest
from provider import Stack
from provider.balancers import ClassicLoadBalancer
from provider.ecs import CapacityProvider, Cluster, ClusterCapacityProviders, Service, TaskDefinition
from provider.stacks import TAGS, container_instances, group, launch, network, rule
from simulator import refused

SERVICE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html"
UPDATE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html"
CLUSTER = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html"
DELETE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html"
PROVIDER = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCapacityProvider.html"
SCALING = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_DeleteAutoScalingGroup.html"
TEMPLATE = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_StartInstanceRefresh.html"
ROLE = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html"

CONTAINER = {
    "name": "app",
    "image": "app:1",
    "cpu": 128,
    "memory": 256,
    "essential": True,
    "environment": [{"name": "MODE", "value": "dev"}],
    "portMappings": [{"containerPort": 80, "hostPort": 8080, "protocol": "tcp"}],
}


class Parts:
    """The whole stack, each part by its name."""

    def __init__(self, stack):
        self.net = network(stack)
        self.security = group(stack, self.net.vpc, "instances")
        rule(stack, self.security, 8080, CidrIpv4="10.0.0.0/16")
        settings = [{"name": "containerInsights", "value": "disabled"}]
        self.cluster = stack.add(Cluster, clusterName="dev", settings=settings, tags=TAGS)
        self.instances = container_instances(stack, self.net.private, self.security, "dev")
        self.provider = stack.add(
            CapacityProvider,
            name="instances",
            autoScalingGroupProvider={
                "autoScalingGroupArn": self.instances.scaling.arn,
                "managedScaling": {
                    "status": "DISABLED",
                    "targetCapacity": 100,
                    "minimumScalingStepSize": 1,
                    "maximumScalingStepSize": 10000,
                    "instanceWarmupPeriod": 300,
                },
                "managedTerminationProtection": "DISABLED",
                "managedDraining": "ENABLED",
            },
            tags=TAGS,
        )
        strategy = [{"capacityProvider": "instances", "weight": 1, "base": 0}]
        self.providers = stack.add(
            ClusterCapacityProviders,
            cluster=self.cluster.id,
            capacityProviders=["instances"],
            defaultCapacityProviderStrategy=strategy,
        )
        self.balancer = self.make_balancer(stack)
        self.definition = stack.add(TaskDefinition, family="app", containerDefinitions=[CONTAINER], tags=TAGS)
        self.service = stack.add(
            Service,
            cluster=self.cluster.id,
            serviceName="app",
            taskDefinition=self.definition.id,
            desiredCount=2,
            loadBalancers=[{"loadBalancerName": "app", "containerName": "app", "containerPort": 80}],
            deploymentConfiguration={"minimumHealthyPercent": 50, "maximumPercent": 100},
            schedulingStrategy="REPLICA",
            enableECSManagedTags=True,
            propagateTags="SERVICE",
            tags=TAGS,
        )

    def make_balancer(self, stack):
        listener = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 8080}
        check = {"Target": "HTTP:8080/", "Interval": 10, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 2}
        return stack.add(
            ClassicLoadBalancer,
            LoadBalancerName="app",
            Subnets=[subnet.id for subnet in self.net.public],
            SecurityGroups=[self.security.id],
            Scheme="internet-facing",
            Listeners=[listener],
            HealthCheck=check,
            attributes={
                "CrossZoneLoadBalancing": {"Enabled": True},
                "ConnectionDraining": {"Enabled": True, "Timeout": 60},
                "ConnectionSettings": {"IdleTimeout": 30},
                "AccessLog": {"Enabled": False},
            },
            tags=TAGS,
        )


@pytest.mark.aws(SERVICE)
def test_a_service_on_instances_is_made_and_destroyed_twice(twice):
    """Cluster, instances, capacity provider, roles and a service behind a classic load balancer come and go."""

    def life(stack):
        parts = Parts(stack)
        stack.aws.advance(60)
        health = stack.aws.elb.describe_instance_health(LoadBalancerName="app")["InstanceStates"]
        assert [one["State"] for one in health] == ["InService", "InService"]
        stack.refresh()
        assert stack.plan() == []
        strategy = parts.providers.asked["defaultCapacityProviderStrategy"]
        assert parts.service.read()["capacityProviderStrategy"] == strategy

    twice(life)


@pytest.mark.aws(UPDATE)
def test_a_service_on_instances_changes_in_place(twice):
    """Another definition, count, health check, capacity and template are rolled out without anything made anew."""

    def life(stack):
        parts = Parts(stack)
        changed = CONTAINER | {"image": "app:2"}
        second = stack.add(TaskDefinition, family="app", containerDefinitions=[changed], tags=TAGS)
        stack.change(parts.service, taskDefinition=second.id)
        stack.change(parts.service, desiredCount=1)
        stack.change(parts.balancer, HealthCheck=parts.balancer.asked["HealthCheck"] | {"Interval": 20})
        stack.change(parts.cluster, settings=[{"name": "containerInsights", "value": "enabled"}])
        inside = parts.provider.asked["autoScalingGroupProvider"]
        scaled = inside | {"managedScaling": inside["managedScaling"] | {"targetCapacity": 80}}
        stack.change(parts.provider, autoScalingGroupProvider=scaled)
        stack.change(parts.instances.scaling, MaxSize=6, DesiredCapacity=3, HealthCheckGracePeriod=60)
        stack.change(parts.instances.role, MaxSessionDuration=7200, Description="of instances", tags={"env": "prod"})
        stack.refresh()
        assert stack.plan() == []
        # The definition that the service has now goes after it.
        stack.resources.remove(second)
        stack.resources.insert(0, second)

    twice(life)


@pytest.mark.aws(TEMPLATE)
def test_a_new_template_version_reaches_the_instances_by_a_refresh(aws):
    """A group follows the latest version of its template; its instances do after an instance refresh."""
    stack = Stack(aws)
    parts = Parts(stack)
    machines = parts.instances
    larger = launch(stack, machines.profile, parts.security, "dev", kind="t3.medium")
    stack.change(machines.template, LaunchTemplateData=larger)
    assert machines.template.read()["DefaultVersionNumber"] == 2
    refresh = aws.autoscaling.start_instance_refresh(AutoScalingGroupName=machines.scaling.id)["InstanceRefreshId"]

    def status():
        asked = {"AutoScalingGroupName": machines.scaling.id, "InstanceRefreshIds": [refresh]}
        return aws.autoscaling.describe_instance_refreshes(**asked)["InstanceRefreshes"][0]["Status"]

    aws.until(lambda: status() == "Successful", at_most=7200, step=30)
    assert {one["InstanceType"] for one in machines.scaling.read()["Instances"]} == {"t3.medium"}
    parts.service.wait_until_steady()
    stack.destroy()


@pytest.mark.aws(CLUSTER)
def test_a_cluster_goes_after_its_services_and_instances(aws):
    """A cluster with services or with container instances is not deleted."""
    stack = Stack(aws)
    parts = Parts(stack)
    with refused("ClusterContainsContainerInstancesException"):
        aws.ecs.delete_cluster(cluster="dev")
    stack.destroy()
    stack = Stack(aws)
    cluster = stack.add(Cluster, clusterName="dev")
    definition = stack.add(TaskDefinition, family="app", containerDefinitions=[CONTAINER])
    stack.add(Service, cluster=cluster.id, serviceName="idle", taskDefinition=definition.id, desiredCount=0)
    with refused("ClusterContainsServicesException"):
        aws.ecs.delete_cluster(cluster="dev")
    stack.destroy()
    assert parts.cluster.find() is None


@pytest.mark.aws(DELETE)
def test_a_service_is_scaled_down_before_it_is_deleted(aws):
    """A service that wants tasks is not deleted without force; it is DRAINING until its tasks have stopped."""
    stack = Stack(aws)
    parts = Parts(stack)
    sentence = "The service cannot be stopped while the primary deployment is scaled above 0."
    with refused("InvalidParameterException", message=sentence):
        aws.ecs.delete_service(**parts.service.named())
    aws.ecs.update_service(**parts.service.named(), desiredCount=0)
    assert aws.ecs.delete_service(**parts.service.named())["service"]["status"] == "DRAINING"
    aws.until(lambda: parts.service.find() is None)
    with refused("ServiceNotActiveException"):
        aws.ecs.update_service(**parts.service.named(), desiredCount=1)


@pytest.mark.aws(PROVIDER)
def test_a_capacity_provider_goes_after_those_who_use_it(aws):
    """A provider that a service takes cannot leave its cluster, and one in a cluster is not deleted."""
    stack = Stack(aws)
    Parts(stack)
    with refused("ResourceInUseException"):
        aws.ecs.put_cluster_capacity_providers(
            cluster="dev", capacityProviders=[], defaultCapacityProviderStrategy=[]
        )
    with refused("InvalidParameterException", message="because it is associated with cluster: dev"):
        aws.ecs.delete_capacity_provider(capacityProvider="instances")
    stack.destroy()


@pytest.mark.aws(SCALING)
def test_an_auto_scaling_group_goes_after_its_instances(aws):
    """A group with instances is not deleted without force, and its template may go before it."""
    stack = Stack(aws)
    parts = Parts(stack)
    with refused("ResourceInUse", message="You cannot delete an AutoScalingGroup while there are instances"):
        aws.autoscaling.delete_auto_scaling_group(AutoScalingGroupName=parts.instances.scaling.id)
    stack.destroy()


@pytest.mark.aws(ROLE)
def test_a_role_goes_after_its_profile_and_policies(aws):
    """A role is not deleted while a profile has it, nor while policies are attached to it."""
    stack = Stack(aws)
    parts = Parts(stack)
    profile, role = parts.instances.profile.id, parts.instances.role.id
    with refused("DeleteConflict", message="must remove roles from instance profile first"):
        aws.iam.delete_role(RoleName=role)
    with refused("DeleteConflict"):
        aws.iam.delete_instance_profile(InstanceProfileName=profile)
    aws.iam.remove_role_from_instance_profile(InstanceProfileName=profile, RoleName=role)
    with refused("DeleteConflict", message="must detach all policies first"):
        aws.iam.delete_role(RoleName=role)
