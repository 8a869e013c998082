"""Resources from the command line, and its waiters on a clock that runs."""

import json

import pytest
from policy_documents import trust

PATHS = "https://docs.aws.amazon.com/cli/latest/reference/ssm/get-parameters-by-path.html"
STABLE = "https://docs.aws.amazon.com/cli/latest/reference/ecs/wait/services-stable.html"
TASKS = "https://docs.aws.amazon.com/cli/latest/reference/ecs/wait/tasks-running.html"
VALIDATED = "https://docs.aws.amazon.com/cli/latest/reference/acm/wait/certificate-validated.html"
BALANCER = "https://docs.aws.amazon.com/cli/latest/reference/elbv2/wait/load-balancer-available.html"
INSTANCES = "https://docs.aws.amazon.com/cli/latest/reference/ec2/wait/instance-running.html"
GROUP = "https://docs.aws.amazon.com/cli/latest/reference/autoscaling/create-auto-scaling-group.html"
SCALING = "https://docs.aws.amazon.com/cli/latest/reference/application-autoscaling/register-scalable-target.html"
EVENTS = "https://docs.aws.amazon.com/cli/latest/reference/logs/filter-log-events.html"

IMAGE = "resolve:ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"


def network(command):
    """A VPC with a way to the internet and two subnets, by boto3: its subnets."""
    ec2 = command.simulator.ec2
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(VpcId=vpc, InternetGatewayId=gateway)
    table = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]["RouteTableId"]
    ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    zones = (("10.0.0.0/24", "eu-west-1a"), ("10.0.1.0/24", "eu-west-1b"))
    made = [ec2.create_subnet(VpcId=vpc, CidrBlock=block, AvailabilityZone=zone) for block, zone in zones]
    return [one["Subnet"]["SubnetId"] for one in made]


def inside(subnets):
    """The network of tasks, in shorthand."""
    return f"awsvpcConfiguration={{subnets=[{','.join(subnets)}],assignPublicIp=ENABLED}}"


