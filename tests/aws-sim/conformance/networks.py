"""Networks and instances that cases about EC2 begin with."""

NOWHERE = "0123456789abcdef0"


def vpc(aws, cidr="10.0.0.0/16", **more):
    return aws.ec2.create_vpc(CidrBlock=cidr, **more)["Vpc"]["VpcId"]


def subnet(aws, vpc_id, cidr="10.0.0.0/24", zone="eu-west-1a"):
    made = aws.ec2.create_subnet(VpcId=vpc_id, CidrBlock=cidr, AvailabilityZone=zone)
    return made["Subnet"]["SubnetId"]


def gateway(aws, vpc_id):
    made = aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    aws.ec2.attach_internet_gateway(InternetGatewayId=made, VpcId=vpc_id)
    return made


def main_table(aws, vpc_id):
    filters = [{"Name": "vpc-id", "Values": [vpc_id]}, {"Name": "association.main", "Values": ["true"]}]
    return aws.ec2.describe_route_tables(Filters=filters)["RouteTables"][0]


def group(aws, vpc_id, name="web"):
    return aws.ec2.create_security_group(GroupName=name, Description=name, VpcId=vpc_id)["GroupId"]


def image(aws, architecture="x86_64"):
    path = "/aws/service/ecs/optimized-ami/amazon-linux-2023/"
    path += "recommended/image_id" if architecture == "x86_64" else "arm64/recommended/image_id"
    return aws.ssm.get_parameter(Name=path)["Parameter"]["Value"]


def run(aws, subnet_id, count=1, **more):
    """Instances that are still pending."""
    asked = {"ImageId": image(aws), "InstanceType": "t3.micro", "SubnetId": subnet_id, **more}
    return aws.ec2.run_instances(MinCount=count, MaxCount=count, **asked)["Instances"]


def running(aws, subnet_id, **more):
    """The id of an instance that runs."""
    instance_id = run(aws, subnet_id, **more)[0]["InstanceId"]
    aws.advance(60)
    return instance_id


def instance(aws, instance_id):
    return aws.ec2.describe_instances(InstanceIds=[instance_id])["Reservations"][0]["Instances"][0]


def interface(aws, subnet_id, **more):
    return aws.ec2.create_network_interface(SubnetId=subnet_id, **more)["NetworkInterface"]


def permission(port=80, **peers):
    return {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, **peers}
