"""Load balancers."""

import pytest
from balancing import make_balancer, make_group, make_listener, make_network
from simulator import refused

CREATE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html"
DESCRIBE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeLoadBalancers.html"
DELETE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html"
SET_GROUPS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSecurityGroups.html"
SET_SUBNETS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSubnets.html"
SET_TYPE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetIpAddressType.html"
MODIFY = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyLoadBalancerAttributes.html"
ATTRIBUTE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_LoadBalancerAttribute.html"
APPLICATION = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html"
ZONES = "https://docs.aws.amazon.com/general/latest/gr/elb.html"
LIMITS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"


def only(aws, **filters):
    (found,) = aws.elbv2.describe_load_balancers(**filters)["LoadBalancers"]
    return found


def attributes(aws, arn):
    rows = aws.elbv2.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    return {row["Key"]: row["Value"] for row in rows}


@pytest.mark.aws(CREATE)
def test_a_load_balancer_is_provisioned_and_then_active(aws, network):
    """A new load balancer is provisioning and becomes active after some minutes, as the waiter expects."""
    arn = make_balancer(aws, network)
    assert only(aws)["State"] == {"Code": "provisioning"}
    aws.advance(60)
    assert only(aws)["State"]["Code"] == "provisioning"
    aws.until(lambda: only(aws)["State"]["Code"] == "active", at_most=600)
    assert only(aws)["LoadBalancerArn"] == arn


@pytest.mark.aws(DESCRIBE)
def test_an_application_load_balancer_is_described(aws, network):
    """An application load balancer tells its DNS name, hosted zone, scheme, VPC, zones with subnets and groups."""
    arn = make_balancer(aws, network, name="shop")
    found = only(aws, Names=["shop"])
    assert arn.startswith("arn:aws:elasticloadbalancing:eu-west-1:123456789012:loadbalancer/app/shop/")
    assert found["DNSName"].startswith("shop-") and found["DNSName"].endswith(".eu-west-1.elb.amazonaws.com")
    assert (found["Type"], found["Scheme"], found["IpAddressType"]) == ("application", "internet-facing", "ipv4")
    assert (found["VpcId"], found["SecurityGroups"]) == (network.vpc, [network.group])
    zones = {zone["ZoneName"]: zone["SubnetId"] for zone in found["AvailabilityZones"]}
    assert zones == {"eu-west-1a": network.subnets[0], "eu-west-1b": network.subnets[1]}


@pytest.mark.aws(ZONES)
def test_network_load_balancers_have_hosted_zones_of_their_own(aws, network):
    """Names of application and network load balancers are in different hosted zones, fixed for each region."""
    make_balancer(aws, network, name="app")
    make_balancer(aws, network, name="net", Type="network", SecurityGroups=[])
    assert only(aws, Names=["app"])["CanonicalHostedZoneId"] == "Z32O12XQLNTSW2"
    found = only(aws, Names=["net"])
    assert found["CanonicalHostedZoneId"] == "Z2IFOLAFXWLO4F"
    assert found["DNSName"].endswith(".elb.eu-west-1.amazonaws.com") and "SecurityGroups" not in found


@pytest.mark.aws("https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html")
def test_an_alias_record_leads_to_a_load_balancer(aws, network):
    """An alias record names the load balancer's DNS name and its canonical hosted zone, which must belong together."""
    make_balancer(aws, network, name="net", Type="network", SecurityGroups=[])
    found = only(aws)
    zone = aws.route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]

    def alias(hosted_zone):
        target = {"HostedZoneId": hosted_zone, "DNSName": found["DNSName"], "EvaluateTargetHealth": False}
        record = {"Name": "www.example.com", "Type": "A", "AliasTarget": target}
        batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
        return aws.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)

    with refused("InvalidChangeBatch", "that target was not found"):
        alias("Z32O12XQLNTSW2")
    assert alias(found["CanonicalHostedZoneId"])["ChangeInfo"]["Status"] == "PENDING"


@pytest.mark.aws(CREATE)
def test_creating_it_again_gives_the_same_one(aws, network):
    """Creating a load balancer again with the same settings succeeds and makes nothing new."""
    assert make_balancer(aws, network) == make_balancer(aws, network)
    assert len(aws.elbv2.describe_load_balancers()["LoadBalancers"]) == 1


@pytest.mark.aws(CREATE)
def test_a_name_with_other_settings_is_taken(aws, network):
    """A name that a load balancer of the account and region has with other settings is refused."""
    make_balancer(aws, network)
    with refused(
        "DuplicateLoadBalancerName", "A load balancer with the same name 'web' exists, but with different settings"
    ):
        make_balancer(aws, network, Scheme="internal")
    with refused("DuplicateLoadBalancerName"):
        make_balancer(aws, network, Subnets=network.subnets)


