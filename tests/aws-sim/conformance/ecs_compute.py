"""What cases about tasks and their capacity share: Fargate definitions, groups of instances, one task."""

from ecs_services import Services


class Compute(Services):
    """The cluster `dev`, tasks in it, and Auto Scaling groups for it."""

    def __init__(self, aws, instances=1):
        super().__init__(aws, instances)
        if not instances:
            self.build_network()

    def network(self, public=True, subnets=None, groups=()):
        """A network configuration of the cluster's network."""
        inside = {"subnets": subnets or self.subnets, "securityGroups": list(groups)}
        return {"awsvpcConfiguration": inside | ({"assignPublicIp": "ENABLED"} if public else {})}

    def register_fargate(self, image="nginx", family="web", cpu="256", memory="512", **more):
        """A definition that runs on Fargate; its ARN."""
        made = self.ecs.register_task_definition(
            family=family,
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu=cpu,
            memory=memory,
            containerDefinitions=[{"name": "web", "image": image}],
            **more,
        )
        return made["taskDefinition"]["taskDefinitionArn"]

    def run(self, definition="web", **more):
        """RunTask's whole answer."""
        return self.ecs.run_task(cluster="dev", taskDefinition=definition, **more)

    def run_one(self, definition="web", **more):
        """The ARN of a task that was started."""
        answer = self.run(definition, **more)
        assert answer["failures"] == [], answer["failures"]
        return answer["tasks"][0]["taskArn"]

    def run_on_fargate(self, definition=None, public=True, **more):
        """The same on Fargate."""
        definition = definition or self.register_fargate()
        return self.run_one(definition, launchType="FARGATE", networkConfiguration=self.network(public), **more)

    def task(self, arn):
        """A task as it is now."""
        return self.ecs.describe_tasks(cluster="dev", tasks=[arn], include=["TAGS"])["tasks"][0]

    def stages(self, arn, seconds=200):
        """The statuses that a task goes through."""
        seen = []
        for _ in range(seconds):
            status = self.task(arn)["lastStatus"]
            if not seen or seen[-1] != status:
                seen.append(status)
            self.aws.advance(1)
        return seen

    def instances(self, **asked):
        """The container instances, described, in the order of their EC2 ids."""
        arns = self.ecs.list_container_instances(cluster="dev", **asked)["containerInstanceArns"]
        if not arns:
            return []
        found = self.ecs.describe_container_instances(cluster="dev", containerInstances=arns, include=["TAGS"])
        return sorted(found["containerInstances"], key=lambda one: one["ec2InstanceId"])

    def group_of_instances(self, name="workers", least=0, most=5, desired=0, protected=False):
        """An Auto Scaling group whose instances join the cluster; its ARN."""
        image = self.aws.ssm.get_parameter(
            Name="/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
        )["Parameter"]["Value"]
        import base64

        self.aws.ec2.create_launch_template(
            LaunchTemplateName=name,
            LaunchTemplateData={
                "ImageId": image,
                "InstanceType": "t3.small",
                "IamInstanceProfile": {"Name": "host"},
                "UserData": base64.b64encode(b"#!/bin/bash\necho ECS_CLUSTER=dev >> /etc/ecs/ecs.config").decode(),
                "NetworkInterfaces": [{"DeviceIndex": 0, "AssociatePublicIpAddress": True}],
            },
        )
        self.aws.autoscaling.create_auto_scaling_group(
            AutoScalingGroupName=name,
            MinSize=least,
            MaxSize=most,
            DesiredCapacity=desired,
            LaunchTemplate={"LaunchTemplateName": name},
            VPCZoneIdentifier=self.subnets[0],
            NewInstancesProtectedFromScaleIn=protected,
        )
        return self.group_named(name)["AutoScalingGroupARN"]

    def group_named(self, name="workers"):
        """A group, described."""
        found = self.aws.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[name])
        return found["AutoScalingGroups"][0]

    def provider(self, name="workers", scaling=None, **more):
        """A capacity provider with managed scaling for a new group, in the cluster."""
        arn = self.group_of_instances(name, **{k: more.pop(k) for k in ("least", "most", "desired") if k in more})
        inside = {"autoScalingGroupArn": arn, "managedScaling": {"status": "ENABLED"} | (scaling or {})} | more
        self.ecs.create_capacity_provider(name=name, autoScalingGroupProvider=inside)
        self.ecs.put_cluster_capacity_providers(
            cluster="dev", capacityProviders=[name], defaultCapacityProviderStrategy=[]
        )
        self.aws.advance(15)
