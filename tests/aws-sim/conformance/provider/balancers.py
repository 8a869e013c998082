"""Load balancers of both kinds, target groups, listeners and rules."""

from provider import Resource, as_map


class Elbv2Resource(Resource):
    """What ELBv2's resources have in common: tags and attributes from calls of their own."""

    def tags_found(self):
        (answer,) = self.aws.elbv2.describe_tags(ResourceArns=[self.id])["TagDescriptions"]
        return as_map(answer["Tags"])

    def attributes(self):
        return [{"Key": key, "Value": value} for key, value in self.asked.get("attributes", {}).items()]

    def shown(self, found):
        """Of all attributes those that were asked for, and beside them all."""
        every = as_map(found["Attributes"])
        return {"attributes": {key: every.get(key) for key in self.asked.get("attributes", {})}, "every": every}


class LoadBalancer(Elbv2Resource):
    absent = ("LoadBalancerNotFound",)

    def create(self):
        made = self.aws.elbv2.create_load_balancer(**self.without("tags", "attributes"), Tags=self.tags())
        self.id = made["LoadBalancers"][0]["LoadBalancerArn"]
        self.aws.until(lambda: self.described()["State"]["Code"] == "active")
        self.modify()

    def modify(self):
        self.aws.elbv2.modify_load_balancer_attributes(LoadBalancerArn=self.id, Attributes=self.attributes())

    def described(self):
        (found,) = self.aws.elbv2.describe_load_balancers(LoadBalancerArns=[self.id])["LoadBalancers"]
        return found

    def read(self):
        found = self.described()
        attributes = self.aws.elbv2.describe_load_balancer_attributes(LoadBalancerArn=self.id)
        capacity = self.aws.elbv2.describe_capacity_reservation(LoadBalancerArn=self.id)
        assert capacity["CapacityReservationState"] == []
        subnets = [zone["SubnetId"] for zone in found["AvailabilityZones"]]
        named = {"Name": found["LoadBalancerName"], "Subnets": subnets}
        return found | self.shown(attributes) | named | {"tags": self.tags_found()}

    def update(self, change):
        if "SecurityGroups" in change:
            self.aws.elbv2.set_security_groups(LoadBalancerArn=self.id, SecurityGroups=change["SecurityGroups"])
        if "attributes" in change:
            self.asked = self.asked | change
            self.modify()

    def delete(self):
        self.aws.elbv2.delete_load_balancer(LoadBalancerArn=self.id)
        self.aws.until(lambda: self.find() is None)
        # The provider waits until its interfaces are gone, which keep subnets and security groups from being deleted.
        described = [{"Name": "description", "Values": ["ELB " + self.id.split(":loadbalancer/")[1]]}]
        interfaces = lambda: self.aws.ec2.describe_network_interfaces(Filters=described)["NetworkInterfaces"]
        self.aws.until(lambda: not interfaces())


class TargetGroup(Elbv2Resource):
    absent = ("TargetGroupNotFound",)

    def create(self):
        made = self.aws.elbv2.create_target_group(**self.without("tags", "attributes"), Tags=self.tags())
        self.id = made["TargetGroups"][0]["TargetGroupArn"]
        self.update({"attributes": self.asked.get("attributes", {})})

    def read(self):
        (found,) = self.aws.elbv2.describe_target_groups(TargetGroupArns=[self.id])["TargetGroups"]
        attributes = self.aws.elbv2.describe_target_group_attributes(TargetGroupArn=self.id)
        return found | self.shown(attributes) | {"Name": found["TargetGroupName"], "tags": self.tags_found()}

    def update(self, change):
        if "attributes" in change:
            self.asked = self.asked | change
            self.aws.elbv2.modify_target_group_attributes(TargetGroupArn=self.id, Attributes=self.attributes())
        health = {name: value for name, value in change.items() if name != "attributes"}
        if health:
            self.aws.elbv2.modify_target_group(TargetGroupArn=self.id, **health)

    def delete(self):
        self.aws.elbv2.delete_target_group(TargetGroupArn=self.id)


