"""The network of a stack, as Terraform's provider makes and destroys it."""

import pytest
from provider import Stack
from provider.network import SecurityGroup, Subnet, Vpc, VpcEndpoint
from provider.stacks import TAGS, group, network, rule
from simulator import refused

VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html"
SUBNET = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSubnet.html"
GATEWAY = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachInternetGateway.html"
ADDRESS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html"
NAT = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNatGateway.html"
TABLE = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteRouteTable.html"
GROUP = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html"
RULES = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html"
ENDPOINT = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html"
MODIFY = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySubnetAttribute.html"


@pytest.mark.aws(VPC)
def test_a_network_is_made_and_destroyed_twice(twice):
    """A VPC with public and private subnets, gateways and routes reads back as written and leaves nothing behind."""

    def life(stack):
        network(stack)
        stack.refresh()
        assert stack.plan() == []
        stack.aws.advance(3600)
        assert stack.plan() == []

    twice(life)


@pytest.mark.aws(MODIFY)
def test_a_network_changes_in_place(twice):
    """Attributes and tags of VPCs and subnets, and routes, change without anything made anew."""

    def life(stack):
        net = network(stack)
        stack.change(net.vpc, tags={"env": "prod", "Name": "prod"}, enableDnsHostnames=False)
        stack.change(net.private[0], MapPublicIpOnLaunch=True, tags={"env": "prod"})
        stack.change(net.nat, tags={"env": "prod"})
        stack.change(net.address, tags={"env": "prod"})
        routes = net.tables[1].asked["routes"] + [{"DestinationCidrBlock": "192.0.2.0/24", "GatewayId": net.gateway.id}]
        stack.change(net.tables[1], routes=routes)
        stack.refresh()
        assert stack.plan() == []

    twice(life)


@pytest.mark.aws(RULES)
def test_groups_that_refer_to_each_other_are_rules_of_their_own(twice):
    """Rules with ids let two groups refer to each other; they change in place and go before the groups."""

    def life(stack):
        vpc = stack.add(Vpc, CidrBlock="10.0.0.0/16", tags=TAGS)
        front, back = group(stack, vpc, "front"), group(stack, vpc, "back")
        rule(stack, back, 8080, ReferencedGroupId=front.id)
        answer = rule(stack, front, 9090, ReferencedGroupId=back.id)
        outside = rule(stack, front, 443, CidrIpv4="0.0.0.0/0")
        stack.change(outside, CidrIpv4="192.0.2.0/24", Description="the office")
        stack.change(answer, FromPort=9091, ToPort=9092)
        with refused("DependencyViolation", message=f"resource {back.id} has a dependent object"):
            stack.aws.ec2.delete_security_group(GroupId=back.id)
        stack.refresh()
        assert stack.plan() == []

    twice(life)


@pytest.mark.aws(GROUP)
def test_a_new_group_lets_everything_out_until_the_provider_takes_that_away(aws):
    """A new group has one rule of egress, for IPv4; taking it away leaves none, and again there is none to take."""
    stack = Stack(aws)
    vpc = stack.add(Vpc, CidrBlock="10.0.0.0/16")
    bare = stack.add(SecurityGroup, GroupName="bare", Description="bare", VpcId=vpc.id)
    assert bare.read()["IpPermissionsEgress"] == []
    with refused("InvalidPermission.NotFound"):
        everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]
        aws.ec2.revoke_security_group_egress(GroupId=bare.id, IpPermissions=everything)


@pytest.mark.aws(ENDPOINT)
def test_endpoints_are_made_changed_and_destroyed_twice(twice):
    """Gateway endpoints put routes into tables which nobody sees as a difference, interface endpoints have groups."""

    def life(stack):
        net = network(stack)
        inside = group(stack, net.vpc, "endpoints")
        storage = stack.add(
            VpcEndpoint,
            VpcId=net.vpc.id,
            VpcEndpointType="Gateway",
            ServiceName="com.amazonaws.eu-west-1.s3",
            RouteTableIds=[net.tables[1].id],
            tags=TAGS,
        )
        registry = stack.add(
            VpcEndpoint,
            VpcId=net.vpc.id,
            VpcEndpointType="Interface",
            ServiceName="com.amazonaws.eu-west-1.ecr.api",
            SubnetIds=[net.private[0].id],
            SecurityGroupIds=[inside.id],
            PrivateDnsEnabled=True,
            tags=TAGS,
        )
        stack.change(storage, RouteTableIds=[table.id for table in reversed(net.tables)])
        stack.change(registry, tags={"env": "prod"})
        with refused("DependencyViolation"):
            stack.aws.ec2.delete_security_group(GroupId=inside.id)
        stack.refresh()
        assert stack.plan() == []

    twice(life)


