"""Signature Version 4: who may call."""

import json
from datetime import datetime, timedelta, timezone
from unittest import mock

import pytest
import raw
from simulator import refused

SIGNING = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html"
TROUBLE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html"
ERRORS = "https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html"
EC2_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
ASSUME = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"
ME = "Action=GetCallerIdentity&Version=2011-06-15"
SENTENCE = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key"


@pytest.mark.aws(TROUBLE)
def test_a_wrong_secret_is_refused_by_query_services(aws):
    """A request signed with another secret is refused with SignatureDoesNotMatch and AWS's sentence."""
    with refused("SignatureDoesNotMatch", SENTENCE, status=403):
        aws.client("iam", secret="wrong").list_roles()


@pytest.mark.aws(TROUBLE)
def test_a_wrong_secret_is_refused_by_json_services(aws):
    """JSON services call a signature that does not hold InvalidSignatureException."""
    with refused("InvalidSignatureException", SENTENCE, status=400):
        aws.client("logs", secret="wrong").describe_log_groups()


@pytest.mark.aws(EC2_ERRORS)
def test_a_wrong_secret_is_refused_by_ec2(aws):
    """EC2 does not tell a wrong secret from an unknown key: AuthFailure with 401."""
    with refused("AuthFailure", "AWS was not able to validate the provided access credentials", status=401):
        aws.client("ec2", secret="wrong").describe_vpcs()


@pytest.mark.aws(TROUBLE)
def test_a_wrong_secret_is_refused_by_rest_services(aws):
    """REST services refuse a wrong secret by the codes of XML and of JSON."""
    with refused("SignatureDoesNotMatch", SENTENCE, status=403):
        aws.client("route53", secret="wrong").list_hosted_zones()
    with refused("InvalidSignatureException", SENTENCE):
        aws.client("scheduler", secret="wrong").list_schedules()


@pytest.mark.aws(ERRORS)
def test_an_unknown_key_is_refused_by_every_family(aws):
    """An access key that no account has is refused with the code of the service's family."""
    for service, call, code in [
        ("iam", "list_roles", "InvalidClientTokenId"),
        ("route53", "list_hosted_zones", "InvalidClientTokenId"),
        ("logs", "describe_log_groups", "UnrecognizedClientException"),
        ("ec2", "describe_vpcs", "AuthFailure"),
    ]:
        with refused(code):
            getattr(aws.client(service, key="AKIANOBODY"), call)()


@pytest.mark.aws(ERRORS)
def test_an_unsigned_request_is_refused(aws):
    """A request without any signature misses its authentication token."""
    answer = raw.query(aws, "iam", "Action=ListRoles&Version=2010-05-08", sign=False)
    assert (answer.status, answer.code) == (403, "MissingAuthenticationToken")
    assert answer.message == "Request is missing Authentication Token"
    answer = raw.target(aws, "logs", "Logs_20140328.DescribeLogGroups", sign=False)
    assert (answer.status, answer.code) == (400, "MissingAuthenticationTokenException")


@pytest.mark.aws(ERRORS)
def test_half_a_signature_is_incomplete(aws):
    """What an Authorization header lacks is named."""

    def blunt(request):
        request.headers.replace_header("Authorization", "AWS4-HMAC-SHA256 SignedHeaders=host")

    answer = raw.query(aws, "sts", ME, change=blunt)
    assert (answer.status, answer.code) == (400, "IncompleteSignature")
    assert "requires 'Credential' parameter. Authorization header requires 'Signature' parameter." in answer.message
    answer = raw.target(aws, "logs", "Logs_20140328.DescribeLogGroups", change=blunt)
    assert answer.code == "IncompleteSignatureException"


@pytest.mark.aws(TROUBLE)
def test_a_scope_has_five_parts(aws):
    """A credential is key, date, region, service and terminator."""

    def shorten(request):
        header = request.headers["Authorization"].replace("/aws4_request", "")
        request.headers.replace_header("Authorization", header)

    answer = raw.query(aws, "sts", ME, change=shorten)
    assert answer.code == "IncompleteSignature"
    assert "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term" in answer.message


@pytest.mark.aws(TROUBLE)
def test_a_changed_body_does_not_hold(aws):
    """The body is part of what is signed."""

    def change(request):
        request.data = request.data.replace(b"GetCallerIdentity", b"GetCallerIdentify")

    def widen(request):
        request.data += b"&X=1"

    answer = raw.query(aws, "sts", ME, change=widen)
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    assert raw.query(aws, "sts", ME, change=change).code == "InvalidAction"


