"""Networks: VPCs, subnets, gateways, routes, addresses, security groups and endpoints."""

from provider import Resource, as_map


class Ec2Resource(Resource):
    """What EC2's resources have in common: tags in the creating call."""

    type = ""

    def tagged(self):
        tags = self.tags()
        return {"TagSpecifications": [{"ResourceType": self.type, "Tags": tags}]} if tags else {}

    def only(self, answer):
        """The only thing of a list, with its tags as a map."""
        if not answer:
            return None
        (thing,) = answer
        return thing | {"tags": as_map(thing.get("Tags", []))}

    def retag(self, change):
        """Takes away the tags that are not asked for any more, and puts the others."""
        if "tags" in change:
            gone = [{"Key": key} for key in self.asked.get("tags", {}) if key not in change["tags"]]
            if gone:
                self.aws.ec2.delete_tags(Resources=[self.id], Tags=gone)
            new = [{"Key": key, "Value": value} for key, value in change["tags"].items()]
            self.aws.ec2.create_tags(Resources=[self.id], Tags=new)


class Vpc(Ec2Resource):
    type, absent = "vpc", ("InvalidVpcID.NotFound",)

    def create(self):
        self.id = self.aws.ec2.create_vpc(CidrBlock=self.asked["CidrBlock"], **self.tagged())["Vpc"]["VpcId"]
        self.aws.until(lambda: self.only(self.aws.ec2.describe_vpcs(VpcIds=[self.id])["Vpcs"])["State"] == "available")
        if self.asked.get("enableDnsHostnames"):
            self.set("EnableDnsHostnames", True)

    def set(self, attribute, value):
        self.aws.ec2.modify_vpc_attribute(VpcId=self.id, **{attribute: {"Value": value}})
        self.aws.until(lambda: self.attribute(attribute[0].lower() + attribute[1:]) == value)

    def attribute(self, name):
        answer = self.aws.ec2.describe_vpc_attribute(VpcId=self.id, Attribute=name)
        return answer[name[0].upper() + name[1:]]["Value"]

    def read(self):
        ec2, mine = self.aws.ec2, {"Name": "vpc-id", "Values": [self.id]}
        vpc = self.only(ec2.describe_vpcs(VpcIds=[self.id])["Vpcs"])
        for name in ("enableDnsHostnames", "enableDnsSupport", "enableNetworkAddressUsageMetrics"):
            vpc[name] = self.attribute(name)
        (acl,) = ec2.describe_network_acls(Filters=[{"Name": "default", "Values": ["true"]}, mine])["NetworkAcls"]
        main = {"Name": "association.main", "Values": ["true"]}
        (table,) = ec2.describe_route_tables(Filters=[main, mine])["RouteTables"]
        named = {"Name": "group-name", "Values": ["default"]}
        (group,) = ec2.describe_security_groups(Filters=[named, mine])["SecurityGroups"]
        ids = {"acl": acl["NetworkAclId"], "table": table["RouteTableId"], "group": group["GroupId"]}
        return vpc | ids

    def update(self, change):
        self.retag(change)
        for name in set(change) - {"tags"}:
            self.set(name[0].upper() + name[1:], change[name])

    def delete(self):
        self.aws.ec2.delete_vpc(VpcId=self.id)
        self.aws.until(lambda: self.find() is None)


class Subnet(Ec2Resource):
    type, absent = "subnet", ("InvalidSubnetID.NotFound",)

    def create(self):
        asked = self.without("tags", "MapPublicIpOnLaunch")
        self.id = self.aws.ec2.create_subnet(**asked, **self.tagged())["Subnet"]["SubnetId"]
        self.aws.until(lambda: self.read()["State"] == "available")
        if self.asked.get("MapPublicIpOnLaunch"):
            self.update({"MapPublicIpOnLaunch": True})

    def read(self):
        found = self.only(self.aws.ec2.describe_subnets(SubnetIds=[self.id])["Subnets"])
        # How many addresses are left is no attribute of the provider.
        return found and {name: value for name, value in found.items() if name != "AvailableIpAddressCount"}

    def update(self, change):
        self.retag(change)
        for name in set(change) - {"tags"}:
            self.aws.ec2.modify_subnet_attribute(SubnetId=self.id, **{name: {"Value": change[name]}})
            self.aws.until(lambda: self.read()[name] == change[name])

    def delete(self):
        self.aws.ec2.delete_subnet(SubnetId=self.id)
        self.aws.until(lambda: self.find() is None)