@pytest.mark.aws(CREATE)
@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("a" * 33, "cannot be longer than '32' characters"),
        ("web_1", "can only contain characters that are alphanumeric characters and hyphens(-)"),
        ("-web", "cannot begin or end with '-'"),
        ("web-", "cannot begin or end with '-'"),
        ("internal-web", "cannot begin with 'internal-'"),
    ],
)
def test_names_have_rules(aws, network, name, sentence):
    """A name has at most 32 letters, digits and hyphens, no hyphen at an end, and does not begin with internal-."""
    with refused("ValidationError", sentence):
        make_balancer(aws, network, name=name)


@pytest.mark.aws(APPLICATION)
def test_an_application_load_balancer_needs_two_zones(aws, network):
    """An application load balancer needs subnets in at least two zones, a network one is content with one."""
    with refused("ValidationError", "At least two subnets in two different Availability Zones must be specified"):
        make_balancer(aws, network, Subnets=network.subnets[:1])
    make_balancer(aws, network, Type="network", Subnets=network.subnets[:1])


@pytest.mark.aws(CREATE)
def test_a_zone_has_one_subnet(aws, network):
    """Two subnets of the same zone are refused."""
    second = aws.ec2.create_subnet(VpcId=network.vpc, CidrBlock="10.0.9.0/24", AvailabilityZone="eu-west-1a")
    subnets = [*network.subnets[:2], second["Subnet"]["SubnetId"]]
    with refused(
        "InvalidConfigurationRequest",
        "A load balancer cannot be attached to multiple subnets in the same Availability Zone",
    ):
        make_balancer(aws, network, Subnets=subnets)


@pytest.mark.aws(APPLICATION)
def test_a_subnet_must_have_room(aws, network):
    """A subnet of an application load balancer needs 8 free addresses and a block of at least /27."""
    small = aws.ec2.create_subnet(VpcId=network.vpc, CidrBlock="10.0.9.0/28", AvailabilityZone="eu-west-1b")
    with refused("InvalidSubnet", "ELB requires at least 8 free IP addresses in each subnet."):
        make_balancer(aws, network, Subnets=[network.subnets[0], small["Subnet"]["SubnetId"]])


@pytest.mark.aws(CREATE)
def test_subnets_must_exist_in_one_vpc(aws, network):
    """Subnets that do not exist or are in different VPCs are refused."""
    other = make_network(aws, cidr="10.1.0.0/16")
    with refused("SubnetNotFound", "The subnet ID 'subnet-00000000' does not exist"):
        make_balancer(aws, network, Subnets=[network.subnets[0], "subnet-00000000"])
    with refused("InvalidConfigurationRequest", "same VPC"):
        make_balancer(aws, network, Subnets=[network.subnets[0], other.subnets[1]])


@pytest.mark.aws(CREATE)
def test_the_internet_must_be_near(aws, network):
    """An internet-facing load balancer needs a VPC with an internet gateway, an internal one does not."""
    aws.ec2.detach_internet_gateway(InternetGatewayId=network.gateway, VpcId=network.vpc)
    with refused("InvalidSubnet", f"VPC {network.vpc} has no internet gateway"):
        make_balancer(aws, network)
    make_balancer(aws, network, Scheme="internal")
    assert only(aws)["DNSName"].startswith("internal-web-")


@pytest.mark.aws(CREATE)
def test_security_groups_must_exist_in_the_vpc(aws, network):
    """A group that does not exist, or is of another VPC, is refused; without groups the VPC's default group is taken."""
    other = make_network(aws, cidr="10.1.0.0/16")
    with refused("InvalidSecurityGroup"):
        make_balancer(aws, network, SecurityGroups=["sg-00000000"])
    with refused("InvalidConfigurationRequest", "One or more security groups are invalid"):
        make_balancer(aws, network, SecurityGroups=[other.group])
    make_balancer(aws, network, SecurityGroups=[])
    filters = [{"Name": "vpc-id", "Values": [network.vpc]}, {"Name": "group-name", "Values": ["default"]}]
    default = aws.ec2.describe_security_groups(Filters=filters)["SecurityGroups"][0]["GroupId"]
    assert only(aws)["SecurityGroups"] == [default]


