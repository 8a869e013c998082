"""Roles that services make for themselves."""

import pytest
from policy_documents import allow, trust
from simulator import refused

CREATE = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateServiceLinkedRole.html"
USING = "https://docs.aws.amazon.com/IAM/latest/UserGuide/using-service-linked-roles.html"
DELETE = "https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteServiceLinkedRole.html"
ECS = "AWSServiceRoleForECS"


@pytest.mark.aws(CREATE)
def test_a_role_is_made_by_the_services_name(aws):
    """A service-linked role has the service's name, path and policy, and there is one for each service."""
    made = aws.iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")["Role"]
    assert made["Arn"] == f"arn:aws:iam::123456789012:role/aws-service-role/ecs.amazonaws.com/{ECS}"
    (attached,) = aws.iam.list_attached_role_policies(RoleName=ECS)["AttachedPolicies"]
    assert attached["PolicyArn"] == "arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
    with refused("InvalidInput", f"Service role name {ECS} has been taken in this account"):
        aws.iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")


@pytest.mark.aws(CREATE)
def test_a_suffix_tells_several_apart_where_the_service_allows_it(aws):
    """Auto Scaling may have several roles with suffixes, ECS may not."""
    made = aws.iam.create_service_linked_role(AWSServiceName="autoscaling.amazonaws.com", CustomSuffix="team")["Role"]
    assert made["RoleName"] == "AWSServiceRoleForAutoScaling_team"
    with refused("InvalidInput", "Custom suffix is not allowed for ecs.amazonaws.com"):
        aws.iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com", CustomSuffix="team")
    with refused("InvalidInput"):
        aws.iam.create_service_linked_role(AWSServiceName="nothing.amazonaws.com")


@pytest.mark.aws(USING)
def test_only_aws_changes_a_service_linked_role(aws):
    """A service-linked role cannot be deleted, edited or given policies by the calls for roles."""
    aws.iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    sentence = f"Cannot perform the operation on the protected role '{ECS}' - this role is only modifiable by AWS"
    with refused("UnmodifiableEntity", sentence, 400):
        aws.iam.delete_role(RoleName=ECS)
    with refused("UnmodifiableEntity"):
        aws.iam.put_role_policy(RoleName=ECS, PolicyName="more", PolicyDocument=allow())
    with refused("UnmodifiableEntity"):
        aws.iam.update_assume_role_policy(RoleName=ECS, PolicyDocument=trust())
    with refused("UnmodifiableEntity"):
        aws.iam.detach_role_policy(
            RoleName=ECS, PolicyArn="arn:aws:iam::aws:policy/aws-service-role/AmazonECSServiceRolePolicy"
        )


@pytest.mark.aws(DELETE)
def test_a_deletion_takes_a_while(aws):
    """Deleting a service-linked role gives a task whose status is asked for until it has succeeded."""
    aws.iam.create_service_linked_role(AWSServiceName="ecs.amazonaws.com")
    task = aws.iam.delete_service_linked_role(RoleName=ECS)["DeletionTaskId"]
    assert task.startswith(f"task/aws-service-role/ecs.amazonaws.com/{ECS}/")
    assert aws.iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "NOT_STARTED"
    aws.advance(5)
    assert aws.iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "IN_PROGRESS"
    aws.advance(30)
    assert aws.iam.get_service_linked_role_deletion_status(DeletionTaskId=task)["Status"] == "SUCCEEDED"
    with refused("NoSuchEntity"):
        aws.iam.get_role(RoleName=ECS)


@pytest.mark.aws(DELETE)
def test_a_role_in_use_stays(aws):
    """The deletion of a service-linked role fails while its service has resources."""
    aws.ecs.create_cluster(clusterName="app")
    task = aws.iam.delete_service_linked_role(RoleName=ECS)["DeletionTaskId"]
    aws.advance(60)
    status = aws.iam.get_service_linked_role_deletion_status(DeletionTaskId=task)
    assert status["Status"] == "FAILED" and status["Reason"]["Reason"]
    assert aws.iam.get_role(RoleName=ECS)


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles-for-clusters.html")
def test_services_make_their_roles_themselves(aws):
    """The first cluster of an account makes the service-linked role of ECS."""
    with refused("NoSuchEntity"):
        aws.iam.get_role(RoleName=ECS)
    aws.ecs.create_cluster(clusterName="app")
    assert aws.iam.get_role(RoleName=ECS)["Role"]["Path"] == "/aws-service-role/ecs.amazonaws.com/"
