"""What AWS's models say of parameters: what is missing or beyond its limits is refused before anything is done."""

import pytest
import raw
from simulator import refused

IAM = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html"
HOOK = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutLifecycleHook.html"
SSM = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html"
GET_PARAMETERS = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html"
LOGS = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"
LIST = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html"
ZONE = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html"
ASSUME = "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html"
SCHEDULE = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html"
RULE = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html"
EC2_ERRORS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html"
ECS = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateCluster.html"
ONE = "1 validation error detected: "


@pytest.mark.aws(IAM)
def test_a_name_that_is_too_long_is_told_with_its_limit(aws):
    """A role's name has 64 characters at most; the refusal repeats the value and the constraint."""
    name = "a" * 65
    sentence = f"{ONE}Value '{name}' at 'roleName' failed to satisfy constraint: Member must have length less than or equal to 64"
    with refused("ValidationError", sentence, status=400):
        aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument="{}")


@pytest.mark.aws(IAM)
def test_iam_says_which_characters_a_name_may_have(aws):
    """IAM refuses characters in its own sentence."""
    sentence = (
        "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-"
    )
    with refused("ValidationError", sentence):
        aws.iam.create_role(RoleName="a b", AssumeRolePolicyDocument="{}")


@pytest.mark.aws(HOOK)
def test_all_violations_are_told_at_once(aws):
    """A refusal counts and names every parameter that is wrong."""
    with refused("ValidationError") as caught:
        aws.autoscaling.put_lifecycle_hook(LifecycleHookName="a b", AutoScalingGroupName="", LifecycleTransition="x")
    message = caught.value.response["Error"]["Message"]
    assert message.startswith("2 validation errors detected: Value 'a b' at 'lifecycleHookName' failed to satisfy constraint: ")
    assert "; Value '' at 'autoScalingGroupName' failed to satisfy constraint: Member must have length greater than" in message


@pytest.mark.aws(HOOK)
def test_a_missing_parameter_is_null(aws):
    """A parameter that must be there is told as null, by the name that it has in AWS's code."""
    with refused("ValidationError", "Value null at 'autoScalingGroupName' failed to satisfy constraint: Member must not be null"):
        aws.autoscaling.put_lifecycle_hook(LifecycleHookName="a")


@pytest.mark.aws(SSM)
def test_a_violation_inside_a_list_is_told_with_its_place(aws):
    """What is wrong in a list's structure is told with its place, counted from 1."""
    tags = [{"Key": "k", "Value": "v"}, {"Key": "", "Value": "v"}]
    with refused("ValidationException", "Value '' at 'tags.2.member.key' failed to satisfy constraint: Member must have length"):
        aws.ssm.put_parameter(Name="a", Value="b", Type="String", Tags=tags)


@pytest.mark.aws(SSM)
def test_a_value_that_is_not_in_its_set_is_told_with_the_set(aws):
    """A value outside an enumeration is refused with all that it could be."""
    sentence = "Value 'Text' at 'type' failed to satisfy constraint: Member must satisfy enum value set: [String, StringList, SecureString]"
    with refused("ValidationException", sentence):
        aws.ssm.put_parameter(Name="a", Value="b", Type="Text")


@pytest.mark.aws(GET_PARAMETERS)
def test_a_list_that_is_too_long_is_told_as_a_whole(aws):
    """Ten parameters may be read at once."""
    with refused("ValidationException", "at 'names' failed to satisfy constraint: Member must have length less than or equal to 10"):
        aws.ssm.get_parameters(Names=[f"p{at}" for at in range(11)])
    assert len(aws.ssm.get_parameters(Names=[f"p{at}" for at in range(10)])["InvalidParameters"]) == 10


@pytest.mark.aws(LOGS)
def test_logs_refuse_a_name_with_their_own_code(aws):
    """CloudWatch Logs calls a violation InvalidParameterException."""
    sentence = f"{ONE}Value 'a b' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
    with refused("InvalidParameterException", sentence):
        aws.logs.create_log_group(logGroupName="a b")


@pytest.mark.aws(LIST)
def test_a_number_beyond_its_range_is_told(aws):
    """A page has 1 to 50 groups."""
    for limit, words in ((0, "greater than or equal to 1"), (51, "less than or equal to 50")):
        sentence = f"Value '{limit}' at 'limit' failed to satisfy constraint: Member must have value {words}"
        with refused("InvalidParameterException", sentence):
            aws.logs.describe_log_groups(limit=limit)