@pytest.mark.aws(SIGNING)
def test_a_changed_header_does_not_hold_unless_it_is_unsigned(aws):
    """Headers that are signed may not change on the way, others may come and go."""

    def retarget(request):
        request.headers.replace_header("X-Amz-Target", "Logs_20140328.DescribeLogStreams")

    def add(request):
        request.headers["X-Forwarded-For"] = "192.0.2.1"

    answer = raw.target(aws, "logs", "Logs_20140328.DescribeLogGroups", change=retarget)
    assert answer.code == "InvalidSignatureException"
    assert raw.target(aws, "logs", "Logs_20140328.DescribeLogGroups", change=add).status == 200


@pytest.mark.aws(SIGNING)
def test_blanks_in_a_header_are_one(aws):
    """Runs of blanks in a signed header count as one."""

    def blow_up(request):
        request.headers.replace_header("X-Note", "  a    b ")

    headers = {**raw.FORM, "X-Note": "a b"}
    assert raw.send(aws, "sts", headers=headers, body=ME, change=blow_up).status == 200


@pytest.mark.aws(TROUBLE)
def test_an_old_signature_has_expired(aws):
    """A signature more than five minutes old is refused with both times."""
    answer = raw.query(aws, "sts", ME, ago=400)
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")
    assert answer.message.startswith("Signature expired: ") and " is now earlier than " in answer.message
    assert answer.message.endswith(" - 5 min.)")
    answer = raw.target(aws, "logs", "Logs_20140328.DescribeLogGroups", ago=400)
    assert answer.code == "InvalidSignatureException"


@pytest.mark.aws(EC2_ERRORS)
def test_ec2_calls_an_old_signature_an_expired_request(aws):
    """EC2 answers RequestExpired to a request that was signed too long ago."""
    assert raw.query(aws, "ec2", "Action=DescribeVpcs&Version=2016-11-15", ago=400).code == "RequestExpired"


@pytest.mark.aws(TROUBLE)
def test_a_signature_of_the_future_is_not_yet_current(aws):
    """A signature more than five minutes ahead is refused."""
    answer = raw.query(aws, "sts", ME, ago=-400)
    assert answer.code == "SignatureDoesNotMatch"
    assert answer.message.startswith("Signature not yet current: ") and answer.message.endswith(" + 5 min.)")


@pytest.mark.aws(TROUBLE)
def test_clocks_may_differ_by_some_minutes(aws):
    """Four minutes to either side are taken."""
    assert [raw.query(aws, "sts", ME, ago=ago).status for ago in (240, -240)] == [200, 200]


@pytest.mark.aws(TROUBLE)
def test_the_scopes_date_is_the_requests(aws):
    """The date in the scope is the day of the request."""

    def another_day(request):
        header = request.headers["Authorization"]
        day = request.headers["X-Amz-Date"][:8]
        request.headers.replace_header("Authorization", header.replace(f"/{day}/", "/20200101/"))

    answer = raw.query(aws, "sts", ME, change=another_day)
    assert answer.code == "SignatureDoesNotMatch"
    assert "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP" in answer.message


@pytest.mark.aws(TROUBLE)
def test_a_scope_ends_in_its_terminator(aws):
    """The last part of a scope is aws4_request."""

    def end_otherwise(request):
        header = request.headers["Authorization"].replace("aws4_request", "aws5_request")
        request.headers.replace_header("Authorization", header)

    answer = raw.query(aws, "sts", ME, change=end_otherwise)
    assert "Credential should be scoped with a valid terminator: 'aws4_request', not 'aws5_request'." in answer.message


@pytest.mark.aws(SIGNING)
def test_the_host_must_be_signed(aws):
    """A signature that does not cover the host is refused."""

    def leave_out_host(request):
        header = request.headers["Authorization"].replace(";host", "")
        request.headers.replace_header("Authorization", header)

    answer = raw.query(aws, "sts", ME, change=leave_out_host)
    assert answer.code == "SignatureDoesNotMatch"
    assert "must be a 'SignedHeader' in the AWS Authorization." in answer.message


