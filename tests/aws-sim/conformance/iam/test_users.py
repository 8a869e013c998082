"""Users, their access keys, and groups."""

import pytest
from policy_documents import allow
from simulator import refused

CREATE_KEY = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccessKey.html"
UPDATE_KEY = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAccessKey.html"
DELETE_USER = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html"


def key(aws, user="ann"):
    aws.iam.create_user(UserName=user)
    return aws.iam.create_access_key(UserName=user)["AccessKey"]


def client(aws, service, key):
    return aws.client(service, key=key["AccessKeyId"], secret=key["SecretAccessKey"])


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html")
def test_a_users_name_is_unique(aws):
    """A user has an id, an ARN with the path, and a name that no other has."""
    made = aws.iam.create_user(UserName="ann", Path="/team/", Tags=[{"Key": "a", "Value": "b"}])["User"]
    assert made["Arn"] == "arn:aws:iam::123456789012:user/team/ann" and made["UserId"].startswith("AIDA")
    assert aws.iam.get_user(UserName="ann")["User"]["Tags"] == [{"Key": "a", "Value": "b"}]
    with refused("EntityAlreadyExists", "User with name ann already exists.", 409):
        aws.iam.create_user(UserName="ann")
    with refused("NoSuchEntity", "The user with name bob cannot be found.", 404):
        aws.iam.get_user(UserName="bob")


@pytest.mark.aws(CREATE_KEY)
def test_an_access_key_stands_for_its_user(aws):
    """Calls with a user's access key are the user's, and GetUser without a name is about the caller."""
    made = key(aws)
    assert made["AccessKeyId"].startswith("AKIA") and len(made["SecretAccessKey"]) == 40
    caller = client(aws, "sts", made).get_caller_identity()
    assert caller["Arn"] == "arn:aws:iam::123456789012:user/ann" and caller["UserId"].startswith("AIDA")
    assert client(aws, "iam", made).get_user()["User"]["UserName"] == "ann"


@pytest.mark.aws(UPDATE_KEY)
def test_an_inactive_key_is_refused(aws):
    """An access key that is made inactive is refused until it is active again, and so is one that is deleted."""
    made = key(aws)
    mine = client(aws, "sts", made)
    aws.iam.update_access_key(UserName="ann", AccessKeyId=made["AccessKeyId"], Status="Inactive")
    with refused("InvalidClientTokenId", "The security token included in the request is invalid.", 403):
        mine.get_caller_identity()
    assert aws.iam.list_access_keys(UserName="ann")["AccessKeyMetadata"][0]["Status"] == "Inactive"
    aws.iam.update_access_key(UserName="ann", AccessKeyId=made["AccessKeyId"], Status="Active")
    mine.get_caller_identity()
    aws.iam.delete_access_key(UserName="ann", AccessKeyId=made["AccessKeyId"])
    with refused("InvalidClientTokenId"):
        mine.get_caller_identity()


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html")
def test_a_user_has_at_most_two_keys(aws):
    """A third access key for a user is refused."""
    key(aws)
    aws.iam.create_access_key(UserName="ann")
    with refused("LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2", 409):
        aws.iam.create_access_key(UserName="ann")


@pytest.mark.aws(DELETE_USER)
def test_a_user_with_belongings_cannot_be_deleted(aws):
    """A user goes only without access keys, groups and policies."""
    made = key(aws)
    aws.iam.create_group(GroupName="team")
    aws.iam.add_user_to_group(GroupName="team", UserName="ann")
    aws.iam.put_user_policy(UserName="ann", PolicyName="more", PolicyDocument=allow())
    with refused("DeleteConflict", "Cannot delete entity, must delete access keys first.", 409):
        aws.iam.delete_user(UserName="ann")
    aws.iam.delete_access_key(UserName="ann", AccessKeyId=made["AccessKeyId"])
    with refused("DeleteConflict", "Cannot delete entity, must remove users from group first."):
        aws.iam.delete_user(UserName="ann")
    aws.iam.remove_user_from_group(GroupName="team", UserName="ann")
    with refused("DeleteConflict", "Cannot delete entity, must delete policies first."):
        aws.iam.delete_user(UserName="ann")
    aws.iam.delete_user_policy(UserName="ann", PolicyName="more")
    aws.iam.delete_user(UserName="ann")
    with refused("NoSuchEntity"):
        aws.iam.get_user(UserName="ann")


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetGroup.html")
def test_a_group_shows_its_users(aws):
    """A group lists its members, a user its groups, and a group with members cannot be deleted."""
    aws.iam.create_user(UserName="ann")
    aws.iam.create_group(GroupName="team")
    aws.iam.add_user_to_group(GroupName="team", UserName="ann")
    aws.iam.add_user_to_group(GroupName="team", UserName="ann")
    assert [one["UserName"] for one in aws.iam.get_group(GroupName="team")["Users"]] == ["ann"]
    assert [one["GroupName"] for one in aws.iam.list_groups_for_user(UserName="ann")["Groups"]] == ["team"]
    with refused("DeleteConflict", "must remove users from group first", 409):
        aws.iam.delete_group(GroupName="team")


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html")
def test_an_account_has_one_alias(aws):
    """A new alias of an account takes the place of the old one, and no other account may have it."""
    aws.iam.create_account_alias(AccountAlias="first")
    aws.iam.create_account_alias(AccountAlias="second")
    assert aws.iam.list_account_aliases()["AccountAliases"] == ["second"]
    aws.control("POST", "/accounts", {"id": "210987654321", "access_key": "other", "secret": "other"})
    with refused("EntityAlreadyExists", status=409):
        aws.client("iam", key="other", secret="other").create_account_alias(AccountAlias="second")
    with refused("NoSuchEntity", "The account alias first cannot be found.", 404):
        aws.iam.delete_account_alias(AccountAlias="first")


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccountSummary.html")
def test_the_account_is_summed_up(aws):
    """The account's summary counts what there is and tells the quotas."""
    aws.iam.create_user(UserName="ann")
    summary = aws.iam.get_account_summary()["SummaryMap"]
    assert (summary["Users"], summary["Roles"], summary["RolesQuota"]) == (1, 0, 1000)


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateOpenIDConnectProvider.html")
def test_an_identity_provider_is_known_by_its_url(aws):
    """An OpenID Connect provider's ARN holds its URL, of which there is one."""
    made = aws.iam.create_open_id_connect_provider(Url="https://ci.example.com", ClientIDList=["sts.amazonaws.com"])
    arn = "arn:aws:iam::123456789012:oidc-provider/ci.example.com"
    assert made["OpenIDConnectProviderArn"] == arn
    read = aws.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert (read["Url"], read["ClientIDList"]) == ("ci.example.com", ["sts.amazonaws.com"])
    with refused("EntityAlreadyExists", status=409):
        aws.iam.create_open_id_connect_provider(Url="https://ci.example.com")
    aws.iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    with refused("NoSuchEntity", status=404):
        aws.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
