"""The shapes of requests and answers in every protocol, also by the AWS command line."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import boto3
import botocore.serialize
import pytest
import raw

QUERY = "https://smithy.io/2.0/aws/protocols/aws-query-protocol.html"
EC2 = "https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html"
JSON = "https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html"
REST_XML = "https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html"
REST_JSON = "https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html"
CBOR = "https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html"
CLI = "https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-endpoints.html"


@pytest.mark.aws(QUERY)
def test_a_query_answer_is_wrapped_in_its_result(aws):
    """A query service answers in its namespace: the result, and the request's id behind it."""
    answer = raw.query(aws, "iam", "Action=ListRoles&Version=2010-05-08")
    assert answer.text.splitlines()[1].startswith('<ListRolesResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/">')
    assert "<ListRolesResult>" in answer.text
    assert f"<ResponseMetadata><RequestId>{answer.headers['x-amzn-requestid']}</RequestId>" in answer.text
    assert answer.headers["content-type"].startswith("text/xml")


@pytest.mark.aws(QUERY)
def test_a_query_error_says_whose_fault_it_is(aws):
    """An error has type, code and message in the service's namespace."""
    answer = raw.query(aws, "iam", "Action=GetRole&RoleName=none&Version=2010-05-08")
    assert answer.status == 404
    assert '<ErrorResponse xmlns="https://iam.amazonaws.com/doc/2010-05-08/"><Error><Type>Sender</Type><Code>NoSuchEntity</Code>' in answer.text


@pytest.mark.aws(EC2)
def test_an_ec2_answer_has_its_request_id_in_front(aws):
    """EC2 has no result element; its errors are in a list of one."""
    answer = raw.query(aws, "ec2", "Action=DescribeVpcs&Version=2016-11-15")
    assert '<DescribeVpcsResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>' in answer.text
    answer = raw.query(aws, "ec2", "Action=DeleteVpc&VpcId=vpc-0123456789abcdef0&Version=2016-11-15")
    assert "<Response><Errors><Error><Code>InvalidVpcID.NotFound</Code>" in answer.text and "<RequestID>" in answer.text


@pytest.mark.aws(JSON)
def test_a_json_answer_has_no_nulls(aws):
    """JSON services leave out what has no value, and answer an empty object where there is nothing to say."""
    answer = raw.target(aws, "logs", "Logs_20140328.CreateLogGroup", '{"logGroupName": "a"}')
    assert (answer.text, answer.headers["content-type"]) == ("{}", "application/x-amz-json-1.1")
    answer = raw.target(aws, "logs", "Logs_20140328.DescribeLogGroups")
    assert "null" not in answer.text and answer.json["logGroups"][0]["logGroupName"] == "a"


@pytest.mark.aws(JSON)
def test_a_json_error_is_a_type_and_a_message(aws):
    """A JSON service names its error in __type; what refuses a call before the service does has a namespace of its own."""
    answer = raw.target(aws, "logs", "Logs_20140328.DeleteLogGroup", '{"logGroupName": "none"}')
    assert answer.json == {
        "__type": "ResourceNotFoundException",
        "message": "The specified log group does not exist.",
    }
    answer = raw.target(aws, "logs", "Logs_20140328.Delete")
    assert answer.json == {"__type": "com.amazon.coral.service#UnknownOperationException"}


@pytest.mark.aws(REST_XML)
def test_rest_xml_creates_with_201_and_a_location(aws):
    """A creating call of Route53 answers 201 and the new thing's place in a header, not in the document."""
    body = "<CreateHostedZoneRequest><Name>example.com</Name><CallerReference>1</CallerReference></CreateHostedZoneRequest>"
    answer = raw.send(aws, "route53", path="/2013-04-01/hostedzone", body=body)
    assert answer.status == 201
    assert re.fullmatch(r"https://route53\.amazonaws\.com/2013-04-01/hostedzone/Z\w+", answer.headers["location"])
    assert "Location" not in answer.text
    assert '<CreateHostedZoneResponse xmlns="https://route53.amazonaws.com/doc/2013-04-01/">' in answer.text


