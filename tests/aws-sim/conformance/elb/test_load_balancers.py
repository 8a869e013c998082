"""Classic load balancers."""

import pytest
from balancing import make_network, run_instance, run_task
from certificates import issued, request
from simulator import refused

CREATE = "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancer.html"
DESCRIBE = "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancers.html"
DELETE = "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DeleteLoadBalancer.html"
LISTENERS = "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancerListeners.html"
CERTIFICATE = (
    "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_SetLoadBalancerListenerSSLCertificate.html"
)
ATTACH = "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_AttachLoadBalancerToSubnets.html"
DETACH = "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DetachLoadBalancerFromSubnets.html"
ATTRIBUTES = (
    "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_ModifyLoadBalancerAttributes.html"
)
HEALTH = "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeInstanceHealth.html"
CHECK = "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_ConfigureHealthCheck.html"
REGISTER = "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_RegisterInstancesWithLoadBalancer.html"
TAGS = "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_AddTags.html"
LIMITS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-limits.html"
ROLE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-service-linked-roles.html"
HTTP = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 80}


@pytest.fixture
def network(aws):
    return make_network(aws)


def make(aws, network, name="web", **more):
    settings = {"Listeners": [HTTP], "Subnets": network.subnets[:2], "SecurityGroups": [network.group]} | more
    return aws.elb.create_load_balancer(LoadBalancerName=name, **settings)["DNSName"]


def only(aws, *names):
    (found,) = aws.elb.describe_load_balancers(LoadBalancerNames=list(names))["LoadBalancerDescriptions"]
    return found


@pytest.mark.aws(DESCRIBE)
def test_a_load_balancer_is_described(aws, network):
    """A classic load balancer tells its name, hosted zone, listeners, zones, groups and health check."""
    address = make(aws, network)
    found = only(aws, "web")
    assert found["DNSName"] == address and address.endswith(".eu-west-1.elb.amazonaws.com")
    assert (found["CanonicalHostedZoneNameID"], found["Scheme"]) == ("Z32O12XQLNTSW2", "internet-facing")
    assert found["ListenerDescriptions"] == [{"Listener": HTTP, "PolicyNames": []}]
    assert found["AvailabilityZones"] == ["eu-west-1a", "eu-west-1b"]
    assert sorted(found["Subnets"]) == sorted(network.subnets[:2])
    assert (found["VPCId"], found["SecurityGroups"], found["Instances"]) == (network.vpc, [network.group], [])
    assert found["HealthCheck"] == {
        "Target": "TCP:80",
        "Interval": 30,
        "Timeout": 5,
        "UnhealthyThreshold": 2,
        "HealthyThreshold": 10,
    }


@pytest.mark.aws(CREATE)
def test_creating_it_again(aws, network):
    """Creating a load balancer again with the same settings gives the same one, with others its name is taken."""
    assert make(aws, network) == make(aws, network)
    with refused("DuplicateLoadBalancerName", "already exists and it is configured with different parameters."):
        make(aws, network, Scheme="internal")
    with refused("DuplicateLoadBalancerName"):
        make(aws, network, Listeners=[HTTP | {"InstancePort": 8080}])


@pytest.mark.aws(DESCRIBE)
def test_load_balancers_come_in_pages(aws, network):
    """Load balancers come in pages; an unknown name is refused."""
    for name in "abc":
        make(aws, network, name=name)
    pages = list(aws.elb.get_paginator("describe_load_balancers").paginate(PaginationConfig={"PageSize": 2}))
    assert [len(page["LoadBalancerDescriptions"]) for page in pages] == [2, 1]
    with refused("LoadBalancerNotFound", "There is no ACTIVE Load Balancer named 'd'"):
        aws.elb.describe_load_balancers(LoadBalancerNames=["d"])


@pytest.mark.aws(DELETE)
def test_deleting_it_twice_succeeds(aws, network):
    """Deleting a load balancer that does not exist succeeds."""
    make(aws, network)
    for _ in range(2):
        aws.elb.delete_load_balancer(LoadBalancerName="web")
    assert aws.elb.describe_load_balancers()["LoadBalancerDescriptions"] == []


@pytest.mark.aws(LIMITS)
def test_a_region_has_twenty(aws, network):
    """The twenty-first classic load balancer of a region is refused, and the quotas are described."""
    for number in range(20):
        make(aws, network, name=f"n{number}")
    with refused("TooManyLoadBalancers"):
        make(aws, network, name="one-more")
    limits = {row["Name"]: row["Max"] for row in aws.elb.describe_account_limits()["Limits"]}
    assert limits == {
        "classic-load-balancers": "20",
        "classic-listeners": "100",
        "classic-registered-instances": "1000",
    }