@pytest.mark.aws(SIGNING)
def test_the_simulated_clock_does_not_age_signatures(aws):
    """Signatures are dated by the real clock, however far the simulated one is ahead."""
    aws.advance(7 * 24 * 3600)
    assert aws.sts.get_caller_identity()["Account"] == "123456789012"


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html")
def test_a_presigned_request_is_answered(aws):
    """A request may carry its signature in the query, and then needs no header."""
    address = aws.sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    answer = raw.transmit(aws, "GET", address.removeprefix(aws.url), {})
    assert answer.status == 200 and "<Account>123456789012</Account>" in answer.text


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html")
def test_a_presigned_request_holds_for_what_was_signed(aws):
    """Another parameter in a presigned request breaks its signature."""
    address = aws.sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
    answer = raw.transmit(aws, "GET", address.removeprefix(aws.url) + "&X=1", {})
    assert (answer.status, answer.code) == (403, "SignatureDoesNotMatch")


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-authentication-methods.html")
def test_a_presigned_request_expires(aws):
    """A presigned request holds as long as it says, which is a week at most."""
    then = datetime.now(timezone.utc).replace(tzinfo=None) - timedelta(seconds=120)
    with mock.patch("botocore.auth.get_current_datetime", return_value=then):
        short = aws.sts.generate_presigned_url("get_caller_identity", ExpiresIn=60, HttpMethod="GET")
        long = aws.sts.generate_presigned_url("get_caller_identity", ExpiresIn=180, HttpMethod="GET")
        endless = aws.sts.generate_presigned_url("get_caller_identity", ExpiresIn=604_801, HttpMethod="GET")
    short, long, endless = (raw.transmit(aws, "GET", url.removeprefix(aws.url), {}) for url in (short, long, endless))
    assert short.status == 403 and short.message.startswith("Signature expired: ")
    assert long.status == 200
    assert endless.code == "IncompleteSignature"


@pytest.mark.aws(SIGNING)
def test_a_payload_may_stay_unsigned(aws):
    """With UNSIGNED-PAYLOAD the body is not part of the signature."""

    def rename(request):
        request.data = request.data.replace(b"one", b"two")

    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "Logs_20140328.CreateLogGroup"}
    headers["X-Amz-Content-SHA256"] = "UNSIGNED-PAYLOAD"
    body = json.dumps({"logGroupName": "one"})
    assert raw.send(aws, "logs", headers=headers, body=body, change=rename).status == 200
    assert [group["logGroupName"] for group in aws.logs.describe_log_groups()["logGroups"]] == ["two"]


@pytest.mark.aws(SIGNING)
def test_escaped_paths_and_queries_are_signed_as_they_are_sent(aws):
    """Names with signs that a path must escape are signed alike on both sides."""
    with refused("ResourceNotFoundException"):
        aws.scheduler.list_tags_for_resource(
            ResourceArn="arn:aws:scheduler:eu-west-1:123456789012:schedule-group/a-b_c.d"
        )
    assert aws.route53.list_hosted_zones_by_name(DNSName="a b+c/~*.example.com.")["HostedZones"] == []


def session(aws, name="deploy"):
    trust = {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    arn = aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=document)["Role"]["Arn"]
    aws.advance(60)
    return aws.sts.assume_role(RoleArn=arn, RoleSessionName="ci", DurationSeconds=900)["Credentials"]


@pytest.mark.aws(ASSUME)
def test_a_session_calls_with_its_token(aws):
    """Credentials of a role are three: key, secret and token; with them the role calls."""
    given = session(aws)
    client = aws.client("sts", key=given["AccessKeyId"], secret=given["SecretAccessKey"], token=given["SessionToken"])
    assert client.get_caller_identity()["Arn"] == "arn:aws:sts::123456789012:assumed-role/deploy/ci"


@pytest.mark.aws(ASSUME)
def test_a_session_without_its_token_is_nobody(aws):
    """A session's key without its token, or with another's, is not valid."""
    given = session(aws)
    for token in (None, "another"):
        with refused("InvalidClientTokenId", "The security token included in the request is invalid."):
            key, secret = given["AccessKeyId"], given["SecretAccessKey"]
            aws.client("sts", key=key, secret=secret, token=token).get_caller_identity()


@pytest.mark.aws(ASSUME)
def test_a_session_ends(aws):
    """A session's credentials are refused once its time is over, with the code of the service's family."""
    given = session(aws)
    aws.advance(901)
    for service, call, code in [
        ("sts", "get_caller_identity", "ExpiredToken"),
        ("logs", "describe_log_groups", "ExpiredTokenException"),
        ("ec2", "describe_vpcs", "RequestExpired"),
    ]:
        with refused(code):
            key, secret, token = (given[part] for part in ("AccessKeyId", "SecretAccessKey", "SessionToken"))
            getattr(aws.client(service, key=key, secret=secret, token=token), call)()


@pytest.mark.aws(TROUBLE)
def test_refused_callers_are_remembered(aws):
    """A call that was refused for its signature has changed nothing, and stands in the log of calls."""
    with refused("InvalidSignatureException"):
        aws.client("logs", secret="wrong").create_log_group(logGroupName="app")
    assert aws.logs.describe_log_groups()["logGroups"] == []
    calls = aws.control("GET", "/calls?operation=CreateLogGroup")["calls"]
    assert [call["outcome"] for call in calls] == ["InvalidSignatureException"]
