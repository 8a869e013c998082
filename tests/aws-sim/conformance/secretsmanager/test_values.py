"""Values of secrets and the labels on their versions."""

from datetime import timezone

import pytest
from simulator import refused

GET = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html"
PUT = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html"
STAGE = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecretVersionStage.html"
VERSIONS = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecretVersionIds.html"
BATCH = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_BatchGetSecretValue.html"

ONE = "11111111-1111-4111-8111-111111111111"
TWO = "22222222-2222-4222-8222-222222222222"
THREE = "33333333-3333-4333-8333-333333333333"


def stages(aws):
    return aws.secretsmanager.describe_secret(SecretId="db")["VersionIdsToStages"]


@pytest.mark.aws(PUT)
def test_a_new_value_is_current_and_the_one_before_is_previous(aws):
    """A new value takes AWSCURRENT, the version that had it gets AWSPREVIOUS, and older ones lose their label."""
    aws.secretsmanager.create_secret(Name="db", SecretString="1", ClientRequestToken=ONE)
    aws.secretsmanager.put_secret_value(SecretId="db", SecretString="2", ClientRequestToken=TWO)
    put = aws.secretsmanager.put_secret_value(SecretId="db", SecretString="3", ClientRequestToken=THREE)
    assert put["VersionStages"] == ["AWSCURRENT"]
    assert stages(aws) == {TWO: ["AWSPREVIOUS"], THREE: ["AWSCURRENT"]}
    assert aws.secretsmanager.get_secret_value(SecretId="db")["SecretString"] == "3"
    previous = aws.secretsmanager.get_secret_value(SecretId="db", VersionStage="AWSPREVIOUS")
    assert (previous["SecretString"], previous["VersionId"]) == ("2", TWO)


@pytest.mark.aws(GET)
def test_a_version_is_read_by_id_and_label_together_only_if_they_agree(aws):
    """GetSecretValue takes a version id, a label, or both if the version has the label."""
    aws.secretsmanager.create_secret(Name="db", SecretString="1", ClientRequestToken=ONE)
    aws.secretsmanager.put_secret_value(SecretId="db", SecretString="2", ClientRequestToken=TWO)
    assert aws.secretsmanager.get_secret_value(SecretId="db", VersionId=ONE)["SecretString"] == "1"
    with refused("InvalidRequestException", message="not associated to the provided VersionId"):
        aws.secretsmanager.get_secret_value(SecretId="db", VersionId=ONE, VersionStage="AWSCURRENT")
    with refused("ResourceNotFoundException", message=f"for VersionId: {THREE}"):
        aws.secretsmanager.get_secret_value(SecretId="db", VersionId=THREE)
    with refused("ResourceNotFoundException", message="for staging label: AWSPENDING"):
        aws.secretsmanager.get_secret_value(SecretId="db", VersionStage="AWSPENDING")


@pytest.mark.aws(GET)
def test_bytes_come_back_as_bytes(aws):
    """A binary value is read as SecretBinary, without SecretString."""
    aws.secretsmanager.create_secret(Name="db", SecretBinary=b"\x00\xff")
    value = aws.secretsmanager.get_secret_value(SecretId="db")
    assert value["SecretBinary"] == b"\x00\xff" and "SecretString" not in value


@pytest.mark.aws(PUT)
def test_putting_again_with_the_same_token_changes_nothing(aws):
    """A repeated PutSecretValue with the same token and value is ignored; with another value it is refused."""
    aws.secretsmanager.create_secret(Name="db", SecretString="1", ClientRequestToken=ONE)
    for _ in range(2):
        aws.secretsmanager.put_secret_value(SecretId="db", SecretString="2", ClientRequestToken=TWO)
    assert stages(aws) == {ONE: ["AWSPREVIOUS"], TWO: ["AWSCURRENT"]}
    with refused("ResourceExistsException", message="You can't modify an existing version"):
        aws.secretsmanager.put_secret_value(SecretId="db", SecretString="3", ClientRequestToken=TWO)


@pytest.mark.aws(PUT)
def test_a_pending_version_leaves_the_current_one_alone(aws):
    """A value put with the label AWSPENDING does not become current."""
    aws.secretsmanager.create_secret(Name="db", SecretString="1", ClientRequestToken=ONE)
    aws.secretsmanager.put_secret_value(
        SecretId="db", SecretString="2", ClientRequestToken=TWO, VersionStages=["AWSPENDING"]
    )
    assert stages(aws) == {ONE: ["AWSCURRENT"], TWO: ["AWSPENDING"]}
    assert aws.secretsmanager.get_secret_value(SecretId="db")["SecretString"] == "1"


