"""A cluster with room, and a definition of a task that ends by itself: what schedules and rules start."""

import json


def role_for(aws, principal, name="caller"):
    """A role that a service of AWS may assume."""
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": principal}, "Action": "sts:AssumeRole"}],
    }
    return aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]


def instance_role(aws, cluster):
    """An instance profile for container instances."""
    role_for(aws, "ec2.amazonaws.com", name=f"{cluster}-instance")
    profile = aws.iam.create_instance_profile(InstanceProfileName=cluster)["InstanceProfile"]["Arn"]
    aws.iam.add_role_to_instance_profile(InstanceProfileName=cluster, RoleName=f"{cluster}-instance")
    return profile


def cluster_with_room(aws, name="jobs", instances=1):
    """A cluster with container instances that have joined; gives its ARN back."""
    cluster = aws.ecs.create_cluster(clusterName=name)["cluster"]["clusterArn"]
    vpc = aws.ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.0.0/24")["Subnet"]["SubnetId"]
    gateway = aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    aws.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = aws.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]
    aws.ec2.create_route(
        RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway
    )
    image = aws.ssm.get_parameter(Name="/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id")
    aws.ec2.run_instances(
        ImageId=image["Parameter"]["Value"],
        InstanceType="t3.small",
        MinCount=instances,
        MaxCount=instances,
        IamInstanceProfile={"Arn": instance_role(aws, name)},
        UserData=f"#!/bin/bash\necho ECS_CLUSTER={name} >> /etc/ecs/ecs.config\n",
        NetworkInterfaces=[{"DeviceIndex": 0, "SubnetId": subnet, "AssociatePublicIpAddress": True}],
    )
    joined = lambda: aws.ecs.list_container_instances(cluster=name)["containerInstanceArns"]
    aws.until(lambda: len(joined()) == instances)
    return cluster


def job(aws, image="example/report:batch"):
    """A task definition of one container."""
    container = {"name": "job", "image": image, "memory": 64, "cpu": 64}
    definition = aws.ecs.register_task_definition(family="job", containerDefinitions=[container])
    return definition["taskDefinition"]["taskDefinitionArn"]


def started(aws, cluster="jobs"):
    """The tasks of a cluster, whether they run or have stopped."""
    arns = [
        arn
        for status in ("RUNNING", "STOPPED")
        for arn in aws.ecs.list_tasks(cluster=cluster, desiredStatus=status)["taskArns"]
    ]
    return aws.ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