def register(command, image):
    """A task definition for Fargate."""
    sizes = {"cpu": "256", "memory": "512", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"]}
    command.simulator.ecs.register_task_definition(
        family="web", containerDefinitions=[{"name": "web", "image": image}], **sizes
    )


@pytest.mark.aws(PATHS)
def test_parameters_are_read_by_path(command):
    """Parameters under a path come with their values, those further down with --recursive."""
    for name, kind in (("/app/mode", "String"), ("/app/db/password", "SecureString"), ("/other", "String")):
        put = ("ssm", "put-parameter", "--name", name, "--type", kind, "--value", f"of {name}")
        assert command.json(*put)["Version"] == 1
    listed = ("ssm", "get-parameters-by-path", "--path", "/app", "--query", "Parameters[].[Name,Value]")
    assert command.text(*listed) == [["/app/mode", "of /app/mode"]]
    assert command.text(*listed, "--recursive", "--with-decryption") == [
        ["/app/db/password", "of /app/db/password"],
        ["/app/mode", "of /app/mode"],
    ]


@pytest.mark.aws(STABLE)
def test_a_service_is_deployed_and_waited_for(fast):
    """create-service, update-service and delete-service are waited for by services-stable and services-inactive."""
    subnets = network(fast)
    fast.simulator.ecs.create_cluster(clusterName="dev")
    register(fast, "web:1")
    where = ("--cluster", "dev")
    how = ("--launch-type", "FARGATE", "--network-configuration", inside(subnets))
    asked = ("--service-name", "web", "--task-definition", "web", "--desired-count", "2")
    fast.json("ecs", "create-service", *where, *asked, *how)
    waits = lambda name: fast.run("ecs", "wait", name, *where, "--services", "web").returncode
    assert waits("services-stable") == 0
    register(fast, "web:2")
    update = ("ecs", "update-service", *where, "--service", "web", "--task-definition", "web:2")
    started = fast.json(*update, "--force-new-deployment", "--query", "service.deployments[].[status,taskDefinition]")
    assert [(status, definition.split("/")[1]) for status, definition in started] == [
        ("PRIMARY", "web:2"),
        ("ACTIVE", "web:1"),
    ]
    assert waits("services-stable") == 0
    query = "services[].[runningCount,deployments[0].rolloutState]"
    assert fast.text("ecs", "describe-services", *where, "--services", "web", "--query", query) == [["2", "COMPLETED"]]
    fast.json("ecs", "delete-service", *where, "--service", "web", "--force")
    assert waits("services-inactive") == 0


@pytest.mark.aws(TASKS)
def test_waiting_for_a_task_that_stopped_fails(command):
    """tasks-running ends with 255 when a task has stopped, tasks-stopped with 0, and the task tells its exit code."""
    subnets = network(command)
    command.simulator.ecs.create_cluster(clusterName="dev")
    register(command, "job:exit-3")
    how = ("--cluster", "dev", "--launch-type", "FARGATE", "--network-configuration", inside(subnets))
    ((task,),) = command.text("ecs", "run-task", "--task-definition", "web", *how, "--query", "tasks[].taskArn")
    command.simulator.advance(180)
    named = ("--cluster", "dev", "--tasks", task)
    assert command.run("ecs", "wait", "tasks-stopped", *named).returncode == 0
    refusal = command.refused("ecs", "wait", "tasks-running", *named)
    assert refusal.startswith("Waiter TasksRunning failed") and "STOPPED" in refusal
    query = "tasks[].[lastStatus,containers[0].exitCode,stopCode]"
    stopped = ["STOPPED", "3", "EssentialContainerExited"]
    assert command.text("ecs", "describe-tasks", *named, "--query", query) == [stopped]


@pytest.mark.aws(VALIDATED)
def test_a_certificate_is_validated_by_its_record(fast):
    """A certificate's CNAME put into its zone lets certificate-validated and resource-record-sets-changed end well."""
    zone = fast.simulator.route53.create_hosted_zone(Name="example.com", CallerReference="x")["HostedZone"]["Id"]
    request = ("acm", "request-certificate", "--domain-name", "www.example.com", "--validation-method", "DNS")
    ((arn,),) = fast.text(*request, "--query", "CertificateArn")
    query = "Certificate.DomainValidationOptions[0].ResourceRecord"
    record = fast.json("acm", "describe-certificate", "--certificate-arn", arn, "--query", query)
    values = [{"Value": record["Value"]}]
    rrset = {"Name": record["Name"], "Type": record["Type"], "TTL": 60, "ResourceRecords": values}
    batch = json.dumps({"Changes": [{"Action": "UPSERT", "ResourceRecordSet": rrset}]})
    asked = ("--hosted-zone-id", zone, "--change-batch", batch, "--query", "ChangeInfo.Id")
    ((change,),) = fast.text("route53", "change-resource-record-sets", *asked)
    assert fast.run("route53", "wait", "resource-record-sets-changed", "--id", change).returncode == 0
    assert fast.run("acm", "wait", "certificate-validated", "--certificate-arn", arn).returncode == 0
    assert fast.simulator.acm.describe_certificate(CertificateArn=arn)["Certificate"]["Status"] == "ISSUED"


@pytest.mark.aws(BALANCER)
def test_a_load_balancer_is_made_waited_for_and_deleted(fast):
    """load-balancer-available ends once a load balancer is active, load-balancers-deleted once it is gone."""
    subnets = network(fast)
    create = ("elbv2", "create-load-balancer", "--name", "web", "--subnets", *subnets)
    ((arn,),) = fast.text(*create, "--query", "LoadBalancers[].LoadBalancerArn")
    assert fast.run("elbv2", "wait", "load-balancer-available", "--load-balancer-arns", arn).returncode == 0
    fixed = "Type=fixed-response,FixedResponseConfig={StatusCode=404,ContentType=text/plain}"
    listener = ("--load-balancer-arn", arn, "--protocol", "HTTP", "--port", "80", "--default-actions", fixed)
    made = fast.json("elbv2", "create-listener", *listener, "--query", "Listeners[0].DefaultActions[0]")
    assert made["FixedResponseConfig"] == {"StatusCode": "404", "ContentType": "text/plain"}
    assert fast.json("elbv2", "delete-load-balancer", "--load-balancer-arn", arn) is None
    assert fast.run("elbv2", "wait", "load-balancers-deleted", "--load-balancer-arns", arn).returncode == 0


@pytest.mark.aws(INSTANCES)
def test_an_instance_is_started_and_terminated(fast):
    """An image named by its public parameter starts; instance-running and instance-terminated wait for it."""
    subnet = network(fast)[0]
    asked = ("--image-id", IMAGE, "--instance-type", "t3.micro", "--subnet-id", subnet)
    ((instance,),) = fast.text("ec2", "run-instances", *asked, "--query", "Instances[].InstanceId")
    named = ("--instance-ids", instance)
    assert fast.run("ec2", "wait", "instance-running", *named).returncode == 0
    assert fast.run("ec2", "wait", "instance-status-ok", *named).returncode == 0
    query = "TerminatingInstances[].[PreviousState.Name,CurrentState.Name]"
    assert fast.text("ec2", "terminate-instances", *named, "--query", query) == [["running", "shutting-down"]]
    assert fast.run("ec2", "wait", "instance-terminated", *named).returncode == 0


@pytest.mark.aws(GROUP)
def test_a_group_of_instances_is_made_changed_and_deleted(command):
    """A group from a template whose image is a parameter serves, grows by command, and goes with its instances."""
    subnets = network(command)
    data = json.dumps({"ImageId": IMAGE, "InstanceType": "t3.micro"})
    command.json("ec2", "create-launch-template", "--launch-template-name", "app", "--launch-template-data", data)
    named = ("--auto-scaling-group-name", "app")
    sizes = ("--min-size", "1", "--max-size", "3", "--vpc-zone-identifier", ",".join(subnets))
    template = ("--launch-template", "LaunchTemplateName=app,Version=$Latest")
    assert command.json("autoscaling", "create-auto-scaling-group", *named, *sizes, *template) is None
    command.simulator.advance(120)
    query = "AutoScalingInstances[].[LifecycleState,HealthStatus]"
    listed = ("autoscaling", "describe-auto-scaling-instances", "--query", query)
    assert command.text(*listed) == [["InService", "HEALTHY"]]
    assert command.json("autoscaling", "set-desired-capacity", *named, "--desired-capacity", "2") is None
    command.simulator.advance(120)
    assert command.text(*listed) == [["InService", "HEALTHY"]] * 2
    assert "ResourceInUse" in command.refused("autoscaling", "delete-auto-scaling-group", *named)
    assert command.json("autoscaling", "delete-auto-scaling-group", *named, "--force-delete") is None
    command.simulator.advance(600)
    assert command.simulator.inventory("autoscaling", "groups") == []


@pytest.mark.aws(SCALING)
def test_a_service_is_registered_for_scaling(command):
    """A service is a scalable target with its bounds once it is registered, and one that is absent is refused."""
    ecs = command.simulator.ecs
    ecs.create_cluster(clusterName="dev")
    ecs.register_task_definition(family="web", containerDefinitions=[{"name": "web", "image": "web", "memory": 64}])
    ecs.create_service(cluster="dev", serviceName="web", taskDefinition="web", desiredCount=0)
    target = ("--service-namespace", "ecs", "--scalable-dimension", "ecs:service:DesiredCount")
    bounds = ("--min-capacity", "1", "--max-capacity", "4")
    register = ("application-autoscaling", "register-scalable-target", *target, *bounds)
    command.json(*register, "--resource-id", "service/dev/web")
    query = "ScalableTargets[].[ResourceId,MinCapacity,MaxCapacity]"
    listed = ("application-autoscaling", "describe-scalable-targets", "--service-namespace", "ecs", "--query", query)
    assert command.text(*listed) == [["service/dev/web", "1", "4"]]
    assert "ValidationException" in command.refused(*register, "--resource-id", "service/dev/none")


@pytest.mark.aws(EVENTS)
def test_lines_are_found_by_a_pattern(command):
    """Lines of all streams that match a pattern come in the order of their times."""
    logs = command.simulator.logs
    logs.create_log_group(logGroupName="app")
    now = logs.describe_log_groups()["logGroups"][0]["creationTime"]
    for stream, offset, message in (("a", 0, "ERROR one"), ("b", 5, "fine"), ("b", 6, "ERROR two")):
        if offset < 6:
            logs.create_log_stream(logGroupName="app", logStreamName=stream)
        lines = [{"timestamp": now - 60000 + offset, "message": message}]
        logs.put_log_events(logGroupName="app", logStreamName=stream, logEvents=lines)
    asked = ("logs", "filter-log-events", "--log-group-name", "app", "--filter-pattern", "ERROR")
    found = command.text(*asked, "--query", "events[].[logStreamName,message]")
    assert found == [["a", "ERROR one"], ["b", "ERROR two"]]