class InternetGateway(Ec2Resource):
    type, absent = "internet-gateway", ("InvalidInternetGatewayID.NotFound",)

    def create(self):
        made = self.aws.ec2.create_internet_gateway(**self.tagged())["InternetGateway"]
        self.id = made["InternetGatewayId"]
        self.aws.ec2.attach_internet_gateway(InternetGatewayId=self.id, VpcId=self.asked["VpcId"])
        self.aws.until(lambda: self.read()["Attachments"][0]["State"] == "available")

    def read(self):
        found = self.only(self.aws.ec2.describe_internet_gateways(InternetGatewayIds=[self.id])["InternetGateways"])
        return found | {"VpcId": found["Attachments"][0]["VpcId"]}

    def delete(self):
        self.aws.ec2.detach_internet_gateway(InternetGatewayId=self.id, VpcId=self.asked["VpcId"])
        found = self.aws.ec2.describe_internet_gateways(InternetGatewayIds=[self.id])["InternetGateways"]
        assert found[0]["Attachments"] == []
        self.aws.ec2.delete_internet_gateway(InternetGatewayId=self.id)


class ElasticIp(Ec2Resource):
    type, absent = "elastic-ip", ("InvalidAllocationID.NotFound",)

    def create(self):
        self.id = self.aws.ec2.allocate_address(Domain="vpc", **self.tagged())["AllocationId"]

    def read(self):
        found = self.only(self.aws.ec2.describe_addresses(AllocationIds=[self.id])["Addresses"])
        names = self.aws.ec2.describe_addresses_attribute(AllocationIds=[self.id], Attribute="domain-name")
        return found | {"names": names["Addresses"]}

    def update(self, change):
        self.retag(change)

    def delete(self):
        self.aws.ec2.release_address(AllocationId=self.id)


class NatGateway(Ec2Resource):
    type, absent = "natgateway", ("NatGatewayNotFound",)

    def create(self):
        made = self.aws.ec2.create_nat_gateway(**self.without("tags"), **self.tagged())["NatGateway"]
        assert made["State"] == "pending"
        self.id = made["NatGatewayId"]
        self.aws.until(lambda: self.read()["State"] == "available")

    def read(self):
        found = self.only(self.aws.ec2.describe_nat_gateways(NatGatewayIds=[self.id])["NatGateways"])
        if found["State"] == "deleted":
            return None
        return found | {"AllocationId": found["NatGatewayAddresses"][0]["AllocationId"]}

    def update(self, change):
        self.retag(change)

    def delete(self):
        self.aws.ec2.delete_nat_gateway(NatGatewayId=self.id)
        self.aws.until(lambda: self.find() is None)


class RouteTable(Ec2Resource):
    """A table with its routes written in it, and its associations with subnets."""

    type, absent = "route-table", ("InvalidRouteTableID.NotFound",)

    def create(self):
        made = self.aws.ec2.create_route_table(VpcId=self.asked["VpcId"], **self.tagged())["RouteTable"]
        self.id = made["RouteTableId"]
        for route in self.asked["routes"]:
            assert self.aws.ec2.create_route(RouteTableId=self.id, **route)["Return"]
        for subnet in self.asked["subnets"]:
            answer = self.aws.ec2.associate_route_table(RouteTableId=self.id, SubnetId=subnet)
            assert answer["AssociationState"]["State"] == "associated"

    def read(self):
        table = self.only(self.aws.ec2.describe_route_tables(RouteTableIds=[self.id])["RouteTables"])
        subnets = [one["SubnetId"] for one in table["Associations"]]
        shown = ("DestinationCidrBlock", "GatewayId", "NatGatewayId")
        # The provider leaves out the route of the VPC itself, and those that endpoints of the type Gateway put there.
        routes = [
            {name: route[name] for name in shown if name in route}
            for route in table["Routes"]
            if route["Origin"] == "CreateRoute" and "DestinationPrefixListId" not in route
        ]
        return table | {"subnets": subnets, "routes": routes}

    def update(self, change):
        for old in self.asked["routes"]:
            self.aws.ec2.delete_route(RouteTableId=self.id, DestinationCidrBlock=old["DestinationCidrBlock"])
        for route in change["routes"]:
            self.aws.ec2.create_route(RouteTableId=self.id, **route)

    def delete(self):
        table = self.aws.ec2.describe_route_tables(RouteTableIds=[self.id])["RouteTables"][0]
        for association in table["Associations"]:
            self.aws.ec2.disassociate_route_table(AssociationId=association["RouteTableAssociationId"])
        self.aws.ec2.delete_route_table(RouteTableId=self.id)


