"""`--throttle aws`: token buckets of AWS's sizes, which fill by simulated time while the clock is stopped."""

import pytest
from simulator import refused, running

EC2 = "https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html"
ECS = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/request-throttling.html"
ELB = "https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html"
ROUTE53 = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html"
CHANGE = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html"
SSM = "https://docs.aws.amazon.com/general/latest/gr/ssm.html"


@pytest.fixture(scope="module")
def throttling():
    with running("--step", "--throttle", "aws") as started:
        yield started


@pytest.fixture
def strict(throttling):
    throttling.control("POST", "/reset")
    return throttling


def drain(call, times):
    for _ in range(times):
        call()


@pytest.mark.aws(EC2)
def test_ec2_reads_have_a_bucket_of_a_hundred(strict):
    """A hundred DescribeVpcs pass at once, the next is refused, and each second brings twenty back."""
    drain(strict.ec2.describe_vpcs, 100)
    with refused("RequestLimitExceeded", status=503, message="Request limit exceeded."):
        strict.ec2.describe_vpcs()
    strict.advance(1)
    drain(strict.ec2.describe_vpcs, 20)
    with refused("RequestLimitExceeded"):
        strict.ec2.describe_vpcs()


@pytest.mark.aws(EC2)
def test_each_ec2_api_has_a_bucket_of_its_own(strict):
    """A call that is throttled leaves other APIs as they are."""
    drain(strict.ec2.describe_vpcs, 100)
    with refused("RequestLimitExceeded"):
        strict.ec2.describe_vpcs()
    strict.ec2.describe_subnets()


@pytest.mark.aws(EC2)
def test_unfiltered_reads_of_instances_have_a_smaller_bucket(strict):
    """DescribeInstances without filter and page takes from a bucket of fifty, with one of them from one of a hundred."""
    drain(strict.ec2.describe_instances, 50)
    with refused("RequestLimitExceeded"):
        strict.ec2.describe_instances()
    drain(lambda: strict.ec2.describe_instances(MaxResults=5), 100)
    with refused("RequestLimitExceeded"):
        strict.ec2.describe_instances(MaxResults=5)


@pytest.mark.aws(EC2)
def test_mutating_calls_of_ec2_have_a_bucket_of_fifty(strict):
    """Fifty changes of one kind pass at once, and five more each second."""
    vpc = strict.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    drain(lambda: strict.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True}), 50)
    with refused("RequestLimitExceeded"):
        strict.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    strict.advance(1)
    drain(lambda: strict.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True}), 5)


@pytest.mark.aws(EC2)
def test_run_instances_pays_for_every_instance(strict):
    """RunInstances takes a token of a bucket of a thousand for each instance that is asked for."""
    launch = {"ImageId": "ami-1", "InstanceType": "t3.small", "MinCount": 1}
    for _ in range(2):
        with pytest.raises(strict.ec2.exceptions.ClientError, match="AMI"):
            strict.ec2.run_instances(**launch, MaxCount=500)
    with refused("RequestLimitExceeded"):
        strict.ec2.run_instances(**launch, MaxCount=500)


@pytest.mark.aws(EC2)
def test_buckets_belong_to_an_account_and_a_region(strict):
    """One region's callers are not held back by another's, nor one account's by another's."""
    drain(strict.ec2.describe_vpcs, 100)
    strict.client("ec2", region="us-east-1").describe_vpcs()
    strict.control("POST", "/accounts", {"id": "111122223333", "access_key": "AKOTHER", "secret": "hush"})
    strict.client("ec2", key="AKOTHER", secret="hush").describe_vpcs()
    with refused("RequestLimitExceeded"):
        strict.ec2.describe_vpcs()


@pytest.mark.aws(ECS)
def test_ecs_calls_of_a_class_share_a_bucket(strict):
    """ListClusters and DescribeClusters share a bucket of fifty that twenty a second come back to."""
    drain(strict.ecs.list_clusters, 25)
    drain(strict.ecs.describe_clusters, 25)
    with refused("ThrottlingException", status=400, message="Rate exceeded"):
        strict.ecs.list_clusters()
    strict.advance(1)
    drain(strict.ecs.describe_clusters, 20)
    with refused("ThrottlingException"):
        strict.ecs.describe_clusters()


