"""What happens at times and on events: schedules, rules and the scaling of services."""

from provider import Resource, as_map


class ScheduleGroup(Resource):
    absent = ("ResourceNotFoundException",)

    def create(self):
        self.id = self.asked["Name"]
        self.arn = self.aws.scheduler.create_schedule_group(Name=self.id, Tags=self.tags())["ScheduleGroupArn"]
        self.aws.until(lambda: self.read()["State"] == "ACTIVE")

    def read(self):
        found = self.aws.scheduler.get_schedule_group(Name=self.id)
        tags = self.aws.scheduler.list_tags_for_resource(ResourceArn=self.arn)["Tags"]
        return {name: found[name] for name in ("Arn", "Name", "State", "CreationDate")} | {"tags": as_map(tags)}

    def delete(self):
        self.aws.scheduler.delete_schedule_group(Name=self.id)
        self.aws.until(lambda: self.find() is None)


class Schedule(Resource):
    absent = ("ResourceNotFoundException",)

    def create(self):
        self.id = self.asked["Name"]
        self.aws.scheduler.create_schedule(**self.asked)

    def read(self):
        found = self.aws.scheduler.get_schedule(Name=self.id, GroupName=self.asked["GroupName"])
        unlike = ("ResponseMetadata", "LastModificationDate")
        return {name: value for name, value in found.items() if name not in unlike}

    def update(self, change):
        self.aws.scheduler.update_schedule(**self.asked | change)

    def delete(self):
        self.aws.scheduler.delete_schedule(Name=self.id, GroupName=self.asked["GroupName"])


class EventRule(Resource):
    absent = ("ResourceNotFoundException",)

    def create(self):
        self.id = self.asked["Name"]
        self.arn = self.aws.events.put_rule(**self.without("tags"), Tags=self.tags())["RuleArn"]

    def read(self):
        found = self.aws.events.describe_rule(Name=self.id, EventBusName="default")
        tags = self.aws.events.list_tags_for_resource(ResourceARN=self.arn)["Tags"]
        return {name: value for name, value in found.items() if name != "ResponseMetadata"} | {"tags": as_map(tags)}

    def update(self, change):
        self.aws.events.put_rule(**self.without("tags") | change)

    def delete(self):
        self.aws.events.delete_rule(Name=self.id, EventBusName="default")


class EventTarget(Resource):
    absent = ("ResourceNotFoundException",)

    def create(self):
        self.id = self.asked["target"]["Id"]
        self.update({})

    def update(self, change):
        asked = self.asked | change
        answer = self.aws.events.put_targets(Rule=asked["Rule"], Targets=[asked["target"]])
        assert answer["FailedEntryCount"] == 0, answer

    def read(self):
        targets = self.aws.events.list_targets_by_rule(Rule=self.asked["Rule"])["Targets"]
        found = [one for one in targets if one["Id"] == self.id]
        return {"Rule": self.asked["Rule"], "target": found[0]} if found else None

    def delete(self):
        answer = self.aws.events.remove_targets(Rule=self.asked["Rule"], Ids=[self.id])
        assert answer["FailedEntryCount"] == 0, answer


ECS = {"ServiceNamespace": "ecs", "ScalableDimension": "ecs:service:DesiredCount"}


class ScalableTarget(Resource):
    @property
    def api(self):
        return self.aws.client("application-autoscaling")

    def create(self):
        self.id = self.asked["ResourceId"]
        made = self.api.register_scalable_target(**ECS, **self.without("tags"), Tags=self.asked["tags"])
        self.arn = made["ScalableTargetARN"]

    def read(self):
        answer = self.api.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[self.id])
        if not answer["ScalableTargets"]:
            return None
        tags = self.api.list_tags_for_resource(ResourceARN=self.arn)["Tags"]
        return answer["ScalableTargets"][0] | {"tags": tags}

    def update(self, change):
        self.api.register_scalable_target(**ECS, ResourceId=self.id, **change)

    def delete(self):
        self.api.deregister_scalable_target(**ECS, ResourceId=self.id)
        self.aws.until(lambda: self.find() is None)


class ScalingPolicy(Resource):
    @property
    def api(self):
        return self.aws.client("application-autoscaling")

    def create(self):
        self.id = self.asked["PolicyName"]
        self.update({})

    def update(self, change):
        self.api.put_scaling_policy(**ECS, **self.asked | change)

    def read(self):
        asked = {"PolicyNames": [self.id], "ResourceId": self.asked["ResourceId"], **ECS}
        policies = self.api.describe_scaling_policies(**asked)["ScalingPolicies"]
        return policies[0] if policies else None

    def delete(self):
        self.api.delete_scaling_policy(**ECS, PolicyName=self.id, ResourceId=self.asked["ResourceId"])
