"""Roles."""

import pytest
from policy_documents import allow, trust
from simulator import refused

CREATE = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html"
GET = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html"
LIST = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html"
UPDATE = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html"
DELETE = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html"
QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"


def role(aws, name="app", **more):
    return aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust(), **more)["Role"]


@pytest.mark.aws(CREATE)
def test_a_role_is_read_back_as_it_was_made(aws):
    """A role has the path, description, session duration, boundary and tags that it was made with, and its path is part of its ARN."""
    boundary = "arn:aws:iam::aws:policy/PowerUserAccess"
    made = role(
        aws,
        Path="/team/",
        Description="for the app",
        MaxSessionDuration=7200,
        PermissionsBoundary=boundary,
        Tags=[{"Key": "env", "Value": "dev"}],
    )
    assert made["Arn"] == "arn:aws:iam::123456789012:role/team/app"
    assert made["RoleId"].startswith("AROA") and len(made["RoleId"]) == 21
    read = aws.iam.get_role(RoleName="app")["Role"]
    assert read["AssumeRolePolicyDocument"]["Statement"][0]["Principal"] == {"Service": "ec2.amazonaws.com"}
    assert (read["Path"], read["Description"], read["MaxSessionDuration"]) == ("/team/", "for the app", 7200)
    assert read["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    assert read["Tags"] == [{"Key": "env", "Value": "dev"}] and read["RoleLastUsed"] == {}


@pytest.mark.aws(QUOTAS)
def test_names_are_unique_without_regard_to_case(aws):
    """Two roles cannot have names that differ by case alone."""
    role(aws, "app")
    with refused("EntityAlreadyExists", "Role with name APP already exists.", 409):
        role(aws, "APP")


@pytest.mark.aws(CREATE)
def test_a_name_has_64_characters_of_a_small_alphabet(aws):
    """A role's name is at most 64 characters long and made of letters, digits and `_+=,.@-`."""
    role(aws, "a" * 64)
    with refused("ValidationError", "length less than or equal to 64"):
        role(aws, "a" * 65)
    with refused("ValidationError", "It must contain only alphanumeric characters and/or the following: +=,.@_-"):
        role(aws, "my role")


@pytest.mark.aws(CREATE)
def test_a_session_lasts_one_to_twelve_hours_at_most(aws):
    """A role's longest session is between 3600 and 43200 seconds, and 3600 if nothing is said."""
    assert role(aws)["MaxSessionDuration"] == 3600
    with refused("ValidationError", "greater than or equal to 3600"):
        role(aws, "short", MaxSessionDuration=900)
    with refused("ValidationError", "less than or equal to 43200"):
        role(aws, "long", MaxSessionDuration=43201)


@pytest.mark.aws(GET)
def test_a_role_that_is_not_there_is_no_such_entity(aws):
    """Getting a role that does not exist is refused with status 404."""
    with refused("NoSuchEntity", "The role with name nobody cannot be found.", 404):
        aws.iam.get_role(RoleName="nobody")


@pytest.mark.aws(LIST)
def test_listed_roles_lack_tags_and_boundary(aws):
    """ListRoles leaves out tags, boundary and last use, and narrows by path."""
    role(aws, "one", Path="/team/", Tags=[{"Key": "env", "Value": "dev"}])
    role(aws, "two")
    assert [one["RoleName"] for one in aws.iam.list_roles()["Roles"]] == ["one", "two"]
    (listed,) = aws.iam.list_roles(PathPrefix="/team/")["Roles"]
    assert "Tags" not in listed and "RoleLastUsed" not in listed and listed["RoleName"] == "one"


@pytest.mark.aws(LIST)
def test_a_hundred_roles_make_a_page(aws):
    """Lists come in pages of a hundred, with a marker for the next."""
    for number in range(101):
        role(aws, f"app-{number:03}")
    first = aws.iam.list_roles()
    assert first["IsTruncated"] and len(first["Roles"]) == 100
    second = aws.iam.list_roles(Marker=first["Marker"])
    assert not second["IsTruncated"] and [one["RoleName"] for one in second["Roles"]] == ["app-100"]
    names = [one["RoleName"] for page in aws.iam.get_paginator("list_roles").paginate() for one in page["Roles"]]
    assert len(set(names)) == 101


@pytest.mark.aws(LIST)
def test_a_page_has_one_to_a_thousand_items(aws):
    """MaxItems is between 1 and 1000."""
    with refused("ValidationError", "less than or equal to 1000"):
        aws.iam.list_roles(MaxItems=1001)
    with refused("ValidationError", "greater than or equal to 1"):
        aws.iam.list_roles(MaxItems=0)


@pytest.mark.aws(UPDATE)
def test_description_and_session_duration_change(aws):
    """UpdateRole sets description and longest session."""
    role(aws)
    aws.iam.update_role(RoleName="app", Description="new", MaxSessionDuration=10800)
    read = aws.iam.get_role(RoleName="app")["Role"]
    assert (read["Description"], read["MaxSessionDuration"]) == ("new", 10800)


@pytest.mark.aws(DELETE)
def test_a_role_with_policies_cannot_be_deleted(aws):
    """A role goes only once its policies are detached and deleted and it is in no instance profile."""
    role(aws)
    arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
    aws.iam.attach_role_policy(RoleName="app", PolicyArn=arn)
    aws.iam.put_role_policy(RoleName="app", PolicyName="more", PolicyDocument=allow())
    aws.iam.create_instance_profile(InstanceProfileName="app")
    aws.iam.add_role_to_instance_profile(InstanceProfileName="app", RoleName="app")
    with refused("DeleteConflict", "must remove roles from instance profile first", 409):
        aws.iam.delete_role(RoleName="app")
    aws.iam.remove_role_from_instance_profile(InstanceProfileName="app", RoleName="app")
    with refused("DeleteConflict", "Cannot delete entity, must detach all policies first."):
        aws.iam.delete_role(RoleName="app")
    aws.iam.detach_role_policy(RoleName="app", PolicyArn=arn)
    with refused("DeleteConflict", "Cannot delete entity, must delete policies first."):
        aws.iam.delete_role(RoleName="app")
    aws.iam.delete_role_policy(RoleName="app", PolicyName="more")
    aws.iam.delete_role(RoleName="app")
    with refused("NoSuchEntity"):
        aws.iam.delete_role(RoleName="app")


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePermissionsBoundary.html")
def test_a_boundary_is_put_and_taken_away(aws):
    """A role's permissions boundary is a managed policy that exists, which can be put and deleted."""
    role(aws)
    with refused("NoSuchEntity", "does not exist or is not attachable"):
        aws.iam.put_role_permissions_boundary(RoleName="app", PermissionsBoundary="arn:aws:iam::123456789012:policy/no")
    aws.iam.put_role_permissions_boundary(
        RoleName="app", PermissionsBoundary="arn:aws:iam::aws:policy/AmazonEC2FullAccess"
    )
    aws.iam.delete_role_permissions_boundary(RoleName="app")
    assert "PermissionsBoundary" not in aws.iam.get_role(RoleName="app")["Role"]
    with refused("NoSuchEntity"):
        aws.iam.delete_role_permissions_boundary(RoleName="app")


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html")
def test_tags_are_set_listed_and_removed(aws):
    """Tags of a role are overwritten by key, listed in pages, and removed by key."""
    role(aws, Tags=[{"Key": "env", "Value": "dev"}])
    aws.iam.tag_role(RoleName="app", Tags=[{"Key": "env", "Value": "live"}, {"Key": "team", "Value": "a"}])
    page = aws.iam.list_role_tags(RoleName="app", MaxItems=1)
    assert page["Tags"] == [{"Key": "env", "Value": "live"}] and page["IsTruncated"]
    aws.iam.untag_role(RoleName="app", TagKeys=["env"])
    assert aws.iam.list_role_tags(RoleName="app")["Tags"] == [{"Key": "team", "Value": "a"}]


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html")
def test_a_resource_has_at_most_fifty_tags(aws):
    """A role has at most 50 tags, and none of them begins with `aws:`."""
    role(aws, Tags=[{"Key": str(number), "Value": ""} for number in range(50)])
    with refused("LimitExceeded", "Cannot exceed quota for TagsPerEntity: 50", 409):
        aws.iam.tag_role(RoleName="app", Tags=[{"Key": "one", "Value": "more"}])
    with refused("InvalidInput", "aws:"):
        role(aws, "other", Tags=[{"Key": "aws:mine", "Value": ""}])
