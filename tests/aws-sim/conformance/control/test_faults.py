"""Trouble that is asked for looks like AWS's own."""

import http.client
import json
import urllib.error

import boto3
import botocore.config
import botocore.exceptions
import pytest
from simulator import refused, running

ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
COMMON = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html"
RETRIES = "https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html"


def fault(aws, **rule):
    return aws.control("POST", "/faults", rule)["id"]


def refusal(aws, **rule):
    """The status and the reason with which a rule is refused."""
    with pytest.raises(urllib.error.HTTPError) as caught:
        fault(aws, **rule)
    return caught.value.code, json.load(caught.value)["error"]


def outcomes(call, times):
    """For each of so many calls whether it went well."""
    went = []
    for _ in range(times):
        try:
            call()
            went.append(True)
        except botocore.exceptions.ClientError:
            went.append(False)
    return went


@pytest.mark.aws(ERRORS)
def test_throttling_is_refused_as_each_service_does_it(aws):
    """A caller that is too fast is refused with RequestLimitExceeded by EC2 and ThrottlingException by ECS."""
    fault(aws, kind="throttle")
    with refused("RequestLimitExceeded", status=503, message="Request limit exceeded."):
        aws.ec2.describe_vpcs()
    with refused("ThrottlingException", status=400, message="Rate exceeded"):
        aws.ecs.list_clusters()
    with refused("Throttling", status=400, message="Rate exceeded"):
        aws.iam.list_roles()
    with refused("ThrottlingException", status=400):
        aws.elb.describe_load_balancers()


@pytest.mark.aws(COMMON)
def test_internal_errors_and_outages_have_their_statuses(aws):
    """InternalFailure comes with HTTP 500, ServiceUnavailable with HTTP 503."""
    fault(aws, kind="internal", count=1)
    with refused("InternalFailure", status=500):
        aws.ecs.list_clusters()
    fault(aws, kind="unavailable", count=1)
    with refused("ServiceUnavailable", status=503):
        aws.ecs.list_clusters()
    assert aws.ecs.list_clusters()["clusterArns"] == []


@pytest.mark.aws(ERRORS)
def test_an_error_has_the_code_message_and_status_that_are_asked_for(aws):
    """Any of a service's errors can be asked for by code, message and status."""
    fault(aws, service="iam", kind="error", code="ServiceFailure", message="Later.", status=500)
    with refused("ServiceFailure", message="Later.", status=500):
        aws.iam.list_roles()


@pytest.mark.aws(RETRIES)
def test_a_connection_is_reset_before_or_after_the_effect(aws):
    """A connection that breaks tells a caller nothing: what was asked for may have happened or not."""
    for kind, made in (("reset_before", 0), ("reset_after", 1)):
        fault(aws, operation="CreateVpc", kind=kind, count=1)
        with pytest.raises(botocore.exceptions.ConnectionClosedError):
            aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")
        assert len(aws.ec2.describe_vpcs()["Vpcs"]) == made


@pytest.mark.aws(RETRIES)
def test_a_call_is_not_answered_until_the_caller_gives_up(aws):
    """A call that times out has done nothing, and the simulator can still be called."""
    fault(aws, operation="CreateCluster", kind="timeout", count=1)
    impatient = boto3.client(
        "ecs",
        region_name="eu-west-1",
        endpoint_url=aws.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=botocore.config.Config(retries={"total_max_attempts": 1}, read_timeout=0.5),
    )
    with pytest.raises(botocore.exceptions.ReadTimeoutError):
        impatient.create_cluster(clusterName="dev")
    assert aws.ecs.list_clusters()["clusterArns"] == []
    calls = aws.control("GET", "/calls?operation=CreateCluster")["calls"]
    assert [call["outcome"] for call in calls][-1] == "timeout"


@pytest.mark.aws(RETRIES)
def test_a_caller_that_retries_gets_through(aws):
    """An SDK that retries as AWS recommends succeeds once a passing fault is over."""
    fault(aws, service="ecs", kind="throttle", count=2)
    patient = boto3.client(
        "ecs",
        region_name="eu-west-1",
        endpoint_url=aws.url,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=botocore.config.Config(retries={"total_max_attempts": 4, "mode": "standard"}),
    )
    assert patient.list_clusters()["clusterArns"] == []
    assert patient.list_clusters()["ResponseMetadata"]["RetryAttempts"] == 0