@pytest.mark.aws(VPC)
def test_a_vpc_goes_after_what_is_in_it(aws):
    """A VPC with subnets, or with a gateway, is not deleted."""
    stack = Stack(aws)
    net = network(stack)
    with refused("DependencyViolation", message=f"The vpc '{net.vpc.id}' has dependencies and cannot be deleted."):
        aws.ec2.delete_vpc(VpcId=net.vpc.id)
    stack.destroy()


@pytest.mark.aws(SUBNET)
def test_a_subnet_goes_after_the_gateway_in_it(aws):
    """The subnet of a NAT gateway is not deleted until the gateway is."""
    stack = Stack(aws)
    net = network(stack)
    subnet = net.public[0].id
    with refused("DependencyViolation", message=f"The subnet '{subnet}' has dependencies and cannot be deleted."):
        aws.ec2.delete_subnet(SubnetId=subnet)
    stack.destroy()


@pytest.mark.aws(GATEWAY)
def test_an_internet_gateway_stays_while_addresses_are_mapped(aws):
    """A gateway is not detached from a VPC with mapped public addresses, nor deleted while it is attached."""
    stack = Stack(aws)
    net = network(stack)
    with refused("DependencyViolation", message="has some mapped public address(es)"):
        aws.ec2.detach_internet_gateway(InternetGatewayId=net.gateway.id, VpcId=net.vpc.id)
    with refused("DependencyViolation", message=f"The internetGateway '{net.gateway.id}' has dependencies"):
        aws.ec2.delete_internet_gateway(InternetGatewayId=net.gateway.id)
    stack.destroy()


@pytest.mark.aws(ADDRESS)
def test_an_address_is_not_released_while_a_nat_gateway_has_it(aws):
    """The address of a NAT gateway is in use, and free once the gateway is deleted."""
    stack = Stack(aws)
    net = network(stack)
    with refused("InvalidIPAddress.InUse"):
        aws.ec2.release_address(AllocationId=net.address.id)
    stack.destroy()


@pytest.mark.aws(NAT)
def test_a_nat_gateway_is_described_after_it_is_deleted(aws):
    """A NAT gateway is deleting first, then deleted, and stays describable; its route is a blackhole."""
    stack = Stack(aws)
    net = network(stack)
    aws.ec2.delete_nat_gateway(NatGatewayId=net.nat.id)
    states = [aws.ec2.describe_nat_gateways(NatGatewayIds=[net.nat.id])["NatGateways"][0]["State"]]
    aws.until(lambda: net.nat.find() is None)
    states.append(aws.ec2.describe_nat_gateways(NatGatewayIds=[net.nat.id])["NatGateways"][0]["State"])
    assert states == ["deleting", "deleted"]
    assert [route["State"] for route in net.tables[1].read()["Routes"]] == ["active", "blackhole"]


@pytest.mark.aws(TABLE)
def test_a_route_table_goes_after_its_associations(aws):
    """A table that subnets are associated with is not deleted, and the main one of a VPC never."""
    stack = Stack(aws)
    net = network(stack)
    table = net.tables[0].id
    with refused("DependencyViolation", message=f"The routeTable '{table}' has dependencies and cannot be deleted."):
        aws.ec2.delete_route_table(RouteTableId=table)
    with refused("DependencyViolation"):
        aws.ec2.delete_route_table(RouteTableId=net.vpc.read()["table"])
    stack.destroy()


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html")
def test_a_subnet_that_was_deleted_elsewhere_is_made_anew(aws):
    """What somebody else deleted reads as absent, and its address block is free again."""
    stack = Stack(aws)
    vpc = stack.add(Vpc, CidrBlock="10.0.0.0/16")
    asked = {"VpcId": vpc.id, "CidrBlock": "10.0.0.0/24", "AvailabilityZone": "eu-west-1a"}
    subnet = stack.add(Subnet, **asked)
    with refused("InvalidSubnet.Conflict"):
        aws.ec2.create_subnet(**asked)
    aws.ec2.delete_subnet(SubnetId=subnet.id)
    assert subnet.find() is None
    subnet.create()
    assert subnet.differences(subnet.read()) == []
    stack.destroy()
