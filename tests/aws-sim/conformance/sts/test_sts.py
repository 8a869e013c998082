"""Identities and temporary credentials."""

import json

import pytest
from simulator import refused, running

ASSUME = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"
CHAINING = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html"
EXTERNAL_ID = "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_common-scenarios_third-party.html"
CONSISTENCY = "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html"
OTHER = "210987654321"


def role(aws, name="app", principal=None, account=None, action="sts:AssumeRole", condition=None, **more):
    """A role that lets the default account in, in the default account unless another is named."""
    statement = {"Effect": "Allow", "Principal": principal or {"AWS": "123456789012"}, "Action": action}
    if condition:
        statement["Condition"] = condition
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    if account:
        aws.control("POST", "/accounts", {"id": account, "access_key": "other", "secret": "other"})
    iam = aws.client("iam", key="other", secret="other") if account else aws.iam
    return iam.create_role(RoleName=name, AssumeRolePolicyDocument=document, **more)["Role"]


def user(aws, name="ann"):
    aws.iam.create_user(UserName=name)
    key = aws.iam.create_access_key(UserName=name)["AccessKey"]
    return aws.client("sts", key=key["AccessKeyId"], secret=key["SecretAccessKey"])


def session(aws, credentials, service="sts"):
    return aws.client(
        service,
        key=credentials["AccessKeyId"],
        secret=credentials["SecretAccessKey"],
        token=credentials["SessionToken"],
    )


def assume(sts, arn, **more):
    return sts.assume_role(RoleArn=arn, RoleSessionName="run", **more)


@pytest.mark.aws("https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html")
def test_a_session_is_told_who_it_is(aws):
    """A caller learns account, ARN and id: the user's own, or those of the session of a role."""
    made = role(aws, Path="/team/")
    assumed = assume(aws.sts, made["Arn"])
    caller = session(aws, assumed["Credentials"]).get_caller_identity()
    assert caller["Arn"] == "arn:aws:sts::123456789012:assumed-role/app/run" == assumed["AssumedRoleUser"]["Arn"]
    assert caller["UserId"] == f"{made['RoleId']}:run" == assumed["AssumedRoleUser"]["AssumedRoleId"]
    assert user(aws).get_caller_identity()["Account"] == "123456789012"


@pytest.mark.aws(ASSUME)
def test_temporary_keys_are_known_by_their_letters(aws):
    """Credentials of a role are a key that begins with ASIA, a secret, a token and an hour's time."""
    credentials = assume(aws.sts, role(aws)["Arn"])["Credentials"]
    assert credentials["AccessKeyId"].startswith("ASIA") and len(credentials["SecretAccessKey"]) == 40
    now = aws.control("GET", "/clock")["now"][:19]
    assert (credentials["Expiration"].isoformat()[:13] > now[:13]) and credentials["SessionToken"]


@pytest.mark.aws(ASSUME)
def test_a_session_acts_in_the_account_of_the_role(aws):
    """What a session of another account's role makes belongs to that account."""
    credentials = assume(aws.sts, role(aws, account=OTHER)["Arn"])["Credentials"]
    session(aws, credentials, "logs").create_log_group(logGroupName="app")
    assert [one["account"] for one in aws.inventory("logs", "log_groups")] == [OTHER]
    assert aws.logs.describe_log_groups()["logGroups"] == []


@pytest.mark.aws(ASSUME)
def test_a_session_expires(aws):
    """After the seconds that were asked for, calls of the session are refused."""
    credentials = assume(aws.sts, role(aws)["Arn"], DurationSeconds=900)["Credentials"]
    mine = session(aws, credentials)
    aws.advance(899)
    mine.get_caller_identity()
    aws.advance(2)
    with refused("ExpiredToken", "The security token included in the request is expired", 403):
        mine.get_caller_identity()


@pytest.mark.aws(ASSUME)
def test_the_trust_policy_decides_who_is_let_in(aws):
    """A role that trusts a service or another user lets nobody else in, and neither does one that does not exist."""
    ann = user(aws)
    user(aws, "bob")
    for_service = role(aws, "service", {"Service": "ecs-tasks.amazonaws.com"})["Arn"]
    for_bob = role(aws, "bob", {"AWS": "arn:aws:iam::123456789012:user/bob"})["Arn"]
    for_ann = role(aws, "ann", {"AWS": "arn:aws:iam::123456789012:user/ann"})["Arn"]
    sentence = "User: arn:aws:iam::123456789012:user/ann is not authorized to perform: sts:AssumeRole on resource: "
    for arn in [for_service, for_bob, "arn:aws:iam::123456789012:role/none"]:
        with refused("AccessDenied", sentence + arn, 403):
            assume(ann, arn)
    assume(ann, for_ann)


@pytest.mark.aws(EXTERNAL_ID)
def test_an_external_id_is_asked_for(aws):
    """A role whose trust policy names an external id lets in only those who say it."""
    arn = role(aws, account=OTHER, condition={"StringEquals": {"sts:ExternalId": "secret"}})["Arn"]
    with refused("AccessDenied", status=403):
        assume(aws.sts, arn)
    with refused("AccessDenied"):
        assume(aws.sts, arn, ExternalId="wrong")
    assume(aws.sts, arn, ExternalId="secret")


@pytest.mark.aws(ASSUME)
def test_the_role_bounds_the_duration(aws):
    """A session lasts at least 900 seconds and at most as long as the role allows."""
    arn = role(aws, MaxSessionDuration=7200)["Arn"]
    assume(aws.sts, arn, DurationSeconds=7200)
    with refused("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role."):
        assume(aws.sts, arn, DurationSeconds=7201)
    with refused("ValidationError", "greater than or equal to 900"):
        assume(aws.sts, arn, DurationSeconds=899)
    with refused("ValidationError", "less than or equal to 43200"):
        assume(aws.sts, arn, DurationSeconds=43201)


