"""Network interfaces, VPC endpoints and prefix lists."""

import networks
import pytest
from simulator import refused

ENI = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-eni.html"
MANAGED = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html"
INTERFACE = "https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html"
GATEWAY = "https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html"
ENDPOINT = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html"
LOGS, S3 = "com.amazonaws.eu-west-1.logs", "com.amazonaws.eu-west-1.s3"


def named_vpc(aws):
    """A VPC that gives its instances names."""
    vpc = networks.vpc(aws)
    aws.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    return vpc


def endpoint(aws, vpc, subnets, **more):
    made = aws.ec2.create_vpc_endpoint(
        VpcId=vpc, ServiceName=LOGS, VpcEndpointType="Interface", SubnetIds=subnets, **more
    )
    return made["VpcEndpoint"]


def state(aws, endpoint_id):
    return aws.ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])["VpcEndpoints"][0]["State"]


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateNetworkInterface.html")
def test_an_interface_is_available_until_it_is_attached(aws):
    """A new interface has an address of its subnet and the default group, and is available."""
    vpc = networks.vpc(aws)
    made = networks.interface(aws, networks.subnet(aws, vpc), Description="spare", PrivateIpAddress="10.0.0.77")
    default = aws.ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["SecurityGroups"][0]
    assert (made["Status"], made["PrivateIpAddress"], made["RequesterManaged"]) == ("available", "10.0.0.77", False)
    assert [group["GroupId"] for group in made["Groups"]] == [default["GroupId"]]
    with refused("InvalidIPAddress.InUse"):
        networks.interface(aws, made["SubnetId"], PrivateIpAddress="10.0.0.77")


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AttachNetworkInterface.html")
def test_an_interface_is_attached_at_an_index_of_its_own(aws):
    """An interface is attached once, at a free device index, and as often as the instance type allows."""
    subnet = networks.subnet(aws, networks.vpc(aws))
    instance = networks.running(aws, subnet)
    one, other = (networks.interface(aws, subnet)["NetworkInterfaceId"] for _ in range(2))
    with refused("InvalidParameterValue", message="already has an interface attached at device index '0'"):
        aws.ec2.attach_network_interface(NetworkInterfaceId=one, InstanceId=instance, DeviceIndex=0)
    aws.ec2.attach_network_interface(NetworkInterfaceId=one, InstanceId=instance, DeviceIndex=1)
    assert len(networks.instance(aws, instance)["NetworkInterfaces"]) == 2
    with refused("InvalidNetworkInterface.InUse"):
        aws.ec2.attach_network_interface(NetworkInterfaceId=one, InstanceId=instance, DeviceIndex=2)
    with refused("AttachmentLimitExceeded", message="Interface count 3 exceeds the limit for t3.micro"):
        aws.ec2.attach_network_interface(NetworkInterfaceId=other, InstanceId=instance, DeviceIndex=2)


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachNetworkInterface.html")
def test_the_first_interface_stays_and_others_are_detached(aws):
    """The interface at index 0 cannot be detached; another can, and is deleted only then."""
    subnet = networks.subnet(aws, networks.vpc(aws))
    instance = networks.running(aws, subnet)
    first = networks.instance(aws, instance)["NetworkInterfaces"][0]["Attachment"]["AttachmentId"]
    with refused("OperationNotPermitted"):
        aws.ec2.detach_network_interface(AttachmentId=first)
    other = networks.interface(aws, subnet)["NetworkInterfaceId"]
    attached = aws.ec2.attach_network_interface(NetworkInterfaceId=other, InstanceId=instance, DeviceIndex=1)
    with refused("InvalidParameterValue", message=f"Network interface '{other}' is currently in use."):
        aws.ec2.delete_network_interface(NetworkInterfaceId=other)
    aws.ec2.detach_network_interface(AttachmentId=attached["AttachmentId"])
    aws.ec2.delete_network_interface(NetworkInterfaceId=other)