@pytest.mark.aws(REST_XML)
def test_a_path_may_end_in_a_slash(aws):
    """The path of Route53's record sets ends in a slash in AWS's model; clients send it or not."""
    zone = aws.route53.create_hosted_zone(Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    for end in ("", "/"):
        answer = raw.send(aws, "route53", method="GET", path=f"/2013-04-01{zone}/rrset{end}")
        assert answer.status == 200 and "<ResourceRecordSets>" in answer.text


@pytest.mark.aws(REST_JSON)
def test_rest_json_has_its_errors_in_a_header(aws):
    """A REST JSON service names its error in a header."""
    answer = raw.send(aws, "scheduler", method="GET", path="/schedules/none")
    assert (answer.status, answer.headers["x-amzn-errortype"]) == (404, "ResourceNotFoundException")
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.aws(CBOR)
def test_cloud_map_is_refused_in_the_protocol_that_it_was_asked_in(aws):
    """Cloud Map speaks CBOR to clients that name it in a header, and JSON to the others."""
    path = "/service/Route53AutoNaming_v20170314/operation/ListNamesakes"
    headers = {"smithy-protocol": "rpc-v2-cbor", "content-type": "application/cbor"}
    answer = raw.send(aws, "servicediscovery", path=path, headers=headers, body=b"\xa0")
    assert (answer.status, answer.headers["smithy-protocol"]) == (400, "rpc-v2-cbor")
    assert answer.headers["content-type"] == "application/cbor"
    assert b"UnknownOperationException" in answer.body and answer.body[0] >> 5 == 5
    answer = raw.target(aws, "servicediscovery", "Route53AutoNaming_v20170314.ListNamesakes")
    assert answer.code == "UnknownOperationException"


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html")
def test_every_answer_has_an_id_of_its_own(aws):
    """Each answer, also a refusal, has a request id that no other has."""
    answers = [raw.target(aws, "logs", "Logs_20140328.DescribeLogGroups", sign=sign) for sign in (True, True, False)]
    assert len({answer.headers["x-amzn-requestid"] for answer in answers}) == 3


def aws_cli(aws, *words):
    """What `aws …` writes, as JSON."""
    binary = Path(sys.executable).parent / "aws"
    environment = {
        "PATH": os.environ["PATH"], "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_MAX_ATTEMPTS": "1",
        "AWS_DEFAULT_REGION": "eu-west-1", "AWS_ENDPOINT_URL": aws.url, "AWS_EC2_METADATA_DISABLED": "true",
        "HOME": "/nonexistent",
    }  # fmt: skip
    done = subprocess.run([sys.executable, binary, *words, "--output", "json"], env=environment, capture_output=True, timeout=60)
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout) if done.stdout.strip() else None


@pytest.mark.aws(CLI)
def test_the_command_line_speaks_query(aws):
    """`aws sts` and `aws autoscaling` are understood."""
    assert aws_cli(aws, "sts", "get-caller-identity")["Account"] == "123456789012"
    assert aws_cli(aws, "autoscaling", "describe-auto-scaling-groups") == {"AutoScalingGroups": []}


@pytest.mark.aws(CLI)
def test_the_command_line_speaks_ec2_query(aws):
    """`aws ec2` makes a network and finds it by a filter."""
    made = aws_cli(aws, "ec2", "create-vpc", "--cidr-block", "10.9.0.0/16")["Vpc"]["VpcId"]
    found = aws_cli(aws, "ec2", "describe-vpcs", "--filters", "Name=cidr,Values=10.9.0.0/16")["Vpcs"]
    assert [vpc["VpcId"] for vpc in found] == [made]


@pytest.mark.aws(CLI)
def test_the_command_line_speaks_json(aws):
    """`aws ecs` and `aws logs` are understood."""
    assert aws_cli(aws, "ecs", "create-cluster", "--cluster-name", "dev")["cluster"]["status"] == "ACTIVE"
    aws_cli(aws, "logs", "create-log-group", "--log-group-name", "app")
    assert aws_cli(aws, "logs", "describe-log-groups")["logGroups"][0]["logGroupName"] == "app"


@pytest.mark.aws(CLI)
def test_the_command_line_speaks_rest_xml(aws):
    """`aws route53` makes a zone and lists its records."""
    made = aws_cli(aws, "route53", "create-hosted-zone", "--name", "example.com", "--caller-reference", "1")
    listed = aws_cli(aws, "route53", "list-resource-record-sets", "--hosted-zone-id", made["HostedZone"]["Id"])
    assert [record["Type"] for record in listed["ResourceRecordSets"]] == ["NS", "SOA"]


@pytest.mark.aws(CLI)
def test_the_command_line_speaks_rest_json(aws):
    """`aws scheduler` is understood."""
    assert aws_cli(aws, "scheduler", "list-schedule-groups")["ScheduleGroups"][0]["Name"] == "default"


@pytest.mark.aws(CBOR)
def test_cloud_map_reads_cbor_as_it_reads_json(aws):
    """The same parameters in CBOR and in JSON get the same answer, and a body that is no CBOR cannot be serialized."""
    long = {"Name": "a" * 1025, "CreatorRequestId": "1"}
    target = "Route53AutoNaming_v20170314"
    written = botocore.serialize.create_serializer("smithy-rpc-v2-cbor", include_validation=False)
    model = boto3.client("servicediscovery", region_name="eu-west-1").meta.service_model
    model.__dict__["resolved_protocol"] = "smithy-rpc-v2-cbor"
    request = written.serialize_to_request(long, model.operation_model("CreateHttpNamespace"))
    path = f"/service/{target}/operation/CreateHttpNamespace"
    by_cbor = raw.send(aws, "servicediscovery", path=path, headers=request["headers"], body=request["body"])
    by_json = raw.target(aws, "servicediscovery", f"{target}.CreateHttpNamespace", json.dumps(long))
    assert by_cbor.status == by_json.status != 200
    assert by_json.code.encode() in by_cbor.body and by_json.message.encode() in by_cbor.body
    broken = raw.send(aws, "servicediscovery", path=path, headers=request["headers"], body=b"\xbf\x61")
    assert broken.status == 400 and b"SerializationException" in broken.body
