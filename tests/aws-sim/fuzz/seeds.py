"""Records good requests as boto3 sends them: `seeds/<target>/<service>-<operation>`, from which the fuzz targets start.

Run with the Python that has boto3: `python seeds.py`. A file is `METHOD path`, a line a header, an empty line, and the body.
`@DAY@` and `@TIME@` stand for the moment at which it is sent.
"""

import json
import shutil
from pathlib import Path

import boto3
import botocore.config
import botocore.serialize

FOLDER = Path(__file__).parent / "seeds"
KEPT = ("authorization", "content-type", "x-amz-target", "x-amz-security-token", "smithy-protocol", "accept")
TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}]})  # fmt: skip

CALLS = {
    "ec2-query": [
        ("ec2", "create_vpc", {"CidrBlock": "10.0.0.0/16", "TagSpecifications": [{"ResourceType": "vpc", "Tags": [{"Key": "a", "Value": "b"}]}]}),
        ("ec2", "describe_vpcs", {"Filters": [{"Name": "cidr", "Values": ["10.0.0.0/16", "10.1.*"]}], "MaxResults": 5}),
        ("ec2", "create_subnet", {"VpcId": "vpc-1", "CidrBlock": "10.0.1.0/24", "AvailabilityZone": "eu-west-1a"}),
        ("ec2", "authorize_security_group_ingress", {"GroupId": "sg-1", "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 443, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "web"}], "UserIdGroupPairs": [{"GroupId": "sg-2"}]}]}),
        ("ec2", "run_instances", {"ImageId": "ami-1", "MinCount": 1, "MaxCount": 2, "InstanceType": "t3.small", "UserData": "a", "NetworkInterfaces": [{"DeviceIndex": 0, "SubnetId": "subnet-1", "Groups": ["sg-1"]}]}),
        ("ec2", "create_launch_template", {"LaunchTemplateName": "a", "LaunchTemplateData": {"ImageId": "ami-1", "InstanceType": "t3.small", "BlockDeviceMappings": [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 30}}]}}),
        ("ec2", "create_route", {"RouteTableId": "rtb-1", "DestinationCidrBlock": "0.0.0.0/0", "GatewayId": "igw-1"}),
        ("ec2", "create_tags", {"Resources": ["vpc-1"], "Tags": [{"Key": "k", "Value": "v"}]}),
        ("ec2", "describe_instance_types", {"InstanceTypes": ["t3.small"]}),
    ],
    "query": [
        ("iam", "create_role", {"RoleName": "app", "AssumeRolePolicyDocument": TRUST, "Tags": [{"Key": "a", "Value": "b"}]}),
        ("iam", "put_role_policy", {"RoleName": "app", "PolicyName": "p", "PolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:Get*"], "Resource": "*"}]})}),
        ("iam", "list_roles", {"PathPrefix": "/", "MaxItems": 3}),
        ("sts", "assume_role", {"RoleArn": "arn:aws:iam::123456789012:role/app", "RoleSessionName": "ci", "DurationSeconds": 900}),
        ("autoscaling", "create_auto_scaling_group", {"AutoScalingGroupName": "a", "MinSize": 0, "MaxSize": 2, "LaunchTemplate": {"LaunchTemplateName": "a", "Version": "$Latest"}, "VPCZoneIdentifier": "subnet-1", "Tags": [{"Key": "k", "Value": "v", "PropagateAtLaunch": True}]}),
        ("autoscaling", "put_lifecycle_hook", {"AutoScalingGroupName": "a", "LifecycleHookName": "h", "LifecycleTransition": "autoscaling:EC2_INSTANCE_TERMINATING", "HeartbeatTimeout": 60}),
        ("elb", "create_load_balancer", {"LoadBalancerName": "lb", "Listeners": [{"Protocol": "TCP", "LoadBalancerPort": 80, "InstanceProtocol": "TCP", "InstancePort": 8080}], "Subnets": ["subnet-1"]}),
        ("elbv2", "create_target_group", {"Name": "tg", "Protocol": "HTTP", "Port": 80, "VpcId": "vpc-1", "TargetType": "ip"}),
        ("elbv2", "describe_load_balancers", {"Names": ["a"], "PageSize": 10}),
    ],
    "json": [
        ("ecs", "create_cluster", {"clusterName": "dev", "tags": [{"key": "a", "value": "b"}]}),
        ("ecs", "register_task_definition", {"family": "web", "networkMode": "awsvpc", "requiresCompatibilities": ["FARGATE"], "cpu": "256", "memory": "512", "containerDefinitions": [{"name": "web", "image": "app", "essential": True, "portMappings": [{"containerPort": 80}], "environment": [{"name": "A", "value": "B"}]}]}),
        ("ecs", "create_service", {"cluster": "dev", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1, "launchType": "FARGATE", "networkConfiguration": {"awsvpcConfiguration": {"subnets": ["subnet-1"]}}}),
        ("ecs", "describe_services", {"cluster": "dev", "services": ["web"]}),
        ("ecs", "run_task", {"cluster": "dev", "taskDefinition": "web:1", "count": 1, "overrides": {"containerOverrides": [{"name": "web", "command": ["a"]}]}}),
        ("logs", "put_log_events", {"logGroupName": "app", "logStreamName": "s", "logEvents": [{"timestamp": 1790000000000, "message": "hello"}]}),
        ("logs", "filter_log_events", {"logGroupName": "app", "filterPattern": "?ERROR \"a b\"", "startTime": 1, "limit": 10}),
        ("ssm", "put_parameter", {"Name": "/a/b", "Value": "x", "Type": "String", "Tags": [{"Key": "a", "Value": "b"}]}),
        ("ssm", "get_parameters_by_path", {"Path": "/a", "Recursive": True, "MaxResults": 5}),
        ("secretsmanager", "create_secret", {"Name": "db", "SecretString": "x", "ClientRequestToken": "0" * 32}),
        ("ecr", "create_repository", {"repositoryName": "app", "imageScanningConfiguration": {"scanOnPush": True}}),
        ("events", "put_rule", {"Name": "r", "ScheduleExpression": "cron(0 12 * * ? *)", "EventPattern": json.dumps({"source": [{"prefix": "a"}]})}),
        ("events", "put_events", {"Entries": [{"Source": "a", "DetailType": "b", "Detail": "{\"c\": 1}"}]}),
        ("acm", "request_certificate", {"DomainName": "example.com", "ValidationMethod": "DNS", "SubjectAlternativeNames": ["*.example.com"]}),
        ("application-autoscaling", "register_scalable_target", {"ServiceNamespace": "ecs", "ResourceId": "service/dev/web", "ScalableDimension": "ecs:service:DesiredCount", "MinCapacity": 1, "MaxCapacity": 3}),
    ],
    "rest-json": [
        ("scheduler", "create_schedule", {"Name": "nightly", "ScheduleExpression": "cron(0 3 * * ? *)", "ScheduleExpressionTimezone": "Europe/Berlin", "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 5}, "Target": {"Arn": "arn:aws:ecs:eu-west-1:123456789012:cluster/dev", "RoleArn": "arn:aws:iam::123456789012:role/app", "EcsParameters": {"TaskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/web"}}}),
        ("scheduler", "list_schedules", {"NamePrefix": "n", "MaxResults": 3, "State": "ENABLED"}),
        ("scheduler", "delete_schedule", {"Name": "nightly", "GroupName": "default", "ClientToken": "t"}),
        ("scheduler", "tag_resource", {"ResourceArn": "arn:aws:scheduler:eu-west-1:123456789012:schedule-group/default", "Tags": [{"Key": "a", "Value": "b"}]}),
    ],
    "rest-xml": [
        ("route53", "create_hosted_zone", {"Name": "example.com", "CallerReference": "1", "HostedZoneConfig": {"Comment": "a&b", "PrivateZone": False}}),
        ("route53", "change_resource_record_sets", {"HostedZoneId": "Z1", "ChangeBatch": {"Changes": [{"Action": "UPSERT", "ResourceRecordSet": {"Name": "a.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]}}, {"Action": "CREATE", "ResourceRecordSet": {"Name": "b.example.com", "Type": "TXT", "TTL": 60, "ResourceRecords": [{"Value": "\"x\\\"y\""}]}}]}}),
        ("route53", "list_resource_record_sets", {"HostedZoneId": "Z1", "StartRecordName": "a", "StartRecordType": "A", "MaxItems": "10"}),
        ("route53", "list_hosted_zones_by_name", {"DNSName": "example.com"}),
        ("route53", "change_tags_for_resource", {"ResourceType": "hostedzone", "ResourceId": "Z1", "AddTags": [{"Key": "a", "Value": "b"}], "RemoveTagKeys": ["c"]}),
    ],
    "cbor": [
        ("servicediscovery", "create_http_namespace", {"Name": "dev", "CreatorRequestId": "1", "Tags": [{"Key": "a", "Value": "b"}]}),
        ("servicediscovery", "create_service", {"Name": "web", "NamespaceId": "ns-1", "DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 60}]}, "HealthCheckCustomConfig": {"FailureThreshold": 1}}),
        ("servicediscovery", "list_namespaces", {"MaxResults": 5, "Filters": [{"Name": "TYPE", "Values": ["HTTP"], "Condition": "EQ"}]}),
        ("servicediscovery", "register_instance", {"ServiceId": "srv-1", "InstanceId": "i", "Attributes": {"AWS_INSTANCE_IPV4": "10.0.0.1"}}),
    ],
    "signature": [
        ("sts", "get_caller_identity", {}),
        ("logs", "describe_log_groups", {}),
        ("route53", "list_hosted_zones_by_name", {"DNSName": "a b+c"}),
        ("ec2", "describe_vpcs", {}),
    ],
}  # fmt: skip


def record(target, service, operation, parameters):
    client = boto3.client(
        service, region_name="eu-west-1", endpoint_url="http://sim", aws_access_key_id="test", aws_secret_access_key="test",
        config=botocore.config.Config(parameter_validation=False, retries={"total_max_attempts": 1}),
        aws_session_token="token" if (target, service) == ("signature", "logs") else None,
    )  # fmt: skip
    if target == "cbor":
        # boto3 prefers the JSON of this service; others do not.
        client._serializer = botocore.serialize.create_serializer("smithy-rpc-v2-cbor")
        client.meta.service_model.__dict__["resolved_protocol"] = "smithy-rpc-v2-cbor"
    seen = []

    def keep(request, **_):
        seen.append(request)
        raise ConnectionAbortedError

    client.meta.events.register("before-send", keep)
    try:
        getattr(client, operation)(**parameters)
    except ConnectionAbortedError:
        pass
    write(target, f"{service}-{operation.replace('_', '-')}", seen[0])
    if (target, service) == ("signature", "sts"):
        address = client.generate_presigned_url("get_caller_identity", ExpiresIn=600, HttpMethod="GET")
        write(target, "sts-presigned", type("Presigned", (), {"method": "GET", "url": address, "headers": {}, "body": b""}))


def write(target, name, request):
    headers = {key.lower(): value.decode() if isinstance(value, bytes) else value for key, value in request.headers.items()}
    time = headers.get("x-amz-date")
    lines = [f"{request.method} {request.url.removeprefix('http://sim')}"]
    if time:
        lines += ["host: sim", "x-amz-date: @TIME@"]
    lines += [f"{key}: {value}" for key, value in headers.items() if key in KEPT]
    body = request.body or b""
    text = "\n".join(lines)
    at = text.find("X-Amz-Date=")
    time = time or text[at + 11 : at + 27]
    text = text.replace(time, "@TIME@").replace(time[:8], "@DAY@")
    path = FOLDER / target / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() + b"\n\n" + (body.encode() if isinstance(body, str) else body))


if __name__ == "__main__":
    shutil.rmtree(FOLDER, ignore_errors=True)
    for target, calls in CALLS.items():
        for call in calls:
            record(target, *call)
