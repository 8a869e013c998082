"""Launch templates and Auto Scaling groups."""

from provider import Resource, as_map
from provider.network import Ec2Resource


class LaunchTemplate(Ec2Resource):
    type, absent = "launch-template", ("InvalidLaunchTemplateId.NotFound",)

    def create(self):
        made = self.aws.ec2.create_launch_template(**self.without("tags"), **self.tagged())["LaunchTemplate"]
        self.id = made["LaunchTemplateId"]

    def read(self):
        found = self.only(self.aws.ec2.describe_launch_templates(LaunchTemplateIds=[self.id])["LaunchTemplates"])
        latest = [str(found["LatestVersionNumber"])]
        answer = self.aws.ec2.describe_launch_template_versions(LaunchTemplateId=self.id, Versions=latest)
        (version,) = answer["LaunchTemplateVersions"]
        return found | {"LaunchTemplateData": version["LaunchTemplateData"]}

    def update(self, change):
        data = change["LaunchTemplateData"]
        made = self.aws.ec2.create_launch_template_version(LaunchTemplateId=self.id, LaunchTemplateData=data)
        version = str(made["LaunchTemplateVersion"]["VersionNumber"])
        self.aws.ec2.modify_launch_template(LaunchTemplateId=self.id, DefaultVersion=version)

    def delete(self):
        self.aws.ec2.delete_launch_template(LaunchTemplateId=self.id)


class AutoScalingGroup(Resource):
    def create(self):
        self.id = self.asked["AutoScalingGroupName"]
        mine = {"PropagateAtLaunch": True, "ResourceId": self.id, "ResourceType": "auto-scaling-group"}
        tags = [tag | mine for tag in self.tags()]
        self.aws.autoscaling.create_auto_scaling_group(**self.without("tags"), Tags=tags)
        self.wait_for_capacity()
        self.arn = self.read()["AutoScalingGroupARN"]

    def wait_for_capacity(self):
        """As many instances in service as are wanted, or the reason of the activity that failed."""

        def served():
            activities = self.aws.autoscaling.describe_scaling_activities(AutoScalingGroupName=self.id)["Activities"]
            failed = [one["StatusMessage"] for one in activities if one["StatusCode"] == "Failed"]
            assert not failed, failed
            group = self.read()
            states = [one["LifecycleState"] for one in group["Instances"] if one["HealthStatus"] == "Healthy"]
            return states == ["InService"] * group["DesiredCapacity"]

        self.aws.until(served)

    def read(self):
        answer = self.aws.autoscaling.describe_auto_scaling_groups(AutoScalingGroupNames=[self.id])
        if not answer["AutoScalingGroups"]:
            return None
        (group,) = answer["AutoScalingGroups"]
        return group | {"tags": as_map(group["Tags"])}

    def differences(self, found):
        template = {name: found["LaunchTemplate"][name] for name in self.asked["LaunchTemplate"]}
        return super().differences(found | {"LaunchTemplate": template})

    def update(self, change):
        settings = {name: value for name, value in change.items() if name != "tags"}
        self.aws.autoscaling.update_auto_scaling_group(AutoScalingGroupName=self.id, **settings)
        self.wait_for_capacity()

    def delete(self):
        self.aws.autoscaling.update_auto_scaling_group(
            AutoScalingGroupName=self.id, MinSize=0, MaxSize=0, DesiredCapacity=0
        )
        self.aws.until(lambda: not self.read()["Instances"])
        self.aws.autoscaling.delete_auto_scaling_group(AutoScalingGroupName=self.id, ForceDelete=False)
        self.aws.until(lambda: self.find() is None)
