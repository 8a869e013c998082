"""Parameters: put, read, versions, labels, deletion."""

from datetime import timedelta, timezone

import pytest
from simulator import refused

PUT = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html"
GET = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html"
GET_SEVERAL = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html"
HISTORY = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameterHistory.html"
LABEL = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_LabelParameterVersion.html"
UNLABEL = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_UnlabelParameterVersion.html"
DELETE = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameter.html"
DELETE_SEVERAL = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DeleteParameters.html"
NAMES = "https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-su-create.html"
TIERS = "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
POLICIES = "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-policies.html"
VERSIONS = "https://docs.aws.amazon.com/systems-manager/latest/userguide/sysman-paramstore-versions.html"
IMAGES = "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-ec2-aliases.html"
TAGS = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_AddTagsToResource.html"
SECRETS = "https://docs.aws.amazon.com/systems-manager/latest/userguide/integration-ps-secretsmanager.html"


def put(aws, name="/app/db", value="x", kind="String", **more):
    return aws.ssm.put_parameter(Name=name, Value=value, Type=kind, **more)


def get(aws, name="/app/db", **more):
    return aws.ssm.get_parameter(Name=name, **more)["Parameter"]


@pytest.mark.aws(PUT)
def test_a_parameter_is_put_once_unless_it_may_be_overwritten(aws):
    """Putting a name that exists is refused; with Overwrite it makes the next version and needs no type."""
    assert put(aws)["Version"] == 1
    with refused("ParameterAlreadyExists", message="set the overwrite option in the request to true"):
        put(aws)
    assert aws.ssm.put_parameter(Name="/app/db", Value="y", Overwrite=True)["Version"] == 2
    assert (get(aws)["Value"], get(aws)["Version"], get(aws)["Type"]) == ("y", 2, "String")


@pytest.mark.aws(PUT)
def test_a_new_parameter_needs_a_type_and_a_value(aws):
    """A first version needs a type that there is, and a value that is not empty."""
    with refused("ValidationException", message="A parameter type is required when you create a parameter."):
        aws.ssm.put_parameter(Name="db", Value="x")
    with refused("ValidationException", message="Member must satisfy enum value set"):
        put(aws, kind="Number")
    with refused("ValidationException", message="length greater than or equal to 1"):
        put(aws, value="")


@pytest.mark.aws(PUT)
def test_tags_do_not_go_with_overwriting(aws):
    """Tags together with Overwrite are refused."""
    with refused("ValidationException", message="tags and overwrite can't be used together"):
        put(aws, Overwrite=True, Tags=[{"Key": "a", "Value": "1"}])


@pytest.mark.aws(NAMES)
def test_names_that_are_reserved_or_malformed_are_refused(aws):
    """Names do not begin with aws or ssm, are paths from a slash on, and have at most 15 levels."""
    with refused("AccessDeniedException", message="No access to reserved parameter name: /aws/x."):
        put(aws, name="/aws/x")
    for name in ("aws-x", "ssmx"):
        with refused("ValidationException", message='can\'t be prefixed with "aws" or "ssm"'):
            put(aws, name=name)
    with refused("ValidationException", message="fully qualified name"):
        put(aws, name="app/db")
    with refused("ValidationException", message="symbols .-_"):
        put(aws, name="/app/a b")
    with refused("HierarchyLevelLimitExceededException"):
        put(aws, name="/a" * 16)
    put(aws, name="/a" * 15)


@pytest.mark.aws(GET)
def test_a_secure_string_is_shown_encrypted_unless_decryption_is_asked(aws):
    """A SecureString's value is readable only with WithDecryption, and is described with its key."""
    put(aws, kind="SecureString", value="hunter2")
    assert "hunter2" not in get(aws)["Value"]
    assert get(aws, WithDecryption=True)["Value"] == "hunter2"
    assert aws.ssm.describe_parameters()["Parameters"][0]["KeyId"] == "alias/aws/ssm"


@pytest.mark.aws(GET)
def test_an_absent_parameter_is_not_found(aws):
    """Reading a parameter that does not exist is ParameterNotFound, also in another region."""
    put(aws)
    with refused("ParameterNotFound"):
        aws.ssm.get_parameter(Name="/app/other")
    with refused("ParameterNotFound"):
        aws.client("ssm", region="us-east-1").get_parameter(Name="/app/db")