@pytest.mark.aws(ECS)
def test_ecs_cluster_changes_come_back_one_a_second(strict):
    """Twenty changes of clusters pass at once, and then one a second."""
    for number in range(20):
        strict.ecs.create_cluster(clusterName=f"c{number}")
    with refused("ThrottlingException"):
        strict.ecs.create_cluster(clusterName="late")
    strict.advance(1)
    strict.ecs.create_cluster(clusterName="late")
    with refused("ThrottlingException"):
        strict.ecs.create_cluster(clusterName="later")


@pytest.mark.aws(ELB)
def test_load_balancing_reads_have_a_bucket_of_forty(strict):
    """Forty reads of load balancers pass at once, ten a second come back, and the two APIs have buckets of their own."""
    drain(strict.elb.describe_load_balancers, 40)
    with refused("ThrottlingException", message="Rate exceeded"):
        strict.elb.describe_load_balancers()
    strict.advance(1)
    drain(strict.elb.describe_load_balancers, 10)
    with refused("ThrottlingException"):
        strict.elb.describe_load_balancers()


@pytest.mark.aws(ROUTE53)
def test_route53_takes_five_requests_a_second_for_the_account(strict):
    """All calls of Route 53 share five requests a second for the account, whatever they are and from wherever."""
    drain(strict.route53.list_hosted_zones, 3)
    drain(strict.route53.get_hosted_zone_count, 2)
    with refused("Throttling", status=400, message="Rate exceeded"):
        strict.client("route53", region="us-east-1").list_hosted_zones()
    strict.advance(1)
    drain(strict.route53.list_hosted_zones, 5)


@pytest.mark.aws(CHANGE)
def test_a_busy_zone_refuses_the_next_batch(strict):
    """A batch that comes while the zone's last one is still worked on is refused with PriorRequestNotComplete."""
    zone = strict.route53.create_hosted_zone(Name="example.com", CallerReference="once")["HostedZone"]["Id"]

    def upsert(name):
        record = {"Name": name, "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": '"x"'}]}
        batch = {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": record}]}
        strict.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)

    upsert("a.example.com")
    with refused("PriorRequestNotComplete", status=400, message="still processing a prior request"):
        upsert("b.example.com")
    strict.advance(1)
    upsert("b.example.com")


@pytest.mark.aws(SSM)
def test_parameters_are_written_three_times_a_second(strict):
    """PutParameter passes three times a second, reads of parameters forty times."""
    for number in range(3):
        strict.ssm.put_parameter(Name=f"/p{number}", Value="v", Type="String")
    with refused("ThrottlingException", message="Rate exceeded"):
        strict.ssm.put_parameter(Name="/late", Value="v", Type="String")
    drain(lambda: strict.ssm.get_parameter(Name="/p0"), 40)
    with refused("ThrottlingException"):
        strict.ssm.get_parameters(Names=["/p0"])


@pytest.mark.aws(EC2)
def test_nothing_is_throttled_unless_asked_for(aws):
    """Without `--throttle aws` callers may be as fast as they like."""
    drain(aws.route53.list_hosted_zones, 120)
    drain(aws.ec2.describe_vpcs, 120)
    assert {call["outcome"] for call in aws.control("GET", "/calls")["calls"]} == {"ok"}


@pytest.mark.aws(EC2)
def test_buckets_fill_by_real_time_while_the_clock_runs():
    """On a clock that runs a hundred times as fast callers are held back all the same."""
    with running("--speed", "100", "--throttle", "aws") as fast:
        refusals = 0
        for _ in range(20):
            try:
                fast.route53.list_hosted_zones()
            except fast.route53.exceptions.ClientError as error:
                refusals += error.response["Error"]["Code"] == "Throttling"
        assert refusals >= 10
