"""Networks, load balancers, target groups and what runs behind them."""

from types import SimpleNamespace

from running_tasks import instance_role

def make_network(aws, cidr="10.0.0.0/16"):
    """A VPC with a way to the internet, a public subnet in each of three zones, and an open security group."""
    vpc = aws.ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
    gateway = aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    aws.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table = aws.ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [vpc]}])["RouteTables"][0]
    aws.ec2.create_route(
        RouteTableId=table["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway
    )
    prefix = cidr.rsplit(".", 2)[0]
    subnets = [
        aws.ec2.create_subnet(VpcId=vpc, CidrBlock=f"{prefix}.{third}.0/24", AvailabilityZone=f"eu-west-1{zone}")[
            "Subnet"
        ]["SubnetId"]
        for third, zone in enumerate("abc")
    ]
    for subnet in subnets:
        aws.ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    group = aws.ec2.create_security_group(GroupName="open", Description="open", VpcId=vpc)["GroupId"]
    aws.ec2.authorize_security_group_ingress(GroupId=group, IpProtocol="-1", CidrIp="0.0.0.0/0")
    return SimpleNamespace(vpc=vpc, subnets=subnets, group=group, gateway=gateway)


def make_balancer(aws, network, name="web", **more):
    settings = {"Subnets": network.subnets[:2], "SecurityGroups": [network.group]} | more
    return aws.elbv2.create_load_balancer(Name=name, **settings)["LoadBalancers"][0]["LoadBalancerArn"]


def make_group(aws, network, name="web", **more):
    settings = {"Protocol": "HTTP", "Port": 80, "VpcId": network.vpc} | more
    return aws.elbv2.create_target_group(Name=name, **settings)["TargetGroups"][0]["TargetGroupArn"]


def make_listener(aws, balancer, group, port=80, protocol="HTTP", **more):
    actions = [{"Type": "forward", "TargetGroupArn": group}]
    settings = {"Port": port, "Protocol": protocol, "DefaultActions": actions} | more
    return aws.elbv2.create_listener(LoadBalancerArn=balancer, **settings)["Listeners"][0]["ListenerArn"]


def run_instance(aws, network, subnet=0, cluster="main", **more):
    """A running container instance of a cluster."""
    if not aws.ecs.list_clusters()["clusterArns"]:
        aws.ecs.create_cluster(clusterName=cluster)
        instance_role(aws, cluster)
        aws.advance(30)
    image = aws.ssm.get_parameter(Name="/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id")
    settings = {
        "ImageId": image["Parameter"]["Value"],
        "InstanceType": "t3.small",
        "SubnetId": network.subnets[subnet],
        "SecurityGroupIds": [network.group],
        "IamInstanceProfile": {"Name": cluster},
        "UserData": f"#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config",
    }
    started = aws.ec2.run_instances(MinCount=1, MaxCount=1, **settings | more)
    aws.advance(120)
    return started["Instances"][0]["InstanceId"]


def run_task(aws, host_port=80, image="app:1", cluster="main"):
    """A container that listens on a port of the only container instance."""
    aws.ecs.register_task_definition(
        family="app",
        containerDefinitions=[
            {
                "name": "app",
                "image": image,
                "memory": 128,
                "portMappings": [{"containerPort": 80, "hostPort": host_port}],
            }
        ],
    )
    task = aws.ecs.run_task(cluster=cluster, taskDefinition="app")["tasks"][0]["taskArn"]
    aws.advance(30)
    return task


def health(aws, group, **target):
    """What DescribeTargetHealth says of a target, or of the only one."""
    more = {"Targets": [target]} if target else {}
    rows = aws.elbv2.describe_target_health(TargetGroupArn=group, **more)["TargetHealthDescriptions"]
    return rows[0]["TargetHealth"] if rows else None


def state(aws, group, **target):
    found = health(aws, group, **target)
    return found and found["State"]
