"""Route tables, gateways and NAT gateways."""

import networks
import pytest
from simulator import refused

TABLES = "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_Route_Tables.html"
ROUTE = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateRoute.html"
NAT = "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html"
TROUBLE = "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-troubleshooting.html"
EVERYWHERE = "0.0.0.0/0"


def table(aws, vpc):
    return aws.ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]


def routes(aws, table_id):
    return aws.ec2.describe_route_tables(RouteTableIds=[table_id])["RouteTables"][0]["Routes"]


def nat(aws, nat_id):
    return aws.ec2.describe_nat_gateways(NatGatewayIds=[nat_id])["NatGateways"][0]


def address(aws):
    return aws.ec2.allocate_address(Domain="vpc")["AllocationId"]


@pytest.mark.aws(TABLES)
def test_the_local_route_stays(aws):
    """Every table has a route for the VPC's own block, which cannot be deleted."""
    made = table(aws, networks.vpc(aws))
    (local,) = routes(aws, made)
    assert (local["DestinationCidrBlock"], local["GatewayId"], local["Origin"]) == (
        "10.0.0.0/16", "local", "CreateRouteTable",
    )
    with refused("InvalidParameterValue", message="cannot remove local route 10.0.0.0/16"):
        aws.ec2.delete_route(RouteTableId=made, DestinationCidrBlock="10.0.0.0/16")


@pytest.mark.aws(ROUTE)
def test_a_destination_has_one_route(aws):
    """A second route for a destination is refused; it is replaced instead, and what is missing cannot be replaced."""
    vpc = networks.vpc(aws)
    made, gateway = table(aws, vpc), networks.gateway(aws, vpc)
    interface = networks.interface(aws, networks.subnet(aws, vpc))["NetworkInterfaceId"]
    route = {"RouteTableId": made, "DestinationCidrBlock": EVERYWHERE}
    with refused("InvalidParameterValue", message="There is no route defined for '0.0.0.0/0'"):
        aws.ec2.replace_route(**route, GatewayId=gateway)
    aws.ec2.create_route(**route, GatewayId=gateway)
    with refused("RouteAlreadyExists", message="The route identified by 0.0.0.0/0 already exists."):
        aws.ec2.create_route(**route, NetworkInterfaceId=interface)
    aws.ec2.replace_route(**route, NetworkInterfaceId=interface)
    assert routes(aws, made)[1]["NetworkInterfaceId"] == interface
    aws.ec2.delete_route(**route)
    with refused("InvalidRoute.NotFound"):
        aws.ec2.delete_route(**route)


@pytest.mark.aws(ROUTE)
def test_a_route_leads_within_its_network(aws):
    """A gateway that is not attached to the table's VPC, or does not exist, is no target."""
    vpc, other = networks.vpc(aws), networks.vpc(aws, "10.1.0.0/16")
    route = {"RouteTableId": table(aws, vpc), "DestinationCidrBlock": EVERYWHERE}
    with refused("InvalidParameterValue", message="belong to different networks"):
        aws.ec2.create_route(**route, GatewayId=networks.gateway(aws, other))
    with refused("InvalidGatewayID.NotFound"):
        aws.ec2.create_route(**route, GatewayId=f"igw-{networks.NOWHERE}")
    with refused("InvalidNatGatewayID.NotFound"):
        aws.ec2.create_route(**route, NatGatewayId=f"nat-{networks.NOWHERE}")


@pytest.mark.aws("https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html")
def test_a_route_for_a_part_of_the_vpc_leads_to_an_interface(aws):
    """A destination within the VPC's own block can lead to an interface only."""
    vpc = networks.vpc(aws)
    gateway = networks.gateway(aws, vpc)
    with refused("InvalidParameterValue", message="equal to or more specific"):
        aws.ec2.create_route(
            RouteTableId=table(aws, vpc), DestinationCidrBlock="10.0.5.0/24", GatewayId=gateway
        )


@pytest.mark.aws(TABLES)
def test_a_route_is_a_black_hole_once_its_target_is_gone(aws):
    """A route whose gateway was detached stays, in the state blackhole."""
    vpc = networks.vpc(aws)
    made, gateway = table(aws, vpc), networks.gateway(aws, vpc)
    aws.ec2.create_route(RouteTableId=made, DestinationCidrBlock=EVERYWHERE, GatewayId=gateway)
    assert routes(aws, made)[1]["State"] == "active"
    aws.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    assert routes(aws, made)[1]["State"] == "blackhole"


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateRouteTable.html")
def test_a_subnet_has_one_table_of_its_own(aws):
    """Associating again answers the same association; another table is refused; a table in use stays."""
    vpc = networks.vpc(aws)
    subnet, one, other = networks.subnet(aws, vpc), table(aws, vpc), table(aws, vpc)
    first = aws.ec2.associate_route_table(RouteTableId=one, SubnetId=subnet)["AssociationId"]
    assert aws.ec2.associate_route_table(RouteTableId=one, SubnetId=subnet)["AssociationId"] == first
    with refused("Resource.AlreadyAssociated"):
        aws.ec2.associate_route_table(RouteTableId=other, SubnetId=subnet)
    with refused("DependencyViolation", message=f"The routeTable '{one}' has dependencies and cannot be deleted."):
        aws.ec2.delete_route_table(RouteTableId=one)
    moved = aws.ec2.replace_route_table_association(AssociationId=first, RouteTableId=other)["NewAssociationId"]
    assert moved != first
    aws.ec2.delete_route_table(RouteTableId=one)
    aws.ec2.disassociate_route_table(AssociationId=moved)
    aws.ec2.delete_route_table(RouteTableId=other)


