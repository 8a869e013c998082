"""What IAM takes for a policy document."""

import json

import pytest
from policy_documents import allow, trust
from simulator import refused

GRAMMAR = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html"
PRINCIPAL = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html"
RESOURCE = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html"
SID = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_sid.html"
VERSION = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html"
ACTION = "https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html"


def refuse(aws, document, sentence):
    """A managed policy with this document is refused with this sentence."""
    text = document if isinstance(document, str) else json.dumps(document)
    with refused("MalformedPolicyDocument", sentence, 400):
        aws.iam.create_policy(PolicyName="bad", PolicyDocument=text)


def refuse_trust(aws, document, sentence):
    with refused("MalformedPolicyDocument", sentence, 400):
        aws.iam.create_role(RoleName="bad", AssumeRolePolicyDocument=document)


def statement(**members):
    return {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*", **members}}


@pytest.mark.aws(GRAMMAR)
def test_unknown_elements_are_syntax_errors(aws):
    """A document with an element that the grammar lacks, without statements, or with an effect but Allow and Deny is refused."""
    refuse(aws, "{", "This policy contains invalid Json")
    for document in [[], {}, {**statement(), "Extra": 1}, statement(Actions="s3:*"), statement(Effect="allow")]:
        refuse(aws, document, "Syntax errors in policy.")
    refuse(aws, {"Version": "2012-10-17", "Statement": []}, "Syntax errors in policy.")


@pytest.mark.aws(GRAMMAR)
def test_an_element_and_its_opposite_exclude_each_other(aws):
    """A statement has Action or NotAction, Resource or NotResource, not both."""
    refuse(aws, statement(NotAction="s3:*"), "Syntax errors in policy.")
    refuse(aws, statement(NotResource="*"), "Syntax errors in policy.")


@pytest.mark.aws(VERSION)
def test_a_document_has_a_version_that_exists(aws):
    """The version is 2012-10-17, or 2008-10-17 which identity policies may not have."""
    refuse(aws, {**statement(), "Version": "2020-01-01"}, "The policy must contain a valid version string")
    refuse(aws, {**statement(), "Version": "2008-10-17"}, "Policy document must be version 2012-10-17 or greater.")


@pytest.mark.aws(ACTION)
def test_actions_are_a_vendor_a_colon_and_a_name(aws):
    """A statement names actions, each with the vendor's prefix and one colon."""
    document = statement()
    del document["Statement"]["Action"]
    refuse(aws, document, "Policy statement must contain actions.")
    refuse(aws, statement(Action="GetObject"), "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2")
    refuse(aws, statement(Action="s3:Get:Object"), "Actions/Condition can contain only one colon.")
    refuse(aws, statement(Action="s3_:GetObject"), "Vendor s3_ is not valid")


@pytest.mark.aws(RESOURCE)
def test_resources_are_arns_or_a_star(aws):
    """A statement of an identity policy names resources, each as an ARN of a known partition or `*`."""
    document = statement()
    del document["Statement"]["Resource"]
    refuse(aws, document, "Policy statement must contain resources.")
    refuse(aws, statement(Resource="bucket"), 'Resource bucket must be in ARN format or "*".')
    refuse(aws, statement(Resource="arn:alien:s3:::b"), 'Partition "alien" is not valid for resource "arn:alien:s3:::b".')
    refuse(aws, statement(Resource="arn:aws:s3"), "The policy failed legacy parsing")
    refuse(aws, statement(Resource="arn:aws:iam:eu-west-1:1:role/a"), "cannot contain region information")
    refuse(aws, statement(Resource="arn:aws:iam::1:roles/a"), 'IAM resource path must either be "*" or start with user/')


@pytest.mark.aws(SID)
def test_statement_ids_are_unique_and_alphanumeric(aws):
    """Statement ids consist of letters and digits, and occur once in a policy."""
    refuse(aws, statement(Sid="not good"), "Statement IDs (SID) must be alpha-numeric.")
    twice = {"Version": "2012-10-17", "Statement": [statement(Sid="a")["Statement"]] * 2}
    refuse(aws, twice, "Statement IDs (SID) in a single policy must be unique.")


@pytest.mark.aws(PRINCIPAL)
def test_principals_belong_into_trust_policies_alone(aws):
    """An identity policy must not name a principal, a trust policy must, and it names no resource."""
    refuse(aws, statement(Principal="*"), "Policy document should not specify a principal.")
    refuse_trust(aws, allow("sts:AssumeRole"), "Missing required field Principal")
    refuse_trust(aws, trust(Resource="*"), "Has prohibited field Resource")
    refuse_trust(aws, trust(action="s3:GetObject"), "AssumeRole policy may only specify STS AssumeRole actions.")


@pytest.mark.aws(PRINCIPAL)
def test_principals_of_a_trust_policy_must_exist(aws):
    """A trust policy names accounts, services, or roles and users that exist when it is stored."""
    role = "arn:aws:iam::123456789012:role/none"
    refuse_trust(aws, trust({"AWS": role}), f'Invalid principal in policy: "AWS":"{role}"')
    refuse_trust(aws, trust({"Service": "ecs"}), 'Invalid principal in policy: "SERVICE":"ecs"')
    aws.iam.create_role(RoleName="none", AssumeRolePolicyDocument=trust({"AWS": "123456789012"}))
    aws.iam.create_role(RoleName="next", AssumeRolePolicyDocument=trust({"AWS": role}))


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html")
def test_a_malformed_trust_policy_leaves_the_old_one(aws):
    """UpdateAssumeRolePolicy replaces the trust policy, or refuses and changes nothing."""
    aws.iam.create_role(RoleName="app", AssumeRolePolicyDocument=trust())
    with refused("MalformedPolicyDocument"):
        aws.iam.update_assume_role_policy(RoleName="app", PolicyDocument=allow("sts:AssumeRole"))
    aws.iam.update_assume_role_policy(RoleName="app", PolicyDocument=trust({"Service": "ecs-tasks.amazonaws.com"}))
    document = aws.iam.get_role(RoleName="app")["Role"]["AssumeRolePolicyDocument"]
    assert document["Statement"][0]["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}


@pytest.mark.aws("https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html")
def test_conditions_have_known_operators(aws):
    """A condition has an operator that exists, over keys with a prefix."""
    refuse(aws, statement(Condition={"StringSame": {"aws:username": "a"}}), "Invalid Condition type : StringSame.")
    refuse(aws, statement(Condition={"StringEquals": "a"}), "Syntax errors in policy.")
    fine = statement(Condition={"ForAnyValue:StringLikeIfExists": {"aws:username": ["a*"]}})
    aws.iam.create_policy(PolicyName="fine", PolicyDocument=json.dumps(fine))
