"""VPCs, subnets, DHCP options and network ACLs."""

import networks
import pytest
from simulator import refused

VPC = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html"
DELETE_VPC = "https://docs.aws.amazon.com/vpc/latest/userguide/delete-vpc.html"
SUBNET = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSubnet.html"
SIZES = "https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"
BLOCKS = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"
DEFAULT = "https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html"
ACLS = "https://docs.aws.amazon.com/vpc/latest/userguide/vpc-network-acls.html"
DHCP = "https://docs.aws.amazon.com/vpc/latest/userguide/VPC_DHCP_Options.html"
QUOTAS = "https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"


@pytest.mark.aws(VPC)
def test_a_vpc_is_pending_and_then_available(aws):
    """CreateVpc answers a pending VPC; when described it is available, with its block associated."""
    made = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]
    assert made["State"] == "pending"
    shown = aws.ec2.describe_vpcs(VpcIds=[made["VpcId"]])["Vpcs"][0]
    assert (shown["State"], shown["IsDefault"], shown["InstanceTenancy"]) == ("available", False, "default")
    block = shown["CidrBlockAssociationSet"][0]
    assert (block["CidrBlock"], block["CidrBlockState"]) == ("10.0.0.0/16", {"State": "associated"})


@pytest.mark.aws(VPC)
def test_a_vpc_is_between_16_and_28_and_host_bits_are_cleared(aws):
    """A block outside /16 to /28 is refused; host bits of a block are set to zero."""
    for cidr in ["10.0.0.0/15", "10.0.0.0/29"]:
        with refused("InvalidVpc.Range", message=f"The CIDR '{cidr}' is invalid."):
            networks.vpc(aws, cidr)
    assert aws.ec2.create_vpc(CidrBlock="10.0.0.18/24")["Vpc"]["CidrBlock"] == "10.0.0.0/24"


@pytest.mark.aws(DELETE_VPC)
def test_a_vpc_takes_its_default_things_along(aws):
    """A new VPC has a main route table, a default group and a default ACL, and they go with it."""
    vpc = networks.vpc(aws)
    filters = [{"Name": "vpc-id", "Values": [vpc]}]

    def counts():
        return (
            len(aws.ec2.describe_route_tables(Filters=filters)["RouteTables"]),
            len(aws.ec2.describe_security_groups(Filters=filters)["SecurityGroups"]),
            len(aws.ec2.describe_network_acls(Filters=filters)["NetworkAcls"]),
        )

    assert counts() == (1, 1, 1)
    aws.ec2.delete_vpc(VpcId=vpc)
    assert counts() == (0, 0, 0)


@pytest.mark.aws(DELETE_VPC)
def test_a_vpc_stays_while_something_was_made_in_it(aws):
    """DeleteVpc is refused while the VPC has a subnet, a gateway, a group, a route table or an ACL of its own."""
    ec2 = aws.ec2
    vpc = networks.vpc(aws)

    def stays():
        with refused("DependencyViolation", message=f"The vpc '{vpc}' has dependencies and cannot be deleted."):
            ec2.delete_vpc(VpcId=vpc)

    subnet = networks.subnet(aws, vpc)
    stays()
    ec2.delete_subnet(SubnetId=subnet)
    group = networks.group(aws, vpc)
    stays()
    ec2.delete_security_group(GroupId=group)
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    stays()
    ec2.delete_route_table(RouteTableId=table)
    acl = ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    stays()
    ec2.delete_network_acl(NetworkAclId=acl)
    gateway = networks.gateway(aws, vpc)
    stays()
    ec2.detach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    ec2.delete_vpc(VpcId=vpc)


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcAttribute.html")
def test_one_attribute_of_a_vpc_changes_in_a_call(aws):
    """ModifyVpcAttribute takes one attribute; a new VPC resolves names but gives none."""
    vpc = networks.vpc(aws)

    def value(attribute):
        answer = aws.ec2.describe_vpc_attribute(VpcId=vpc, Attribute=attribute)
        return answer[attribute[0].upper() + attribute[1:]]["Value"]

    assert (value("enableDnsSupport"), value("enableDnsHostnames")) == (True, False)
    with refused("InvalidParameterCombination"):
        aws.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsSupport={"Value": True}, EnableDnsHostnames={"Value": True})
    aws.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    assert value("enableDnsHostnames") is True


@pytest.mark.aws(QUOTAS)
def test_the_quota_of_vpcs_is_kept(aws):
    """One VPC more than the quota is refused with VpcLimitExceeded."""
    for number in range(100):
        networks.vpc(aws, f"10.{number}.0.0/16")
    with refused("VpcLimitExceeded", message="The maximum number of VPCs has been reached."):
        networks.vpc(aws, "172.16.0.0/16")