@pytest.mark.aws(CREATE)
def test_scheme_and_type_have_few_values(aws, network):
    """A scheme or type that does not exist is refused with the values that do; IPv6 needs subnets that have it."""
    with refused("ValidationError", "Member must satisfy enum value set: [internet-facing, internal]"):
        make_balancer(aws, network, Scheme="public")
    with refused("ValidationError", "Member must satisfy enum value set: [application, network"):
        make_balancer(aws, network, Type="classic")
    with refused("InvalidSubnet", "IPv6 CIDR block"):
        make_balancer(aws, network, IpAddressType="dualstack")


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/requester-managed-eni.html")
def test_its_interfaces_hold_subnets_and_groups(aws, network):
    """A load balancer has an interface in each subnet, which stays a while after it: until then groups are held."""
    arn = make_balancer(aws, network)
    filters = [{"Name": "description", "Values": [f"ELB {arn.split(':loadbalancer/')[1]}"]}]
    interfaces = aws.ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
    assert {interface["SubnetId"] for interface in interfaces} == set(network.subnets[:2])
    assert all(interface["RequesterManaged"] for interface in interfaces)
    aws.elbv2.delete_load_balancer(LoadBalancerArn=arn)
    with refused("DependencyViolation"):
        aws.ec2.delete_security_group(GroupId=network.group)
    with refused("DependencyViolation"):
        aws.ec2.delete_subnet(SubnetId=network.subnets[0])
    aws.advance(120)
    aws.ec2.delete_security_group(GroupId=network.group)
    aws.ec2.delete_subnet(SubnetId=network.subnets[0])


@pytest.mark.aws(DELETE)
def test_listeners_go_with_it(aws, balancer, group):
    """Deleting a load balancer deletes its listeners and frees their target groups; doing it again succeeds."""
    listener = make_listener(aws, balancer, group)
    aws.elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    aws.elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    with refused("ListenerNotFound"):
        aws.elbv2.describe_listeners(ListenerArns=[listener])
    aws.elbv2.delete_target_group(TargetGroupArn=group)
    with refused("LoadBalancerNotFound", f"Load balancer '{balancer}' not found"):
        aws.elbv2.describe_load_balancers(LoadBalancerArns=[balancer])


@pytest.mark.aws(DELETE)
def test_deletion_protection(aws, balancer):
    """A load balancer with deletion protection is not deleted until the protection is off."""

    def protect(value):
        attribute = {"Key": "deletion_protection.enabled", "Value": value}
        aws.elbv2.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=[attribute])

    protect("true")
    with refused("OperationNotPermitted", "deletion protection is enabled"):
        aws.elbv2.delete_load_balancer(LoadBalancerArn=balancer)
    protect("false")
    aws.elbv2.delete_load_balancer(LoadBalancerArn=balancer)


@pytest.mark.aws(DESCRIBE)
def test_describing_by_name_and_by_page(aws, network):
    """Load balancers come in pages of up to 400; an unknown name or ARN is refused."""
    names = ["a", "b", "c"]
    for name in names:
        make_balancer(aws, network, name=name)
    pages = list(aws.elbv2.get_paginator("describe_load_balancers").paginate(PageSize=2))
    assert [len(page["LoadBalancers"]) for page in pages] == [2, 1]
    assert sorted(found["LoadBalancerName"] for page in pages for found in page["LoadBalancers"]) == names
    with refused("LoadBalancerNotFound", "Load balancers '[d]' not found"):
        aws.elbv2.describe_load_balancers(Names=["a", "d"])
    with refused("ValidationError", "Member must have value less than or equal to 400"):
        aws.elbv2.describe_load_balancers(PageSize=401)
    with refused("ValidationError", "'x' is not a valid load balancer ARN"):
        aws.elbv2.describe_load_balancers(LoadBalancerArns=["x"])


@pytest.mark.aws(DESCRIBE)
def test_regions_are_apart(aws, network):
    """A load balancer is known in its region only."""
    make_balancer(aws, network)
    assert aws.client("elbv2", region="us-east-1").describe_load_balancers()["LoadBalancers"] == []


@pytest.mark.aws(ATTRIBUTE)
def test_attributes_have_defaults(aws, network):
    """Each type of load balancer has attributes of its own with AWS's defaults."""
    application = attributes(aws, make_balancer(aws, network))
    assert application["idle_timeout.timeout_seconds"] == "60"
    assert application["client_keep_alive.seconds"] == "3600"
    assert application["routing.http2.enabled"] == "true"
    assert application["routing.http.desync_mitigation_mode"] == "defensive"
    assert application["load_balancing.cross_zone.enabled"] == "true"
    assert application["ipv6.deny_all_igw_traffic"] == "false"
    other = attributes(aws, make_balancer(aws, network, name="net", Type="network", Scheme="internal"))
    assert other["dns_record.client_routing_policy"] == "any_availability_zone"
    assert other["load_balancing.cross_zone.enabled"] == "false"
    assert other["ipv6.deny_all_igw_traffic"] == "true"
    assert "idle_timeout.timeout_seconds" not in other