class SecurityGroup(Ec2Resource):
    """A group without the rule that AWS gives it, as the provider makes it."""

    type, absent = "security-group", ("InvalidGroup.NotFound",)

    def create(self):
        self.id = self.aws.ec2.create_security_group(**self.without("tags"), **self.tagged())["GroupId"]
        everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        self.aws.ec2.revoke_security_group_egress(GroupId=self.id, IpPermissions=everything)

    def read(self):
        return self.only(self.aws.ec2.describe_security_groups(GroupIds=[self.id])["SecurityGroups"])

    def update(self, change):
        self.retag(change)

    def delete(self):
        self.aws.ec2.delete_security_group(GroupId=self.id)


class SecurityGroupRule(Ec2Resource):
    """A rule with an id of its own; `egress` tells its direction."""

    type, absent = "security-group-rule", ("InvalidSecurityGroupRuleId.NotFound",)
    peers = {"CidrIpv4": "CidrIpv4", "ReferencedGroupId": "ReferencedGroupId"}

    def permission(self, rule):
        permission = {"IpProtocol": rule["IpProtocol"], "FromPort": rule["FromPort"], "ToPort": rule["ToPort"]}
        if "CidrIpv4" in rule:
            return permission | {"IpRanges": [{"CidrIp": rule["CidrIpv4"], "Description": rule["Description"]}]}
        pair = {"GroupId": rule["ReferencedGroupId"], "Description": rule["Description"]}
        return permission | {"UserIdGroupPairs": [pair]}

    def direction(self, verb):
        return getattr(self.aws.ec2, f"{verb}_security_group_{'egress' if self.asked['IsEgress'] else 'ingress'}")

    def create(self):
        permissions = [self.permission(self.asked)]
        answer = self.direction("authorize")(GroupId=self.asked["GroupId"], IpPermissions=permissions, **self.tagged())
        self.id = answer["SecurityGroupRules"][0]["SecurityGroupRuleId"]

    def read(self):
        answer = self.aws.ec2.describe_security_group_rules(SecurityGroupRuleIds=[self.id])
        rule = self.only(answer["SecurityGroupRules"])
        if "ReferencedGroupInfo" in rule:
            rule["ReferencedGroupId"] = rule["ReferencedGroupInfo"]["GroupId"]
        return rule

    def update(self, change):
        members = ("IpProtocol", "FromPort", "ToPort", "CidrIpv4", "ReferencedGroupId", "Description")
        asked = self.asked | change
        rule = {name: asked[name] for name in members if name in asked}
        rules = [{"SecurityGroupRuleId": self.id, "SecurityGroupRule": rule}]
        self.aws.ec2.modify_security_group_rules(GroupId=self.asked["GroupId"], SecurityGroupRules=rules)

    def delete(self):
        self.direction("revoke")(GroupId=self.asked["GroupId"], SecurityGroupRuleIds=[self.id])


class VpcEndpoint(Ec2Resource):
    type, absent = "vpc-endpoint", ("InvalidVpcEndpointId.NotFound",)

    def create(self):
        made = self.aws.ec2.create_vpc_endpoint(**self.without("tags"), **self.tagged())["VpcEndpoint"]
        self.id = made["VpcEndpointId"]
        self.aws.until(lambda: self.read()["State"] == "available")

    def read(self):
        found = self.only(self.aws.ec2.describe_vpc_endpoints(VpcEndpointIds=[self.id])["VpcEndpoints"])
        if found["State"] == "deleted":
            return None
        if found["VpcEndpointType"] == "Gateway":
            named = [{"Name": "prefix-list-name", "Values": [self.asked["ServiceName"]]}]
            (prefixes,) = self.aws.ec2.describe_prefix_lists(Filters=named)["PrefixLists"]
            found["prefixes"] = prefixes["Cidrs"]
        return found | {"SecurityGroupIds": [group["GroupId"] for group in found.get("Groups", [])]}

    def update(self, change):
        self.retag(change)
        tables = change.get("RouteTableIds", [])
        added = [table for table in tables if table not in self.asked.get("RouteTableIds", [])]
        if added:
            self.aws.ec2.modify_vpc_endpoint(VpcEndpointId=self.id, AddRouteTableIds=added)
            self.aws.until(lambda: self.read()["State"] == "available")

    def delete(self):
        assert self.aws.ec2.delete_vpc_endpoints(VpcEndpointIds=[self.id]).get("Unsuccessful", []) == []
        self.aws.until(lambda: self.find() is None)
