"""Calls that are made of moto and of the simulator alike. Each function is one sequence; `call` records what comes back."""

import json

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
        ],
    }
)
POLICY = json.dumps(
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*"}]}
)


def network(call):
    """A VPC with what it holds, made and taken down in order."""
    vpc = call("ec2", "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    call("ec2", "describe_vpcs", VpcIds=[vpc])
    call("ec2", "modify_vpc_attribute", VpcId=vpc, EnableDnsHostnames={"Value": True})
    call("ec2", "describe_vpc_attribute", VpcId=vpc, Attribute="enableDnsHostnames")
    subnet = call("ec2", "create_subnet", VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone="eu-west-1a")
    subnet = subnet["Subnet"]["SubnetId"]
    call("ec2", "create_subnet", VpcId=vpc, CidrBlock="10.0.1.128/25", AvailabilityZone="eu-west-1a")
    call("ec2", "create_subnet", VpcId=vpc, CidrBlock="192.168.0.0/24", AvailabilityZone="eu-west-1a")
    call("ec2", "describe_subnets", SubnetIds=[subnet])
    gateway = call("ec2", "create_internet_gateway")["InternetGateway"]["InternetGatewayId"]
    call("ec2", "attach_internet_gateway", InternetGatewayId=gateway, VpcId=vpc)
    call("ec2", "attach_internet_gateway", InternetGatewayId=gateway, VpcId=vpc)
    call("ec2", "describe_internet_gateways", InternetGatewayIds=[gateway])
    table = call("ec2", "create_route_table", VpcId=vpc)["RouteTable"]["RouteTableId"]
    call("ec2", "create_route", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    call("ec2", "create_route", RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    association = call("ec2", "associate_route_table", RouteTableId=table, SubnetId=subnet).get("AssociationId")
    call("ec2", "describe_route_tables", RouteTableIds=[table])
    call("ec2", "delete_route_table", RouteTableId=table)
    call("ec2", "delete_vpc", VpcId=vpc)
    call("ec2", "delete_internet_gateway", InternetGatewayId=gateway)
    call("ec2", "disassociate_route_table", AssociationId=association)
    call("ec2", "delete_route_table", RouteTableId=table)
    call("ec2", "detach_internet_gateway", InternetGatewayId=gateway, VpcId=vpc)
    call("ec2", "delete_internet_gateway", InternetGatewayId=gateway)
    call("ec2", "delete_subnet", SubnetId=subnet)
    call("ec2", "delete_vpc", VpcId=vpc)
    call("ec2", "describe_vpcs", VpcIds=[vpc])
    call("ec2", "delete_vpc", VpcId=vpc)


def addresses(call):
    """Elastic addresses and a NAT gateway that holds one."""
    vpc = call("ec2", "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = call("ec2", "create_subnet", VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone="eu-west-1a")["Subnet"]["SubnetId"]
    gateway = call("ec2", "create_internet_gateway")["InternetGateway"]["InternetGatewayId"]
    call("ec2", "attach_internet_gateway", InternetGatewayId=gateway, VpcId=vpc)
    address = call("ec2", "allocate_address", Domain="vpc")["AllocationId"]
    call("ec2", "describe_addresses", AllocationIds=[address])
    nat = call("ec2", "create_nat_gateway", SubnetId=subnet, AllocationId=address, ClientToken="once")
    nat = nat["NatGateway"]["NatGatewayId"]
    call("ec2", "create_nat_gateway", SubnetId=subnet, AllocationId=address, ClientToken="once")
    call.wait(300)
    call("ec2", "describe_nat_gateways", NatGatewayIds=[nat])
    call("ec2", "release_address", AllocationId=address)
    call("ec2", "delete_subnet", SubnetId=subnet)
    call("ec2", "delete_nat_gateway", NatGatewayId=nat)
    call.wait(300)
    call("ec2", "describe_nat_gateways", NatGatewayIds=[nat])
    call("ec2", "release_address", AllocationId=address)
    call("ec2", "release_address", AllocationId=address)


def security_groups(call):
    """Groups whose rules refer to each other."""
    vpc = call("ec2", "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    one = call("ec2", "create_security_group", GroupName="one", Description="one", VpcId=vpc)["GroupId"]
    two = call("ec2", "create_security_group", GroupName="two", Description="two", VpcId=vpc)["GroupId"]
    call("ec2", "create_security_group", GroupName="one", Description="again", VpcId=vpc)
    rule = [{"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "UserIdGroupPairs": [{"GroupId": two}]}]
    call("ec2", "authorize_security_group_ingress", GroupId=one, IpPermissions=rule)
    call("ec2", "authorize_security_group_ingress", GroupId=one, IpPermissions=rule)
    call("ec2", "describe_security_groups", GroupIds=[one])
    call("ec2", "describe_security_group_rules", Filters=[{"Name": "group-id", "Values": [one]}])
    call("ec2", "delete_security_group", GroupId=two)
    call("ec2", "revoke_security_group_ingress", GroupId=one, IpPermissions=rule)
    call("ec2", "revoke_security_group_ingress", GroupId=one, IpPermissions=rule)
    call("ec2", "delete_security_group", GroupId=two)
    call("ec2", "describe_security_groups", GroupIds=[two])


def malformed_ids(call):
    """Ids that cannot be and ids that are not."""
    call("ec2", "describe_vpcs", VpcIds=["vpc-nonsense"])
    call("ec2", "describe_vpcs", VpcIds=["vpc-0123456789abcdef0"])
    call("ec2", "describe_subnets", SubnetIds=["subnet-0123456789abcdef0"])
    call("ec2", "describe_instances", InstanceIds=["i-0123456789abcdef0"])
    call("ec2", "delete_security_group", GroupId="sg-0123456789abcdef0")
    call("ec2", "release_address", AllocationId="eipalloc-0123456789abcdef0")
    call("ec2", "create_tags", Resources=["vpc-0123456789abcdef0"], Tags=[{"Key": "a", "Value": "b"}])
    call("ec2", "describe_vpcs", Filters=[{"Name": "no-such-filter", "Values": ["a"]}])
    call("ec2", "create_vpc", CidrBlock="10.0.0.0/8")
    call("ec2", "create_vpc", CidrBlock="10.0.0.0/16", DryRun=True)


def launch_templates(call):
    """Versions of a launch template."""
    data = {"InstanceType": "t3.small", "UserData": "ZWNobw=="}
    call("ec2", "create_launch_template", LaunchTemplateName="web", LaunchTemplateData=data)
    call("ec2", "create_launch_template", LaunchTemplateName="web", LaunchTemplateData=data)
    call("ec2", "create_launch_template_version", LaunchTemplateName="web", LaunchTemplateData={"InstanceType": "t3.large"}, SourceVersion="1")
    call("ec2", "describe_launch_templates", LaunchTemplateNames=["web"])
    call("ec2", "describe_launch_template_versions", LaunchTemplateName="web", Versions=["$Latest"])
    call("ec2", "modify_launch_template", LaunchTemplateName="web", DefaultVersion="2")
    call("ec2", "delete_launch_template", LaunchTemplateName="web")
    call("ec2", "describe_launch_templates", LaunchTemplateNames=["web"])


def roles(call):
    """A role with policies and a profile, and the order in which they go."""
    call("iam", "create_role", RoleName="app", AssumeRolePolicyDocument=TRUST)
    call("iam", "create_role", RoleName="app", AssumeRolePolicyDocument=TRUST)
    call("iam", "create_role", RoleName="bad", AssumeRolePolicyDocument="{}")
    call("iam", "get_role", RoleName="app")
    call("iam", "put_role_policy", RoleName="app", PolicyName="logs", PolicyDocument=POLICY)
    call("iam", "put_role_policy", RoleName="app", PolicyName="bad", PolicyDocument='{"Statement": [{}]}')
    call("iam", "get_role_policy", RoleName="app", PolicyName="logs")
    arn = call("iam", "create_policy", PolicyName="logs", PolicyDocument=POLICY).get("Policy", {}).get("Arn", "")
    call("iam", "attach_role_policy", RoleName="app", PolicyArn=arn)
    call("iam", "attach_role_policy", RoleName="app", PolicyArn=arn)
    call("iam", "attach_role_policy", RoleName="app", PolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy")
    call("iam", "list_attached_role_policies", RoleName="app")
    call("iam", "delete_policy", PolicyArn=arn)
    call("iam", "create_instance_profile", InstanceProfileName="app")
    call("iam", "create_instance_profile", InstanceProfileName="app")
    call("iam", "add_role_to_instance_profile", InstanceProfileName="app", RoleName="app")
    call("iam", "add_role_to_instance_profile", InstanceProfileName="app", RoleName="app")
    call("iam", "get_instance_profile", InstanceProfileName="app")
    call("iam", "delete_instance_profile", InstanceProfileName="app")
    call("iam", "delete_role", RoleName="app")
    call("iam", "remove_role_from_instance_profile", InstanceProfileName="app", RoleName="app")
    call("iam", "delete_instance_profile", InstanceProfileName="app")
    call("iam", "detach_role_policy", RoleName="app", PolicyArn=arn)
    call("iam", "delete_role_policy", RoleName="app", PolicyName="logs")
    call("iam", "delete_role", RoleName="app")
    call("iam", "delete_role", RoleName="app")
    call("iam", "get_role", RoleName="app")


def identity(call):
    """Who calls, and roles that cannot be assumed."""
    call("sts", "get_caller_identity")
    call("sts", "assume_role", RoleArn="arn:aws:iam::123456789012:role/none", RoleSessionName="try")
    call("iam", "create_role", RoleName="app", AssumeRolePolicyDocument=TRUST)
    call("sts", "assume_role", RoleArn="arn:aws:iam::123456789012:role/app", RoleSessionName="try")


def groups_of_instances(call):
    """An Auto Scaling group."""
    vpc = call("ec2", "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = call("ec2", "create_subnet", VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone="eu-west-1a")
    subnet = subnet["Subnet"]["SubnetId"]
    image = call("ssm", "get_parameter", Name="/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64")
    data = {"InstanceType": "t3.small", "ImageId": image.get("Parameter", {}).get("Value", "ami-0")}
    call("ec2", "create_launch_template", LaunchTemplateName="web", LaunchTemplateData=data)
    group = {
        "AutoScalingGroupName": "web",
        "LaunchTemplate": {"LaunchTemplateName": "web", "Version": "$Latest"},
        "VPCZoneIdentifier": subnet,
    }
    call("autoscaling", "create_auto_scaling_group", **group, MinSize=3, MaxSize=2)
    call("autoscaling", "create_auto_scaling_group", **group, MinSize=0, MaxSize=2)
    call("autoscaling", "create_auto_scaling_group", **group, MinSize=0, MaxSize=2)
    call("autoscaling", "describe_auto_scaling_groups", AutoScalingGroupNames=["web"])
    call("autoscaling", "set_desired_capacity", AutoScalingGroupName="web", DesiredCapacity=5)
    call("autoscaling", "update_auto_scaling_group", AutoScalingGroupName="web", MaxSize=4)
    call("autoscaling", "delete_auto_scaling_group", AutoScalingGroupName="web")
    call("autoscaling", "delete_auto_scaling_group", AutoScalingGroupName="web")
    call("autoscaling", "set_desired_capacity", AutoScalingGroupName="none", DesiredCapacity=1)


def clusters(call):
    """Clusters of ECS."""
    call("ecs", "create_cluster", clusterName="dev")
    call("ecs", "create_cluster", clusterName="dev")
    call("ecs", "describe_clusters", clusters=["dev", "none"])
    call("ecs", "list_clusters")
    call("ecs", "delete_cluster", cluster="dev")
    call("ecs", "describe_clusters", clusters=["dev"])
    call("ecs", "delete_cluster", cluster="none")


def task_definitions(call):
    """Revisions of a family."""
    container = {"name": "web", "image": "nginx", "memory": 128, "cpu": 64, "essential": True}
    call("ecs", "register_task_definition", family="web", containerDefinitions=[container])
    call("ecs", "register_task_definition", family="web", containerDefinitions=[container])
    call("ecs", "register_task_definition", family="web", containerDefinitions=[{"name": "web", "memory": 128}])
    call("ecs", "register_task_definition", family="web", containerDefinitions=[])
    call("ecs", "describe_task_definition", taskDefinition="web:1")
    call("ecs", "list_task_definitions", familyPrefix="web")
    call("ecs", "deregister_task_definition", taskDefinition="web:1")
    call("ecs", "describe_task_definition", taskDefinition="web:1")
    call("ecs", "describe_task_definition", taskDefinition="none")
    call("ecs", "deregister_task_definition", taskDefinition="web:9")


def services(call):
    """Services of a cluster without instances."""
    container = {"name": "web", "image": "nginx", "memory": 128, "cpu": 64, "essential": True}
    call("ecs", "create_cluster", clusterName="dev")
    call("ecs", "register_task_definition", family="web", containerDefinitions=[container])
    service = {"cluster": "dev", "serviceName": "web", "taskDefinition": "web", "desiredCount": 1}
    call("ecs", "create_service", **service)
    call("ecs", "create_service", **service)
    call("ecs", "create_service", **service | {"serviceName": "other", "taskDefinition": "none"})
    call("ecs", "describe_services", cluster="dev", services=["web", "none"])
    call("ecs", "describe_services", cluster="dev", services=[])
    call("ecs", "list_services", cluster="dev")
    call("ecs", "update_service", cluster="dev", service="none", desiredCount=1)
    call("ecs", "delete_cluster", cluster="dev")
    call("ecs", "delete_service", cluster="dev", service="web")
    call("ecs", "update_service", cluster="dev", service="web", desiredCount=0)
    call("ecs", "delete_service", cluster="dev", service="web")
    call.wait(120)
    call("ecs", "describe_services", cluster="dev", services=["web"])
    call("ecs", "update_service", cluster="dev", service="web", desiredCount=1)
    call("ecs", "delete_service", cluster="dev", service="none")
    call("ecs", "run_task", cluster="dev", taskDefinition="none")
    call("ecs", "describe_tasks", cluster="dev", tasks=["0123456789abcdef0123456789abcdef"])
    call("ecs", "stop_task", cluster="dev", task="0123456789abcdef0123456789abcdef")
    call("ecs", "list_services", cluster="none")


def classic_balancers(call):
    """A classic load balancer."""
    vpc = call("ec2", "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    gateway = call("ec2", "create_internet_gateway")["InternetGateway"]["InternetGatewayId"]
    call("ec2", "attach_internet_gateway", InternetGatewayId=gateway, VpcId=vpc)
    subnet = call("ec2", "create_subnet", VpcId=vpc, CidrBlock="10.0.1.0/24", AvailabilityZone="eu-west-1a")["Subnet"]["SubnetId"]
    listeners = [{"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 8080}]
    call("elb", "create_load_balancer", LoadBalancerName="web", Listeners=listeners, Subnets=[subnet])
    call("elb", "create_load_balancer", LoadBalancerName="web", Listeners=[listeners[0] | {"InstancePort": 9090}], Subnets=[subnet])
    check = {"Target": "TCP:8080", "Interval": 10, "Timeout": 5, "UnhealthyThreshold": 2, "HealthyThreshold": 2}
    call("elb", "configure_health_check", LoadBalancerName="web", HealthCheck=check)
    call("elb", "describe_load_balancers", LoadBalancerNames=["web"])
    call("elb", "describe_load_balancer_attributes", LoadBalancerName="web")
    call("elb", "register_instances_with_load_balancer", LoadBalancerName="web", Instances=[{"InstanceId": "i-0123456789abcdef0"}])
    call("elb", "delete_load_balancer", LoadBalancerName="web")
    call("elb", "delete_load_balancer", LoadBalancerName="web")
    call("elb", "describe_load_balancers", LoadBalancerNames=["web"])


def balancers(call):
    """An application load balancer with a listener, a rule and a target group."""
    vpc = call("ec2", "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    gateway = call("ec2", "create_internet_gateway")["InternetGateway"]["InternetGatewayId"]
    call("ec2", "attach_internet_gateway", InternetGatewayId=gateway, VpcId=vpc)
    subnets = [
        call("ec2", "create_subnet", VpcId=vpc, CidrBlock=f"10.0.{n}.0/24", AvailabilityZone=f"eu-west-1{zone}")
        for n, zone in enumerate("ab")
    ]
    subnets = [subnet["Subnet"]["SubnetId"] for subnet in subnets]
    call("elbv2", "create_load_balancer", Name="one", Subnets=subnets[:1])
    call("elbv2", "create_load_balancer", Name="internal-web", Subnets=subnets)
    web = call("elbv2", "create_load_balancer", Name="web", Subnets=subnets)["LoadBalancers"][0]["LoadBalancerArn"]
    call.wait(300)
    call("elbv2", "describe_load_balancers", LoadBalancerArns=[web])
    group = {"Name": "web", "Protocol": "HTTP", "Port": 80, "VpcId": vpc}
    target = call("elbv2", "create_target_group", **group)["TargetGroups"][0]["TargetGroupArn"]
    call("elbv2", "create_target_group", **group | {"Port": 81})
    forward = [{"Type": "forward", "TargetGroupArn": target}]
    listener = call("elbv2", "create_listener", LoadBalancerArn=web, Protocol="HTTP", Port=80, DefaultActions=forward)
    listener = listener["Listeners"][0]["ListenerArn"]
    call("elbv2", "create_listener", LoadBalancerArn=web, Protocol="HTTP", Port=80, DefaultActions=forward)
    condition = [{"Field": "path-pattern", "Values": ["/a/*"]}]
    rule = call("elbv2", "create_rule", ListenerArn=listener, Priority=1, Conditions=condition, Actions=forward)
    call("elbv2", "create_rule", ListenerArn=listener, Priority=1, Conditions=condition, Actions=forward)
    call("elbv2", "describe_rules", ListenerArn=listener)
    call("elbv2", "describe_target_groups", TargetGroupArns=[target])
    call("elbv2", "describe_target_health", TargetGroupArn=target)
    call("elbv2", "register_targets", TargetGroupArn=target, Targets=[{"Id": "i-0123456789abcdef0"}])
    call("elbv2", "delete_target_group", TargetGroupArn=target)
    call("elbv2", "delete_rule", RuleArn=rule.get("Rules", [{}])[0].get("RuleArn", "none"))
    call("elbv2", "delete_load_balancer", LoadBalancerArn=web)
    call("elbv2", "describe_load_balancers", LoadBalancerArns=[web])
    call("elbv2", "delete_target_group", TargetGroupArn=target)


def zones(call):
    """Hosted zones and their records."""
    zone = call("route53", "create_hosted_zone", Name="example.com", CallerReference="1")["HostedZone"]["Id"]
    call("route53", "create_hosted_zone", Name="example.com", CallerReference="1")
    record = {"Name": "web.example.com", "Type": "CNAME", "TTL": 60, "ResourceRecords": [{"Value": "a.example.net"}]}
    change = lambda action, it: call("route53", "change_resource_record_sets", HostedZoneId=zone, ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": it}]})
    change("CREATE", record)
    change("CREATE", record)
    change("UPSERT", record | {"TTL": 30})
    change("DELETE", record)
    change("CREATE", record | {"Name": "example.com"})
    change("CREATE", record | {"Name": "web.example.org"})
    change("CREATE", record | {"Name": "a.example.com", "Type": "A"})
    call("route53", "list_resource_record_sets", HostedZoneId=zone)
    call("route53", "get_hosted_zone", Id=zone)
    call("route53", "delete_hosted_zone", Id=zone)
    change("DELETE", record | {"TTL": 30})
    call("route53", "delete_hosted_zone", Id=zone)
    call("route53", "get_hosted_zone", Id=zone)


def certificates(call):
    """A certificate that is asked for."""
    arn = call("acm", "request_certificate", DomainName="www.example.com", ValidationMethod="DNS")["CertificateArn"]
    call("acm", "get_certificate", CertificateArn=arn)
    call("acm", "list_certificates")
    call("acm", "delete_certificate", CertificateArn=arn)
    call("acm", "describe_certificate", CertificateArn=arn)


def log_groups(call):
    """Log groups and the lines in them."""
    call("logs", "create_log_group", logGroupName="app")
    call("logs", "create_log_group", logGroupName="app")
    call("logs", "put_retention_policy", logGroupName="app", retentionInDays=7)
    call("logs", "put_retention_policy", logGroupName="app", retentionInDays=8)
    call("logs", "describe_log_groups", logGroupNamePrefix="app")
    call("logs", "create_log_stream", logGroupName="app", logStreamName="one")
    call("logs", "create_log_stream", logGroupName="app", logStreamName="one")
    call("logs", "describe_log_streams", logGroupName="app")
    call("logs", "get_log_events", logGroupName="app", logStreamName="none")
    call("logs", "put_log_events", logGroupName="none", logStreamName="one", logEvents=[{"timestamp": 1, "message": "a"}])
    call("logs", "delete_log_group", logGroupName="app")
    call("logs", "delete_log_group", logGroupName="app")


def parameters(call):
    """Parameters and their versions."""
    call("ssm", "put_parameter", Name="/app/a", Value="1", Type="String")
    call("ssm", "put_parameter", Name="/app/a", Value="2", Type="String")
    call("ssm", "put_parameter", Name="/app/a", Value="2", Overwrite=True)
    call("ssm", "put_parameter", Name="/app/s", Value="secret", Type="SecureString")
    call("ssm", "get_parameter", Name="/app/a")
    call("ssm", "get_parameter", Name="/app/a:1")
    call("ssm", "get_parameter", Name="/app/s", WithDecryption=True)
    call("ssm", "get_parameters", Names=["/app/a", "/app/none"])
    call("ssm", "get_parameters_by_path", Path="/app")
    call("ssm", "put_parameter", Name="aws-parameter", Value="1", Type="String")
    call("ssm", "delete_parameters", Names=["/app/a", "/app/none"])
    call("ssm", "delete_parameter", Name="/app/a")
    call("ssm", "get_parameter", Name="/app/a")


def secrets(call):
    """Secrets, their versions and their way out."""
    call("secretsmanager", "create_secret", Name="db", SecretString="one")
    call("secretsmanager", "create_secret", Name="db", SecretString="one")
    call("secretsmanager", "put_secret_value", SecretId="db", SecretString="two")
    call("secretsmanager", "get_secret_value", SecretId="db")
    call("secretsmanager", "get_secret_value", SecretId="db", VersionStage="AWSPREVIOUS")
    call("secretsmanager", "delete_secret", SecretId="db", RecoveryWindowInDays=3)
    call("secretsmanager", "delete_secret", SecretId="db", RecoveryWindowInDays=7)
    call("secretsmanager", "get_secret_value", SecretId="db")
    call("secretsmanager", "create_secret", Name="db", SecretString="three")
    call("secretsmanager", "restore_secret", SecretId="db")
    call("secretsmanager", "delete_secret", SecretId="db", ForceDeleteWithoutRecovery=True)
    call("secretsmanager", "get_secret_value", SecretId="none")


def repositories(call):
    """Repositories of images."""
    call("ecr", "create_repository", repositoryName="app/web")
    call("ecr", "create_repository", repositoryName="app/web")
    call("ecr", "create_repository", repositoryName="Bad")
    call("ecr", "describe_repositories", repositoryNames=["app/web"])
    call("ecr", "describe_repositories", repositoryNames=["none"])
    call("ecr", "list_images", repositoryName="app/web")
    call("ecr", "delete_repository", repositoryName="app/web")
    call("ecr", "delete_repository", repositoryName="app/web")


def schedules(call):
    """Schedules, rules and scaling."""
    call("scheduler", "get_schedule", Name="none")
    call("scheduler", "get_schedule_group", Name="none")
    call("scheduler", "create_schedule_group", Name="reports")
    call("scheduler", "create_schedule_group", Name="reports")
    call("events", "put_rule", Name="tick", ScheduleExpression="rate(5 minutes)")
    call("events", "put_rule", Name="bad", ScheduleExpression="rate(5 minute)")
    call("events", "put_rule", Name="empty")
    call("events", "describe_rule", Name="tick")
    call("events", "put_targets", Rule="none", Targets=[{"Id": "1", "Arn": "arn:aws:sqs:eu-west-1:123456789012:q"}])
    call("events", "put_targets", Rule="tick", Targets=[{"Id": "1", "Arn": "arn:aws:sqs:eu-west-1:123456789012:q"}])
    call("events", "delete_rule", Name="tick")
    call("events", "remove_targets", Rule="tick", Ids=["1"])
    call("events", "delete_rule", Name="tick")
    call("events", "describe_rule", Name="tick")
    web = {"ServiceNamespace": "ecs", "ResourceId": "service/a/b", "ScalableDimension": "ecs:service:DesiredCount"}
    call("application-autoscaling", "register_scalable_target", **web, MinCapacity=1, MaxCapacity=2)
    call("application-autoscaling", "deregister_scalable_target", **web)


ALL = [
    network, addresses, security_groups, malformed_ids, launch_templates, roles, identity, groups_of_instances,
    clusters, task_definitions, services, classic_balancers, balancers, zones, certificates, log_groups, parameters,
    secrets, repositories, schedules,
]