@pytest.mark.aws(ENI)
def test_an_attached_interface_outlives_its_instance(aws):
    """An interface that was attached later is free again when the instance has terminated; the first one goes."""
    subnet = networks.subnet(aws, networks.vpc(aws))
    instance = networks.running(aws, subnet)
    other = networks.interface(aws, subnet)["NetworkInterfaceId"]
    aws.ec2.attach_network_interface(NetworkInterfaceId=other, InstanceId=instance, DeviceIndex=1)
    aws.ec2.terminate_instances(InstanceIds=[instance])
    aws.advance(120)
    left = aws.ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert [(one["NetworkInterfaceId"], one["Status"]) for one in left] == [(other, "available")]


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyNetworkInterfaceAttribute.html")
def test_groups_and_checks_of_an_interface_change(aws):
    """Groups, description and the source/destination check of an interface can be changed and read back."""
    vpc = networks.vpc(aws)
    interface = networks.interface(aws, networks.subnet(aws, vpc))["NetworkInterfaceId"]
    group = networks.group(aws, vpc)
    aws.ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, Groups=[group])
    aws.ec2.modify_network_interface_attribute(NetworkInterfaceId=interface, SourceDestCheck={"Value": False})
    shown = aws.ec2.describe_network_interfaces(NetworkInterfaceIds=[interface])["NetworkInterfaces"][0]
    assert ([one["GroupId"] for one in shown["Groups"]], shown["SourceDestCheck"]) == ([group], False)
    with refused("InvalidSecurityGroupID.NotFound"):
        aws.ec2.modify_network_interface_attribute(
            NetworkInterfaceId=interface, Groups=[f"sg-{networks.NOWHERE}"]
        )


@pytest.mark.aws("https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html")
def test_an_interface_has_at_most_five_groups(aws):
    """A sixth group on an interface is refused."""
    vpc = networks.vpc(aws)
    subnet, groups = networks.subnet(aws, vpc), [networks.group(aws, vpc, f"group {n}") for n in range(6)]
    networks.interface(aws, subnet, Groups=groups[:5])
    with refused("SecurityGroupsPerInterfaceLimitExceeded"):
        networks.interface(aws, subnet, Groups=groups)


@pytest.mark.aws(MANAGED)
def test_what_a_service_made_cannot_be_changed_by_hand(aws):
    """An interface of a service cannot be deleted, detached or modified by its account."""
    vpc = named_vpc(aws)
    made = endpoint(aws, vpc, [networks.subnet(aws, vpc)])["NetworkInterfaceIds"][0]
    shown = aws.ec2.describe_network_interfaces(NetworkInterfaceIds=[made])["NetworkInterfaces"][0]
    assert (shown["RequesterManaged"], shown["InterfaceType"]) == (True, "vpc_endpoint")
    assert shown["Attachment"]["AttachmentId"].startswith("ela-attach-")
    with refused("InvalidParameterValue"):
        aws.ec2.delete_network_interface(NetworkInterfaceId=made)
    with refused("OperationNotPermitted", message="You are not allowed to manage 'ela-attach' attachments."):
        aws.ec2.detach_network_interface(AttachmentId=shown["Attachment"]["AttachmentId"])
    with refused("AuthFailure"):
        aws.ec2.modify_network_interface_attribute(NetworkInterfaceId=made, Description={"Value": "mine"})


@pytest.mark.aws(INTERFACE)
def test_an_interface_endpoint_is_pending_available_deleting_and_deleted(aws):
    """An interface endpoint works after a while; deleted, its interfaces go a while later, and then it is gone."""
    vpc = named_vpc(aws)
    subnet = networks.subnet(aws, vpc)
    made = endpoint(aws, vpc, [subnet])
    assert (made["State"], made["PrivateDnsEnabled"]) == ("pending", True)
    names = [entry["DnsName"] for entry in made["DnsEntries"]]
    assert names[0].endswith(".logs.eu-west-1.vpce.amazonaws.com") and names[-1] == "logs.eu-west-1.amazonaws.com"
    aws.until(lambda: state(aws, made["VpcEndpointId"]) == "available")
    assert aws.ec2.delete_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])["Unsuccessful"] == []
    assert state(aws, made["VpcEndpointId"]) == "deleting"
    with refused("DependencyViolation"):
        aws.ec2.delete_subnet(SubnetId=subnet)
    aws.until(lambda: state(aws, made["VpcEndpointId"]) == "deleted")
    aws.ec2.delete_subnet(SubnetId=subnet)
    aws.advance(120)
    with refused("InvalidVpcEndpointId.NotFound"):
        state(aws, made["VpcEndpointId"])


