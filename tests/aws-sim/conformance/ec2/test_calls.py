"""What all calls of EC2 have in common."""

import networks
import pytest
from simulator import refused

ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
FILTERS = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html"
PAGES = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Query-Requests.html"
TOKENS = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html"


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpc.html")
def test_a_dry_run_is_refused_and_does_nothing(aws):
    """With DryRun a call that would succeed is refused with DryRunOperation and status 412, and nothing is made."""
    with refused("DryRunOperation", message="Request would have succeeded, but DryRun flag is set.", status=412):
        aws.ec2.create_vpc(CidrBlock="10.0.0.0/16", DryRun=True)
    with refused("DryRunOperation"):
        aws.ec2.describe_vpcs(DryRun=True)
    assert aws.ec2.describe_vpcs()["Vpcs"] == []


@pytest.mark.aws(ERRORS)
@pytest.mark.parametrize(
    ("operation", "parameter", "code"),
    [
        ("describe_vpcs", "VpcIds", "InvalidVpcID.Malformed"),
        ("describe_subnets", "SubnetIds", "InvalidSubnetID.Malformed"),
        ("describe_internet_gateways", "InternetGatewayIds", "InvalidInternetGatewayId.Malformed"),
        ("describe_route_tables", "RouteTableIds", "InvalidRouteTableId.Malformed"),
        ("describe_nat_gateways", "NatGatewayIds", "NatGatewayMalformed"),
        ("describe_network_acls", "NetworkAclIds", "InvalidNetworkAclId.Malformed"),
        ("describe_dhcp_options", "DhcpOptionsIds", "InvalidDhcpOptionsId.Malformed"),
        ("describe_vpc_endpoints", "VpcEndpointIds", "InvalidVpcEndpointId.Malformed"),
        ("describe_network_interfaces", "NetworkInterfaceIds", "InvalidNetworkInterfaceId.Malformed"),
        ("describe_security_groups", "GroupIds", "InvalidGroupId.Malformed"),
        ("describe_launch_templates", "LaunchTemplateIds", "InvalidLaunchTemplateId.Malformed"),
        ("describe_images", "ImageIds", "InvalidAMIID.Malformed"),
        ("describe_instances", "InstanceIds", "InvalidInstanceID.Malformed"),
        ("describe_volumes", "VolumeIds", "InvalidVolumeID.Malformed"),
    ],
)
def test_a_malformed_id_has_a_refusal_of_its_own(aws, operation, parameter, code):
    """An id that does not begin as its kind does is refused as malformed, not as unknown."""
    with refused(code, message='Invalid id: "nonsense"'):
        getattr(aws.ec2, operation)(**{parameter: ["nonsense"]})


@pytest.mark.aws(ERRORS)
@pytest.mark.parametrize(
    ("operation", "parameter", "prefix", "code"),
    [
        ("describe_vpcs", "VpcIds", "vpc", "InvalidVpcID.NotFound"),
        ("describe_subnets", "SubnetIds", "subnet", "InvalidSubnetID.NotFound"),
        ("describe_internet_gateways", "InternetGatewayIds", "igw", "InvalidInternetGatewayID.NotFound"),
        ("describe_route_tables", "RouteTableIds", "rtb", "InvalidRouteTableID.NotFound"),
        ("describe_nat_gateways", "NatGatewayIds", "nat", "NatGatewayNotFound"),
        ("describe_network_acls", "NetworkAclIds", "acl", "InvalidNetworkAclID.NotFound"),
        ("describe_dhcp_options", "DhcpOptionsIds", "dopt", "InvalidDhcpOptionID.NotFound"),
        ("describe_vpc_endpoints", "VpcEndpointIds", "vpce", "InvalidVpcEndpointId.NotFound"),
        ("describe_network_interfaces", "NetworkInterfaceIds", "eni", "InvalidNetworkInterfaceID.NotFound"),
        ("describe_security_groups", "GroupIds", "sg", "InvalidGroup.NotFound"),
        ("describe_launch_templates", "LaunchTemplateIds", "lt", "InvalidLaunchTemplateId.NotFound"),
        ("describe_images", "ImageIds", "ami", "InvalidAMIID.NotFound"),
        ("describe_instances", "InstanceIds", "i", "InvalidInstanceID.NotFound"),
        ("describe_volumes", "VolumeIds", "vol", "InvalidVolume.NotFound"),
        ("describe_addresses", "AllocationIds", "eipalloc", "InvalidAllocationID.NotFound"),
        ("describe_prefix_lists", "PrefixListIds", "pl", "InvalidPrefixListID.NotFound"),
    ],
)
def test_an_unknown_id_is_not_found(aws, operation, parameter, prefix, code):
    """An id that nothing has is refused with the code of its kind."""
    with refused(code):
        getattr(aws.ec2, operation)(**{parameter: [f"{prefix}-{networks.NOWHERE}"]})


