"""Secrets: made, described, changed, deleted, restored."""

import pytest
from simulator import refused

CREATE = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html"
DELETE = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html"
DESCRIBE = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DescribeSecret.html"
RESTORE = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RestoreSecret.html"
UPDATE = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_UpdateSecret.html"
LIST = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_ListSecrets.html"
TAG = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_TagResource.html"
ROTATE = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_RotateSecret.html"
CANCEL = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CancelRotateSecret.html"
POLICY = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutResourcePolicy.html"
PASSWORD = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html"
HYPHEN = "https://docs.aws.amazon.com/secretsmanager/latest/userguide/troubleshoot.html"

DAY = 24 * 3600


@pytest.mark.aws(CREATE)
def test_an_arn_ends_in_a_hyphen_and_six_characters(aws):
    """A secret's ARN is its name, a hyphen and six random characters."""
    arn = aws.secretsmanager.create_secret(Name="team/db", SecretString="x")["ARN"]
    head, suffix = arn[:-7], arn[-7:]
    assert head == "arn:aws:secretsmanager:eu-west-1:123456789012:secret:team/db"
    assert suffix[0] == "-" and suffix[1:].isalnum()


@pytest.mark.aws(CREATE)
def test_a_name_is_used_once(aws):
    """Creating a secret whose name exists is refused with ResourceExistsException."""
    aws.secretsmanager.create_secret(Name="db", SecretString="x")
    with refused("ResourceExistsException", message="the secret db already exists"):
        aws.secretsmanager.create_secret(Name="db", SecretString="x")


@pytest.mark.aws(CREATE)
def test_creating_again_with_the_same_token_and_value_answers_the_same(aws):
    """A repeated CreateSecret with the same ClientRequestToken and value succeeds and makes nothing new."""
    token = "11111111-2222-4333-8444-555555555555"
    first = aws.secretsmanager.create_secret(Name="db", SecretString="x", ClientRequestToken=token)
    again = aws.secretsmanager.create_secret(Name="db", SecretString="x", ClientRequestToken=token)
    assert (again["ARN"], again["VersionId"]) == (first["ARN"], token)
    with refused("ResourceExistsException"):
        aws.secretsmanager.create_secret(Name="db", SecretString="y", ClientRequestToken=token)


@pytest.mark.aws(CREATE)
def test_a_secret_may_have_no_value_yet(aws):
    """A secret created without a value has no version, and reading it finds no value with AWSCURRENT."""
    made = aws.secretsmanager.create_secret(Name="db")
    assert "VersionId" not in made
    assert "VersionIdsToStages" not in aws.secretsmanager.describe_secret(SecretId="db")
    with refused("ResourceNotFoundException", message="for staging label: AWSCURRENT"):
        aws.secretsmanager.get_secret_value(SecretId="db")


@pytest.mark.aws(CREATE)
def test_names_and_tokens_are_checked(aws):
    """Names have letters, digits and /_+=.@-, tokens 32 to 64 characters, and a value is text or bytes."""
    with refused("ValidationException", message="Invalid name"):
        aws.secretsmanager.create_secret(Name="a b", SecretString="x")
    with refused("InvalidParameterException", message="ClientRequestToken must be 32-64 characters long."):
        aws.secretsmanager.create_secret(Name="db", SecretString="x", ClientRequestToken="short")
    with refused("InvalidParameterException"):
        aws.secretsmanager.create_secret(Name="db", SecretString="x", SecretBinary=b"x")


@pytest.mark.aws(CREATE)
def test_a_value_has_at_most_65536_bytes(aws):
    """A secret value of 65,536 bytes is taken, one more is refused."""
    aws.secretsmanager.create_secret(Name="db", SecretString="x" * 65536)
    with refused("ValidationException", message="less than or equal to 65536"):
        aws.secretsmanager.put_secret_value(SecretId="db", SecretString="x" * 65537)


@pytest.mark.aws(HYPHEN)
def test_a_secret_is_found_by_name_arn_and_partial_arn(aws):
    """A secret is named by its name, its whole ARN, or its ARN without the last seven characters."""
    arn = aws.secretsmanager.create_secret(Name="db", SecretString="x")["ARN"]
    for name in ("db", arn, arn[:-7]):
        assert aws.secretsmanager.get_secret_value(SecretId=name)["ARN"] == arn
    with refused("ResourceNotFoundException", message="Secrets Manager can't find the specified secret."):
        aws.secretsmanager.get_secret_value(SecretId=arn[:-6] + "abcdef")