@pytest.mark.aws(ROLE)
def test_the_first_load_balancer_brings_a_role(aws, network):
    """The first load balancer of an account makes the service-linked role of Elastic Load Balancing."""
    with refused("NoSuchEntity"):
        aws.iam.get_role(RoleName="AWSServiceRoleForElasticLoadBalancing")
    make(aws, network)
    role = aws.iam.get_role(RoleName="AWSServiceRoleForElasticLoadBalancing")["Role"]
    assert role["Path"] == "/aws-service-role/elasticloadbalancing.amazonaws.com/"


@pytest.mark.aws(LISTENERS)
def test_listeners_are_added_and_taken_away(aws, network):
    """A listener that is there already is no error; on its port another one is refused."""
    make(aws, network)
    aws.elb.create_load_balancer_listeners(LoadBalancerName="web", Listeners=[HTTP])
    with refused("DuplicateListener", "with LoadBalancerPort 80, but with a different InstancePort"):
        aws.elb.create_load_balancer_listeners(LoadBalancerName="web", Listeners=[HTTP | {"InstancePort": 81}])
    tcp = {"Protocol": "TCP", "LoadBalancerPort": 22, "InstanceProtocol": "TCP", "InstancePort": 22}
    aws.elb.create_load_balancer_listeners(LoadBalancerName="web", Listeners=[tcp])
    aws.elb.delete_load_balancer_listeners(LoadBalancerName="web", LoadBalancerPorts=[80, 443])
    assert [row["Listener"] for row in only(aws)["ListenerDescriptions"]] == [tcp]


@pytest.mark.aws(CERTIFICATE)
def test_secure_listeners_need_a_certificate_that_exists(aws, network):
    """A secure listener needs a certificate that is issued, gets AWS's security policy, and can change both."""
    first, second = issued(aws), issued(aws, "b.example.org")
    secure = {"Protocol": "HTTPS", "LoadBalancerPort": 443, "InstanceProtocol": "HTTP", "InstancePort": 80}
    for wrong in (request(aws, "c.example.com"), first[:-1] + "x"):
        with refused("CertificateNotFound", "Server Certificate not found for the key"):
            make(aws, network, Listeners=[secure | {"SSLCertificateId": wrong}])
    with refused("ValidationError", "Secure Listeners need to specify a SSLCertificateId"):
        make(aws, network, Listeners=[secure])
    make(aws, network, Listeners=[HTTP, secure | {"SSLCertificateId": first}])
    rows = {row["Listener"]["LoadBalancerPort"]: row for row in only(aws)["ListenerDescriptions"]}
    assert rows[443]["PolicyNames"] == ["ELBSecurityPolicy-2016-08"]
    with refused("ResourceInUseException"):
        aws.acm.delete_certificate(CertificateArn=first)
    change = {"LoadBalancerName": "web", "SSLCertificateId": second}
    aws.elb.set_load_balancer_listener_ssl_certificate(LoadBalancerPort=443, **change)
    aws.acm.delete_certificate(CertificateArn=first)
    with refused("ListenerNotFound"):
        aws.elb.set_load_balancer_listener_ssl_certificate(LoadBalancerPort=444, **change)
    with refused("InvalidConfigurationRequest", status=409):
        aws.elb.set_load_balancer_listener_ssl_certificate(LoadBalancerPort=80, **change)


@pytest.mark.aws(ATTACH)
def test_subnets_are_attached(aws, network):
    """A subnet in a new zone is attached, one that is there is no error, a second of a zone is refused."""
    make(aws, network)
    answer = aws.elb.attach_load_balancer_to_subnets(LoadBalancerName="web", Subnets=network.subnets[1:])
    assert sorted(answer["Subnets"]) == sorted(network.subnets)
    assert len(only(aws)["AvailabilityZones"]) == 3
    second = aws.ec2.create_subnet(VpcId=network.vpc, CidrBlock="10.0.9.0/24", AvailabilityZone="eu-west-1a")
    with refused("InvalidConfigurationRequest", "ELB cannot be attached to multiple subnets in the same AZ.", 409):
        aws.elb.attach_load_balancer_to_subnets(LoadBalancerName="web", Subnets=[second["Subnet"]["SubnetId"]])
    with refused("SubnetNotFound"):
        aws.elb.attach_load_balancer_to_subnets(LoadBalancerName="web", Subnets=["subnet-00000000"])


@pytest.mark.aws(DETACH)
def test_the_last_subnet_stays(aws, network):
    """A subnet is detached, which frees it after a while; the last one cannot be detached."""
    make(aws, network)
    first, second = network.subnets[:2]
    answer = aws.elb.detach_load_balancer_from_subnets(LoadBalancerName="web", Subnets=[first])
    assert answer["Subnets"] == [second]
    with refused("InvalidConfigurationRequest", status=409):
        aws.elb.detach_load_balancer_from_subnets(LoadBalancerName="web", Subnets=[second])
    with refused("DependencyViolation"):
        aws.ec2.delete_subnet(SubnetId=first)
    aws.advance(120)
    aws.ec2.delete_subnet(SubnetId=first)


