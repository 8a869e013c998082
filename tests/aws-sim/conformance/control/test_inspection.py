"""What exists, what was called, what is not simulated, and the page that shows it."""

import json
import time
import urllib.error
import urllib.parse
import urllib.request

import botocore.exceptions
import pytest
from simulator import refused

TAGGING = "https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html"
LOGGING = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/logging-using-cloudtrail.html"
CALLER = "https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"
COMMON = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html"
CREATE_TAGS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html"


def tagged_vpc(aws, **tags):
    pairs = [{"Key": key, "Value": value} for key, value in tags.items()]
    specification = {"TagSpecifications": [{"ResourceType": "vpc", "Tags": pairs}]} if pairs else {}
    return aws.ec2.create_vpc(CidrBlock="10.0.0.0/16", **specification)["Vpc"]["VpcId"]


def page(aws, query=""):
    with urllib.request.urlopen(f"{aws.url}/_sim{query}", timeout=10) as response:
        assert response.headers["content-type"].startswith("text/html")
        return response.read().decode()


def post(aws, action, **form):
    data = urllib.parse.urlencode(form).encode()
    with urllib.request.urlopen(f"{aws.url}/_sim/page/{action}", data=data, timeout=10) as response:
        return response.read().decode()


def status_of(call):
    with pytest.raises(urllib.error.HTTPError) as caught:
        call()
    return caught.value.code


@pytest.mark.aws(TAGGING)
def test_things_are_found_by_several_tags(aws):
    """Things are listed by tags, by value or by key alone, and must have all that are asked for."""
    both = tagged_vpc(aws, team="red", stage="test")
    one = tagged_vpc(aws, team="red")
    tagged_vpc(aws, team="blue")

    def ids(query):
        return {vpc["id"] for vpc in aws.control("GET", f"/inventory?{query}").get("ec2", {}).get("vpcs", [])}

    assert ids("tag=team=red") == {both, one}
    assert ids("tag=team=red&tag=stage=test") == {both}
    assert ids("tag=team=red&tag=stage") == {both}
    assert ids("tag=stage=other") == set()


@pytest.mark.aws(TAGGING)
def test_things_are_found_by_service_kind_account_and_region(aws):
    """The inventory is narrowed by service, by kind, by account and by region."""
    aws.ecs.create_cluster(clusterName="dev")
    tagged_vpc(aws)
    aws.client("ecs", region="us-east-1").create_cluster(clusterName="there")
    by_service = aws.control("GET", "/inventory?service=ecs")
    assert (list(by_service), [cluster["name"] for cluster in by_service["ecs"]["clusters"]]) == (["ecs"], ["dev", "there"])
    assert list(aws.control("GET", "/inventory?kind=vpcs")["ec2"]) == ["vpcs"]
    assert list(aws.control("GET", "/inventory?region=us-east-1")) == ["ecs"]
    assert aws.control("GET", "/inventory?account=111122223333") == {}
    assert status_of(lambda: aws.control("GET", "/inventory?colour=red")) == 422


@pytest.mark.aws(CREATE_TAGS)
def test_what_is_deleted_is_not_in_the_inventory(aws):
    """What was deleted is gone from the inventory, even while AWS still describes it."""
    vpc = tagged_vpc(aws, team="red")
    aws.ec2.delete_vpc(VpcId=vpc)
    assert aws.control("GET", "/inventory?tag=team=red") == {}


@pytest.mark.aws(LOGGING)
def test_calls_are_told_with_caller_account_latency_and_outcome(aws):
    """Each call is remembered with who made it, where, what about, how it ended and how long it took."""
    aws.ecs.create_cluster(clusterName="dev")
    with refused("ClusterNotFoundException"):
        aws.client("ecs", region="us-east-1").list_services(cluster="dev")
    first, second = aws.control("GET", "/calls")["calls"]
    assert (first["service"], first["operation"], first["outcome"]) == ("ecs", "CreateCluster", "ok")
    assert (first["account"], first["access_key"]) == ("123456789012", "test")
    assert first["principal"] == "arn:aws:iam::123456789012:root"
    assert (first["region"], first["ids"]) == ("eu-west-1", {"clusterName": "dev"})
    assert "Boto3" in first["user_agent"] and 0 < first["latency_ms"] < 1000
    assert (second["outcome"], second["region"], second["seq"]) == ("ClusterNotFoundException", "us-east-1", first["seq"] + 1)


@pytest.mark.aws(CALLER)
def test_calls_of_an_unknown_key_are_told_too(aws):
    """A call with a key that no account has is remembered without an account."""
    with refused("InvalidClientTokenId"):
        aws.client("sts", key="AKNOBODY", secret="x").get_caller_identity()
    (call,) = aws.control("GET", "/calls")["calls"]
    assert (call["access_key"], call["account"], call["outcome"]) == ("AKNOBODY", "", "InvalidClientTokenId")