@pytest.mark.aws(CHAINING)
def test_a_chain_of_roles_lasts_an_hour_at_most(aws):
    """A session that takes on another role gets an hour at most, whatever the role allows."""
    second = role(aws, "second", MaxSessionDuration=43200)["Arn"]
    first = session(aws, assume(aws.sts, role(aws, "first")["Arn"])["Credentials"])
    with refused("ValidationError", "exceeds the 1 hour session limit for roles assumed by role chaining"):
        assume(first, second, DurationSeconds=3601)
    assume(first, second, DurationSeconds=3600)


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html")
def test_a_role_may_trust_the_sessions_of_a_role(aws):
    """A trust policy that names a role lets in the sessions of that role."""
    first = role(aws, "first")["Arn"]
    second = role(aws, "second", {"AWS": first})["Arn"]
    mine = session(aws, assume(aws.sts, first)["Credentials"])
    assert assume(mine, second)["AssumedRoleUser"]["Arn"].endswith("assumed-role/second/run")
    with refused("AccessDenied"):
        assume(user(aws), second)


@pytest.mark.aws(ASSUME)
def test_session_names_have_an_alphabet(aws):
    """A session's name has 2 to 64 characters of a small alphabet, and a role is named by its ARN."""
    arn = role(aws)["Arn"]
    with refused("ValidationError", "[\\w+=,.@-]*"):
        aws.sts.assume_role(RoleArn=arn, RoleSessionName="my run")
    with refused("ValidationError", "greater than or equal to 2"):
        aws.sts.assume_role(RoleArn=arn, RoleSessionName="a")
    with refused("ValidationError", "is invalid"):
        assume(aws.sts, "arn:aws:iam::123456789012:user/ann")


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html")
def test_session_tags_must_be_allowed(aws):
    """Tags may be passed only where the trust policy allows sts:TagSession, and they take up room."""
    tags = [{"Key": "team", "Value": "a"}]
    with refused("AccessDenied", "is not authorized to perform: sts:TagSession"):
        assume(aws.sts, role(aws)["Arn"], Tags=tags)
    arn = role(aws, "tagged", action=["sts:AssumeRole", "sts:TagSession"])["Arn"]
    assert assume(aws.sts, arn, Tags=tags)["PackedPolicySize"] == 1


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html")
def test_sessions_end_with_their_role(aws):
    """Credentials of a role that was deleted are refused."""
    mine = session(aws, assume(aws.sts, role(aws)["Arn"])["Credentials"])
    aws.iam.delete_role(RoleName="app")
    with refused("InvalidClientTokenId", status=403):
        mine.get_caller_identity()


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/APIReference/API_RoleLastUsed.html")
def test_a_role_tells_when_it_was_used_last(aws):
    """A role shows the time and the region of its last use."""
    arn = role(aws)["Arn"]
    assert aws.iam.get_role(RoleName="app")["Role"]["RoleLastUsed"] == {}
    assume(aws.sts, arn)
    used = aws.iam.get_role(RoleName="app")["Role"]["RoleLastUsed"]
    assert used["Region"] == "eu-west-1" and used["LastUsedDate"]


@pytest.mark.aws("https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html")
def test_a_user_gets_temporary_credentials_of_their_own(aws):
    """GetSessionToken gives credentials for the same user, which cannot be used to get more."""
    credentials = user(aws).get_session_token(DurationSeconds=900)["Credentials"]
    mine = session(aws, credentials)
    assert mine.get_caller_identity()["Arn"] == "arn:aws:iam::123456789012:user/ann"
    with refused("AccessDenied", "Cannot call GetSessionToken with session credentials", 403):
        mine.get_session_token()
    aws.advance(901)
    with refused("ExpiredToken"):
        mine.get_caller_identity()


@pytest.mark.aws("https://docs.aws.amazon.com/STS/latest/APIReference/API_GetAccessKeyInfo.html")
def test_an_access_key_tells_its_account(aws):
    """GetAccessKeyInfo names the account that an access key belongs to."""
    credentials = assume(aws.sts, role(aws, account=OTHER)["Arn"])["Credentials"]
    assert aws.sts.get_access_key_info(AccessKeyId=credentials["AccessKeyId"])["Account"] == OTHER


@pytest.mark.aws(CONSISTENCY)
def test_a_new_role_is_not_known_everywhere(simulator):
    """Where consistency is AWS's, a role cannot be assumed in its first seconds, nor an instance profile be found by EC2."""
    with running("--step", "--consistency", "aws") as aws:
        aws.control("DELETE", "/faults")
        arn = role(aws)["Arn"]
        with refused("AccessDenied", status=403):
            assume(aws.sts, arn)
        aws.iam.create_instance_profile(InstanceProfileName="app")
        image = aws.ssm.get_parameter(Name="/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id")
        launch = {"ImageId": image["Parameter"]["Value"], "InstanceType": "t3.small", "MinCount": 1, "MaxCount": 1}
        vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        launch["SubnetId"] = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        with refused("InvalidParameterValue", "Invalid IAM Instance Profile name"):
            aws.ec2.run_instances(IamInstanceProfile={"Name": "app"}, **launch)
        aws.advance(15)
        assume(aws.sts, arn)
        aws.ec2.run_instances(IamInstanceProfile={"Name": "app"}, **launch)