@pytest.mark.aws(ERRORS)
def test_a_rule_skips_and_counts(aws):
    """A rule lets the first calls pass, hits as many as it says, and is spent then."""
    rule = fault(aws, service="ecs", kind="throttle", skip=1, count=2)
    assert outcomes(aws.ecs.list_clusters, 5) == [True, False, False, True, True]
    shown = aws.control("GET", f"/faults/{rule}")
    assert (shown["seen"], shown["hit"], shown["kind"]) == (3, 2, "throttle")


@pytest.mark.aws(ERRORS)
def test_chance_is_the_same_in_every_run(aws):
    """A rule with a probability hits the same calls whenever it is asked for with the same seed, and others with another."""

    def hits(seed):
        aws.control("DELETE", "/faults")
        fault(aws, service="ecs", kind="throttle", probability=0.5, seed=seed)
        return outcomes(aws.ecs.list_clusters, 40)

    first = hits(7)
    assert hits(7) == first
    assert hits(8) != first
    assert 8 < first.count(False) < 32


@pytest.mark.aws(ERRORS)
def test_the_seed_of_the_simulator_decides_for_rules_without_one():
    """Two simulators with the same `--seed` hit the same calls."""

    def hits(*options):
        with running("--step", *options) as other:
            fault(other, service="ecs", kind="throttle", probability=0.5)
            return outcomes(other.ecs.list_clusters, 40)

    first = hits("--seed", "11")
    assert hits("--seed", "11") == first
    assert hits("--seed", "12") != first


@pytest.mark.aws(ERRORS)
def test_a_rule_hits_one_resource_by_name_id_or_arn(aws):
    """A rule for a resource hits calls that name it, by its id, its name or an ARN that ends in it, and no others."""
    cluster = aws.ecs.create_cluster(clusterName="dev")["cluster"]["clusterArn"]
    aws.ecs.create_cluster(clusterName="dev-2")
    fault(aws, resource="dev", kind="internal")
    with refused("InternalFailure"):
        aws.ecs.list_services(cluster="dev")
    with refused("InternalFailure"):
        aws.ecs.describe_clusters(clusters=["other", cluster])
    assert aws.ecs.list_services(cluster="dev-2")["serviceArns"] == []
    assert aws.ecs.list_clusters()["clusterArns"]


@pytest.mark.aws(ERRORS)
def test_a_rule_hits_one_account_region_or_caller(aws):
    """A rule is narrowed by account, by region, and by the access key that calls."""
    aws.control("POST", "/accounts", {"id": "111122223333", "access_key": "AKOTHER", "secret": "hush"})
    other = aws.client("ecs", key="AKOTHER", secret="hush")
    there = aws.client("ecs", region="us-east-1")
    for narrow, hit in (
        ({"account": "111122223333"}, [True, False, True]),
        ({"region": "us-east-1"}, [True, True, False]),
        ({"caller": "test"}, [False, True, False]),
        ({"caller": "arn:aws:iam::111122223333:root"}, [True, False, True]),
    ):
        aws.control("DELETE", "/faults")
        fault(aws, kind="internal", **narrow)
        went = [outcomes(client.list_clusters, 1)[0] for client in (aws.ecs, other, there)]
        assert went == hit, narrow


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/troubleshooting-launch.html")
def test_instances_find_no_capacity(aws):
    """RunInstances answers InsufficientInstanceCapacity when AWS has no more instances of a type."""
    fault(aws, service="ec2", kind="no_capacity")
    with refused("InsufficientInstanceCapacity", status=500, message="do not have sufficient t3.small capacity"):
        aws.ec2.run_instances(ImageId="ami-1", InstanceType="t3.small", MinCount=1, MaxCount=1)
    assert aws.ec2.describe_instances()["Reservations"] == []


