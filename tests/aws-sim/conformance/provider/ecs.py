"""Clusters, capacity providers, task definitions and services."""

from provider import Resource, as_map


def tags_of(thing):
    return as_map(thing.get("tags", []), "key", "value")


class EcsResource(Resource):
    """What ECS's resources have in common: tags with small letters."""

    def tags(self):
        return [{"key": key, "value": value} for key, value in self.asked.get("tags", {}).items()]


class Cluster(EcsResource):
    def create(self):
        made = self.aws.ecs.create_cluster(**self.without("tags"), tags=self.tags())["cluster"]
        self.id = made["clusterArn"]
        self.aws.until(lambda: self.read()["status"] == "ACTIVE")

    def read(self):
        include = ["TAGS", "CONFIGURATIONS", "SETTINGS"]
        answer = self.aws.ecs.describe_clusters(clusters=[self.id], include=include)
        (cluster,) = answer["clusters"]
        if cluster["status"] == "INACTIVE":
            return None
        # What runs in a cluster is no attribute of the provider.
        known = {name: value for name, value in cluster.items() if not name.endswith("Count")}
        return known | {"tags": tags_of(cluster)}

    def update(self, change):
        self.aws.ecs.update_cluster(cluster=self.id, **change)
        self.aws.until(lambda: self.read()["status"] == "ACTIVE")

    def delete(self):
        self.aws.until(self.deleted)
        self.aws.until(lambda: self.find() is None)

    def deleted(self):
        """Tries until what runs in the cluster has ended, as the provider does for ten minutes."""
        ecs = self.aws.ecs.exceptions
        busy = (ecs.ClusterContainsTasksException, ecs.ClusterContainsContainerInstancesException)
        try:
            return self.aws.ecs.delete_cluster(cluster=self.id)
        except busy:
            return None


class CapacityProvider(EcsResource):
    def create(self):
        made = self.aws.ecs.create_capacity_provider(**self.without("tags"), tags=self.tags())["capacityProvider"]
        self.id = made["capacityProviderArn"]

    def read(self):
        answer = self.aws.ecs.describe_capacity_providers(capacityProviders=[self.id], include=["TAGS"])
        found = [one for one in answer["capacityProviders"] if one["status"] == "ACTIVE"]
        return found[0] | {"tags": tags_of(found[0])} if found else None

    def update(self, change):
        asked = change["autoScalingGroupProvider"].items()
        settings = {name: value for name, value in asked if name != "autoScalingGroupArn"}
        self.aws.ecs.update_capacity_provider(name=self.asked["name"], autoScalingGroupProvider=settings)
        self.aws.until(lambda: self.read()["updateStatus"] == "UPDATE_COMPLETE")

    def delete(self):
        self.aws.ecs.delete_capacity_provider(capacityProvider=self.id)
        self.aws.until(lambda: self.find() is None)


class ClusterCapacityProviders(EcsResource):
    """Which capacity providers a cluster has, and what it takes by default."""

    def create(self):
        self.id = self.asked["cluster"]
        self.update({})

    def update(self, change):
        self.aws.ecs.put_cluster_capacity_providers(**self.asked | change)
        self.wait()

    def wait(self):
        def settled():
            (cluster,) = self.aws.ecs.describe_clusters(clusters=[self.id])["clusters"]
            attachments = cluster.get("attachmentsStatus", "UPDATE_COMPLETE")
            return cluster["status"] == "ACTIVE" and attachments == "UPDATE_COMPLETE"

        self.aws.until(settled)

    def read(self):
        (cluster,) = self.aws.ecs.describe_clusters(clusters=[self.id], include=["TAGS"])["clusters"]
        if not cluster["capacityProviders"]:
            return None
        members = ("capacityProviders", "defaultCapacityProviderStrategy")
        return {"cluster": self.id} | {name: cluster[name] for name in members}

    def delete(self):
        nothing = {"capacityProviders": [], "defaultCapacityProviderStrategy": []}
        self.aws.ecs.put_cluster_capacity_providers(cluster=self.id, **nothing)
        self.wait()


class TaskDefinition(EcsResource):
    def create(self):
        made = self.aws.ecs.register_task_definition(**self.without("tags"), tags=self.tags())["taskDefinition"]
        self.id = made["taskDefinitionArn"]

    def read(self):
        answer = self.aws.ecs.describe_task_definition(taskDefinition=self.id, include=["TAGS"])
        found = answer["taskDefinition"]
        return None if found["status"] == "INACTIVE" else found | {"tags": tags_of(answer)}

    def differences(self, found):
        """Of containers only the members that were asked for: the rest is AWS's own."""
        asked = self.asked["containerDefinitions"]
        shown = [
            {name: one[name] for name in wanted if name in one}
            for one, wanted in zip(found["containerDefinitions"], asked)
        ]
        return super().differences(found | {"containerDefinitions": shown})

    def delete(self):
        self.aws.ecs.deregister_task_definition(taskDefinition=self.id)


class Service(EcsResource):
    """A service that is waited for (`wait_for_steady_state`)."""

    def create(self):
        made = self.aws.ecs.create_service(**self.without("tags"), tags=self.tags())["service"]
        self.id = made["serviceArn"]
        self.wait_until_steady()

    def named(self):
        return {"cluster": self.asked["cluster"], "service": self.id}

    def wait_until_steady(self):
        def steady():
            found = self.read()
            return len(found["deployments"]) == 1 and found["runningCount"] == found["desiredCount"]

        self.aws.until(steady)

    def read(self):
        answer = self.aws.ecs.describe_services(cluster=self.asked["cluster"], services=[self.id], include=["TAGS"])
        (service,) = answer["services"]
        if service["status"] == "INACTIVE":
            return None
        # Events come by themselves, and when a deployment was last looked at is nobody's difference.
        kept = {name: value for name, value in service.items() if name not in ("events", "deployments")}
        deployments = [
            {name: one[name] for name in ("id", "status", "taskDefinition", "rolloutState") if name in one}
            for one in service["deployments"]
        ]
        return kept | {"deployments": deployments, "cluster": service["clusterArn"], "tags": tags_of(service)}

    def differences(self, found):
        asked = self.asked.get("deploymentConfiguration", {})
        shown = {name: found["deploymentConfiguration"].get(name) for name in asked}
        return super().differences(found | ({"deploymentConfiguration": shown} if asked else {}))

    def update(self, change):
        self.aws.ecs.update_service(**self.named(), **change)
        self.wait_until_steady()

    def delete(self):
        self.aws.ecs.update_service(**self.named(), desiredCount=0)
        self.aws.ecs.delete_service(**self.named())
        self.aws.until(lambda: self.find() is None)