@pytest.mark.aws(DESCRIBE)
def test_a_description_shows_labels_and_omits_what_is_not_set(aws):
    """DescribeSecret shows versions with their labels, tags and dates, and omits rotation and deletion when there is none."""
    made = aws.secretsmanager.create_secret(
        Name="db", SecretString="x", Description="of the db", Tags=[{"Key": "team", "Value": "a"}]
    )
    seen = aws.secretsmanager.describe_secret(SecretId="db")
    assert seen["VersionIdsToStages"] == {made["VersionId"]: ["AWSCURRENT"]}
    assert (seen["Description"], seen["Tags"]) == ("of the db", [{"Key": "team", "Value": "a"}])
    assert seen["CreatedDate"] == seen["LastChangedDate"]
    assert not {"DeletedDate", "RotationEnabled", "KmsKeyId", "LastAccessedDate"} & set(seen)


@pytest.mark.aws(UPDATE)
def test_updating_a_value_makes_a_version_and_updating_a_description_does_not(aws):
    """UpdateSecret makes a new version for a value, and answers no VersionId when it changes metadata alone."""
    aws.secretsmanager.create_secret(Name="db", SecretString="x")
    assert "VersionId" not in aws.secretsmanager.update_secret(SecretId="db", Description="new", KmsKeyId="alias/k")
    updated = aws.secretsmanager.update_secret(SecretId="db", SecretString="y")
    seen = aws.secretsmanager.describe_secret(SecretId="db")
    assert (seen["Description"], seen["KmsKeyId"]) == ("new", "alias/k")
    assert seen["VersionIdsToStages"][updated["VersionId"]] == ["AWSCURRENT"]
    assert len(seen["VersionIdsToStages"]) == 2


@pytest.mark.aws(DELETE)
def test_a_deleted_secret_waits_thirty_days(aws):
    """Without a recovery window a deleted secret is described for 30 days, refuses to be read, and then is gone."""
    aws.secretsmanager.create_secret(Name="db", SecretString="x")
    before = aws.secretsmanager.describe_secret(SecretId="db")["CreatedDate"]
    gone_at = aws.secretsmanager.delete_secret(SecretId="db")["DeletionDate"]
    assert (gone_at - before).days == 30
    with refused("InvalidRequestException", message="it was marked for deletion"):
        aws.secretsmanager.get_secret_value(SecretId="db")
    assert aws.secretsmanager.describe_secret(SecretId="db")["DeletedDate"] == gone_at
    aws.advance(30 * DAY + 60)
    with refused("ResourceNotFoundException"):
        aws.secretsmanager.describe_secret(SecretId="db")


@pytest.mark.aws(DELETE)
def test_a_name_is_blocked_until_the_recovery_window_is_over(aws):
    """The name of a secret that is scheduled for deletion cannot be used before the window of 7 days is over."""
    aws.secretsmanager.create_secret(Name="db", SecretString="x")
    aws.secretsmanager.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    with refused("InvalidRequestException", message="already scheduled for deletion"):
        aws.secretsmanager.create_secret(Name="db", SecretString="y")
    aws.advance(7 * DAY + 60)
    aws.secretsmanager.create_secret(Name="db", SecretString="y")
    assert aws.secretsmanager.get_secret_value(SecretId="db")["SecretString"] == "y"


@pytest.mark.aws(DELETE)
def test_a_recovery_window_is_seven_to_thirty_days(aws):
    """A recovery window outside 7 to 30 days, or together with a forced deletion, is refused."""
    aws.secretsmanager.create_secret(Name="db", SecretString="x")
    for days in (6, 31):
        with refused("InvalidParameterException", message="between 7 and 30 days"):
            aws.secretsmanager.delete_secret(SecretId="db", RecoveryWindowInDays=days)
    with refused("InvalidParameterException", message="ForceDeleteWithoutRecovery"):
        aws.secretsmanager.delete_secret(SecretId="db", RecoveryWindowInDays=7, ForceDeleteWithoutRecovery=True)


