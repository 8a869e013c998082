"""What tasks look at when they start: images in ECR, secrets, and their way to both."""

import json

import images
import pytest
from ecs_compute import Compute

PULL = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html"
CACHE = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html"
CODES = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html"
SECRETS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html"
PARAMETERS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-ssm-paramstore.html"
RESOURCE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/resource-initialization-error.html"
ENDPOINTS = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html"

REGISTRY = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"


class Starting(Compute):
    """A cluster whose tasks have an execution role."""

    def __init__(self, aws, instances=0):
        super().__init__(aws, instances)
        self.aws.ec2.modify_vpc_attribute(VpcId=self.vpc, EnableDnsHostnames={"Value": True})
        self.execution = self.role("execution", "ecs-tasks.amazonaws.com")

    def push(self, tag="v1"):
        self.aws.ecr.create_repository(repositoryName="app")
        return images.push(self.aws.ecr, tag=tag)[0]

    def outcome(self, image="nginx", public=True, **container):
        """A task on Fargate, a while after its start."""
        made = self.ecs.register_task_definition(
            family="web",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            executionRoleArn=self.execution,
            containerDefinitions=[{"name": "web", "image": image} | container],
        )
        return self.after(self.run_on_fargate(made["taskDefinition"]["taskDefinitionArn"], public))

    def after(self, arn):
        self.aws.advance(90)
        return self.task(arn)

    def endpoint(self, service):
        """An interface endpoint, or for S3 a gateway, that is there."""
        asked = {"VpcId": self.vpc, "ServiceName": f"com.amazonaws.eu-west-1.{service}"}
        if service == "s3":
            filters = [{"Name": "vpc-id", "Values": [self.vpc]}]
            table = self.aws.ec2.describe_route_tables(Filters=filters)["RouteTables"][0]["RouteTableId"]
            self.aws.ec2.create_vpc_endpoint(VpcEndpointType="Gateway", RouteTableIds=[table], **asked)
        else:
            asked |= {"SubnetIds": self.subnets, "SecurityGroupIds": [self.group], "PrivateDnsEnabled": True}
            self.aws.ec2.create_vpc_endpoint(VpcEndpointType="Interface", **asked)
        self.aws.advance(90)


def secret(source):
    return {"secrets": [{"name": "KEY", "valueFrom": source}]}


@pytest.mark.aws(PULL)
def test_an_image_that_ecr_does_not_have_is_not_pulled(aws):
    """A task whose image is not in its ECR repository cannot pull it, and one whose image is there runs."""
    starting = Starting(aws)
    digest = starting.push()
    task = starting.outcome(f"{REGISTRY}/app:v2")
    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith("CannotPullContainerError: ")
    assert task["stoppedReason"].endswith(f"{REGISTRY}/app:v2: not found")
    assert starting.outcome(f"{REGISTRY}/app:v1")["lastStatus"] == "RUNNING"
    assert starting.outcome(f"{REGISTRY}/app@{digest}")["lastStatus"] == "RUNNING"


@pytest.mark.aws(PULL)
def test_an_image_of_no_repository_is_not_pulled_on_an_instance(aws):
    """On an instance the container says that its image is not in ECR."""
    starting = Starting(aws, 1)
    image = f"{REGISTRY}/nothing"
    task = starting.after(starting.run_one(starting.register(image)))
    assert (task["stopCode"], task["stoppedReason"]) == ("TaskFailedToStart", "Task failed to start")
    assert task["containers"][0]["reason"].startswith("CannotPullContainerError: Error response from daemon")
    assert image in task["containers"][0]["reason"]


@pytest.mark.aws(CACHE)
def test_an_image_behind_a_cache_is_pulled_through_it(aws):
    """An image below the prefix of a pull-through cache rule comes from the other registry."""
    starting = Starting(aws)
    image = f"{REGISTRY}/mirror/nginx/nginx:1"
    assert starting.outcome(image)["lastStatus"] == "STOPPED"
    aws.ecr.create_pull_through_cache_rule(ecrRepositoryPrefix="mirror", upstreamRegistryUrl="public.ecr.aws")
    assert starting.outcome(image)["lastStatus"] == "RUNNING"


@pytest.mark.aws(CODES)
def test_a_secret_that_is_not_there_keeps_a_task_from_starting(aws):
    """A task whose secret does not exist, or is about to be deleted, fails to initialize its resources."""
    starting = Starting(aws)
    gone = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:gone-AbCdEf"
    task = starting.outcome(**secret(gone))
    assert task["stopCode"] == "TaskFailedToStart"
    start = "ResourceInitializationError: unable to pull secrets or registry auth: unable to retrieve secret from asm: "
    assert task["stoppedReason"].startswith(start)
    assert f"failed to fetch secret {gone} from secrets manager: ResourceNotFoundException" in task["stoppedReason"]
    arn = aws.secretsmanager.create_secret(Name="app", SecretString="x")["ARN"]
    assert starting.outcome(**secret(arn))["lastStatus"] == "RUNNING"
    aws.secretsmanager.delete_secret(SecretId="app")
    assert "marked for deletion" in starting.outcome(**secret(arn))["stoppedReason"]