class Listener(Elbv2Resource):
    absent = ("ListenerNotFound", "LoadBalancerNotFound")

    def create(self):
        made = self.aws.elbv2.create_listener(**self.without("tags"), Tags=self.tags())
        self.id = made["Listeners"][0]["ListenerArn"]

    def read(self):
        (found,) = self.aws.elbv2.describe_listeners(ListenerArns=[self.id])["Listeners"]
        attributes = self.aws.elbv2.describe_listener_attributes(ListenerArn=self.id)
        return found | self.shown(attributes) | {"tags": self.tags_found()}

    def differences(self, found):
        """The provider reads `target_group_arn` of an action and takes its ForwardConfig for the same."""
        actions = [
            {name: action[name] for name in wanted if name in action}
            for action, wanted in zip(found["DefaultActions"], self.asked["DefaultActions"])
        ]
        return super().differences(found | {"DefaultActions": actions})

    def update(self, change):
        self.aws.elbv2.modify_listener(ListenerArn=self.id, **change)

    def delete(self):
        self.aws.elbv2.delete_listener(ListenerArn=self.id)


class ListenerRule(Elbv2Resource):
    absent = ("RuleNotFound", "ListenerNotFound")

    def create(self):
        made = self.aws.elbv2.create_rule(**self.without("tags"), Tags=self.tags())
        self.id = made["Rules"][0]["RuleArn"]

    def read(self):
        (found,) = self.aws.elbv2.describe_rules(RuleArns=[self.id])["Rules"]
        conditions = [
            {name: condition[name] for name in wanted}
            for condition, wanted in zip(found["Conditions"], self.asked["Conditions"])
        ]
        actions = [
            {name: action[name] for name in wanted}
            for action, wanted in zip(found["Actions"], self.asked["Actions"])
        ]
        more = {"Conditions": conditions, "Actions": actions, "Priority": int(found["Priority"])}
        return found | more | {"ListenerArn": self.asked["ListenerArn"], "tags": self.tags_found()}

    def update(self, change):
        if "Priority" in change:
            priorities = [{"RuleArn": self.id, "Priority": change["Priority"]}]
            self.aws.elbv2.set_rule_priorities(RulePriorities=priorities)
        rest = {name: value for name, value in change.items() if name != "Priority"}
        if rest:
            self.aws.elbv2.modify_rule(RuleArn=self.id, **rest)

    def delete(self):
        self.aws.elbv2.delete_rule(RuleArn=self.id)


class ClassicLoadBalancer(Resource):
    absent = ("LoadBalancerNotFound",)

    def create(self):
        self.id = self.asked["LoadBalancerName"]
        self.aws.elb.create_load_balancer(**self.without("tags", "HealthCheck", "attributes"), Tags=self.tags())
        self.update(self.asked)

    def update(self, change):
        if "attributes" in change:
            attributes = change["attributes"]
            self.aws.elb.modify_load_balancer_attributes(LoadBalancerName=self.id, LoadBalancerAttributes=attributes)
        if "HealthCheck" in change:
            self.aws.elb.configure_health_check(LoadBalancerName=self.id, HealthCheck=change["HealthCheck"])

    def read(self):
        answer = self.aws.elb.describe_load_balancers(LoadBalancerNames=[self.id])
        (found,) = answer["LoadBalancerDescriptions"]
        answer = self.aws.elb.describe_load_balancer_attributes(LoadBalancerName=self.id)
        attributes = answer["LoadBalancerAttributes"]
        (tags,) = self.aws.elb.describe_tags(LoadBalancerNames=[self.id])["TagDescriptions"]
        return found | {
            "Listeners": [one["Listener"] for one in found["ListenerDescriptions"]],
            "attributes": {name: attributes[name] for name in self.asked["attributes"]},
            "tags": as_map(tags["Tags"]),
        }

    def delete(self):
        self.aws.elb.delete_load_balancer(LoadBalancerName=self.id)
        described = [{"Name": "description", "Values": [f"ELB {self.id}"]}]
        interfaces = lambda: self.aws.ec2.describe_network_interfaces(Filters=described)["NetworkInterfaces"]
        self.aws.until(lambda: not interfaces())