@pytest.mark.aws(DELETE)
def test_a_forced_deletion_frees_the_name_after_a_moment(aws):
    """A forced deletion has no window; its name is free a moment later, and repeating it on nothing succeeds."""
    aws.secretsmanager.create_secret(Name="db", SecretString="x")
    aws.secretsmanager.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)
    with refused("InvalidRequestException", message="already scheduled for deletion"):
        aws.secretsmanager.create_secret(Name="db", SecretString="y")
    aws.advance(10)
    assert aws.secretsmanager.delete_secret(SecretId="db", ForceDeleteWithoutRecovery=True)["Name"] == "db"
    aws.secretsmanager.create_secret(Name="db", SecretString="y")


@pytest.mark.aws(DELETE)
def test_deleting_twice_and_deleting_nothing_are_refused(aws):
    """A secret that is scheduled for deletion is not scheduled again, and an absent one is not found."""
    aws.secretsmanager.create_secret(Name="db", SecretString="x")
    aws.secretsmanager.delete_secret(SecretId="db")
    with refused("InvalidRequestException", message="already scheduled for deletion"):
        aws.secretsmanager.delete_secret(SecretId="db")
    with refused("ResourceNotFoundException"):
        aws.secretsmanager.delete_secret(SecretId="other")


@pytest.mark.aws(RESTORE)
def test_a_restored_secret_stays(aws):
    """RestoreSecret takes the deletion back: the value is read again, also after the window."""
    aws.secretsmanager.create_secret(Name="db", SecretString="x")
    aws.secretsmanager.delete_secret(SecretId="db", RecoveryWindowInDays=7)
    aws.secretsmanager.restore_secret(SecretId="db")
    assert "DeletedDate" not in aws.secretsmanager.describe_secret(SecretId="db")
    aws.advance(8 * DAY)
    assert aws.secretsmanager.get_secret_value(SecretId="db")["SecretString"] == "x"


@pytest.mark.aws(LIST)
def test_lists_are_paged_and_leave_out_deleted_secrets(aws):
    """ListSecrets pages by MaxResults and shows secrets that wait for deletion only when asked."""
    for name in ("a", "b", "c"):
        aws.secretsmanager.create_secret(Name=name, SecretString="x")
    aws.secretsmanager.delete_secret(SecretId="b")
    first = aws.secretsmanager.list_secrets(MaxResults=1)
    second = aws.secretsmanager.list_secrets(MaxResults=1, NextToken=first["NextToken"])
    assert [first["SecretList"][0]["Name"], second["SecretList"][0]["Name"]] == ["a", "c"]
    assert "NextToken" not in second
    assert len(aws.secretsmanager.list_secrets(IncludePlannedDeletion=True)["SecretList"]) == 3
    with refused("InvalidNextTokenException"):
        aws.secretsmanager.list_secrets(NextToken="%%%")


@pytest.mark.aws("https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_Filter.html")
def test_filters_match_beginnings_and_can_be_turned_round(aws):
    """Filters match the beginning of names, tag keys and tag values; an exclamation mark excludes; filters all hold."""
    aws.secretsmanager.create_secret(Name="prod/db", SecretString="x", Tags=[{"Key": "team", "Value": "red"}])
    aws.secretsmanager.create_secret(Name="prod/web", SecretString="x", Tags=[{"Key": "team", "Value": "blue"}])
    aws.secretsmanager.create_secret(Name="dev/db", SecretString="x", Description="Database of dev")

    def names(*filters):
        listed = aws.secretsmanager.list_secrets(Filters=[{"Key": key, "Values": values} for key, values in filters])
        return [secret["Name"] for secret in listed["SecretList"]]

    assert names(("name", ["prod/"])) == ["prod/db", "prod/web"]
    assert names(("name", ["!prod/"])) == ["dev/db"]
    assert names(("tag-key", ["te"]), ("tag-value", ["blue"])) == ["prod/web"]
    assert names(("description", ["database"])) == ["dev/db"]
    with refused("ValidationException"):
        names(("colour", ["red"]))


@pytest.mark.aws(TAG)
def test_tags_are_added_changed_and_removed(aws):
    """TagResource adds and overwrites tags, UntagResource removes them by key, and aws: is reserved."""
    aws.secretsmanager.create_secret(Name="db", SecretString="x", Tags=[{"Key": "a", "Value": "1"}])
    aws.secretsmanager.tag_resource(SecretId="db", Tags=[{"Key": "a", "Value": "2"}, {"Key": "b", "Value": "3"}])
    aws.secretsmanager.untag_resource(SecretId="db", TagKeys=["b"])
    assert aws.secretsmanager.describe_secret(SecretId="db")["Tags"] == [{"Key": "a", "Value": "2"}]
    with refused("InvalidParameterException"):
        aws.secretsmanager.tag_resource(SecretId="db", Tags=[{"Key": "aws:x", "Value": ""}])