@pytest.mark.aws(MODIFY)
def test_attributes_are_changed_together_or_not_at_all(aws, balancer):
    """Attributes are checked for name, type of load balancer and value; one that is wrong leaves all as they were."""

    def modify(*pairs):
        rows = [{"Key": key, "Value": value} for key, value in pairs]
        return aws.elbv2.modify_load_balancer_attributes(LoadBalancerArn=balancer, Attributes=rows)["Attributes"]

    idle = "idle_timeout.timeout_seconds"
    assert {"Key": idle, "Value": "120"} in modify((idle, "120"))
    with refused("ValidationError", "attribute key 'made.up' is not recognized"):
        modify((idle, "90"), ("made.up", "1"))
    with refused("InvalidConfigurationRequest", "load balancers with type 'application'"):
        modify(("dns_record.client_routing_policy", "any_availability_zone"))
    with refused("ValidationError", "must be between '1-4000' inclusive"):
        modify((idle, "4001"))
    with refused("ValidationError", "must be one of [true, false]"):
        modify(("routing.http2.enabled", "yes"))
    with refused("InvalidConfigurationRequest"):
        modify(("load_balancing.cross_zone.enabled", "false"))
    assert attributes(aws, balancer)[idle] == "120"


@pytest.mark.aws(SET_GROUPS)
def test_groups_are_exchanged(aws, network, balancer):
    """SetSecurityGroups replaces the groups of the load balancer and of its interfaces."""
    group = aws.ec2.create_security_group(GroupName="other", Description="other", VpcId=network.vpc)["GroupId"]
    answer = aws.elbv2.set_security_groups(LoadBalancerArn=balancer, SecurityGroups=[group])
    assert answer["SecurityGroupIds"] == [group]
    assert only(aws)["SecurityGroups"] == [group]
    aws.ec2.delete_security_group(GroupId=network.group)
    with refused("InvalidSecurityGroup"):
        aws.elbv2.set_security_groups(LoadBalancerArn=balancer, SecurityGroups=["sg-00000000"])


@pytest.mark.aws(SET_GROUPS)
def test_a_network_load_balancer_keeps_having_groups_or_not(aws, network):
    """A network load balancer that was created without security groups never gets any."""
    arn = make_balancer(aws, network, Type="network", SecurityGroups=[])
    with refused("InvalidConfigurationRequest"):
        aws.elbv2.set_security_groups(LoadBalancerArn=arn, SecurityGroups=[network.group])


@pytest.mark.aws(SET_SUBNETS)
def test_zones_are_exchanged(aws, network, balancer):
    """SetSubnets replaces the zones; the interface of a zone that it left goes after a while."""
    answer = aws.elbv2.set_subnets(LoadBalancerArn=balancer, Subnets=network.subnets[1:])
    assert [zone["ZoneName"] for zone in answer["AvailabilityZones"]] == ["eu-west-1b", "eu-west-1c"]
    assert [zone["SubnetId"] for zone in only(aws)["AvailabilityZones"]] == network.subnets[1:]
    aws.advance(120)
    aws.ec2.delete_subnet(SubnetId=network.subnets[0])
    with refused("ValidationError", "At least two subnets"):
        aws.elbv2.set_subnets(LoadBalancerArn=balancer, Subnets=network.subnets[1:2])


@pytest.mark.aws(SET_TYPE)
def test_the_address_type_stays_ipv4_without_ipv6_blocks(aws, balancer):
    """SetIpAddressType takes ipv4; dualstack needs subnets with an IPv6 block, and anything else is refused."""
    answer = aws.elbv2.set_ip_address_type(LoadBalancerArn=balancer, IpAddressType="ipv4")
    assert answer["IpAddressType"] == "ipv4"
    with refused("InvalidSubnet"):
        aws.elbv2.set_ip_address_type(LoadBalancerArn=balancer, IpAddressType="dualstack")
    with refused("ValidationError", "enum value set"):
        aws.elbv2.set_ip_address_type(LoadBalancerArn=balancer, IpAddressType="ipv6")