@pytest.mark.aws(ERRORS)
@pytest.mark.parametrize(
    ("service", "call", "code", "status"),
    [
        ("ec2", lambda aws: aws.ec2.create_vpc(CidrBlock="10.0.0.0/16"), "VpcLimitExceeded", 400),
        ("ec2", lambda aws: aws.ec2.allocate_address(), "AddressLimitExceeded", 400),
        ("iam", lambda aws: aws.iam.create_role(RoleName="r", AssumeRolePolicyDocument="{}"), "LimitExceeded", 409),
        ("ecs", lambda aws: aws.ecs.create_cluster(clusterName="c"), "LimitExceededException", 400),
        (
            "route53",
            lambda aws: aws.route53.create_hosted_zone(Name="a.com", CallerReference="1"),
            "TooManyHostedZones",
            400,
        ),
        ("ssm", lambda aws: aws.ssm.put_parameter(Name="a", Value="b", Type="String"), "ParameterLimitExceeded", 400),
        ("logs", lambda aws: aws.logs.create_log_group(logGroupName="g"), "LimitExceededException", 400),
    ],
)
def test_a_quota_is_reached_with_the_code_of_the_operation(aws, service, call, code, status):
    """Each API has its own code for a quota that is reached."""
    fault(aws, service=service, kind="quota")
    with refused(code, status=status):
        call(aws)


@pytest.mark.aws("https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html")
def test_a_lagging_read_does_not_see_what_was_just_written(aws):
    """While reads are asked to lag, what was made is not seen until so much simulated time has passed."""
    aws.ec2.describe_vpcs()
    fault(aws, service="ec2", kind="lag", delay_ms=2000)
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    with refused("InvalidVpcID.NotFound"):
        aws.ec2.describe_vpcs(VpcIds=[vpc])
    aws.advance(1.9)
    with refused("InvalidVpcID.NotFound"):
        aws.ec2.describe_vpcs(VpcIds=[vpc])
    aws.advance(0.2)
    assert len(aws.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]) == 1


@pytest.mark.aws("https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html")
def test_writes_work_on_what_is_while_reads_lag(aws):
    """A write sees what is, even while reads do not."""
    fault(aws, service="ec2", kind="lag", delay_ms=2000)
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")
    assert aws.ec2.describe_subnets()["Subnets"] == []
    aws.ec2.delete_subnet(SubnetId=_only_subnet(aws))
    aws.advance(5)
    assert aws.ec2.describe_subnets()["Subnets"] == []


def _only_subnet(aws):
    return aws.inventory("ec2", "subnets")[0]["id"]


@pytest.mark.aws(ERRORS)
def test_a_rule_that_makes_no_sense_is_refused_with_the_reason(aws):
    """Unknown services, operations, regions, kinds and members, and numbers out of range, are refused by name."""
    for rule, word in (
        ({"service": "ec3", "kind": "internal"}, "ec3"),
        ({"service": "ecs", "operation": "CreateVpc", "kind": "internal"}, "CreateVpc"),
        ({"operation": "MakeVpc", "kind": "internal"}, "MakeVpc"),
        ({"kind": "earthquake"}, "earthquake"),
        ({"kind": "internal", "colour": "red"}, "colour"),
        ({"kind": "internal", "probability": 1.5}, "probability"),
        ({"kind": "internal", "region": "eu-nowhere-1"}, "eu-nowhere-1"),
        ({"kind": "internal", "account": "12"}, "account"),
        ({"kind": "error"}, "code"),
        ({"kind": "slow"}, "delay_ms"),
        ({"kind": "no_capacity", "service": "iam"}, "no capacity"),
        ({"kind": "reset_after", "status": 500}, "status"),
        ({"kind": "internal", "count": "three"}, "count"),
    ):
        status, reason = refusal(aws, **rule)
        assert (status, word in reason) == (422, True), (rule, reason)
    assert aws.control("GET", "/faults")["faults"] == []


@pytest.mark.aws(ERRORS)
def test_a_rule_is_shown_and_removed(aws):
    """A rule that is removed hits no more; one that does not exist is 404."""
    rule = fault(aws, service="ecs", kind="internal")
    aws.control("DELETE", f"/faults/{rule}")
    assert aws.ecs.list_clusters()["clusterArns"] == []
    for method in ("GET", "DELETE"):
        with pytest.raises(urllib.error.HTTPError) as caught:
            aws.control(method, f"/faults/{rule}")
        assert caught.value.code == http.client.NOT_FOUND
