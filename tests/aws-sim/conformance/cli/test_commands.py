"""How the AWS command line speaks: output, files, pages, errors and profiles."""

import base64
import json

import pytest
from policy_documents import allow, trust

QUERY = "https://docs.aws.amazon.com/cli/v1/userguide/cli-usage-filter.html"
PAGES = "https://docs.aws.amazon.com/cli/v1/userguide/cli-usage-pagination.html"
CODES = "https://docs.aws.amazon.com/cli/v1/userguide/cli-usage-returncodes.html"
FILES = "https://docs.aws.amazon.com/cli/v1/userguide/cli-usage-parameters-file.html"
SKELETONS = "https://docs.aws.amazon.com/cli/v1/userguide/cli-usage-skeleton.html"
ROLES = "https://docs.aws.amazon.com/cli/v1/userguide/cli-configure-role.html"
SHORTHAND = "https://docs.aws.amazon.com/cli/v1/userguide/cli-usage-shorthand.html"
LOGIN = "https://docs.aws.amazon.com/cli/latest/reference/ecr/get-login-password.html"
DRY_RUN = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DryRun.html"


@pytest.mark.aws(QUERY)
def test_output_is_narrowed_by_filters_and_queries(command):
    """What EC2's own filters and the client's queries leave is one line a thing."""
    tagged = "ResourceType=vpc,Tags=[{Key=Name,Value=dev},{Key=env,Value=test}]"
    made = ("ec2", "create-vpc", "--cidr-block", "10.0.0.0/16", "--tag-specifications", tagged)
    ((vpc,),) = command.text(*made, "--query", "Vpc.VpcId")
    command.simulator.ec2.create_vpc(CidrBlock="10.1.0.0/16")
    listed = ("ec2", "describe-vpcs", "--filters", "Name=tag:Name,Values=dev,prod")
    query = "Vpcs[].[VpcId, State, IsDefault, Tags[?Key=='env'] | [0].Value]"
    assert command.text(*listed, "--query", query) == [[vpc, "available", "False", "test"]]


@pytest.mark.aws(PAGES)
def test_pages_are_followed_and_cut(command):
    """The client asks for pages of a size and shows so many items; its own token goes on where it stopped."""
    for number in range(5):
        command.simulator.logs.create_log_group(logGroupName=f"g{number}")
    listed = ("logs", "describe-log-groups", "--page-size", "2", "--max-items", "3")
    first = command.json(*listed)
    rest = command.json(*listed, "--starting-token", first["NextToken"])
    names = [[group["logGroupName"] for group in page["logGroups"]] for page in (first, rest)]
    assert names == [["g0", "g1", "g2"], ["g3", "g4"]] and "NextToken" not in rest
    calls = command.simulator.control("GET", "/calls?operation=DescribeLogGroups&caller=aws-cli")["calls"]
    assert len(calls) == 4


@pytest.mark.aws(PAGES)
def test_all_pages_of_records_are_one_answer(command):
    """Records and policies, whose pages have markers of two kinds, come as one list; --no-paginate asks once."""
    zone = command.simulator.route53.create_hosted_zone(Name="example.com", CallerReference="once")["HostedZone"]["Id"]
    batch = {"Changes": [change(f"n{number}.example.com") for number in range(7)]}
    name = command.file("batch.json", batch)
    asked = ("route53", "change-resource-record-sets", "--hosted-zone-id", zone)
    changed = command.json(*asked, "--change-batch", f"file://{name}")
    assert changed["ChangeInfo"]["Status"] == "PENDING"
    listed = ("route53", "list-resource-record-sets", "--hosted-zone-id", zone, "--page-size", "3")
    assert len(command.json(*listed)["ResourceRecordSets"]) == 9
    policies = ("iam", "list-policies", "--scope", "AWS", "--no-paginate", "--max-items", "1")
    page = command.json(*policies)
    assert len(page["Policies"]) == 1 and page["IsTruncated"] is True and page["Marker"]


