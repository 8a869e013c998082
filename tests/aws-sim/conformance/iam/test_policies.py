"""Managed policies, and how roles hold policies."""

import json

import pytest
from policy_documents import allow, long, trust
from simulator import refused

CREATE = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html"
VERSIONS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_managed-versioning.html"
DELETE = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html"
ATTACH = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html"
PUT = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html"
LIST = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html"
QUOTAS = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html"
EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


def policy(aws, name="logs", document=None, **more):
    return aws.iam.create_policy(PolicyName=name, PolicyDocument=document or allow(), **more)["Policy"]


def role(aws, name="app"):
    aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust())


@pytest.mark.aws(CREATE)
def test_a_policy_begins_with_version_one(aws):
    """A customer's policy has version v1 in force, is attached to nothing, and its document is read by version."""
    made = policy(aws, Path="/team/", Description="to log", Tags=[{"Key": "env", "Value": "dev"}])
    assert made["Arn"] == "arn:aws:iam::123456789012:policy/team/logs"
    assert (made["DefaultVersionId"], made["AttachmentCount"], made["IsAttachable"]) == ("v1", 0, True)
    read = aws.iam.get_policy(PolicyArn=made["Arn"])["Policy"]
    assert read["Description"] == "to log" and read["Tags"] == [{"Key": "env", "Value": "dev"}]
    version = aws.iam.get_policy_version(PolicyArn=made["Arn"], VersionId="v1")["PolicyVersion"]
    assert version["IsDefaultVersion"] and version["Document"] == json.loads(allow())


@pytest.mark.aws(CREATE)
def test_a_policys_name_is_unique_in_the_account(aws):
    """A second policy of the same name is refused, whatever its path."""
    policy(aws)
    with refused("EntityAlreadyExists", "A policy called logs already exists. Duplicate names are not allowed.", 409):
        policy(aws, Path="/other/")


@pytest.mark.aws(VERSIONS)
def test_a_policy_has_at_most_five_versions(aws):
    """A sixth version is refused until another is deleted, and numbers are not given twice."""
    arn = policy(aws)["Arn"]
    for _ in range(4):
        aws.iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow("s3:GetObject"))
    with refused("LimitExceeded", "A managed policy can have up to 5 versions.", 409):
        aws.iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow())
    aws.iam.delete_policy_version(PolicyArn=arn, VersionId="v5")
    made = aws.iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow())["PolicyVersion"]
    assert made["VersionId"] == "v6" and not made["IsDefaultVersion"]


@pytest.mark.aws(VERSIONS)
def test_one_version_is_in_force(aws):
    """A new version comes into force when it is said to be the default, then or later, and that one cannot be deleted."""
    arn = policy(aws)["Arn"]
    aws.iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow("s3:GetObject"), SetAsDefault=True)
    assert aws.iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"] == "v2"
    with refused("DeleteConflict", "Cannot delete the default version of a policy.", 409):
        aws.iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    aws.iam.set_default_policy_version(PolicyArn=arn, VersionId="v1")
    versions = aws.iam.list_policy_versions(PolicyArn=arn)["Versions"]
    assert [(one["VersionId"], one["IsDefaultVersion"]) for one in versions] == [("v2", False), ("v1", True)]


@pytest.mark.aws(DELETE)
def test_an_attached_policy_cannot_be_deleted(aws):
    """A policy goes only once it is attached to nothing and has one version left."""
    role(aws)
    arn = policy(aws)["Arn"]
    aws.iam.attach_role_policy(RoleName="app", PolicyArn=arn)
    assert aws.iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"] == 1
    with refused("DeleteConflict", "Cannot delete a policy attached to entities.", 409):
        aws.iam.delete_policy(PolicyArn=arn)
    aws.iam.detach_role_policy(RoleName="app", PolicyArn=arn)
    aws.iam.create_policy_version(PolicyArn=arn, PolicyDocument=allow())
    with refused("DeleteConflict", "This policy has more than one version."):
        aws.iam.delete_policy(PolicyArn=arn)
    aws.iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
    aws.iam.delete_policy(PolicyArn=arn)
    with refused("NoSuchEntity", f"Policy {arn} was not found.", 404):
        aws.iam.get_policy(PolicyArn=arn)


@pytest.mark.aws("https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonECSTaskExecutionRolePolicy.html")
def test_policies_of_aws_are_read_but_not_changed(aws):
    """A policy that AWS manages has AWS's ARN and document, and cannot be changed or deleted."""
    read = aws.iam.get_policy(PolicyArn=EXECUTION)["Policy"]
    version = aws.iam.get_policy_version(PolicyArn=EXECUTION, VersionId=read["DefaultVersionId"])["PolicyVersion"]
    assert "ecr:BatchGetImage" in version["Document"]["Statement"][0]["Action"]
    with refused("AccessDenied", "outside your own account", 403):
        aws.iam.delete_policy(PolicyArn=EXECUTION)
    with refused("AccessDenied"):
        aws.iam.create_policy_version(PolicyArn=EXECUTION, PolicyDocument=allow())