@pytest.mark.aws(SECRETS)
def test_a_secret_may_be_a_member_of_another(aws):
    """A secret may name a JSON key and a version stage, which must exist."""
    starting = Starting(aws)
    arn = aws.secretsmanager.create_secret(Name="app", SecretString=json.dumps({"user": "a"}))["ARN"]
    assert starting.outcome(**secret(f"{arn}:user::"))["lastStatus"] == "RUNNING"
    assert starting.outcome(**secret(f"{arn}:user:AWSCURRENT:"))["lastStatus"] == "RUNNING"
    reason = starting.outcome(**secret(f"{arn}:password::"))["stoppedReason"]
    assert reason.endswith("retrieved secret from Secrets Manager did not contain json key password")
    assert starting.outcome(**secret(f"{arn}:user:AWSPREVIOUS:"))["stopCode"] == "TaskFailedToStart"


@pytest.mark.aws(PARAMETERS)
def test_a_parameter_may_be_named_by_its_arn(aws):
    """A secret out of Parameter Store is named by the parameter's name or ARN, and must exist."""
    starting = Starting(aws)
    arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/app/key"
    reason = starting.outcome(**secret(arn))["stoppedReason"]
    assert reason.startswith("ResourceInitializationError: unable to pull secrets or registry auth: ")
    assert reason.endswith(f"unable to retrieve secrets from ssm: Invalid parameters: {arn}")
    aws.ssm.put_parameter(Name="/app/key", Value="x", Type="SecureString")
    assert starting.outcome(**secret(arn))["lastStatus"] == "RUNNING"
    assert starting.outcome(**secret("/app/key"))["lastStatus"] == "RUNNING"


@pytest.mark.aws(ENDPOINTS)
def test_a_task_without_internet_pulls_by_vpc_endpoints(aws):
    """Without a way to the internet, endpoints for ECR's API, its registry and S3 let a task on Fargate pull."""
    starting = Starting(aws)
    starting.push()
    image = f"{REGISTRY}/app:v1"
    for service in ("ecr.api", "ecr.dkr"):
        starting.endpoint(service)
        assert "the task and Amazon ECR." in starting.outcome(image, public=False)["stoppedReason"]
    starting.endpoint("s3")
    assert starting.outcome(image, public=False)["lastStatus"] == "RUNNING"


@pytest.mark.aws(RESOURCE)
def test_each_service_that_a_task_needs_must_be_in_reach(aws):
    """A task without internet says which of Secrets Manager, Parameter Store and CloudWatch Logs it does not reach."""
    starting = Starting(aws)
    starting.push()
    for service in ("ecr.api", "ecr.dkr", "s3"):
        starting.endpoint(service)
    image = f"{REGISTRY}/app:v1"
    arn = aws.secretsmanager.create_secret(Name="app", SecretString="x")["ARN"]
    aws.ssm.put_parameter(Name="key", Value="x", Type="String")
    aws.logs.create_log_group(logGroupName="app")
    options = {"awslogs-group": "app", "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "pre"}
    log = {"logConfiguration": {"logDriver": "awslogs", "options": options}}
    for service, needs, said in (
        ("secretsmanager", secret(arn), "There is a connection issue between the task and AWS Secrets Manager."),
        ("ssm", secret("key"), "The task cannot pull secrets from AWS Systems Manager."),
        ("logs", log, "failed to validate logger args: The task cannot find the Amazon CloudWatch log group"),
    ):
        task = starting.outcome(image, public=False, **needs)
        assert task["stopCode"] == "TaskFailedToStart"
        assert task["stoppedReason"].startswith("ResourceInitializationError: ") and said in task["stoppedReason"]
        starting.endpoint(service)
        assert starting.outcome(image, public=False, **needs)["lastStatus"] == "RUNNING"


@pytest.mark.aws(CODES)
def test_a_role_that_is_gone_keeps_a_task_from_starting(aws):
    """A task of a service whose execution role was deleted in the meantime fails to start."""
    starting = Starting(aws)
    definition = starting.register_fargate(executionRoleArn=starting.execution)
    starting.create(
        definition=definition, desired=1, launchType="FARGATE", networkConfiguration=starting.network()
    )
    starting.settle()
    aws.iam.delete_role(RoleName="execution")
    arn = starting.tasks(name="web")[0]["taskArn"]
    aws.ecs.stop_task(cluster="dev", task=arn)
    aws.advance(90)
    reasons = [one["stoppedReason"] for one in starting.tasks("STOPPED", "web") if one["taskArn"] != arn]
    assert reasons and f"ECS was unable to assume the role '{starting.execution}'" in reasons[0]
