"""A cluster `dev` with container instances in one network, and the services that cases try on it."""

import json

TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole"}


class Services:
    """Calls about the services of the cluster `dev`."""

    def __init__(self, aws, instances=1):
        self.aws, self.ecs = aws, aws.ecs
        self.ecs.create_cluster(clusterName="dev")
        if instances:
            self.build_network()
            self.add_instances(instances)

    def build_network(self):
        """A public subnet in each of two zones, and a role for instances."""
        ec2 = self.aws.ec2
        self.vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(VpcId=self.vpc, InternetGatewayId=gateway)
        tables = ec2.describe_route_tables(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])["RouteTables"]
        ec2.create_route(
            RouteTableId=tables[0]["RouteTableId"], DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway
        )
        self.subnets = [
            ec2.create_subnet(VpcId=self.vpc, CidrBlock=f"10.0.{place}.0/24", AvailabilityZone=f"eu-west-1{zone}")[
                "Subnet"
            ]["SubnetId"]
            for place, zone in enumerate("ab")
        ]
        groups = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [self.vpc]}])["SecurityGroups"]
        self.group = groups[0]["GroupId"]
        self.role("host", "ec2.amazonaws.com")
        self.aws.iam.create_instance_profile(InstanceProfileName="host")
        self.aws.iam.add_role_to_instance_profile(InstanceProfileName="host", RoleName="host")

    def role(self, name, service):
        """A role that a service may assume; its ARN."""
        trust = {"Version": "2012-10-17", "Statement": [TRUST | {"Principal": {"Service": service}}]}
        made = self.aws.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
        self.aws.advance(15)
        return made["Role"]["Arn"]

    def add_instances(self, count, subnet=0):
        """Instances that have joined the cluster; their ids."""
        name = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
        image = self.aws.ssm.get_parameter(Name=name)["Parameter"]["Value"]
        interface = {"DeviceIndex": 0, "SubnetId": self.subnets[subnet], "AssociatePublicIpAddress": True}
        made = self.aws.ec2.run_instances(
            ImageId=image,
            InstanceType="t3.small",
            MinCount=count,
            MaxCount=count,
            IamInstanceProfile={"Name": "host"},
            UserData="ECS_CLUSTER=dev",
            NetworkInterfaces=[interface],
        )
        self.aws.advance(90)
        return [one["InstanceId"] for one in made["Instances"]]

    def register(self, image="nginx", family="web", host_port=0, **container):
        """A new revision of a family with the container `web`; its ARN."""
        one = {"name": "web", "image": image, "cpu": 128, "memory": 128}
        one |= {"portMappings": [{"containerPort": 80, "hostPort": host_port}]} | container
        made = self.ecs.register_task_definition(family=family, containerDefinitions=[one])
        return made["taskDefinition"]["taskDefinitionArn"]

    def create(self, name="web", definition=None, desired=1, **more):
        """A new service, as CreateService shows it."""
        asked = {"taskDefinition": definition or self.register(), "desiredCount": desired} | more
        asked = {member: value for member, value in asked.items() if value is not None}
        return self.ecs.create_service(cluster="dev", serviceName=name, **asked)["service"]

    def update(self, name="web", **change):
        """Changes a service."""
        return self.ecs.update_service(cluster="dev", service=name, **change)["service"]

    def service(self, name="web"):
        """A service as it is now."""
        return self.ecs.describe_services(cluster="dev", services=[name], include=["TAGS"])["services"][0]

    def counts(self, name="web"):
        """Desired, running and pending count."""
        service = self.service(name)
        return [service[member] for member in ("desiredCount", "runningCount", "pendingCount")]

    def said(self, part, name="web"):
        """What a service has said that contains a text, oldest first."""
        messages = [event["message"] for event in reversed(self.service(name)["events"])]
        return [message for message in messages if part in message]

    def tasks(self, status="RUNNING", name=None):
        """The tasks that shall run, or those that shall not, described."""
        asked = {"serviceName": name} if name else {}
        arns = self.ecs.list_tasks(cluster="dev", desiredStatus=status, **asked)["taskArns"]
        return self.ecs.describe_tasks(cluster="dev", tasks=arns)["tasks"] if arns else []

    def settle(self, name="web"):
        """Lets time pass until a service has one deployment with all its tasks running."""

        def is_stable():
            service = self.service(name)
            return len(service["deployments"]) == 1 and service["runningCount"] == service["desiredCount"]

        self.aws.until(is_stable)
        self.aws.advance(15)
        return self.service(name)

    def records(self, name="web", **asked):
        """The service deployments, newest first, in short."""
        return self.ecs.list_service_deployments(cluster="dev", service=name, **asked)["serviceDeployments"]

    def record(self, name="web"):
        """The newest service deployment, described."""
        arn = self.records(name)[0]["serviceDeploymentArn"]
        return self.ecs.describe_service_deployments(serviceDeploymentArns=[arn])["serviceDeployments"][0]