@pytest.mark.aws(LIST)
def test_scope_tells_own_policies_from_those_of_aws(aws):
    """ListPolicies narrows by scope, by path, and to those that are attached."""
    role(aws)
    policy(aws)
    aws.iam.attach_role_policy(RoleName="app", PolicyArn=EXECUTION)
    assert [one["PolicyName"] for one in aws.iam.list_policies(Scope="Local")["Policies"]] == ["logs"]
    of_aws = aws.iam.list_policies(Scope="AWS", MaxItems=1000)["Policies"]
    assert "AdministratorAccess" in [one["PolicyName"] for one in of_aws] and "logs" not in str(of_aws[0]["Arn"])
    (attached,) = aws.iam.list_policies(OnlyAttached=True)["Policies"]
    assert (attached["Arn"], attached["AttachmentCount"]) == (EXECUTION, 1)


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListEntitiesForPolicy.html")
def test_a_policy_tells_who_has_it(aws):
    """ListEntitiesForPolicy names the roles, users and groups that have a policy."""
    role(aws)
    aws.iam.create_user(UserName="ann")
    aws.iam.attach_role_policy(RoleName="app", PolicyArn=EXECUTION)
    aws.iam.attach_user_policy(UserName="ann", PolicyArn=EXECUTION)
    found = aws.iam.list_entities_for_policy(PolicyArn=EXECUTION)
    assert [one["RoleName"] for one in found["PolicyRoles"]] == ["app"]
    assert [one["UserName"] for one in found["PolicyUsers"]] == ["ann"] and found["PolicyGroups"] == []
    assert aws.iam.list_entities_for_policy(PolicyArn=EXECUTION, EntityFilter="User")["PolicyRoles"] == []


@pytest.mark.aws(ATTACH)
def test_attaching_twice_is_no_error(aws):
    """Attaching a policy that is attached changes nothing, detaching one that is not is refused."""
    role(aws)
    aws.iam.attach_role_policy(RoleName="app", PolicyArn=EXECUTION)
    aws.iam.attach_role_policy(RoleName="app", PolicyArn=EXECUTION)
    assert len(aws.iam.list_attached_role_policies(RoleName="app")["AttachedPolicies"]) == 1
    aws.iam.detach_role_policy(RoleName="app", PolicyArn=EXECUTION)
    with refused("NoSuchEntity", f"Policy {EXECUTION} was not found.", 404):
        aws.iam.detach_role_policy(RoleName="app", PolicyArn=EXECUTION)


@pytest.mark.aws(ATTACH)
def test_a_policy_must_exist_to_be_attached(aws):
    """A policy that does not exist, or that is for service-linked roles, is not attachable; no ARN is no policy."""
    role(aws)
    for arn in [
        "arn:aws:iam::aws:policy/AmazonECSTaskExecutionRolePolicy",
        "arn:aws:iam::123456789012:policy/none",
        "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy",
    ]:
        with refused("NoSuchEntity", "does not exist or is not attachable", 404):
            aws.iam.attach_role_policy(RoleName="app", PolicyArn=arn)
    with refused("InvalidInput", "ARN AdministratorAccess-policy is not valid."):
        aws.iam.attach_role_policy(RoleName="app", PolicyArn="AdministratorAccess-policy")


@pytest.mark.aws(QUOTAS)
def test_a_role_has_at_most_ten_managed_policies(aws):
    """An eleventh managed policy for a role is refused."""
    role(aws)
    for number in range(10):
        aws.iam.attach_role_policy(RoleName="app", PolicyArn=policy(aws, f"p{number}")["Arn"])
    with refused("LimitExceeded", "Cannot exceed quota for PoliciesPerRole: 10", 409):
        aws.iam.attach_role_policy(RoleName="app", PolicyArn=EXECUTION)


@pytest.mark.aws(PUT)
def test_an_inline_policy_is_put_over_itself(aws):
    """Putting an inline policy again replaces it; it is listed by name and gone once deleted."""
    role(aws)
    aws.iam.put_role_policy(RoleName="app", PolicyName="more", PolicyDocument=allow())
    aws.iam.put_role_policy(RoleName="app", PolicyName="more", PolicyDocument=allow("s3:GetObject"))
    read = aws.iam.get_role_policy(RoleName="app", PolicyName="more")
    assert read["PolicyDocument"] == json.loads(allow("s3:GetObject")) and read["RoleName"] == "app"
    assert aws.iam.list_role_policies(RoleName="app")["PolicyNames"] == ["more"]
    aws.iam.delete_role_policy(RoleName="app", PolicyName="more")
    with refused("NoSuchEntity", "The role policy with name more cannot be found.", 404):
        aws.iam.get_role_policy(RoleName="app", PolicyName="more")


@pytest.mark.aws(QUOTAS)
def test_inline_policies_of_a_role_have_10240_characters_together(aws):
    """All inline policies of a role together are at most 10,240 characters long, and white space does not count."""
    role(aws)
    aws.iam.put_role_policy(RoleName="app", PolicyName="a", PolicyDocument=long(10_000))
    aws.iam.put_role_policy(RoleName="app", PolicyName="b", PolicyDocument=long(240) + " " * 500)
    with refused("LimitExceeded", "Maximum policy size of 10240 bytes exceeded for role app", 409):
        aws.iam.put_role_policy(RoleName="app", PolicyName="b", PolicyDocument=long(241))


@pytest.mark.aws(QUOTAS)
def test_managed_and_trust_policies_have_sizes_too(aws):
    """A managed policy is at most 6,144 characters long, a trust policy 2,048, a user's inline policies 2,048."""
    policy(aws, document=long(6144))
    with refused("LimitExceeded", "Cannot exceed quota for PolicySize: 6144", 409):
        policy(aws, "longer", long(6145))
    condition = {"StringEquals": {"aws:PrincipalOrgID": "o" * 2048}}
    with refused("LimitExceeded", "Cannot exceed quota for ACLSizePerRole: 2048", 409):
        aws.iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust(Condition=condition))
    aws.iam.create_user(UserName="ann")
    with refused("LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user ann", 409):
        aws.iam.put_user_policy(UserName="ann", PolicyName="a", PolicyDocument=long(2049))
