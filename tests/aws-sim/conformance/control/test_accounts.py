"""Several accounts and regions, each with its own state."""

import json
import urllib.error

import pytest
from simulator import refused, running

ACCOUNTS = "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-identifiers.html"
REGIONS = "https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html"
SIGNING = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html"
DESCRIBE_REGIONS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRegions.html"
ASSUME_ROLE = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"

OTHER = "111122223333"


def add_account(aws, **more):
    return aws.control("POST", "/accounts", {"id": OTHER, "access_key": "AKOTHER", "secret": "hush", **more})


def in_other(aws, service, region="eu-west-1"):
    return aws.client(service, region=region, key="AKOTHER", secret="hush")


def refusal(call):
    with pytest.raises(urllib.error.HTTPError) as caught:
        call()
    return caught.value.code, json.load(caught.value)["error"]


@pytest.mark.aws("https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html")
def test_an_access_key_belongs_to_one_account(aws):
    """GetCallerIdentity answers the account that the access key belongs to."""
    add_account(aws)
    assert aws.sts.get_caller_identity()["Account"] == "123456789012"
    identity = in_other(aws, "sts").get_caller_identity()
    assert (identity["Account"], identity["Arn"]) == (OTHER, f"arn:aws:iam::{OTHER}:root")


@pytest.mark.aws(ACCOUNTS)
def test_accounts_do_not_see_each_other(aws):
    """What one account made does not exist for another, neither regional nor global things."""
    add_account(aws)
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    aws.ssm.put_parameter(Name="/a", Value="mine", Type="String")
    with refused("InvalidVpcID.NotFound"):
        in_other(aws, "ec2").describe_vpcs(VpcIds=[vpc])
    with refused("ParameterNotFound"):
        in_other(aws, "ssm").get_parameter(Name="/a")
    in_other(aws, "ssm").put_parameter(Name="/a", Value="theirs", Type="String")
    assert aws.ssm.get_parameter(Name="/a")["Parameter"]["Value"] == "mine"


@pytest.mark.aws(REGIONS)
def test_regions_do_not_see_each_other(aws):
    """Regional resources exist in one region only, and their ARNs name it."""
    arn = aws.ecs.create_cluster(clusterName="dev")["cluster"]["clusterArn"]
    assert arn == "arn:aws:ecs:eu-west-1:123456789012:cluster/dev"
    there = aws.client("ecs", region="us-east-1")
    assert there.list_clusters()["clusterArns"] == []
    assert there.create_cluster(clusterName="dev")["cluster"]["clusterArn"] == arn.replace("eu-west-1", "us-east-1")


@pytest.mark.aws("https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZones.html")
def test_global_services_are_the_same_in_every_region(aws):
    """IAM and Route 53 belong to the account: what was made from one region is seen from any other."""
    aws.route53.create_hosted_zone(Name="example.com", CallerReference="once")
    zones = aws.client("route53", region="us-east-1").list_hosted_zones()["HostedZones"]
    assert [zone["Name"] for zone in zones] == ["example.com."]


@pytest.mark.aws(SIGNING)
@pytest.mark.parametrize(
    ("service", "call", "code"),
    [
        ("ec2", lambda client: client.describe_vpcs(), "AuthFailure"),
        ("sts", lambda client: client.get_caller_identity(), "SignatureDoesNotMatch"),
        ("ecs", lambda client: client.list_clusters(), "InvalidSignatureException"),
    ],
)
def test_an_unknown_region_is_refused(aws, service, call, code):
    """A request that is signed for a region that AWS does not have is refused."""
    with refused(code, message="Credential should be scoped to a valid region, not 'eu-nowhere-1'"):
        call(aws.client(service, region="eu-nowhere-1"))


@pytest.mark.aws(REGIONS)
def test_a_region_that_is_off_knows_no_keys(aws):
    """A region that an account has not opted into does not know the account's keys."""
    with refused("AuthFailure", message="not able to validate the provided access credentials"):
        aws.client("ec2", region="ap-east-1").describe_vpcs()
    with refused("UnrecognizedClientException"):
        aws.client("ecs", region="ap-east-1").list_clusters()


