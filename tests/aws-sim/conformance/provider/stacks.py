"""Parts of stacks that several of them are built on."""

import base64
from types import SimpleNamespace

from provider.compute import AutoScalingGroup, LaunchTemplate
from provider.identity import InstanceProfile, Role
from provider.naming import Certificate, CertificateValidation, HostedZone, Record
from provider.network import (
    ElasticIp,
    InternetGateway,
    NatGateway,
    RouteTable,
    SecurityGroup,
    SecurityGroupRule,
    Subnet,
    Vpc,
)

TAGS = {"env": "dev", "team": "platform"}
EXECUTION = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"
INSTANCE = "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role"
IMAGE = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"


def network(stack):
    """A VPC with two public and two private subnets, the latter behind a NAT gateway."""
    vpc = stack.add(Vpc, CidrBlock="10.0.0.0/16", enableDnsHostnames=True, tags=TAGS | {"Name": "dev"})
    subnets = [
        stack.add(
            Subnet,
            VpcId=vpc.id,
            CidrBlock=f"10.0.{place}.0/24",
            AvailabilityZone=f"eu-west-1{'ab'[place % 2]}",
            MapPublicIpOnLaunch=place < 2,
            tags=TAGS | {"Name": f"dev-{place}"},
        )
        for place in range(4)
    ]
    gateway = stack.add(InternetGateway, VpcId=vpc.id, tags=TAGS)
    address = stack.add(ElasticIp, Domain="vpc", tags=TAGS)
    nat = stack.add(NatGateway, SubnetId=subnets[0].id, AllocationId=address.id, ConnectivityType="public", tags=TAGS)
    outside = {"DestinationCidrBlock": "0.0.0.0/0"}
    public, private = subnets[:2], subnets[2:]
    to_gateway, to_nat = outside | {"GatewayId": gateway.id}, outside | {"NatGatewayId": nat.id}
    tables = [
        stack.add(RouteTable, VpcId=vpc.id, routes=[route], subnets=[one.id for one in those], tags=TAGS)
        for those, route in ((public, to_gateway), (private, to_nat))
    ]
    return SimpleNamespace(
        vpc=vpc, public=public, private=private, gateway=gateway, address=address, nat=nat, tables=tables
    )


def rule(stack, group, port, egress=False, protocol="tcp", **peer):
    """A rule that lets a port of somebody pass."""
    settings = {"IpProtocol": protocol, "FromPort": port, "ToPort": port, "Description": "as wanted"}
    return stack.add(SecurityGroupRule, GroupId=group.id, IsEgress=egress, **settings, **peer, tags={})


def group(stack, vpc, name):
    """A security group that lets everything out."""
    made = stack.add(SecurityGroup, GroupName=name, Description=f"of {name}", VpcId=vpc.id, tags=TAGS | {"Name": name})
    rule(stack, made, -1, egress=True, protocol="-1", CidrIpv4="0.0.0.0/0")
    return made


def execution_role(stack, name="execution"):
    """A role by which ECS starts tasks."""
    return stack.add(Role, RoleName=name, service="ecs-tasks.amazonaws.com", Path="/", attached=[EXECUTION], tags=TAGS)


def container_instances(stack, subnets, security, cluster, desired=2):
    """An Auto Scaling group whose instances join a cluster."""
    role = stack.add(Role, RoleName="instance", service="ec2.amazonaws.com", Path="/", attached=[INSTANCE], tags=TAGS)
    profile = stack.add(InstanceProfile, InstanceProfileName="instance", Path="/", role=role.id, tags=TAGS)
    stack.aws.advance(15)
    data = launch(stack, profile, security, cluster)
    template = stack.add(LaunchTemplate, LaunchTemplateName="instance", LaunchTemplateData=data, tags=TAGS)
    scaling = stack.add(
        AutoScalingGroup,
        AutoScalingGroupName="instances",
        MinSize=0,
        MaxSize=4,
        DesiredCapacity=desired,
        VPCZoneIdentifier=",".join(subnet.id for subnet in subnets),
        LaunchTemplate={"LaunchTemplateId": template.id, "Version": "$Latest"},
        HealthCheckType="EC2",
        HealthCheckGracePeriod=300,
        DefaultCooldown=300,
        tags=TAGS | {"AmazonECSManaged": ""},
    )
    return SimpleNamespace(role=role, profile=profile, template=template, scaling=scaling)


def launch(stack, profile, security, cluster, kind="t3.small"):
    """What a template says about the instances of a cluster."""
    image = stack.aws.ssm.get_parameter(Name=IMAGE)["Parameter"]["Value"]
    script = f"#!/bin/bash\necho ECS_CLUSTER={cluster} >> /etc/ecs/ecs.config\n"
    return {
        "ImageId": image,
        "InstanceType": kind,
        "IamInstanceProfile": {"Name": profile.id},
        "SecurityGroupIds": [security.id],
        "UserData": base64.b64encode(script.encode()).decode(),
    }


def certificate(stack, domain="example.com"):
    """A zone, and a certificate for names in it that the zone's records validate."""
    # The provider gives each zone a reference of its own.
    reference = f"{domain} {stack.aws.control('GET', '/clock')['now']}"
    zone = stack.add(HostedZone, Name=domain, reference=reference, Comment="of dev", tags=TAGS)
    made = stack.add(Certificate, DomainName=f"app.{domain}", ValidationMethod="DNS", tags=TAGS)
    for option in made.options():
        record = option["ResourceRecord"]
        values = {"TTL": 60, "ResourceRecords": [{"Value": record["Value"]}]}
        stack.add(Record, zone=zone.id, set={"Name": record["Name"], "Type": record["Type"], **values})
    return zone, stack.add(CertificateValidation, CertificateArn=made.id)
