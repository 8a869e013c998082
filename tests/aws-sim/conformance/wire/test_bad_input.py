"""Requests that nobody should send: refused as AWS refuses them, and nothing else happens."""

import pytest
import raw

QUERY = "https://smithy.io/2.0/aws/protocols/aws-query-protocol.html"
JSON = "https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html"
REST_XML = "https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html"
REST_JSON = "https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html"
ERRORS = "https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html"
EC2_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
ROUTE53 = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html"
CREATE_GROUP = "Logs_20140328.CreateLogGroup"
XMLNS = "https://route53.amazonaws.com/doc/2013-04-01/"


@pytest.fixture(autouse=True)
def nothing_panics(aws):
    yield
    assert aws.control("GET", "/unknown")["panics"] == {}


def zone(aws, body):
    return raw.send(aws, "route53", path="/2013-04-01/hostedzone", body=body, headers={"content-type": "text/xml"})


@pytest.mark.aws(ROUTE53)
@pytest.mark.parametrize(
    "body",
    [
        b"<CreateHostedZoneRequest><Name>example.com</Na",
        b"<CreateHostedZoneRequest><Name>example.com</Caller></CreateHostedZoneRequest>",
        b"not xml",
        b"<a>" * 100_000,
        b"<CreateHostedZoneRequest><Name>\xff\xfe</Name></CreateHostedZoneRequest>",
        b'<!DOCTYPE a [<!ENTITY b "bb"><!ENTITY c "&b;&b;">]><a>&c;</a>',
    ],
    ids=["cut", "crossed", "text", "deep", "not-utf8", "entities"],
)
def test_a_broken_document_is_invalid_input(aws, body):
    """Route53 refuses XML that cannot be read with InvalidInput."""
    answer = zone(aws, body)
    assert (answer.status, answer.code) == (400, "InvalidInput")
    assert answer.message.startswith("Invalid XML ; ")
    assert aws.route53.list_hosted_zones()["HostedZones"] == []


@pytest.mark.aws(JSON)
@pytest.mark.parametrize(
    "body",
    [b'{"logGroupName": "a"', b"[]", b'"a"', b"[" * 100_000, b'{"logGroupName": "\xff"}', b"logGroupName=a"],
    ids=["cut", "list", "text", "deep", "not-utf8", "form"],
)
def test_broken_json_cannot_be_serialized(aws, body):
    """JSON services refuse a body that is not a JSON object with SerializationException."""
    answer = raw.target(aws, "logs", CREATE_GROUP, body)
    assert (answer.status, answer.code) == (400, "SerializationException")


@pytest.mark.aws(JSON)
@pytest.mark.parametrize(
    "body",
    ['{"logGroupName": 1}', '{"logGroupName": ["a"]}', '{"logGroupName": {"a": 1}}', '{"logGroupName": "a", "tags": []}'],
)
def test_a_json_value_of_another_type_cannot_be_serialized(aws, body):
    """A value that is not of its member's type is refused with SerializationException."""
    answer = raw.target(aws, "logs", CREATE_GROUP, body)
    assert (answer.status, answer.code) == (400, "SerializationException")
    assert aws.logs.describe_log_groups()["logGroups"] == []


@pytest.mark.aws(JSON)
def test_null_is_absent_and_unknown_members_are_ignored(aws):
    """In JSON null stands for nothing, and members that the service does not know are not looked at."""
    body = '{"logGroupName": "a", "kmsKeyId": null, "tomorrow": {"x": [1]}}'
    assert raw.target(aws, "logs", CREATE_GROUP, body).status == 200
    assert raw.target(aws, "logs", "Logs_20140328.DescribeLogGroups", "").json["logGroups"][0]["logGroupName"] == "a"


@pytest.mark.aws(JSON)
def test_an_operation_that_does_not_exist_is_unknown(aws):
    """JSON services know no operation that their model has not, nor one under another service's prefix."""
    for target in ["Logs_20140328.CreateLogFlume", "Logs_20140401.CreateLogGroup", "AmazonSSM.CreateLogGroup", "x", ""]:
        answer = raw.target(aws, "logs", target)
        assert (answer.status, answer.code) == (400, "UnknownOperationException")
    assert aws.control("GET", "/unknown")["unknown"] == []