def change(name):
    record = {"Name": name, "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}
    return {"Action": "CREATE", "ResourceRecordSet": record}


@pytest.mark.aws(CODES)
def test_what_aws_refuses_is_told_with_code_and_operation(command):
    """A refusal is one sentence with the error's code and the operation, for every protocol, and exits with 255."""
    refused = {
        ("ec2", "describe-vpcs", "--vpc-ids", "vpc-0123456789abcdef0"): (
            "An error occurred (InvalidVpcID.NotFound) when calling the DescribeVpcs operation: "
            "The vpc ID 'vpc-0123456789abcdef0' does not exist"
        ),
        ("iam", "get-role", "--role-name", "nobody"): (
            "An error occurred (NoSuchEntity) when calling the GetRole operation: "
            "The role with name nobody cannot be found."
        ),
        ("ecs", "list-services", "--cluster", "none"): (
            "An error occurred (ClusterNotFoundException) when calling the ListServices operation: Cluster not found."
        ),
        ("route53", "get-hosted-zone", "--id", "Z0123456789"): (
            "An error occurred (NoSuchHostedZone) when calling the GetHostedZone operation: "
            "No hosted zone found with ID: Z0123456789"
        ),
        ("scheduler", "get-schedule", "--name", "none"): (
            "An error occurred (ResourceNotFoundException) when calling the GetSchedule operation: "
            "Schedule none does not exist."
        ),
    }
    for words, sentence in refused.items():
        assert command.refused(*words) == sentence


@pytest.mark.aws(CODES)
def test_unknown_and_missing_credentials_are_refused(command):
    """An unknown key is refused by AWS; without any the client does not ask; both exit with 255."""
    asked = ("sts", "get-caller-identity")
    assert command.refused(*asked, AWS_ACCESS_KEY_ID="nobody") == (
        "An error occurred (InvalidClientTokenId) when calling the GetCallerIdentity operation: "
        "The security token included in the request is invalid."
    )
    wrong = command.refused(*asked, AWS_SECRET_ACCESS_KEY="wrong")
    assert wrong.startswith("An error occurred (SignatureDoesNotMatch) when calling the GetCallerIdentity operation: ")
    before = len(command.simulator.control("GET", "/calls")["calls"])
    nothing = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    assert "Unable to locate credentials" in command.refused(*asked, **nothing)
    assert len(command.simulator.control("GET", "/calls")["calls"]) == before


@pytest.mark.aws(DRY_RUN)
def test_a_dry_run_says_that_it_would_have_succeeded(command):
    """With --dry-run a call that would succeed is refused with DryRunOperation and does nothing."""
    refusal = command.refused("ec2", "create-vpc", "--cidr-block", "10.0.0.0/16", "--dry-run")
    assert refusal == (
        "An error occurred (DryRunOperation) when calling the CreateVpc operation: "
        "Request would have succeeded, but DryRun flag is set."
    )
    assert command.simulator.inventory("ec2", "vpcs") == []


@pytest.mark.aws(FILES)
def test_documents_and_bytes_come_from_files(command):
    """Policies come from file://, bytes from fileb://, and both are kept as they are."""
    trusted = command.file("trust.json", trust({"Service": "ecs-tasks.amazonaws.com"}))
    role = ("--role-name", "task")
    command.json("iam", "create-role", *role, "--assume-role-policy-document", f"file://{trusted}")
    policy = command.file("policy.json", allow("s3:GetObject"))
    command.json("iam", "put-role-policy", *role, "--policy-name", "read", "--policy-document", f"file://{policy}")
    kept = command.json("iam", "get-role-policy", *role, "--policy-name", "read")
    assert kept["PolicyDocument"] == json.loads(allow("s3:GetObject"))
    raw = bytes(range(256))
    binary = ("--name", "key", "--secret-binary", f"fileb://{command.file('key.bin', raw)}")
    command.json("secretsmanager", "create-secret", *binary)
    value = command.json("secretsmanager", "get-secret-value", "--secret-id", "key")
    assert base64.b64decode(value["SecretBinary"]) == raw and "SecretString" not in value


@pytest.mark.aws(SKELETONS)
def test_a_task_definition_comes_from_a_skeleton(command):
    """A whole request is read from --cli-input-json, options beside it count more, and it reads back the same."""
    task = {
        "family": "web",
        "networkMode": "awsvpc",
        "requiresCompatibilities": ["FARGATE"],
        "cpu": "256",
        "memory": "512",
        "containerDefinitions": [
            {
                "name": "web",
                "image": "web:1",
                "portMappings": [{"containerPort": 80, "protocol": "tcp"}],
                "environment": [{"name": "TEXT", "value": "ü — 日本"}],
            }
        ],
    }
    name = command.file("task.json", task)
    asked = ("ecs", "register-task-definition", "--cli-input-json", f"file://{name}", "--memory", "1024")
    made = command.json(*asked)["taskDefinition"]
    assert (made["revision"], made["memory"]) == (1, "1024")
    found = command.json("ecs", "describe-task-definition", "--task-definition", "web", "--query", "taskDefinition")
    assert found["containerDefinitions"][0]["environment"] == task["containerDefinitions"][0]["environment"]


@pytest.mark.aws(ROLES)
def test_a_profile_assumes_a_role_of_another_account(command):
    """A profile with role_arn and source_profile acts as that role in its account, for as long as it may."""
    other = {"id": "210987654321", "access_key": "other", "secret": "other"}
    command.simulator.control("POST", "/accounts", other)
    theirs = command.simulator.client("iam", key="other", secret="other")
    role = theirs.create_role(RoleName="deploy", AssumeRolePolicyDocument=trust({"AWS": "123456789012"}))["Role"]
    command.simulator.advance(15)
    home = command.home / ".aws"
    home.mkdir()
    command.file(".aws/credentials", "[base]\naws_access_key_id = test\naws_secret_access_key = test\n")
    for setting in (("role_arn", role["Arn"]), ("source_profile", "base"), ("role_session_name", "ann")):
        assert command.run("configure", "set", *setting, "--profile", "deploy").returncode == 0
    own = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}
    identity = command.json("sts", "get-caller-identity", "--profile", "deploy", **own)
    assert identity["Account"] == "210987654321"
    assert identity["Arn"] == "arn:aws:sts::210987654321:assumed-role/deploy/ann"
    command.json("logs", "create-log-group", "--log-group-name", "theirs", "--profile", "deploy", **own)
    (group,) = command.simulator.inventory("logs", "log_groups")
    assert (group["account"], group["id"]) == ("210987654321", "theirs")
    # The client keeps the credentials in a file and asks for them once.
    assert len(command.simulator.control("GET", "/calls?operation=AssumeRole")["calls"]) == 1