@pytest.mark.aws(GET)
def test_a_parameter_is_read_by_its_arn(aws):
    """GetParameter takes an ARN in place of a name, and tells the ARN without a second slash."""
    put(aws)
    put(aws, name="plain", value="y")
    arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/"
    assert get(aws)["ARN"] == arn + "app/db" and get(aws, "plain")["ARN"] == arn + "plain"
    assert get(aws, arn + "app/db")["Value"] == "x" and get(aws, arn + "plain")["Value"] == "y"


@pytest.mark.aws(VERSIONS)
def test_versions_and_labels_select(aws):
    """A number or a label behind a colon selects a version, and the answer repeats the selector."""
    put(aws)
    put(aws, value="y", Overwrite=True)
    aws.ssm.label_parameter_version(Name="/app/db", ParameterVersion=1, Labels=["stable"])
    for selector in (":1", ":stable"):
        found = get(aws, "/app/db" + selector)
        assert (found["Value"], found["Version"], found["Selector"]) == ("x", 1, selector)
    assert "Selector" not in get(aws)
    for absent in (":3", ":beta"):
        with refused("ParameterVersionNotFound", message=f"could not find version {absent[1:]} of /app/db"):
            get(aws, "/app/db" + absent)


@pytest.mark.aws(VERSIONS)
def test_a_hundred_versions_are_kept(aws):
    """The hundred-and-first version drops the oldest, unless a label holds it."""
    put(aws)
    for number in range(99):
        put(aws, value=str(number), Overwrite=True)
    put(aws, value="last", Overwrite=True)
    with refused("ParameterVersionNotFound"):
        get(aws, "/app/db:1")
    assert get(aws)["Version"] == 101
    aws.ssm.label_parameter_version(Name="/app/db", ParameterVersion=2, Labels=["held"])
    with refused("ParameterMaxVersionLimitExceeded", message="Version 2, the oldest version, can't be deleted"):
        put(aws, value="more", Overwrite=True)


@pytest.mark.aws(LABEL)
def test_a_label_moves_between_versions(aws):
    """A label is on one version at a time; without a version the newest gets it; wrong labels are told, not refused."""
    put(aws)
    put(aws, value="y", Overwrite=True)
    aws.ssm.label_parameter_version(Name="/app/db", ParameterVersion=1, Labels=["live"])
    moved = aws.ssm.label_parameter_version(Name="/app/db", Labels=["live", "1st", "aws-x", "a b"])
    assert (moved["ParameterVersion"], moved["InvalidLabels"]) == (2, ["1st", "aws-x", "a b"])
    assert get(aws, "/app/db:live")["Version"] == 2
    labels = {one["Version"]: one["Labels"] for one in aws.ssm.get_parameter_history(Name="/app/db")["Parameters"]}
    assert labels == {1: [], 2: ["live"]}


@pytest.mark.aws(LABEL)
def test_a_version_has_at_most_ten_labels(aws):
    """The eleventh label of a version is refused."""
    put(aws)
    aws.ssm.label_parameter_version(Name="/app/db", Labels=[f"l{number}" for number in range(10)])
    aws.ssm.label_parameter_version(Name="/app/db", Labels=["l0"])
    with refused("ParameterVersionLabelLimitExceeded"):
        aws.ssm.label_parameter_version(Name="/app/db", Labels=["l10"])
    with refused("ParameterVersionNotFound"):
        aws.ssm.label_parameter_version(Name="/app/db", ParameterVersion=2, Labels=["a"])


@pytest.mark.aws(UNLABEL)
def test_labels_are_taken_off(aws):
    """UnlabelParameterVersion tells which labels it took off and which were not there."""
    put(aws)
    aws.ssm.label_parameter_version(Name="/app/db", Labels=["live"])
    answer = aws.ssm.unlabel_parameter_version(Name="/app/db", ParameterVersion=1, Labels=["live", "beta"])
    assert (answer["RemovedLabels"], answer["InvalidLabels"]) == (["live"], ["beta"])
    with refused("ParameterVersionNotFound"):
        get(aws, "/app/db:live")