@pytest.mark.aws(ATTRIBUTES)
def test_attributes(aws, network):
    """Cross zone, draining, idle timeout, access log and desync mode are changed by what a call names."""
    make(aws, network)

    def modify(**attributes):
        answer = aws.elb.modify_load_balancer_attributes(LoadBalancerName="web", LoadBalancerAttributes=attributes)
        return answer["LoadBalancerAttributes"]

    assert modify(CrossZoneLoadBalancing={"Enabled": True}) == {"CrossZoneLoadBalancing": {"Enabled": True}}
    modify(ConnectionDraining={"Enabled": True, "Timeout": 60}, ConnectionSettings={"IdleTimeout": 30})
    log = {"Enabled": True, "S3BucketName": "logs", "EmitInterval": 5, "S3BucketPrefix": "web"}
    modify(AccessLog=log)
    found = aws.elb.describe_load_balancer_attributes(LoadBalancerName="web")["LoadBalancerAttributes"]
    assert found["CrossZoneLoadBalancing"] == {"Enabled": True}
    assert found["ConnectionDraining"] == {"Enabled": True, "Timeout": 60}
    assert found["ConnectionSettings"] == {"IdleTimeout": 30} and found["AccessLog"] == log
    assert {"Key": "elb.http.desyncmitigationmode", "Value": "defensive"} in found["AdditionalAttributes"]
    with refused("InvalidConfigurationRequest"):
        modify(AccessLog={"Enabled": True})
    with refused("ValidationError"):
        modify(AccessLog=log | {"EmitInterval": 10})
    with refused("LoadBalancerAttributeNotFound"):
        modify(AdditionalAttributes=[{"Key": "made.up", "Value": "1"}])
    with refused("ValidationError"):
        modify(AdditionalAttributes=[{"Key": "elb.http.desyncmitigationmode", "Value": "none"}])


@pytest.mark.aws(HEALTH)
def test_an_instance_comes_into_service(aws, network):
    """An instance is out of service while it is registered and proven, then in service, and out of it again."""
    make(aws, network)
    check = {"Target": "HTTP:80/", "Interval": 10, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 2}
    aws.elb.configure_health_check(LoadBalancerName="web", HealthCheck=check)
    instance = run_instance(aws, network)
    task = run_task(aws)
    aws.elb.register_instances_with_load_balancer(LoadBalancerName="web", Instances=[{"InstanceId": instance}])

    def health():
        (row,) = aws.elb.describe_instance_health(LoadBalancerName="web")["InstanceStates"]
        return row["State"], row["ReasonCode"], row["Description"]

    assert health() == ("OutOfService", "ELB", "Instance registration is still in progress.")
    aws.until(lambda: health() == ("InService", "N/A", "N/A"), at_most=60)
    aws.ecs.stop_task(cluster="main", task=task)
    aws.until(lambda: health()[0] == "OutOfService", at_most=120)
    assert health()[2] == (
        "Instance has failed at least the UnhealthyThreshold number of health checks consecutively."
    )


@pytest.mark.aws(CHECK)
@pytest.mark.parametrize(
    "change",
    [{"Target": "UDP:53"}, {"Target": "HTTP:80"}, {"Interval": 4}, {"Timeout": 61}, {"Timeout": 10}],
)
def test_health_checks_are_checked(aws, network, change):
    """A health check needs a target that fits its protocol, and a timeout below its interval."""
    make(aws, network)
    check = {"Target": "TCP:80", "Interval": 10, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 2}
    with refused("ValidationError"):
        aws.elb.configure_health_check(LoadBalancerName="web", HealthCheck=check | change)


@pytest.mark.aws(REGISTER)
def test_instances_must_be_in_the_vpc(aws, network):
    """An instance that does not exist, or is in another VPC, is refused; registering twice is no error."""
    make(aws, network)
    instance = run_instance(aws, network)
    register = lambda name, id: aws.elb.register_instances_with_load_balancer(
        LoadBalancerName=name, Instances=[{"InstanceId": id}]
    )["Instances"]
    assert register("web", instance) == register("web", instance) == [{"InstanceId": instance}]
    with refused("InvalidInstance"):
        register("web", "i-00000000000000000")
    make(aws, make_network(aws, cidr="10.1.0.0/16"), name="other")
    with refused("InvalidInstance", "is not in the same VPC as ELB."):
        register("other", instance)


@pytest.mark.aws(TAGS)
def test_tags(aws, network):
    """Tags are added, overwritten, described and removed; a key twice in one call is refused."""
    make(aws, network, Tags=[{"Key": "a", "Value": "0"}])
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    aws.elb.add_tags(LoadBalancerNames=["web"], Tags=tags)
    aws.elb.remove_tags(LoadBalancerNames=["web"], Tags=[{"Key": "b"}])
    (row,) = aws.elb.describe_tags(LoadBalancerNames=["web"])["TagDescriptions"]
    assert row == {"LoadBalancerName": "web", "Tags": tags[:1]}
    with refused("DuplicateTagKeys"):
        aws.elb.add_tags(LoadBalancerNames=["web"], Tags=[tags[0], tags[0]])