@pytest.mark.aws(LOGIN)
def test_a_password_for_docker_is_the_token_without_its_user(command):
    """get-login-password writes the password that the authorization token has for the user AWS."""
    ((password,),) = command.text("ecr", "get-login-password")
    assert len(password) > 80 and ":" not in password
    data = command.simulator.ecr.get_authorization_token()["authorizationData"][0]
    user, _, other = base64.b64decode(data["authorizationToken"]).decode().partition(":")
    assert user == "AWS" and len(other) == len(password)


@pytest.mark.aws(SHORTHAND)
def test_rules_and_targets_are_written_in_shorthand(command):
    """Lists and structures in shorthand reach EventBridge and Scheduler as they are meant."""
    rule = ("events", "put-rule", "--name", "nightly", "--schedule-expression", "rate(1 day)")
    arn = command.json(*rule, "--tags", "Key=env,Value=dev")["RuleArn"]
    target = "Id=lines,Arn=arn:aws:logs:eu-west-1:123456789012:log-group:/aws/events/lines"
    put = command.json("events", "put-targets", "--rule", "nightly", "--targets", target)
    assert put == {"FailedEntryCount": 0, "FailedEntries": []}
    listed = ("events", "list-targets-by-rule", "--rule", "nightly", "--query", "Targets[].[Id,Arn]")
    assert command.text(*listed) == [["lines", target.partition("Arn=")[2]]]
    assert command.simulator.events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "env", "Value": "dev"}]
    role = command.simulator.iam.create_role(
        RoleName="clock", AssumeRolePolicyDocument=trust({"Service": "scheduler.amazonaws.com"})
    )["Role"]["Arn"]
    universal = json.dumps({"Arn": "arn:aws:scheduler:::aws-sdk:logs:createLogGroup", "RoleArn": role, "Input": "{}"})
    asked = ("--name", "hourly", "--schedule-expression", "rate(1 hour)", "--target", universal)
    window = ("--flexible-time-window", "Mode=FLEXIBLE,MaximumWindowInMinutes=5")
    command.json("scheduler", "create-schedule", *asked, *window)
    kept = command.json("scheduler", "get-schedule", "--name", "hourly", "--query", "FlexibleTimeWindow")
    assert kept == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}
