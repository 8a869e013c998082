"""A service on Fargate behind an application load balancer with a certificate, scaled, with logs and secrets."""

import pytest
from provider import Stack
from provider.balancers import Listener, ListenerRule, LoadBalancer, TargetGroup
from provider.data import LogGroup, Parameter, Repository, Secret
from provider.ecs import Cluster, ClusterCapacityProviders, Service, TaskDefinition
from provider.identity import Role
from provider.naming import Record
from provider.stacks import TAGS, certificate, execution_role, group, network, rule
from provider.times import ScalableTarget, ScalingPolicy
from simulator import refused

SERVICE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html"
UPDATE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html"
BALANCER = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html"
TARGETS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteTargetGroup.html"
CERTIFICATE = "https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html"
ZONE = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteHostedZone.html"
SECRET = "https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html"
REPOSITORY = "https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_DeleteRepository.html"
PARAMETER = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html"
GROUP = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html"

KEEP = {"rulePriority": 1, "selection": {"tagStatus": "any", "countType": "imageCountMoreThan", "countNumber": 10}}
LIFECYCLE = {"rules": [KEEP | {"description": "keep ten", "action": {"type": "expire"}}]}
READ_SECRETS = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}],
}


class Front:
    """A load balancer that ends TLS for a name in its own zone."""

    def __init__(self, stack, net):
        self.security = group(stack, net.vpc, "balancer")
        rule(stack, self.security, 443, CidrIpv4="0.0.0.0/0")
        self.zone, self.certificate = certificate(stack)
        self.balancer = stack.add(
            LoadBalancer,
            Name="app",
            Type="application",
            Scheme="internet-facing",
            IpAddressType="ipv4",
            Subnets=[subnet.id for subnet in net.public],
            SecurityGroups=[self.security.id],
            attributes={
                "idle_timeout.timeout_seconds": "120",
                "routing.http.drop_invalid_header_fields.enabled": "true",
            },
            tags=TAGS,
        )
        self.targets = stack.add(
            TargetGroup,
            Name="app",
            Protocol="HTTP",
            Port=8080,
            VpcId=net.vpc.id,
            TargetType="ip",
            HealthCheckPath="/health",
            HealthCheckIntervalSeconds=10,
            HealthyThresholdCount=2,
            Matcher={"HttpCode": "200-299"},
            attributes={"deregistration_delay.timeout_seconds": "30"},
            tags=TAGS,
        )
        forward = {"Type": "forward", "TargetGroupArn": self.targets.id}
        self.secure = stack.add(
            Listener,
            LoadBalancerArn=self.balancer.id,
            Protocol="HTTPS",
            Port=443,
            SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
            Certificates=[{"CertificateArn": self.certificate.id}],
            DefaultActions=[forward],
            tags=TAGS,
        )
        same = {"Host": "#{host}", "Path": "/#{path}", "Query": "#{query}"}
        redirect = {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301", **same}
        stack.add(
            Listener,
            LoadBalancerArn=self.balancer.id,
            Protocol="HTTP",
            Port=80,
            DefaultActions=[{"Type": "redirect", "RedirectConfig": redirect}],
            tags=TAGS,
        )
        self.rule = stack.add(
            ListenerRule,
            ListenerArn=self.secure.id,
            Priority=10,
            Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/api/*"]}}],
            Actions=[forward],
            tags=TAGS,
        )
        found = self.balancer.read()
        alias = {"HostedZoneId": found["CanonicalHostedZoneId"], "DNSName": found["DNSName"]}
        record = {"Name": "app.example.com", "Type": "A", "AliasTarget": alias | {"EvaluateTargetHealth": True}}
        self.record = stack.add(Record, zone=self.zone.id, set=record)


class Parts:
    """The whole stack, each part by its name."""

    def __init__(self, stack):
        self.net = network(stack)
        self.front = Front(stack, self.net)
        self.security = group(stack, self.net.vpc, "tasks")
        rule(stack, self.security, 8080, ReferencedGroupId=self.front.security.id)
        self.lines = stack.add(LogGroup, logGroupName="/ecs/app", retentionInDays=14, tags=TAGS)
        self.secret = stack.add(Secret, Name="app/password", Description="of it", SecretString="one", tags=TAGS)
        self.parameter = stack.add(Parameter, Name="/app/mode", Type="String", Value="dev", Tier="Standard", tags=TAGS)
        self.execution = execution_role(stack)
        policies = {"inline": {"secrets": READ_SECRETS}, "attached": []}
        self.role = stack.add(
            Role, RoleName="task", service="ecs-tasks.amazonaws.com", Path="/", tags=TAGS, **policies
        )
        self.cluster = stack.add(Cluster, clusterName="dev", tags=TAGS)
        strategy = [{"capacityProvider": "FARGATE", "weight": 1, "base": 1}]
        self.providers = stack.add(
            ClusterCapacityProviders,
            cluster=self.cluster.id,
            capacityProviders=["FARGATE", "FARGATE_SPOT"],
            defaultCapacityProviderStrategy=strategy,
        )
        self.definition = self.define(stack)
        self.service = stack.add(
            Service,
            cluster=self.cluster.id,
            serviceName="app",
            taskDefinition=self.definition.id,
            desiredCount=2,
            launchType="FARGATE",
            platformVersion="LATEST",
            networkConfiguration={
                "awsvpcConfiguration": {
                    "subnets": [subnet.id for subnet in self.net.private],
                    "securityGroups": [self.security.id],
                    "assignPublicIp": "DISABLED",
                }
            },
            loadBalancers=[{"targetGroupArn": self.front.targets.id, "containerName": "app", "containerPort": 8080}],
            healthCheckGracePeriodSeconds=30,
            deploymentConfiguration={
                "minimumHealthyPercent": 100,
                "maximumPercent": 200,
                "deploymentCircuitBreaker": {"enable": True, "rollback": True},
            },
            tags=TAGS,
        )

    def define(self, stack, image="app:1"):
        logs = {"awslogs-group": self.lines.id, "awslogs-region": "eu-west-1", "awslogs-stream-prefix": "app"}
        container = {
            "name": "app",
            "image": image,
            "essential": True,
            "portMappings": [{"containerPort": 8080, "hostPort": 8080, "protocol": "tcp"}],
            "logConfiguration": {"logDriver": "awslogs", "options": logs},
            "secrets": [
                {"name": "PASSWORD", "valueFrom": self.secret.id},
                {"name": "MODE", "valueFrom": self.parameter.id},
            ],
        }
        return stack.add(
            TaskDefinition,
            family="app",
            networkMode="awsvpc",
            requiresCompatibilities=["FARGATE"],
            cpu="256",
            memory="512",
            executionRoleArn=self.execution.arn,
            taskRoleArn=self.role.arn,
            runtimePlatform={"cpuArchitecture": "X86_64", "operatingSystemFamily": "LINUX"},
            containerDefinitions=[container],
            tags=TAGS,
        )


@pytest.mark.aws(SERVICE)
def test_a_service_on_fargate_is_made_and_destroyed_twice(twice):
    """A load balancer with a validated certificate, a service behind it, logs and secrets come, read back and go."""

    def life(stack):
        parts = Parts(stack)
        stack.aws.advance(120)
        health = stack.aws.elbv2.describe_target_health(TargetGroupArn=parts.front.targets.id)
        assert [one["TargetHealth"]["State"] for one in health["TargetHealthDescriptions"]] == ["healthy", "healthy"]
        stack.refresh()
        assert stack.plan() == []
        stack.aws.advance(3600)
        assert stack.plan() == []

    twice(life)


@pytest.mark.aws(UPDATE)
def test_a_service_on_fargate_changes_in_place(twice):
    """Image, count, attributes, rules, records, values and retention change while the service stays the same."""

    def life(stack):
        parts, aws = Parts(stack), stack.aws
        second = parts.define(stack, image="app:2")
        stack.change(parts.service, taskDefinition=second.id)
        stack.change(parts.service, desiredCount=3)
        attributes = parts.front.balancer.asked["attributes"]
        stack.change(parts.front.balancer, attributes=attributes | {"idle_timeout.timeout_seconds": "60"})
        delay = {"deregistration_delay.timeout_seconds": "10"}
        stack.change(parts.front.targets, HealthCheckPath="/up", attributes=delay)
        stack.change(parts.front.secure, SslPolicy="ELBSecurityPolicy-TLS13-1-3-2021-06")
        stack.change(parts.front.rule, Priority=20)
        host = [{"Field": "host-header", "HostHeaderConfig": {"Values": ["app.example.com"]}}]
        stack.change(parts.front.rule, Conditions=host)
        stack.change(parts.front.zone, Comment="of prod")
        alias = parts.front.record.asked["set"]["AliasTarget"] | {"EvaluateTargetHealth": False}
        stack.change(parts.front.record, set=parts.front.record.asked["set"] | {"AliasTarget": alias})
        stack.change(parts.lines, retentionInDays=30, tags=TAGS | {"more": "1"})
        stack.change(parts.secret, SecretString="two", Description="changed")
        stack.change(parts.parameter, Value="prod")
        assert parts.parameter.read()["Version"] == 2
        aws.advance(120)
        stack.refresh()
        assert stack.plan() == []
        # The definition that the service has now goes after it.
        stack.resources.remove(second)
        stack.resources.insert(0, second)

    twice(life)


@pytest.mark.aws("https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html")
def test_the_scaling_of_a_service_is_made_changed_and_destroyed_twice(twice):
    """A scalable target and its policy read back as written, change in place, and end with the policy first."""

    def life(stack):
        cluster = stack.add(Cluster, clusterName="dev").id
        web = {"name": "web", "image": "web:1", "memory": 64}
        definition = stack.add(TaskDefinition, family="web", containerDefinitions=[web])
        stack.add(Service, cluster=cluster, serviceName="web", taskDefinition=definition.id, desiredCount=0)
        target = stack.add(ScalableTarget, ResourceId="service/dev/web", MinCapacity=0, MaxCapacity=4, tags=TAGS)
        metric = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
        cooldowns = {"ScaleInCooldown": 60, "ScaleOutCooldown": 60}
        tracking = {"TargetValue": 60.0, "PredefinedMetricSpecification": metric, **cooldowns}
        policy = stack.add(
            ScalingPolicy,
            PolicyName="cpu",
            ResourceId=target.id,
            PolicyType="TargetTrackingScaling",
            TargetTrackingScalingPolicyConfiguration=tracking,
        )
        stack.change(target, MaxCapacity=8)
        stack.change(policy, TargetTrackingScalingPolicyConfiguration=tracking | {"TargetValue": 75.0})
        stack.refresh()
        assert stack.plan() == []

    twice(life)


@pytest.mark.aws(REPOSITORY)
def test_a_repository_is_made_changed_and_destroyed_twice(twice):
    """A repository with its lifecycle policy reads back as written; with images it is not deleted without force."""

    def life(stack):
        repository = stack.add(
            Repository,
            repositoryName="team/app",
            imageTagMutability="MUTABLE",
            imageScanningConfiguration={"scanOnPush": False},
            encryptionConfiguration={"encryptionType": "AES256"},
            lifecycle=LIFECYCLE,
            tags=TAGS,
        )
        stack.change(repository, imageTagMutability="IMMUTABLE")
        stack.change(repository, imageScanningConfiguration={"scanOnPush": True})
        stack.refresh()
        assert stack.plan() == []

    twice(life)


@pytest.mark.aws(TARGETS)
def test_a_target_group_goes_after_its_listeners(aws):
    """A target group that a listener or a rule forwards to is in use."""
    stack = Stack(aws)
    front = Front(stack, network(stack))
    with refused("ResourceInUse", message="is currently in use by a listener or a rule"):
        aws.elbv2.delete_target_group(TargetGroupArn=front.targets.id)
    stack.destroy()


@pytest.mark.aws(CERTIFICATE)
def test_a_certificate_goes_after_its_listener(aws):
    """A certificate in a listener is in use by the load balancer and is not deleted until it is not."""
    stack = Stack(aws)
    front = Front(stack, network(stack))
    found = front.certificate.read()
    assert found["InUseBy"] == [front.balancer.id]
    with refused("ResourceInUseException"):
        aws.acm.delete_certificate(CertificateArn=front.certificate.id)
    stack.destroy()


@pytest.mark.aws(ZONE)
def test_a_zone_goes_after_its_records(aws):
    """A hosted zone with records besides SOA and NS is not empty and is not deleted."""
    stack = Stack(aws)
    zone, _ = certificate(stack)
    with refused("HostedZoneNotEmpty", message="The specified hosted zone contains non-required resource record sets"):
        aws.route53.delete_hosted_zone(Id=zone.id)
    stack.destroy()


@pytest.mark.aws(GROUP)
def test_the_group_of_a_load_balancer_goes_after_it(aws):
    """The group of a load balancer is in use by its interfaces, for a while after the balancer's end too."""
    stack = Stack(aws)
    front = Front(stack, network(stack))
    with refused("DependencyViolation", message=f"resource {front.security.id} has a dependent object"):
        aws.ec2.delete_security_group(GroupId=front.security.id)
    aws.elbv2.delete_load_balancer(LoadBalancerArn=front.balancer.id)
    with refused("DependencyViolation"):
        aws.ec2.delete_security_group(GroupId=front.security.id)


@pytest.mark.aws(BALANCER)
def test_a_protected_load_balancer_is_not_destroyed(aws):
    """A load balancer with deletion protection stays until the protection is taken away in place."""
    stack = Stack(aws)
    front = Front(stack, network(stack))
    asked = front.balancer.asked["attributes"]
    stack.change(front.balancer, attributes=asked | {"deletion_protection.enabled": "true"})
    with refused("OperationNotPermitted", message="deletion protection is enabled"):
        aws.elbv2.delete_load_balancer(LoadBalancerArn=front.balancer.id)
    stack.change(front.balancer, attributes=asked | {"deletion_protection.enabled": "false"})
    stack.destroy()


@pytest.mark.aws(SECRET)
def test_a_secret_with_a_recovery_window_keeps_its_name(aws):
    """A secret that is destroyed with a recovery window cannot be made again under its name until that has passed."""
    stack = Stack(aws)
    asked = {"Name": "app/password", "Description": "x", "SecretString": "one", "window": 7}
    stack.add(Secret, **asked)
    stack.destroy()
    with refused("InvalidRequestException", message="already scheduled for deletion"):
        Secret(aws, **asked).create()
    aws.advance(7 * 86400 + 3600)
    stack.add(Secret, **asked)


@pytest.mark.aws(PARAMETER)
def test_a_parameter_that_exists_is_not_made_again(aws):
    """A parameter is made without overwriting, so that one that exists already is refused, tags or not."""
    stack = Stack(aws)
    asked = {"Name": "/app/mode", "Type": "String", "Value": "dev"}
    stack.add(Parameter, **asked)
    with refused("ParameterAlreadyExists"):
        Parameter(aws, **asked).create()
    stack.destroy()