@pytest.mark.aws(LIMITS)
def test_a_region_has_fifty_application_load_balancers(aws, network):
    """The fifty-first application load balancer of a region is refused; a network one is counted apart."""
    for number in range(50):
        make_balancer(aws, network, name=f"n{number}")
    with refused("TooManyLoadBalancers"):
        make_balancer(aws, network, name="one-more")
    make_balancer(aws, network, name="net", Type="network")


@pytest.mark.aws(LIMITS)
def test_limits_are_described(aws):
    """DescribeAccountLimits names AWS's default quotas."""
    rows = aws.elbv2.describe_account_limits()["Limits"]
    limits = {row["Name"]: row["Max"] for row in rows}
    assert limits["application-load-balancers"] == "50" and limits["target-groups"] == "3000"
    assert limits["rules-per-application-load-balancer"] == "100"


@pytest.mark.aws(CREATE)
def test_addresses_of_a_network_load_balancer_can_be_chosen(aws, network):
    """SubnetMappings give a network load balancer a private address of the caller's choice in a subnet."""
    mapping = {"SubnetId": network.subnets[0], "PrivateIPv4Address": "10.0.0.77"}
    aws.elbv2.create_load_balancer(Name="net", Type="network", SubnetMappings=[mapping])
    filters = [{"Name": "private-ip-address", "Values": ["10.0.0.77"]}]
    (interface,) = aws.ec2.describe_network_interfaces(Filters=filters)["NetworkInterfaces"]
    assert interface["InterfaceType"] == "network_load_balancer"
    (zone,) = only(aws)["AvailabilityZones"]
    assert zone["LoadBalancerAddresses"] == [{"PrivateIPv4Address": "10.0.0.77"}]


@pytest.mark.aws("https://docs.aws.amazon.com/elasticloadbalancing/latest/network/create-network-load-balancer.html")
def test_a_network_load_balancer_takes_elastic_addresses(aws, network):
    """A network load balancer takes a free Elastic IP address for each subnet, which it holds until its interface goes."""
    address = aws.ec2.allocate_address(Domain="vpc")
    mapping = {"SubnetId": network.subnets[0], "AllocationId": address["AllocationId"]}
    with refused("AllocationIdNotFound"):
        aws.elbv2.create_load_balancer(
            Name="net", Type="network", SubnetMappings=[mapping | {"AllocationId": "eipalloc-00000000"}]
        )
    made = aws.elbv2.create_load_balancer(Name="net", Type="network", SubnetMappings=[mapping])["LoadBalancers"][0]
    (zone,) = made["AvailabilityZones"]
    assert zone["LoadBalancerAddresses"] == [
        {"IpAddress": address["PublicIp"], "AllocationId": address["AllocationId"]}
    ]
    with refused("ResourceInUse"):
        aws.elbv2.create_load_balancer(Name="other", Type="network", SubnetMappings=[mapping])
    aws.elbv2.delete_load_balancer(LoadBalancerArn=made["LoadBalancerArn"])
    aws.advance(120)
    aws.ec2.release_address(AllocationId=address["AllocationId"])


@pytest.mark.aws(SET_TYPE)
def test_dual_stack_needs_ipv6_in_every_subnet(aws, network):
    """A load balancer may be dualstack if all of its subnets have an IPv6 block, from the start or later."""
    aws.ec2.associate_vpc_cidr_block(VpcId=network.vpc, AmazonProvidedIpv6CidrBlock=True)
    (vpc,) = aws.ec2.describe_vpcs(VpcIds=[network.vpc])["Vpcs"]
    block = vpc["Ipv6CidrBlockAssociationSet"][0]["Ipv6CidrBlock"].removesuffix("00::/56")
    subnets = [
        aws.ec2.create_subnet(
            VpcId=network.vpc,
            CidrBlock=f"10.0.{number + 10}.0/24",
            Ipv6CidrBlock=f"{block}0{number}::/64",
            AvailabilityZone=f"eu-west-1{zone}",
        )["Subnet"]["SubnetId"]
        for number, zone in enumerate("ab")
    ]
    with refused("InvalidSubnet", "You must specify subnets with an associated IPv6 CIDR block."):
        make_balancer(aws, network, Subnets=[subnets[0], network.subnets[1]], IpAddressType="dualstack")
    arn = make_balancer(aws, network, Subnets=subnets, IpAddressType="dualstack")
    assert only(aws)["IpAddressType"] == "dualstack"
    aws.elbv2.set_ip_address_type(LoadBalancerArn=arn, IpAddressType="dualstack-without-public-ipv4")
    assert only(aws)["IpAddressType"] == "dualstack-without-public-ipv4"