@pytest.mark.aws(TABLES)
def test_the_main_table_is_exchanged_and_not_taken_away(aws):
    """The main association cannot be removed and its table not deleted; another table can take its place."""
    vpc = networks.vpc(aws)
    main = networks.main_table(aws, vpc)
    association = main["Associations"][0]["RouteTableAssociationId"]
    with refused("InvalidParameterValue"):
        aws.ec2.disassociate_route_table(AssociationId=association)
    with refused("DependencyViolation"):
        aws.ec2.delete_route_table(RouteTableId=main["RouteTableId"])
    other = table(aws, vpc)
    aws.ec2.replace_route_table_association(AssociationId=association, RouteTableId=other)
    assert networks.main_table(aws, vpc)["RouteTableId"] == other
    aws.ec2.delete_route_table(RouteTableId=main["RouteTableId"])


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachInternetGateway.html")
def test_a_vpc_has_one_internet_gateway(aws):
    """A gateway is attached to one VPC, and a VPC has one gateway; an attached one cannot be deleted."""
    vpc, other = networks.vpc(aws), networks.vpc(aws, "10.1.0.0/16")
    gateway = networks.gateway(aws, vpc)
    with refused("Resource.AlreadyAssociated"):
        aws.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=other)
    second = aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    with refused("InvalidParameterValue", message=f"Network {vpc} already has an internet gateway attached"):
        aws.ec2.attach_internet_gateway(InternetGatewayId=second, VpcId=vpc)
    with refused("DependencyViolation"):
        aws.ec2.delete_internet_gateway(InternetGatewayId=gateway)
    with refused("Gateway.NotAttached"):
        aws.ec2.detach_internet_gateway(InternetGatewayId=second, VpcId=other)


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachInternetGateway.html")
def test_a_gateway_stays_while_public_addresses_are_mapped(aws):
    """Detaching is refused while an interface of the VPC has a public address."""
    vpc = networks.vpc(aws)
    subnet, gateway = networks.subnet(aws, vpc), networks.gateway(aws, vpc)
    interface = networks.interface(aws, subnet)["NetworkInterfaceId"]
    given = aws.ec2.associate_address(AllocationId=address(aws), NetworkInterfaceId=interface)["AssociationId"]
    with refused("DependencyViolation", message="has some mapped public address(es)"):
        aws.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    aws.ec2.disassociate_address(AssociationId=given)
    aws.ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)


@pytest.mark.aws("https://docs.aws.amazon.com/vpc/latest/userguide/egress-only-internet-gateway.html")
def test_an_egress_only_gateway_takes_ipv6_alone(aws):
    """A route to an egress-only gateway is for IPv6; the gateway keeps its VPC."""
    vpc = networks.vpc(aws, AmazonProvidedIpv6CidrBlock=True)
    made = aws.ec2.create_egress_only_internet_gateway(VpcId=vpc)["EgressOnlyInternetGateway"]
    gateway = made["EgressOnlyInternetGatewayId"]
    with refused("InvalidParameterValue"):
        aws.ec2.create_route(
            RouteTableId=table(aws, vpc), DestinationCidrBlock=EVERYWHERE, EgressOnlyInternetGatewayId=gateway
        )
    main = networks.main_table(aws, vpc)["RouteTableId"]
    aws.ec2.create_route(
        RouteTableId=main, DestinationIpv6CidrBlock="::/0", EgressOnlyInternetGatewayId=gateway
    )
    assert routes(aws, main)[-1]["EgressOnlyInternetGatewayId"] == gateway
    with refused("DependencyViolation"):
        aws.ec2.delete_vpc(VpcId=vpc)