@pytest.mark.aws(BLOCKS)
def test_a_vpc_has_up_to_five_blocks(aws):
    """More blocks can be associated with a VPC, each with a local route; the sixth is refused."""
    vpc = networks.vpc(aws)
    for number in range(1, 5):
        added = aws.ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock=f"10.{number}.0.0/16")
        assert added["CidrBlockAssociation"]["CidrBlockState"]["State"] == "associating"
    shown = aws.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlockAssociationSet"]
    assert [one["CidrBlockState"]["State"] for one in shown] == ["associated"] * 5
    local = [route["DestinationCidrBlock"] for route in networks.main_table(aws, vpc)["Routes"]]
    assert local == [f"10.{number}.0.0/16" for number in range(5)]
    with refused("CidrLimitExceeded"):
        aws.ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="10.9.0.0/16")


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DisassociateVpcCidrBlock.html")
def test_the_first_block_of_a_vpc_stays_and_one_with_subnets_too(aws):
    """The block that a VPC was made with cannot be disassociated, nor one that has subnets."""
    vpc = networks.vpc(aws)
    first = aws.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlockAssociationSet"][0]["AssociationId"]
    with refused("OperationNotPermitted"):
        aws.ec2.disassociate_vpc_cidr_block(AssociationId=first)
    second = aws.ec2.associate_vpc_cidr_block(VpcId=vpc, CidrBlock="10.1.0.0/16")["CidrBlockAssociation"]
    subnet = networks.subnet(aws, vpc, "10.1.0.0/24")
    with refused("DependencyViolation"):
        aws.ec2.disassociate_vpc_cidr_block(AssociationId=second["AssociationId"])
    aws.ec2.delete_subnet(SubnetId=subnet)
    aws.ec2.disassociate_vpc_cidr_block(AssociationId=second["AssociationId"])
    assert len(aws.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlockAssociationSet"]) == 1


@pytest.mark.aws(DEFAULT)
def test_a_default_vpc_has_a_public_subnet_in_each_zone(aws):
    """CreateDefaultVpc makes 172.31.0.0/16 with a /20 subnet in each zone, a gateway and a route to it, once."""
    vpc = aws.ec2.create_default_vpc()["Vpc"]
    assert (vpc["CidrBlock"], vpc["IsDefault"]) == ("172.31.0.0/16", True)
    filters = [{"Name": "default-for-az", "Values": ["true"]}]
    subnets = aws.ec2.describe_subnets(Filters=filters)["Subnets"]
    assert sorted(one["CidrBlock"] for one in subnets) == ["172.31.0.0/20", "172.31.16.0/20", "172.31.32.0/20"]
    assert all(one["MapPublicIpOnLaunch"] for one in subnets)
    routes = networks.main_table(aws, vpc["VpcId"])["Routes"]
    assert any(route["DestinationCidrBlock"] == "0.0.0.0/0" and route["State"] == "active" for route in routes)
    with refused("DefaultVpcAlreadyExists"):
        aws.ec2.create_default_vpc()


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDefaultSubnet.html")
def test_a_default_subnet_is_made_again_only_where_it_is_missing(aws):
    """CreateDefaultSubnet needs a default VPC, and a zone that has no default subnet."""
    with refused("DefaultVpcDoesNotExist"):
        aws.ec2.create_default_subnet(AvailabilityZone="eu-west-1a")
    aws.ec2.create_default_vpc()
    with refused("DefaultSubnetAlreadyExistsInAvailabilityZone"):
        aws.ec2.create_default_subnet(AvailabilityZone="eu-west-1a")
    filters = [{"Name": "availability-zone", "Values": ["eu-west-1a"]}]
    first = aws.ec2.describe_subnets(Filters=filters)["Subnets"][0]
    aws.ec2.delete_subnet(SubnetId=first["SubnetId"])
    assert aws.ec2.create_default_subnet(AvailabilityZone="eu-west-1a")["Subnet"]["CidrBlock"] == first["CidrBlock"]


@pytest.mark.aws(DEFAULT)
def test_instances_and_groups_without_a_network_go_to_the_default_vpc(aws):
    """Without a default VPC an instance or a group needs a subnet or VPC; with one it is put there."""
    image = networks.image(aws)
    with refused("VPCIdNotSpecified"):
        aws.ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)
    with refused("VPCIdNotSpecified"):
        aws.ec2.create_security_group(GroupName="web", Description="web")
    vpc = aws.ec2.create_default_vpc()["Vpc"]["VpcId"]
    made = aws.ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"][0]
    assert made["VpcId"] == vpc
    group = aws.ec2.create_security_group(GroupName="web", Description="web")["GroupId"]
    assert aws.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["VpcId"] == vpc