@pytest.mark.aws(INTERFACE)
def test_private_dns_needs_a_vpc_that_answers_names_and_one_endpoint_a_name(aws):
    """Private DNS is refused where the VPC gives no names, and for a second endpoint of the service."""
    vpc = networks.vpc(aws)
    subnet = networks.subnet(aws, vpc)
    with refused("InvalidParameter", message="Enabling private DNS requires both enableDnsSupport"):
        endpoint(aws, vpc, [subnet])
    aws.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    endpoint(aws, vpc, [subnet])
    with refused("InvalidParameter", message="conflicting DNS domain for logs.eu-west-1.amazonaws.com"):
        endpoint(aws, vpc, [subnet])
    assert endpoint(aws, vpc, [subnet], PrivateDnsEnabled=False)["PrivateDnsEnabled"] is False


@pytest.mark.aws(ENDPOINT)
def test_an_endpoint_is_of_a_kind_that_its_service_has_and_in_a_zone_once(aws):
    """Unknown services, kinds that a service does not have and two subnets of a zone are refused."""
    vpc = named_vpc(aws)
    with refused("InvalidServiceName", message="The Vpc Endpoint Service 'com.example.none' does not exist"):
        aws.ec2.create_vpc_endpoint(VpcId=vpc, ServiceName="com.example.none")
    with refused("InvalidParameter", message="does not match available service types ([Interface])"):
        aws.ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=LOGS)
    subnets = [networks.subnet(aws, vpc, f"10.0.{n}.0/24") for n in range(2)]
    with refused("DuplicateSubnetsInSameZone"):
        endpoint(aws, vpc, subnets)


@pytest.mark.aws(GATEWAY)
def test_a_gateway_endpoint_is_a_route_to_a_prefix_list(aws):
    """A gateway endpoint puts a route to the service's prefix list into its tables, and takes it away again."""
    vpc = networks.vpc(aws)
    table = networks.main_table(aws, vpc)["RouteTableId"]
    listed = aws.ec2.describe_prefix_lists(Filters=[{"Name": "prefix-list-name", "Values": [S3]}])["PrefixLists"][0]
    made = aws.ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=S3, RouteTableIds=[table])["VpcEndpoint"]
    assert (made["State"], made["VpcEndpointType"]) == ("available", "Gateway")
    route = networks.main_table(aws, vpc)["Routes"][-1]
    assert (route["DestinationPrefixListId"], route["GatewayId"]) == (listed["PrefixListId"], made["VpcEndpointId"])
    with refused("RouteAlreadyExists"):
        aws.ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=S3, RouteTableIds=[table])
    with refused("InvalidParameterValue"):
        aws.ec2.delete_route(RouteTableId=table, DestinationPrefixListId=listed["PrefixListId"])
    aws.ec2.modify_vpc_endpoint(VpcEndpointId=made["VpcEndpointId"], RemoveRouteTableIds=[table])
    assert len(networks.main_table(aws, vpc)["Routes"]) == 1


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html")
def test_endpoints_that_do_not_exist_are_told_and_the_others_go(aws):
    """DeleteVpcEndpoints answers those that it could not delete, each with an error."""
    vpc = networks.vpc(aws)
    made = aws.ec2.create_vpc_endpoint(VpcId=vpc, ServiceName=S3)["VpcEndpoint"]["VpcEndpointId"]
    unknown = f"vpce-{networks.NOWHERE}"
    (failed,) = aws.ec2.delete_vpc_endpoints(VpcEndpointIds=[made, unknown])["Unsuccessful"]
    assert (failed["ResourceId"], failed["Error"]["Code"]) == (unknown, "InvalidVpcEndpoint.NotFound")
    assert aws.ec2.describe_vpc_endpoints()["VpcEndpoints"] == []


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcEndpointServices.html")
def test_services_with_both_kinds_of_endpoint_are_listed_twice(aws):
    """DescribeVpcEndpointServices tells for each service what kind of endpoint leads there."""
    details = aws.ec2.describe_vpc_endpoint_services(ServiceNames=[S3])["ServiceDetails"]
    assert sorted(one["ServiceType"][0]["ServiceType"] for one in details) == ["Gateway", "Interface"]
    assert LOGS in aws.ec2.describe_vpc_endpoint_services()["ServiceNames"]


@pytest.mark.aws("https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html")
def test_prefix_lists_of_aws_have_entries(aws):
    """AWS's managed prefix lists belong to AWS and have the blocks of their service."""
    lists = aws.ec2.describe_managed_prefix_lists()["PrefixLists"]
    assert {one["OwnerId"] for one in lists} == {"AWS"}
    entries = aws.ec2.get_managed_prefix_list_entries(PrefixListId=lists[0]["PrefixListId"])["Entries"]
    assert len(entries) == 2