@pytest.mark.aws(LOGGING)
def test_calls_are_filtered_and_paged(aws):
    """Calls are narrowed by service, operation, outcome, region and caller, and come in pages."""
    for number in range(5):
        aws.ecs.create_cluster(clusterName=f"c{number}")
    aws.ec2.describe_vpcs()
    aws.client("ecs", region="us-east-1").list_clusters()

    def count(query):
        return aws.control("GET", f"/calls?{query}")["count"]

    assert count("service=ecs") == 6
    assert count("operation=CreateCluster") == 5
    assert count("region=us-east-1") == 1
    assert count("caller=test") == 7
    assert count("caller=Boto3") == 7
    assert count("outcome=ThrottlingException") == 0
    pages, after = [], 0
    while after is not None:
        answer = aws.control("GET", f"/calls?service=ecs&limit=4&after={after}")
        pages.append([call["ids"].get("clusterName") for call in answer["calls"]])
        after = answer["next"]
    assert pages == [["c0", "c1", "c2", "c3"], ["c4", None]]
    aws.control("DELETE", "/calls")
    assert count("") == 0


@pytest.mark.aws(COMMON)
def test_what_is_not_simulated_is_counted(aws):
    """An operation of AWS that is not simulated answers 501 and is counted."""
    for _ in range(2):
        with pytest.raises(botocore.exceptions.ClientError) as caught:
            aws.ec2.describe_carrier_gateways()
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501
    unknown = aws.control("GET", "/unknown")["unknown"]
    assert unknown == [{"service": "ec2", "operation": "DescribeCarrierGateways", "count": 2}]


@pytest.mark.aws(TAGGING)
def test_the_page_shows_what_exists_and_what_was_called(aws):
    """The page for people shows things with their tags, the last calls, faults and the clock, without any script."""
    vpc = tagged_vpc(aws, team="red")
    aws.fault(service="iam", kind="throttle")
    text = page(aws, "?service=ec2&kind=vpcs")
    for word in (vpc, "team=red", "CreateVpc", "throttle", aws.control("GET", "/clock")["now"]):
        assert word in text, word
    assert "<script" not in text and "http://" not in text and "https://" not in text


@pytest.mark.aws(CREATE_TAGS)
def test_the_page_escapes_what_callers_wrote(aws):
    """Names and tags that hold markup are shown as text."""
    tagged_vpc(aws, Name="<img src=x onerror=alert(1)>", other='"><script>alert(1)</script>')
    text = page(aws, "?service=ec2&kind=vpcs")
    assert "<img" not in text and "<script" not in text
    assert "&lt;script&gt;" in text
    assert "<b>" not in page(aws, "?service=%3Cb%3E&kind=%3Cb%3E&page=1").replace("<b>CreateVpc</b>", "")


@pytest.mark.aws(TAGGING)
def test_the_page_lists_a_hundred_things_at_a_time(aws):
    """Long lists come in pages."""
    for number in range(120):
        aws.ssm.put_parameter(Name=f"/p/{number:03}", Value="v", Type="String")
    aws.control("DELETE", "/calls")
    first, second = page(aws, "?service=ssm&kind=parameters"), page(aws, "?service=ssm&kind=parameters&page=1")
    assert "1–100 of 120" in first and "101–120 of 120" in second
    assert "<code>/p/000</code>" in first and "<code>/p/119</code>" not in first
    assert "<code>/p/119</code>" in second and "<code>/p/000</code>" not in second


@pytest.mark.aws(LOGGING)
def test_the_buttons_of_the_page_advance_the_clock_and_end_faults(aws):
    """The page's forms advance the clock, change its pace and remove faults."""
    before = aws.control("GET", "/clock")["now"]
    assert "Last calls" in post(aws, "advance", seconds=60)
    assert aws.control("GET", "/clock")["now"] > before
    rule = aws.fault(service="iam", kind="throttle")
    post(aws, "heal", id=rule)
    assert aws.control("GET", "/faults")["faults"] == []
    post(aws, "run")
    assert aws.control("GET", "/clock")["step"] is False
    post(aws, "stop")
    assert aws.control("GET", "/clock")["step"] is True
    assert status_of(lambda: post(aws, "explode")) == 404
    assert status_of(lambda: post(aws, "advance", seconds=-1)) == 422


@pytest.mark.aws(LOGGING)
def test_a_reset_leaves_an_empty_aws(aws):
    """A reset forgets resources, calls, faults, accounts and the time that has passed."""
    tagged_vpc(aws)
    aws.fault(service="iam", kind="throttle")
    aws.control("POST", "/accounts", {"id": "111122223333", "access_key": "AKOTHER", "secret": "hush"})
    aws.advance(86400)
    aws.control("POST", "/reset")
    assert aws.control("GET", "/inventory") == {}
    assert aws.control("GET", "/faults")["faults"] == []
    assert aws.control("GET", "/calls")["count"] == 0
    assert len(aws.control("GET", "/accounts")["accounts"]) == 1
    assert aws.control("GET", "/clock")["now"][:10] == time.strftime("%Y-%m-%d", time.gmtime())
    json.dumps(aws.control("GET", "/snapshot"))