@pytest.mark.aws(JSON)
def test_a_json_service_reads_json_only(aws):
    """A body that says it is something else, or comes by another method, names no operation."""
    answer = raw.target(aws, "logs", CREATE_GROUP, '{"logGroupName": "a"}', content_type="text/plain")
    assert answer.code == "UnknownOperationException"
    headers = {"x-amz-target": CREATE_GROUP, "content-type": "application/x-amz-json-1.1"}
    assert raw.send(aws, "logs", method="PUT", headers=headers, body="{}").code == "UnknownOperationException"


@pytest.mark.aws(ERRORS)
def test_an_action_that_does_not_exist_is_invalid(aws):
    """A query service has the actions of its version only, and says for which version it looked."""
    for form, message in [
        ("Action=ListRools&Version=2010-05-08", "Could not find operation ListRools for version 2010-05-08"),
        ("Action=ListRoles&Version=2010-05-09", "Could not find operation ListRoles for version 2010-05-09"),
        ("Action=ListRoles", "Could not find operation ListRoles for version NO_VERSION_SPECIFIED"),
    ]:
        answer = raw.query(aws, "iam", form)
        assert (answer.status, answer.code, answer.message) == (400, "InvalidAction", message)


@pytest.mark.aws(ERRORS)
def test_a_query_needs_an_action(aws):
    """A form without an action is refused."""
    for form in ["Version=2010-05-08", "", "Action=&Version=2010-05-08"]:
        assert raw.query(aws, "iam", form).code == "MissingAction"


@pytest.mark.aws(EC2_ERRORS)
def test_ec2_names_actions_and_versions_that_it_has_not(aws):
    """EC2 says which action or version it does not have; older versions of its API are answered still."""
    answer = raw.query(aws, "ec2", "Action=DescribeVpcz&Version=2016-11-15")
    assert (answer.code, answer.message) == ("InvalidAction", "The action DescribeVpcz is not valid for this web service.")
    assert raw.query(aws, "ec2", "Action=DescribeVpcs&Version=2016-11-16").code == "NoSuchVersion"
    assert raw.query(aws, "ec2", "Action=DescribeVpcs").code == "MissingParameter"
    assert raw.query(aws, "ec2", "Action=DescribeVpcs&Version=2015-10-01").status == 200


@pytest.mark.aws(ERRORS)
@pytest.mark.parametrize("escape", ["%", "%2", "%zz", "%ff", "%c3%28"])
def test_a_form_that_is_no_text_is_malformed(aws, escape):
    """A form with broken escapes, or with escapes that are not UTF-8, is malformed."""
    answer = raw.query(aws, "iam", f"Action=GetRole&RoleName={escape}&Version=2010-05-08")
    assert (answer.status, answer.code) == (404, "MalformedQueryString")
    answer = raw.query(aws, "ec2", f"Action=DescribeVpcs&VpcId.1={escape}&Version=2016-11-15")
    assert answer.status == 400


@pytest.mark.aws(QUERY)
def test_absurd_places_in_a_list_are_places(aws):
    """A list's places may be far apart; only their order counts."""
    places = "&".join(f"Filter.{place}.Name=vpc-id&Filter.{place}.Value.{place}=vpc-1" for place in (1, 99999999999999999999))
    assert raw.query(aws, "ec2", f"Action=DescribeVpcs&{places}&Version=2016-11-15").status == 200
    name = "Filter." + "1." * 50_000
    assert raw.query(aws, "ec2", f"Action=DescribeVpcs&{name}=1&Version=2016-11-15").status in (200, 400)


@pytest.mark.aws(QUERY)
def test_parameters_may_stand_in_the_address(aws):
    """A query service takes its parameters from the address when there is no body."""
    answer = raw.send(aws, "sts", method="GET", path="/?Action=GetCallerIdentity&Version=2011-06-15")
    assert answer.status == 200 and "<Account>123456789012</Account>" in answer.text


