"""Auto Scaling groups that the cases start from: a network of two zones, a launch template, a group."""

IMAGE = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"


class Group:
    """A group called `app` in two zones, unless told otherwise; it launches t3.small from the template `app`."""

    def __init__(self, aws, least=0, most=4, desired=None, source=None, **more):
        self.aws, self.api = aws, aws.autoscaling
        self.image = aws.ssm.get_parameter(Name=IMAGE)["Parameter"]["Value"]
        self.vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        self.subnets = [self.subnet(number, zone) for number, zone in enumerate("ab")]
        data = {"ImageId": self.image, "InstanceType": "t3.small"}
        aws.ec2.create_launch_template(LaunchTemplateName="app", LaunchTemplateData=data)
        wanted = {"DesiredCapacity": desired} if desired is not None else {}
        self.api.create_auto_scaling_group(
            AutoScalingGroupName="app",
            MinSize=least,
            MaxSize=most,
            VPCZoneIdentifier=",".join(self.subnets),
            **(source or {"LaunchTemplate": {"LaunchTemplateName": "app"}}),
            **wanted,
            **more,
        )

    def subnet(self, number, zone):
        block = f"10.0.{number}.0/24"
        return self.aws.ec2.create_subnet(VpcId=self.vpc, CidrBlock=block, AvailabilityZone=f"eu-west-1{zone}")[
            "Subnet"
        ]["SubnetId"]

    def started(self, seconds=60):
        """The group after its first instances have come into service."""
        self.aws.advance(seconds)
        return self

    def read(self):
        (group,) = self.api.describe_auto_scaling_groups(AutoScalingGroupNames=["app"])["AutoScalingGroups"]
        return group

    def instances(self):
        return self.read()["Instances"]

    def ids(self):
        return [one["InstanceId"] for one in self.instances()]

    def states(self):
        return sorted(one["LifecycleState"] for one in self.instances())

    def activities(self):
        """Newest first."""
        return self.api.describe_scaling_activities(AutoScalingGroupName="app")["Activities"]

    def new_version(self, instance_type="t3.medium"):
        """Another version of the template; answers how a call names it."""
        data = {"ImageId": self.image, "InstanceType": instance_type}
        made = self.aws.ec2.create_launch_template_version(LaunchTemplateName="app", LaunchTemplateData=data)
        version = str(made["LaunchTemplateVersion"]["VersionNumber"])
        return {"LaunchTemplateName": "app", "Version": version}

    def types(self):
        return sorted(one["InstanceType"] for one in self.instances())