@pytest.mark.aws(REGIONS)
def test_an_account_can_opt_into_a_region(aws):
    """Once an account has opted into a region it can use it; other accounts still cannot."""
    add_account(aws, regions=["ap-east-1"])
    assert in_other(aws, "ecs", "ap-east-1").list_clusters()["clusterArns"] == []
    with refused("UnrecognizedClientException"):
        aws.client("ecs", region="ap-east-1").list_clusters()


@pytest.mark.aws(DESCRIBE_REGIONS)
def test_regions_are_described_with_their_opt_in_state(aws):
    """DescribeRegions lists the account's regions, and with AllRegions those that it has not opted into as well."""
    add_account(aws, regions=["ap-east-1"])
    enabled = in_other(aws, "ec2").describe_regions()["Regions"]
    assert len(enabled) == 18
    assert {"RegionName": "ap-east-1", "Endpoint": "ec2.ap-east-1.amazonaws.com", "OptInStatus": "opted-in"} in enabled
    every = in_other(aws, "ec2").describe_regions(AllRegions=True)["Regions"]
    states = {region["RegionName"]: region["OptInStatus"] for region in every}
    assert (len(states), states["eu-west-1"], states["af-south-1"]) == (34, "opt-in-not-required", "not-opted-in")


@pytest.mark.aws(ASSUME_ROLE)
def test_a_role_of_another_account_is_assumed(aws):
    """AssumeRole across accounts gives credentials that work in the role's account."""
    add_account(aws)
    principal = {"AWS": "arn:aws:iam::123456789012:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    role = in_other(aws, "iam").create_role(RoleName="guest", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    aws.advance(60)
    session = aws.sts.assume_role(RoleArn=role, RoleSessionName="visit")["Credentials"]
    key, secret, token = session["AccessKeyId"], session["SecretAccessKey"], session["SessionToken"]
    identity = aws.client("sts", key=key, secret=secret, token=token).get_caller_identity()
    assert identity["Arn"] == f"arn:aws:sts::{OTHER}:assumed-role/guest/visit"
    aws.client("ecs", key=key, secret=secret, token=token).create_cluster(clusterName="theirs")
    assert in_other(aws, "ecs").list_clusters()["clusterArns"] == [f"arn:aws:ecs:eu-west-1:{OTHER}:cluster/theirs"]
    assert aws.ecs.list_clusters()["clusterArns"] == []


@pytest.mark.aws(ACCOUNTS)
def test_accounts_are_listed_with_their_keys_and_without_secrets(aws):
    """The accounts of the simulator are listed with their own access keys and opted-in regions."""
    add_account(aws, regions=["ap-east-1"])
    accounts = aws.control("GET", "/accounts")["accounts"]
    assert accounts == [
        {"id": OTHER, "access_keys": ["AKOTHER"], "regions": ["ap-east-1"]},
        {"id": "123456789012", "access_keys": ["test"], "regions": []},
    ]


@pytest.mark.aws(ACCOUNTS)
def test_a_bad_account_is_refused(aws):
    """An id without twelve digits, a region that does not exist and a key of another account are refused."""
    assert refusal(lambda: aws.control("POST", "/accounts", {"id": "1", "access_key": "a", "secret": "b"}))[0] == 422
    code, reason = refusal(lambda: add_account(aws, regions=["eu-nowhere-1"]))
    assert (code, "eu-nowhere-1" in reason) == (422, True)
    taken = {"id": OTHER, "access_key": "test", "secret": "b"}
    assert refusal(lambda: aws.control("POST", "/accounts", taken))[0] == 409
    code, reason = refusal(lambda: add_account(aws, colour="red"))
    assert (code, "colour" in reason) == (422, True)


@pytest.mark.aws(ACCOUNTS)
def test_accounts_are_given_as_options():
    """Accounts that were given as options exist from the start and after a reset."""
    with running("--step", "--account", "111122223333=AK1:s1", "--account", "444455556666=AK4:s4") as other:
        other.control("POST", "/reset")
        for account, key, secret in (("111122223333", "AK1", "s1"), ("444455556666", "AK4", "s4")):
            assert other.client("sts", key=key, secret=secret).get_caller_identity()["Account"] == account