@pytest.mark.aws(ROTATE)
def test_rotation_needs_a_function(aws):
    """RotateSecret without a function is refused; with one, the rotation is shown with its rules and next date."""
    aws.secretsmanager.create_secret(Name="db", SecretString="x")
    with refused("InvalidRequestException", message="No Lambda rotation function ARN is associated"):
        aws.secretsmanager.rotate_secret(SecretId="db")
    function = "arn:aws:lambda:eu-west-1:123456789012:function:rotate"
    rules = {"AutomaticallyAfterDays": 10}
    aws.secretsmanager.rotate_secret(SecretId="db", RotationLambdaARN=function, RotationRules=rules)
    seen = aws.secretsmanager.describe_secret(SecretId="db")
    assert (seen["RotationEnabled"], seen["RotationLambdaARN"], seen["RotationRules"]) == (True, function, rules)
    assert (seen["NextRotationDate"] - seen["LastChangedDate"]).days == 10


@pytest.mark.aws(CANCEL)
def test_a_cancelled_rotation_is_shown_as_disabled(aws):
    """CancelRotateSecret switches rotation off and keeps the function; without a rotation it is refused."""
    aws.secretsmanager.create_secret(Name="db", SecretString="x")
    with refused("InvalidRequestException"):
        aws.secretsmanager.cancel_rotate_secret(SecretId="db")
    function = "arn:aws:lambda:eu-west-1:123456789012:function:rotate"
    aws.secretsmanager.rotate_secret(SecretId="db", RotationLambdaARN=function)
    aws.secretsmanager.cancel_rotate_secret(SecretId="db")
    seen = aws.secretsmanager.describe_secret(SecretId="db")
    assert (seen["RotationEnabled"], seen["RotationLambdaARN"]) == (False, function)


@pytest.mark.aws(POLICY)
def test_a_resource_policy_is_checked_and_kept(aws):
    """A resource policy must be JSON with whole statements; a public one is refused when BlockPublicPolicy is set."""
    aws.secretsmanager.create_secret(Name="db", SecretString="x")
    assert "ResourcePolicy" not in aws.secretsmanager.get_resource_policy(SecretId="db")
    statement = '{"Effect":"Allow","Principal":"*","Action":"secretsmanager:GetSecretValue","Resource":"*"}'
    policy = '{"Version":"2012-10-17","Statement":[' + statement + "]}"
    with refused("MalformedPolicyDocumentException", message="invalid Json"):
        aws.secretsmanager.put_resource_policy(SecretId="db", ResourcePolicy="{")
    with refused("PublicPolicyException"):
        aws.secretsmanager.put_resource_policy(SecretId="db", ResourcePolicy=policy, BlockPublicPolicy=True)
    aws.secretsmanager.put_resource_policy(SecretId="db", ResourcePolicy=policy)
    assert aws.secretsmanager.get_resource_policy(SecretId="db")["ResourcePolicy"] == policy
    aws.secretsmanager.delete_resource_policy(SecretId="db")
    assert "ResourcePolicy" not in aws.secretsmanager.get_resource_policy(SecretId="db")


@pytest.mark.aws(PASSWORD)
def test_a_password_has_every_kind_of_character(aws):
    """GetRandomPassword gives 32 characters with one of each kind, or what was asked for."""
    password = aws.secretsmanager.get_random_password()["RandomPassword"]
    assert len(password) == 32
    for kind in (str.islower, str.isupper, str.isdigit):
        assert any(kind(one) for one in password)
    assert any(not one.isalnum() for one in password)
    digits = aws.secretsmanager.get_random_password(
        PasswordLength=12, ExcludeLowercase=True, ExcludeUppercase=True, ExcludePunctuation=True, ExcludeCharacters="01"
    )["RandomPassword"]
    assert len(digits) == 12 and set(digits) <= set("23456789")
    with refused("InvalidParameterException", message="Password length is too short"):
        aws.secretsmanager.get_random_password(PasswordLength=3)