@pytest.mark.aws(LOGS)
def test_a_map_is_told_by_its_keys_and_values(aws):
    """Tags whose keys or values are too long are refused with the constraints of these."""
    with refused("InvalidParameterException", "at 'tags' failed to satisfy constraint: Map keys must satisfy constraint: [Member"):
        aws.logs.create_log_group(logGroupName="a", tags={"k" * 129: "v"})
    with refused("InvalidParameterException", "Map value must satisfy constraint: [Member must have length less than or equal to 256"):
        aws.logs.create_log_group(logGroupName="a", tags={"k": "v" * 257})


@pytest.mark.aws(ZONE)
def test_route53_calls_a_violation_invalid_input(aws):
    """Route53's code for a violation is InvalidInput."""
    with refused("InvalidInput", "at 'callerReference' failed to satisfy constraint: Member must have length less than or equal to 128"):
        aws.route53.create_hosted_zone(Name="example.com", CallerReference="c" * 129)
    with refused("InvalidInput", "Value null at 'callerReference' failed to satisfy constraint: Member must not be null"):
        aws.route53.create_hosted_zone(Name="example.com")


@pytest.mark.aws(ASSUME)
def test_a_sessions_name_is_of_few_characters(aws):
    """A session's name may not have blanks."""
    sentence = "Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"
    with refused("ValidationError", sentence):
        aws.sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/deploy", RoleSessionName="a b")


@pytest.mark.aws(ASSUME)
def test_a_session_lasts_a_quarter_of_an_hour_at_least(aws):
    """A session's duration is 900 to 43,200 seconds."""
    with refused("ValidationError", "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"):
        aws.sts.assume_role(RoleArn="arn:aws:iam::123456789012:role/deploy", RoleSessionName="ci", DurationSeconds=899)


@pytest.mark.aws(SCHEDULE)
def test_a_members_member_is_told_with_its_path(aws):
    """A violation deep in a structure is told with the whole path to it."""
    with refused("ValidationException", "Value null at 'target.roleArn' failed to satisfy constraint: Member must not be null"):
        aws.scheduler.create_schedule(
            Name="nightly",
            ScheduleExpression="rate(1 hour)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": "arn:aws:sqs:eu-west-1:123456789012:q"},
        )


@pytest.mark.aws(RULE)
def test_events_check_names_by_their_pattern(aws):
    """A rule's name has letters, digits, dots, dashes and underscores."""
    with refused("ValidationException", "Value 'a b' at 'name' failed to satisfy constraint: Member must satisfy regular expression pattern: "):
        aws.events.put_rule(Name="a b", ScheduleExpression="rate(1 minute)")


@pytest.mark.aws(EC2_ERRORS)
def test_ec2_names_the_parameter_that_is_missing(aws):
    """EC2 refuses a call without a parameter that it needs with MissingParameter."""
    answer = raw.query(aws, "ec2", "Action=DeleteSubnet&Version=2016-11-15")
    assert (answer.status, answer.code) == (400, "MissingParameter")
    assert answer.message == "The request must contain the parameter SubnetId"


@pytest.mark.aws(EC2_ERRORS)
def test_ec2_refuses_parameters_that_it_does_not_know(aws):
    """EC2 takes no parameter that the operation does not have, at any depth."""
    for parameters, name in [("Colour=red", "Colour"), ("Filter.1.Name=x&Filter.1.Values.1=y", "Filter.1.Values")]:
        answer = raw.query(aws, "ec2", f"Action=DescribeVpcs&{parameters}&Version=2016-11-15")
        assert (answer.code, answer.message) == ("UnknownParameter", f"The parameter {name} is not recognized")


@pytest.mark.aws(EC2_ERRORS)
def test_ec2_refuses_what_is_no_number(aws):
    """A number that is none is an invalid value."""
    answer = raw.query(aws, "ec2", "Action=DescribeVpcs&MaxResults=many&Version=2016-11-15")
    assert (answer.code, answer.message) == ("InvalidParameterValue", "Value (many) for parameter MaxResults is invalid.")


@pytest.mark.aws(ECS)
def test_ecs_refuses_another_type(aws):
    """ECS cannot read a number where a text belongs."""
    answer = raw.target(aws, "ecs", "AmazonEC2ContainerServiceV20141113.CreateCluster", '{"clusterName": 1}')
    assert (answer.status, answer.code) == (400, "SerializationException")
    assert answer.message == "NUMBER_VALUE can not be converted to a String"


@pytest.mark.aws(IAM)
def test_unknown_callers_are_told_nothing_of_their_parameters(aws):
    """A signature is looked at before the parameters are."""
    with refused("SignatureDoesNotMatch"):
        aws.client("iam", secret="wrong").create_role(RoleName="a" * 65, AssumeRolePolicyDocument="{}")