@pytest.mark.aws(TIERS)
def test_tiers_have_sizes_and_no_way_back(aws):
    """Standard values have 4,096 characters, advanced ones 8,192; an advanced parameter does not become standard."""
    with refused("ValidationException", message="maximum parameter value of 4096 characters"):
        put(aws, value="x" * 4097)
    assert put(aws, value="x" * 4097, Tier="Advanced")["Tier"] == "Advanced"
    with refused("ValidationException", message="8192"):
        put(aws, value="x" * 8193, Overwrite=True)
    with refused("ValidationException", message="You can't downgrade"):
        put(aws, value="x", Overwrite=True, Tier="Standard")


@pytest.mark.aws(TIERS)
def test_intelligent_tiering_picks_a_tier(aws):
    """Intelligent-Tiering makes a parameter standard while that is enough, and advanced for a longer value."""
    assert put(aws, Tier="Intelligent-Tiering")["Tier"] == "Standard"
    assert put(aws, value="x" * 5000, Tier="Intelligent-Tiering", Overwrite=True)["Tier"] == "Advanced"


@pytest.mark.aws(POLICIES)
def test_an_expiration_deletes_the_parameter(aws):
    """A parameter with an Expiration policy is shown with it and is gone at its time; policies need the advanced tier."""
    policies = '[{"Type":"Expiration","Version":"1.0","Attributes":{"Timestamp":"2000-01-01T00:00:00Z"}}]'
    with refused("ValidationException"):
        put(aws, Policies=policies)
    made = in_two_hours(aws)
    end = made.replace(microsecond=0).isoformat().replace("+00:00", "Z")
    put(aws, Tier="Advanced", Policies=policies.replace("2000-01-01T00:00:00Z", end))
    described = described_parameter(aws, "/app/db")
    assert described["Policies"][0]["PolicyType"] == "Expiration"
    aws.advance(7300)
    with refused("ParameterNotFound"):
        get(aws)


def in_two_hours(aws):
    """Two simulated hours from now, in UTC."""
    put(aws, name="clock")
    return get(aws, "clock")["LastModifiedDate"].astimezone(timezone.utc) + timedelta(hours=2)


def described_parameter(aws, name):
    return next(one for one in aws.ssm.describe_parameters()["Parameters"] if one["Name"] == name)


@pytest.mark.aws(PUT)
def test_policies_are_checked(aws):
    """An unknown type of policy and a missing attribute have refusals of their own."""
    with refused("InvalidPolicyTypeException"):
        put(aws, Tier="Advanced", Policies='[{"Type":"Nothing","Version":"1.0","Attributes":{}}]')
    with refused("InvalidPolicyAttributeException"):
        put(aws, Tier="Advanced", Policies='[{"Type":"Expiration","Version":"1.0","Attributes":{}}]')


@pytest.mark.aws(PUT)
def test_a_value_must_fit_its_pattern(aws):
    """A value that the allowed pattern does not match is refused, also when it is overwritten later."""
    with refused("ParameterPatternMismatchException", message=r"cannot be validated against allowedPattern: ^\d+$"):
        put(aws, AllowedPattern=r"^\d+$")
    put(aws, value="1", AllowedPattern=r"^\d+$")
    with refused("ParameterPatternMismatchException"):
        put(aws, value="x", Overwrite=True)
    with refused("InvalidAllowedPatternException"):
        put(aws, name="/other", AllowedPattern="(")