@pytest.mark.aws(NAT)
def test_a_nat_gateway_is_pending_available_deleting_deleted_and_described_for_an_hour(aws):
    """A NAT gateway works after a while, takes a while to go, and is described for about an hour after."""
    vpc = networks.vpc(aws)
    subnet = networks.subnet(aws, vpc)
    networks.gateway(aws, vpc)
    made = aws.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address(aws))["NatGateway"]
    assert made["State"] == "pending"
    aws.until(lambda: nat(aws, made["NatGatewayId"])["State"] == "available")
    assert "PublicIp" in nat(aws, made["NatGatewayId"])["NatGatewayAddresses"][0]
    aws.ec2.delete_nat_gateway(NatGatewayId=made["NatGatewayId"])
    assert nat(aws, made["NatGatewayId"])["State"] == "deleting"
    with refused("DependencyViolation"):
        aws.ec2.delete_subnet(SubnetId=subnet)
    aws.until(lambda: nat(aws, made["NatGatewayId"])["State"] == "deleted")
    aws.ec2.delete_subnet(SubnetId=subnet)
    aws.advance(3500)
    assert nat(aws, made["NatGatewayId"])["State"] == "deleted"
    aws.advance(200)
    with refused("NatGatewayNotFound"):
        nat(aws, made["NatGatewayId"])


@pytest.mark.aws(TROUBLE)
def test_a_public_nat_gateway_fails_without_an_internet_gateway(aws):
    """Without an internet gateway in the VPC a public NAT gateway ends as failed and says why."""
    subnet = networks.subnet(aws, networks.vpc(aws))
    made = aws.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address(aws))["NatGateway"]["NatGatewayId"]
    aws.advance(120)
    shown = nat(aws, made)
    assert (shown["State"], shown["FailureCode"]) == ("failed", "Gateway.NotAttached")
    assert "has no Internet gateway attached" in shown["FailureMessage"]


@pytest.mark.aws(TROUBLE)
def test_a_nat_gateway_fails_on_an_address_that_is_taken(aws):
    """An address that is associated already makes the NAT gateway fail while it is pending."""
    vpc = networks.vpc(aws)
    subnet = networks.subnet(aws, vpc)
    networks.gateway(aws, vpc)
    taken = address(aws)
    aws.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=taken)
    second = aws.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=taken)["NatGateway"]
    assert second["State"] == "pending"
    aws.advance(120)
    assert nat(aws, second["NatGatewayId"])["FailureCode"] == "Resource.AlreadyAssociated"


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNatGateway.html")
def test_a_private_nat_gateway_has_no_public_address(aws):
    """A private gateway takes no address and needs no internet gateway; a public one needs an address."""
    subnet = networks.subnet(aws, networks.vpc(aws))
    with refused("MissingParameter"):
        aws.ec2.create_nat_gateway(SubnetId=subnet)
    with refused("InvalidParameterCombination"):
        aws.ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private", AllocationId=address(aws))
    made = aws.ec2.create_nat_gateway(SubnetId=subnet, ConnectivityType="private")["NatGateway"]["NatGatewayId"]
    aws.advance(120)
    shown = nat(aws, made)
    assert (shown["State"], shown["ConnectivityType"]) == ("available", "private")
    assert "PublicIp" not in shown["NatGatewayAddresses"][0]


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ReleaseAddress.html")
def test_an_address_in_use_stays_and_a_nat_gateways_address_cannot_be_taken(aws):
    """An address that a NAT gateway holds can be neither released nor disassociated."""
    vpc = networks.vpc(aws)
    networks.gateway(aws, vpc)
    taken = address(aws)
    aws.ec2.create_nat_gateway(SubnetId=networks.subnet(aws, vpc), AllocationId=taken)
    shown = aws.ec2.describe_addresses(AllocationIds=[taken])["Addresses"][0]
    with refused("InvalidIPAddress.InUse"):
        aws.ec2.release_address(AllocationId=taken)
    with refused("AuthFailure"):
        aws.ec2.disassociate_address(AssociationId=shown["AssociationId"])


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AssociateAddress.html")
def test_an_address_needs_a_way_to_the_internet(aws):
    """An address is mapped only where the VPC has a gateway, and moves only if reassociation is allowed."""
    vpc = networks.vpc(aws)
    subnet = networks.subnet(aws, vpc)
    one, other = (networks.interface(aws, subnet)["NetworkInterfaceId"] for _ in range(2))
    given = address(aws)
    with refused("Gateway.NotAttached", message=f"Network {vpc} is not attached to any internet gateway"):
        aws.ec2.associate_address(AllocationId=given, NetworkInterfaceId=one)
    networks.gateway(aws, vpc)
    aws.ec2.associate_address(AllocationId=given, NetworkInterfaceId=one)
    with refused("Resource.AlreadyAssociated"):
        aws.ec2.associate_address(AllocationId=given, NetworkInterfaceId=other, AllowReassociation=False)
    aws.ec2.associate_address(AllocationId=given, NetworkInterfaceId=other)
    shown = aws.ec2.describe_addresses(Filters=[{"Name": "network-interface-id", "Values": [other]}])["Addresses"]
    assert [one["AllocationId"] for one in shown] == [given]


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/elastic-ip-addresses-eip.html")
def test_the_quota_of_addresses_is_kept(aws):
    """One address more than the quota is refused with AddressLimitExceeded."""
    for _ in range(100):
        address(aws)
    with refused("AddressLimitExceeded", message="The maximum number of addresses has been reached."):
        address(aws)