@pytest.mark.aws(ERRORS)
def test_several_unknown_ids_are_named_together(aws):
    """A call that names several things that do not exist is told all of them."""
    ids = ["i-0123456789abcdef0", "i-0123456789abcdef1"]
    with refused("InvalidInstanceID.NotFound", message=f"The instance IDs '{ids[0]}, {ids[1]}' do not exist"):
        aws.ec2.describe_instances(InstanceIds=ids)


@pytest.mark.aws(FILTERS)
@pytest.mark.parametrize(
    "operation",
    ["describe_vpcs", "describe_subnets", "describe_instances", "describe_security_groups", "describe_images",
     "describe_tags", "describe_regions", "describe_availability_zones", "describe_instance_types"],
)
def test_an_unknown_filter_is_refused(aws, operation):
    """A filter that the call does not know is refused, even where there is nothing to filter."""
    with refused("InvalidParameterValue", message="The filter 'color' is invalid"):
        getattr(aws.ec2, operation)(Filters=[{"Name": "color", "Values": ["red"]}])


@pytest.mark.aws(FILTERS)
def test_filters_must_all_match_and_their_values_may_hold_wildcards(aws):
    """Filters are joined by and, the values of one by or; * stands for any characters and ? for one."""
    ids = []
    for name, cidr in [("web-1", "10.0.0.0/16"), ("web-22", "10.1.0.0/16"), ("db-1", "10.2.0.0/16")]:
        tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": name}]}]
        ids.append(networks.vpc(aws, cidr, TagSpecifications=tags))

    def found(*filters):
        filters = [{"Name": name, "Values": values} for name, values in filters]
        return {one["VpcId"] for one in aws.ec2.describe_vpcs(Filters=filters)["Vpcs"]}

    assert found(("tag:Name", ["web-*"])) == set(ids[:2])
    assert found(("tag:Name", ["*-?"])) == {ids[0], ids[2]}
    assert found(("tag:Name", ["web-*", "db-*"]), ("cidr", ["10.2.0.0/16"])) == {ids[2]}
    assert found(("tag-key", ["Name"]), ("tag:Name", ["none"])) == set()


@pytest.mark.aws(FILTERS)
def test_a_filter_has_at_most_200_values(aws):
    """More than 200 values of filters are refused."""
    with refused("FilterLimitExceeded"):
        aws.ec2.describe_vpcs(Filters=[{"Name": "vpc-id", "Values": [f"vpc-{n:017x}" for n in range(201)]}])


@pytest.mark.aws(PAGES)
def test_pages_follow_each_other_until_there_is_no_token(aws):
    """MaxResults cuts the answer into pages, and the last one has no token."""
    made = {networks.vpc(aws, f"10.{n}.0.0/16") for n in range(12)}
    pages = list(aws.ec2.get_paginator("describe_vpcs").paginate(PaginationConfig={"PageSize": 5}))
    assert [len(page["Vpcs"]) for page in pages] == [5, 5, 2]
    assert {one["VpcId"] for page in pages for one in page["Vpcs"]} == made
    assert "NextToken" not in pages[-1]


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html")
def test_a_page_has_5_to_1000_items_and_is_not_of_named_ones(aws):
    """MaxResults below 5 or above 1000 is refused, and so is one together with ids."""
    for size in [4, 1001]:
        with refused("InvalidParameterValue"):
            aws.ec2.describe_instances(MaxResults=size)
    subnet = networks.subnet(aws, networks.vpc(aws))
    instance = networks.run(aws, subnet)[0]["InstanceId"]
    with refused("InvalidParameterCombination"):
        aws.ec2.describe_instances(MaxResults=5, InstanceIds=[instance])


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRouteTables.html")
def test_a_page_of_route_tables_has_at_most_100(aws):
    """DescribeRouteTables takes pages of 5 to 100."""
    aws.ec2.describe_route_tables(MaxResults=100)
    with refused("InvalidParameterValue"):
        aws.ec2.describe_route_tables(MaxResults=101)


@pytest.mark.aws(ERRORS)
def test_a_token_that_is_none_is_refused(aws):
    """A NextToken that no page gave is refused."""
    with refused("InvalidNextToken"):
        aws.ec2.describe_vpcs(NextToken="%%%", MaxResults=5)


@pytest.mark.aws(TOKENS)
def test_a_client_token_makes_once_and_fits_one_set_of_parameters(aws):
    """Repeated with its client token a call makes nothing new; with other parameters it is refused."""
    one, other = networks.vpc(aws), networks.vpc(aws, "10.1.0.0/16")
    first = aws.ec2.create_network_acl(VpcId=one, ClientToken="same")["NetworkAcl"]["NetworkAclId"]
    again = aws.ec2.create_network_acl(VpcId=one, ClientToken="same")["NetworkAcl"]["NetworkAclId"]
    assert again == first
    with refused("IdempotentParameterMismatch"):
        aws.ec2.create_network_acl(VpcId=other, ClientToken="same")