@pytest.mark.aws(IMAGES)
def test_an_image_parameter_is_made_only_if_the_image_exists(aws):
    """With the data type aws:ec2:image the image is looked for after the call; without it no parameter appears."""
    image = aws.ssm.get_parameter(Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")
    put(aws, value=image["Parameter"]["Value"], DataType="aws:ec2:image")
    assert get(aws)["DataType"] == "aws:ec2:image"
    put(aws, name="/app/other", value="ami-00000000000000000", DataType="aws:ec2:image")
    with refused("ParameterNotFound"):
        get(aws, "/app/other")
    with refused("ValidationException", message="The following data type is not supported: image"):
        put(aws, name="/app/third", DataType="image")


@pytest.mark.aws(GET_SEVERAL)
def test_several_are_read_and_absent_ones_are_told(aws):
    """GetParameters answers up to ten, and names those that are not there or have no such version."""
    put(aws)
    read = aws.ssm.get_parameters(Names=["/app/db", "/app/x", "/app/db:7"])
    assert [one["Name"] for one in read["Parameters"]] == ["/app/db"]
    assert read["InvalidParameters"] == ["/app/x", "/app/db:7"]
    with refused("ValidationException", message="less than or equal to 10"):
        aws.ssm.get_parameters(Names=[f"n{number}" for number in range(11)])


@pytest.mark.aws(HISTORY)
def test_the_history_has_every_version_with_what_was_said_of_it(aws):
    """GetParameterHistory shows versions from the oldest on, each with its own description, and pages."""
    put(aws, Description="first")
    put(aws, value="y", Overwrite=True, Description="second")
    put(aws, value="z", Overwrite=True)
    first = aws.ssm.get_parameter_history(Name="/app/db", MaxResults=2)
    second = aws.ssm.get_parameter_history(Name="/app/db", MaxResults=2, NextToken=first["NextToken"])
    rows = [(one["Version"], one["Value"], one["Description"]) for one in first["Parameters"] + second["Parameters"]]
    assert rows == [(1, "x", "first"), (2, "y", "second"), (3, "z", "second")]
    with refused("ParameterNotFound"):
        aws.ssm.get_parameter_history(Name="/app/x")


@pytest.mark.aws(DELETE)
def test_a_parameter_is_deleted_with_its_versions(aws):
    """A deleted parameter is gone at once, a second deletion is refused, and the name begins at version 1 again."""
    put(aws)
    put(aws, value="y", Overwrite=True)
    aws.ssm.delete_parameter(Name="/app/db")
    with refused("ParameterNotFound"):
        aws.ssm.delete_parameter(Name="/app/db")
    assert put(aws)["Version"] == 1


@pytest.mark.aws(DELETE_SEVERAL)
def test_several_are_deleted_and_absent_ones_are_told(aws):
    """DeleteParameters names what it deleted and what was not there."""
    put(aws)
    answer = aws.ssm.delete_parameters(Names=["/app/db", "/app/x"])
    assert (answer["DeletedParameters"], answer["InvalidParameters"]) == (["/app/db"], ["/app/x"])


@pytest.mark.aws(TAGS)
def test_tags_of_parameters(aws):
    """Tags are added, overwritten and removed; an absent parameter and another type of resource are refused."""
    put(aws, Tags=[{"Key": "a", "Value": "1"}])
    place = {"ResourceType": "Parameter", "ResourceId": "/app/db"}
    aws.ssm.add_tags_to_resource(**place, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}])
    aws.ssm.remove_tags_from_resource(**place, TagKeys=["b"])
    assert aws.ssm.list_tags_for_resource(**place)["TagList"] == [{"Key": "a", "Value": "2"}]
    with refused("InvalidResourceId"):
        aws.ssm.list_tags_for_resource(ResourceType="Parameter", ResourceId="/app/x")
    with refused("InvalidResourceType"):
        aws.ssm.list_tags_for_resource(ResourceType="Nothing", ResourceId="/app/db")


@pytest.mark.aws(SECRETS)
def test_secrets_are_read_through_parameter_store(aws):
    """Below /aws/reference/secretsmanager/ a secret is read as a SecureString of version 0, with decryption alone."""
    arn = aws.secretsmanager.create_secret(Name="db", SecretString="hunter2")["ARN"]
    with refused("ValidationException", message="WithDecryption flag must be True"):
        get(aws, "/aws/reference/secretsmanager/db")
    found = get(aws, "/aws/reference/secretsmanager/db", WithDecryption=True)
    assert (found["Value"], found["Type"], found["Version"], found["ARN"]) == ("hunter2", "SecureString", 0, arn)
    with refused("ParameterNotFound", message="Secret /aws/reference/secretsmanager/x not found."):
        get(aws, "/aws/reference/secretsmanager/x", WithDecryption=True)