@pytest.mark.aws(PUT)
def test_a_put_needs_a_value_and_a_secret(aws):
    """PutSecretValue without a value is refused, and on an absent or deleted secret too."""
    aws.secretsmanager.create_secret(Name="db", SecretString="1")
    with refused("InvalidRequestException", message="You must provide either SecretString or SecretBinary."):
        aws.secretsmanager.put_secret_value(SecretId="db")
    with refused("ResourceNotFoundException"):
        aws.secretsmanager.put_secret_value(SecretId="other", SecretString="1")
    aws.secretsmanager.delete_secret(SecretId="db")
    with refused("InvalidRequestException", message="marked for deletion"):
        aws.secretsmanager.put_secret_value(SecretId="db", SecretString="2")


@pytest.mark.aws(STAGE)
def test_moving_the_current_label_back_moves_the_previous_one(aws):
    """Moving AWSCURRENT by hand names the version that has it, and gives that one AWSPREVIOUS."""
    aws.secretsmanager.create_secret(Name="db", SecretString="1", ClientRequestToken=ONE)
    aws.secretsmanager.put_secret_value(SecretId="db", SecretString="2", ClientRequestToken=TWO)
    with refused("InvalidParameterException", message=f"currently attached to version {TWO}"):
        aws.secretsmanager.update_secret_version_stage(SecretId="db", VersionStage="AWSCURRENT", MoveToVersionId=ONE)
    aws.secretsmanager.update_secret_version_stage(
        SecretId="db", VersionStage="AWSCURRENT", MoveToVersionId=ONE, RemoveFromVersionId=TWO
    )
    assert stages(aws) == {ONE: ["AWSCURRENT"], TWO: ["AWSPREVIOUS"]}


@pytest.mark.aws(STAGE)
def test_a_label_of_ones_own_is_attached_and_removed(aws):
    """Custom labels are attached, moved and removed; AWSCURRENT cannot be removed."""
    aws.secretsmanager.create_secret(Name="db", SecretString="1", ClientRequestToken=ONE)
    aws.secretsmanager.update_secret_version_stage(SecretId="db", VersionStage="blue", MoveToVersionId=ONE)
    assert stages(aws) == {ONE: ["AWSCURRENT", "blue"]}
    aws.secretsmanager.update_secret_version_stage(SecretId="db", VersionStage="blue", RemoveFromVersionId=ONE)
    assert stages(aws) == {ONE: ["AWSCURRENT"]}
    with refused("InvalidParameterException", message="only move staging label AWSCURRENT"):
        aws.secretsmanager.update_secret_version_stage(
            SecretId="db", VersionStage="AWSCURRENT", RemoveFromVersionId=ONE
        )


@pytest.mark.aws(VERSIONS)
def test_versions_without_a_label_are_listed_only_when_asked(aws):
    """ListSecretVersionIds leaves deprecated versions out unless IncludeDeprecated is set, and pages."""
    aws.secretsmanager.create_secret(Name="db", SecretString="1", ClientRequestToken=ONE)
    aws.secretsmanager.put_secret_value(SecretId="db", SecretString="2", ClientRequestToken=TWO)
    aws.secretsmanager.put_secret_value(SecretId="db", SecretString="3", ClientRequestToken=THREE)
    listed = aws.secretsmanager.list_secret_version_ids(SecretId="db")
    assert {version["VersionId"] for version in listed["Versions"]} == {TWO, THREE}
    page = aws.secretsmanager.list_secret_version_ids(SecretId="db", IncludeDeprecated=True, MaxResults=2)
    rest = aws.secretsmanager.list_secret_version_ids(
        SecretId="db", IncludeDeprecated=True, MaxResults=2, NextToken=page["NextToken"]
    )
    assert len(page["Versions"]) == 2 and len(rest["Versions"]) == 1
    assert "VersionStages" not in page["Versions"][0]


@pytest.mark.aws(BATCH)
def test_a_batch_tells_what_could_not_be_read_beside_what_could(aws):
    """BatchGetSecretValue answers values and, for what is absent, errors; a list and filters exclude each other."""
    aws.secretsmanager.create_secret(Name="a", SecretString="1")
    aws.secretsmanager.create_secret(Name="b", SecretString="2")
    read = aws.secretsmanager.batch_get_secret_value(SecretIdList=["a", "x"])
    assert [value["SecretString"] for value in read["SecretValues"]] == ["1"]
    assert [(error["SecretId"], error["ErrorCode"]) for error in read["Errors"]] == [("x", "ResourceNotFoundException")]
    by_filter = aws.secretsmanager.batch_get_secret_value(Filters=[{"Key": "name", "Values": ["b"]}])
    assert [value["Name"] for value in by_filter["SecretValues"]] == ["b"]
    with refused("InvalidParameterException", message="but not both"):
        aws.secretsmanager.batch_get_secret_value()


@pytest.mark.aws(GET)
def test_reading_a_value_is_remembered_by_the_day(aws):
    """LastAccessedDate is the day of the last reading, without its time."""
    aws.secretsmanager.create_secret(Name="db", SecretString="1")
    aws.secretsmanager.get_secret_value(SecretId="db")
    seen = aws.secretsmanager.describe_secret(SecretId="db")["LastAccessedDate"].astimezone(timezone.utc)
    assert (seen.hour, seen.minute, seen.second) == (0, 0, 0)
