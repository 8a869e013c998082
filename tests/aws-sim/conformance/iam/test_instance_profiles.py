"""Instance profiles."""

import pytest
from policy_documents import trust
from simulator import refused

ADD = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_AddRoleToInstanceProfile.html"
CREATE = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateInstanceProfile.html"
DELETE = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteInstanceProfile.html"


def profile(aws, name="app", **more):
    return aws.iam.create_instance_profile(InstanceProfileName=name, **more)["InstanceProfile"]


def role(aws, name="app"):
    aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust())


@pytest.mark.aws(CREATE)
def test_a_profile_is_made_once(aws):
    """An instance profile is empty at first, its path is part of its ARN, and its name is unique."""
    made = profile(aws, Path="/team/")
    assert made["Arn"] == "arn:aws:iam::123456789012:instance-profile/team/app" and made["Roles"] == []
    assert made["InstanceProfileId"].startswith("AIPA")
    with refused("EntityAlreadyExists", "Instance Profile app already exists.", 409):
        profile(aws)


@pytest.mark.aws(ADD)
def test_a_profile_holds_one_role(aws):
    """A second role in an instance profile is refused, and so is one that does not exist."""
    profile(aws)
    role(aws)
    role(aws, "other")
    aws.iam.add_role_to_instance_profile(InstanceProfileName="app", RoleName="app")
    with refused("LimitExceeded", "Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1", 409):
        aws.iam.add_role_to_instance_profile(InstanceProfileName="app", RoleName="other")
    with refused("NoSuchEntity", "The role with name none cannot be found.", 404):
        aws.iam.add_role_to_instance_profile(InstanceProfileName="app", RoleName="none")
    held = aws.iam.get_instance_profile(InstanceProfileName="app")["InstanceProfile"]["Roles"]
    assert [one["RoleName"] for one in held] == ["app"]
    listed = aws.iam.list_instance_profiles_for_role(RoleName="app")["InstanceProfiles"]
    assert [one["InstanceProfileName"] for one in listed] == ["app"]


@pytest.mark.aws(DELETE)
def test_a_profile_with_a_role_cannot_be_deleted(aws):
    """An instance profile goes only once its role is removed, and a role that is not in it cannot be removed."""
    profile(aws)
    role(aws)
    with refused("NoSuchEntity", status=404):
        aws.iam.remove_role_from_instance_profile(InstanceProfileName="app", RoleName="app")
    aws.iam.add_role_to_instance_profile(InstanceProfileName="app", RoleName="app")
    with refused("DeleteConflict", "must remove roles from instance profile first", 409):
        aws.iam.delete_instance_profile(InstanceProfileName="app")
    aws.iam.remove_role_from_instance_profile(InstanceProfileName="app", RoleName="app")
    aws.iam.delete_instance_profile(InstanceProfileName="app")
    with refused("NoSuchEntity", "Instance Profile app cannot be found.", 404):
        aws.iam.get_instance_profile(InstanceProfileName="app")