@pytest.mark.aws(SIZES)
def test_a_subnet_keeps_five_addresses_and_counts_the_rest(aws):
    """AWS keeps five addresses of a subnet; each interface takes one more until it is deleted."""
    subnet = networks.subnet(aws, networks.vpc(aws))

    def free():
        return aws.ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["AvailableIpAddressCount"]

    assert free() == 251
    made = networks.interface(aws, subnet)["NetworkInterfaceId"]
    assert free() == 250
    aws.ec2.delete_network_interface(NetworkInterfaceId=made)
    assert free() == 251


@pytest.mark.aws(SIZES)
def test_the_smallest_subnet_has_eleven_addresses(aws):
    """A /28 has eleven addresses to give; then there are not enough."""
    subnet = networks.subnet(aws, networks.vpc(aws), "10.0.0.0/28")
    given = {networks.interface(aws, subnet)["PrivateIpAddress"] for _ in range(11)}
    assert given == {f"10.0.0.{last}" for last in range(4, 15)}
    with refused("InsufficientFreeAddressesInSubnet"):
        networks.interface(aws, subnet)


@pytest.mark.aws(SUBNET)
def test_a_subnet_fits_its_vpc_and_no_other_subnet(aws):
    """A block outside the VPC's, or smaller than /28, is refused, and so is one that overlaps another subnet."""
    vpc = networks.vpc(aws)
    for cidr in ["10.1.0.0/24", "10.0.0.0/29"]:
        with refused("InvalidSubnet.Range", message=f"The CIDR '{cidr}' is invalid."):
            networks.subnet(aws, vpc, cidr)
    networks.subnet(aws, vpc, "10.0.0.0/24")
    with refused("InvalidSubnet.Conflict", message="The CIDR '10.0.0.128/25' conflicts with another subnet"):
        networks.subnet(aws, vpc, "10.0.0.128/25")


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySubnetAttribute.html")
def test_one_attribute_of_a_subnet_changes_in_a_call(aws):
    """ModifySubnetAttribute takes one attribute; one about IPv6 needs an IPv6 block."""
    subnet = networks.subnet(aws, networks.vpc(aws))
    aws.ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    assert aws.ec2.describe_subnets(SubnetIds=[subnet])["Subnets"][0]["MapPublicIpOnLaunch"] is True
    with refused("InvalidParameterCombination"):
        aws.ec2.modify_subnet_attribute(
            SubnetId=subnet, MapPublicIpOnLaunch={"Value": False}, EnableDns64={"Value": True}
        )
    with refused("InvalidParameterValue"):
        aws.ec2.modify_subnet_attribute(SubnetId=subnet, AssignIpv6AddressOnCreation={"Value": True})


@pytest.mark.aws("https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html")
def test_an_ipv6_block_of_amazon_is_a_56_whose_subnets_are_64(aws):
    """AmazonProvidedIpv6CidrBlock gives a VPC a /56, of which a subnet takes a /64."""
    vpc = networks.vpc(aws, AmazonProvidedIpv6CidrBlock=True)
    block = aws.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"]
    assert block.endswith("/56")
    part = block.replace("/56", "/64")
    made = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24", Ipv6CidrBlock=part)["Subnet"]
    assert made["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"] == part
    with refused("InvalidSubnet.Range"):
        aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.1.0/24", Ipv6CidrBlock="2001:db9::/64")


@pytest.mark.aws(DHCP)
def test_dhcp_options_stay_while_a_vpc_has_them(aws):
    """DHCP options are given to VPCs and taken back with the id default; those in use cannot be deleted."""
    vpc = networks.vpc(aws)
    options = aws.ec2.create_dhcp_options(
        DhcpConfigurations=[{"Key": "domain-name", "Values": ["example.com"]},
                            {"Key": "domain-name-servers", "Values": ["AmazonProvidedDNS"]}]
    )["DhcpOptions"]["DhcpOptionsId"]
    aws.ec2.associate_dhcp_options(DhcpOptionsId=options, VpcId=vpc)
    assert aws.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["DhcpOptionsId"] == options
    with refused("DependencyViolation", message=f"The dhcpOptions '{options}' has dependencies"):
        aws.ec2.delete_dhcp_options(DhcpOptionsId=options)
    aws.ec2.associate_dhcp_options(DhcpOptionsId="default", VpcId=vpc)
    aws.ec2.delete_dhcp_options(DhcpOptionsId=options)
    with refused("InvalidDhcpOptionID.NotFound"):
        aws.ec2.describe_dhcp_options(DhcpOptionsIds=[options])


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateDhcpOptions.html")
def test_dhcp_options_are_those_that_ec2_knows(aws):
    """An option that EC2 does not know is refused, and so are more than four name servers."""
    with refused("InvalidParameterValue"):
        aws.ec2.create_dhcp_options(DhcpConfigurations=[{"Key": "mtu", "Values": ["9001"]}])
    servers = [f"10.0.0.{n}" for n in range(5)]
    with refused("InvalidParameterValue"):
        aws.ec2.create_dhcp_options(DhcpConfigurations=[{"Key": "domain-name-servers", "Values": servers}])