@pytest.mark.aws(QUERY)
def test_a_form_says_that_it_is_one(aws):
    """A query service does not look for its parameters in a body of another type."""
    headers = {"content-type": "application/json"}
    answer = raw.send(aws, "sts", headers=headers, body="Action=GetCallerIdentity&Version=2011-06-15")
    assert answer.code == "MissingAction"


@pytest.mark.aws(ERRORS)
def test_a_body_of_ten_megabytes_is_too_large(aws):
    """A request far beyond what any call needs is refused with 413, in the service's protocol, and read to its end."""
    body = b'{"logGroupName": "' + b"a" * 10_000_000 + b'"}'
    answer = raw.target(aws, "logs", CREATE_GROUP, body)
    assert (answer.status, answer.code) == (413, "RequestEntityTooLargeException")
    answer = raw.query(aws, "iam", b"Action=ListRoles&Version=2010-05-08&Marker=" + b"a" * 10_000_000)
    assert (answer.status, answer.code) == (413, "RequestEntityTooLarge")
    assert aws.control("GET", "/health") == {"status": "ok"}


@pytest.mark.aws(REST_XML)
def test_a_body_where_none_belongs_is_not_looked_at(aws):
    """A GET has no body; one that is sent all the same is not read."""
    answer = raw.send(aws, "route53", method="GET", path="/2013-04-01/hostedzone", body=b"<broken")
    assert answer.status == 200 and "<HostedZones>" in answer.text


@pytest.mark.aws(REST_XML)
def test_a_path_that_no_operation_has_is_unknown(aws):
    """REST services answer 404 to paths and methods that their model has not."""
    for service, method, path in [
        ("route53", "GET", "/2013-04-01/hostedzoom"),
        ("route53", "PATCH", "/2013-04-01/hostedzone"),
        ("route53", "GET", "/"),
        ("route53", "GET", "/2013-04-01/hostedzone/%FF"),
        ("scheduler", "GET", "/schedule"),
    ]:
        answer = raw.send(aws, service, method=method, path=path)
        assert (answer.status, answer.code) == (404, "UnknownOperationException")


@pytest.mark.aws(REST_JSON)
def test_rest_json_refuses_a_broken_body(aws):
    """Scheduler refuses a body that is not JSON, with the error's code in a header."""
    answer = raw.send(aws, "scheduler", path="/schedules/nightly", body="{", headers={"content-type": "application/json"})
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (400, "SerializationException")


@pytest.mark.aws(ERRORS)
def test_what_aws_has_and_the_simulator_has_not_is_told_and_counted(aws):
    """An operation that AWS has is never refused as unknown: 501 names it, and it is counted."""
    for service, send in [
        ("ec2", lambda: raw.query(aws, "ec2", "Action=CreateFleet&Version=2016-11-15")),
        ("iam", lambda: raw.query(aws, "iam", "Action=CreateVirtualMFADevice&Version=2010-05-08")),
        ("ssm", lambda: raw.target(aws, "ssm", "AmazonSSM.CreateOpsItem")),
        ("route53", lambda: raw.send(aws, "route53", method="GET", path="/2013-04-01/cidrcollection")),
        ("sqs", lambda: raw.query(aws, "sqs", "Action=ListQueues&Version=2012-11-05")),
    ]:
        answer = send()
        assert (answer.status, answer.code) == (501, "NotSimulated"), service
    counted = aws.control("GET", "/unknown")["unknown"]
    assert {(row["service"], row["operation"], row["count"]) for row in counted} == {
        ("ec2", "CreateFleet", 1), ("iam", "CreateVirtualMFADevice", 1), ("ssm", "CreateOpsItem", 1),
        ("route53", "ListCidrCollections", 1), ("sqs", "ListQueues", 1),
    }  # fmt: skip


@pytest.mark.aws(ERRORS)
def test_zeros_and_controls_are_values(aws):
    """Bytes that no name may have are refused by the operation, not by the way to it."""
    answer = raw.query(aws, "iam", "Action=GetRole&RoleName=%00%01&Version=2010-05-08")
    assert (answer.status, answer.code) == (400, "ValidationError")
    answer = raw.target(aws, "logs", CREATE_GROUP, '{"logGroupName": "\\u0000"}')
    assert (answer.status, answer.code) == (400, "InvalidParameterException")