@pytest.mark.aws(ACLS)
def test_a_default_acl_lets_all_through_and_a_new_one_nothing(aws):
    """The default ACL allows everything by entry 100; a new ACL has only the last entry, which denies."""
    vpc = networks.vpc(aws)
    default = aws.ec2.describe_network_acls()["NetworkAcls"][0]
    assert default["IsDefault"] is True
    assert [(one["RuleNumber"], one["RuleAction"], one["Egress"]) for one in default["Entries"]] == [
        (100, "allow", False), (32767, "deny", False), (100, "allow", True), (32767, "deny", True),
    ]
    made = aws.ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]
    assert [(one["RuleNumber"], one["RuleAction"]) for one in made["Entries"]] == [(32767, "deny"), (32767, "deny")]


@pytest.mark.aws(ACLS)
def test_a_subnet_always_has_one_acl(aws):
    """A new subnet has the default ACL and gets another in exchange; an ACL with subnets cannot be deleted."""
    vpc = networks.vpc(aws)
    subnet = networks.subnet(aws, vpc)
    filters = [{"Name": "association.subnet-id", "Values": [subnet]}]
    association = aws.ec2.describe_network_acls(Filters=filters)["NetworkAcls"][0]["Associations"][0]
    acl = aws.ec2.create_network_acl(VpcId=vpc)["NetworkAcl"]["NetworkAclId"]
    new = aws.ec2.replace_network_acl_association(
        AssociationId=association["NetworkAclAssociationId"], NetworkAclId=acl
    )["NewAssociationId"]
    assert new != association["NetworkAclAssociationId"]
    assert aws.ec2.describe_network_acls(Filters=filters)["NetworkAcls"][0]["NetworkAclId"] == acl
    with refused("DependencyViolation"):
        aws.ec2.delete_network_acl(NetworkAclId=acl)
    aws.ec2.delete_subnet(SubnetId=subnet)
    aws.ec2.delete_network_acl(NetworkAclId=acl)


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNetworkAcl.html")
def test_a_default_acl_cannot_be_deleted(aws):
    """The default ACL of a VPC goes only with the VPC."""
    networks.vpc(aws)
    default = aws.ec2.describe_network_acls()["NetworkAcls"][0]["NetworkAclId"]
    with refused("InvalidParameterValue", message="cannot delete default network ACL"):
        aws.ec2.delete_network_acl(NetworkAclId=default)


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkAclEntry.html")
def test_entries_of_an_acl_have_a_number_of_their_own(aws):
    """An entry's number is used once in a direction; what is not there can be neither replaced nor deleted."""
    acl = aws.ec2.create_network_acl(VpcId=networks.vpc(aws))["NetworkAcl"]["NetworkAclId"]
    entry = {"NetworkAclId": acl, "RuleNumber": 100, "Protocol": "6", "RuleAction": "allow", "Egress": False,
             "CidrBlock": "0.0.0.0/0", "PortRange": {"From": 80, "To": 80}}
    aws.ec2.create_network_acl_entry(**entry)
    with refused("NetworkAclEntryAlreadyExists"):
        aws.ec2.create_network_acl_entry(**entry)
    aws.ec2.replace_network_acl_entry(**{**entry, "PortRange": {"From": 443, "To": 443}})
    shown = aws.ec2.describe_network_acls(NetworkAclIds=[acl])["NetworkAcls"][0]["Entries"][0]
    assert (shown["RuleNumber"], shown["PortRange"]) == (100, {"From": 443, "To": 443})
    aws.ec2.delete_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Egress=False)
    with refused("InvalidNetworkAclEntry.NotFound"):
        aws.ec2.delete_network_acl_entry(NetworkAclId=acl, RuleNumber=100, Egress=False)
    for wrong in [{"RuleNumber": 32767}, {"PortRange": {}}, {"CidrBlock": "10.0.0.0/99"}]:
        with refused("InvalidParameterValue"):
            aws.ec2.create_network_acl_entry(**{**entry, **wrong})


@pytest.mark.aws(QUOTAS)
def test_an_acl_has_twenty_entries_in_a_direction(aws):
    """The twenty-first entry of a direction is refused."""
    acl = aws.ec2.create_network_acl(VpcId=networks.vpc(aws))["NetworkAcl"]["NetworkAclId"]

    def add(number):
        aws.ec2.create_network_acl_entry(
            NetworkAclId=acl, RuleNumber=number, Protocol="-1", RuleAction="deny", Egress=True, CidrBlock="0.0.0.0/0"
        )

    for number in range(1, 21):
        add(number)
    with refused("NetworkAclEntryLimitExceeded"):
        add(21)
