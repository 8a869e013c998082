"""Instances, their volumes and key pairs."""

import base64

import networks
import pytest
from simulator import refused

RUN = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html"
LIFE = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html"
TERMINATE = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TerminateInstances.html"
MODIFY = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceAttribute.html"
CHECKS = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/monitoring-system-instance-status-check.html"
KEYS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ImportKeyPair.html"


def place(aws):
    return networks.subnet(aws, networks.vpc(aws))


def state(aws, instance_id):
    return networks.instance(aws, instance_id)["State"]["Name"]


@pytest.mark.aws(LIFE)
def test_an_instance_is_pending_running_shutting_down_terminated_and_forgotten(aws):
    """An instance passes through its states, and is described for an hour after it has terminated."""
    instance_id = networks.run(aws, place(aws))[0]["InstanceId"]
    assert state(aws, instance_id) == "pending"
    aws.until(lambda: state(aws, instance_id) == "running")
    change = aws.ec2.terminate_instances(InstanceIds=[instance_id])["TerminatingInstances"][0]
    assert (change["PreviousState"]["Name"], change["CurrentState"]) == (
        "running", {"Code": 32, "Name": "shutting-down"},
    )
    aws.until(lambda: state(aws, instance_id) == "terminated")
    assert networks.instance(aws, instance_id)["StateReason"]["Code"] == "Client.UserInitiatedShutdown"
    aws.advance(3700)
    with refused("InvalidInstanceID.NotFound", message=f"The instance ID '{instance_id}' does not exist"):
        state(aws, instance_id)


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Stop_Start.html")
def test_a_stopped_instance_keeps_its_private_address_and_loses_its_public_one(aws):
    """Stopping takes the public address that came with the instance; starting gives another."""
    subnet = place(aws)
    aws.ec2.modify_subnet_attribute(SubnetId=subnet, MapPublicIpOnLaunch={"Value": True})
    instance_id = networks.running(aws, subnet)
    before = networks.instance(aws, instance_id)
    change = aws.ec2.stop_instances(InstanceIds=[instance_id])["StoppingInstances"][0]
    assert change["CurrentState"] == {"Code": 64, "Name": "stopping"}
    with refused("IncorrectInstanceState"):
        aws.ec2.start_instances(InstanceIds=[instance_id])
    aws.until(lambda: state(aws, instance_id) == "stopped")
    stopped = networks.instance(aws, instance_id)
    assert stopped["PrivateIpAddress"] == before["PrivateIpAddress"] and "PublicIpAddress" not in stopped
    aws.ec2.start_instances(InstanceIds=[instance_id])
    aws.until(lambda: state(aws, instance_id) == "running")
    assert networks.instance(aws, instance_id)["PublicIpAddress"] != before["PublicIpAddress"]


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_StopInstances.html")
def test_a_pending_or_terminated_instance_cannot_be_stopped(aws):
    """StopInstances and RebootInstances refuse instances in states from which that cannot be."""
    instance_id = networks.run(aws, place(aws))[0]["InstanceId"]
    with refused("IncorrectInstanceState"):
        aws.ec2.stop_instances(InstanceIds=[instance_id])
    aws.ec2.terminate_instances(InstanceIds=[instance_id])
    aws.advance(60)
    with refused("IncorrectInstanceState"):
        aws.ec2.reboot_instances(InstanceIds=[instance_id])


@pytest.mark.aws(TERMINATE)
def test_terminating_again_is_no_error_and_unknown_ones_stop_all(aws):
    """A terminated instance may be terminated again; with one unknown id none of a call's instances ends."""
    instance_id = networks.running(aws, place(aws))
    with refused("InvalidInstanceID.NotFound"):
        aws.ec2.terminate_instances(InstanceIds=[instance_id, f"i-{networks.NOWHERE}"])
    assert state(aws, instance_id) == "running"
    aws.ec2.terminate_instances(InstanceIds=[instance_id])
    aws.advance(60)
    again = aws.ec2.terminate_instances(InstanceIds=[instance_id])["TerminatingInstances"][0]
    assert again["CurrentState"]["Name"] == again["PreviousState"]["Name"] == "terminated"


@pytest.mark.aws(MODIFY)
def test_termination_protection_refuses_until_it_is_off(aws):
    """With disableApiTermination an instance cannot be terminated by the API."""
    instance_id = networks.running(aws, place(aws), DisableApiTermination=True)
    with refused("OperationNotPermitted", message="Modify its 'disableApiTermination' instance attribute"):
        aws.ec2.terminate_instances(InstanceIds=[instance_id])
    aws.ec2.modify_instance_attribute(InstanceId=instance_id, DisableApiTermination={"Value": False})
    aws.ec2.terminate_instances(InstanceIds=[instance_id])


@pytest.mark.aws(MODIFY)
def test_type_and_user_data_change_only_while_stopped(aws):
    """The instance type and user data of a running instance cannot be changed, those of a stopped one can."""
    instance_id = networks.running(aws, place(aws))
    with refused("IncorrectInstanceState"):
        aws.ec2.modify_instance_attribute(InstanceId=instance_id, InstanceType={"Value": "t3.small"})
    aws.ec2.stop_instances(InstanceIds=[instance_id])
    aws.advance(60)
    aws.ec2.modify_instance_attribute(InstanceId=instance_id, InstanceType={"Value": "t3.small"})
    aws.ec2.modify_instance_attribute(InstanceId=instance_id, UserData={"Value": b"#!/bin/sh"})
    assert networks.instance(aws, instance_id)["InstanceType"] == "t3.small"
    data = aws.ec2.describe_instance_attribute(InstanceId=instance_id, Attribute="userData")["UserData"]["Value"]
    assert base64.b64decode(data) == b"#!/bin/sh"
    with refused("InvalidInstanceAttributeValue"):
        aws.ec2.modify_instance_attribute(InstanceId=instance_id, InstanceType={"Value": "t9.huge"})


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceAttribute.html")
def test_attributes_are_read_one_by_one(aws):
    """DescribeInstanceAttribute answers the attribute that is asked for."""
    instance_id = networks.running(aws, place(aws))

    def read(attribute, member):
        return aws.ec2.describe_instance_attribute(InstanceId=instance_id, Attribute=attribute)[member]

    assert read("instanceInitiatedShutdownBehavior", "InstanceInitiatedShutdownBehavior") == {"Value": "stop"}
    assert read("disableApiStop", "DisableApiStop") == {"Value": False}
    assert read("sourceDestCheck", "SourceDestCheck") == {"Value": True}
    aws.ec2.modify_instance_attribute(InstanceId=instance_id, SourceDestCheck={"Value": False})
    assert networks.instance(aws, instance_id)["SourceDestCheck"] is False


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyInstanceMetadataOptions.html")
def test_metadata_options_change(aws):
    """Metadata options are pending when they are changed and applied when described."""
    instance_id = networks.running(aws, place(aws), MetadataOptions={"HttpTokens": "optional"})
    assert networks.instance(aws, instance_id)["MetadataOptions"]["HttpTokens"] == "optional"
    changed = aws.ec2.modify_instance_metadata_options(
        InstanceId=instance_id, HttpTokens="required", HttpPutResponseHopLimit=3
    )["InstanceMetadataOptions"]
    assert changed["State"] == "pending"
    shown = networks.instance(aws, instance_id)["MetadataOptions"]
    assert (shown["State"], shown["HttpTokens"], shown["HttpPutResponseHopLimit"]) == ("applied", "required", 3)


@pytest.mark.aws(RUN)
def test_a_client_token_starts_instances_once(aws):
    """The same token answers the same reservation; with other parameters, or once it has ended, it is refused."""
    subnet = place(aws)
    first = networks.run(aws, subnet, ClientToken="one")[0]["InstanceId"]
    assert networks.run(aws, subnet, ClientToken="one")[0]["InstanceId"] == first
    with refused("IdempotentParameterMismatch"):
        networks.run(aws, subnet, count=2, ClientToken="one")
    aws.ec2.terminate_instances(InstanceIds=[first])
    aws.advance(60)
    with refused("IdempotentInstanceTerminated"):
        networks.run(aws, subnet, ClientToken="one")


@pytest.mark.aws(RUN)
def test_what_an_instance_is_made_of_must_exist_and_fit(aws):
    """Unknown types, images, groups, keys and profiles are refused, and so is a type of another architecture."""
    subnet = place(aws)
    for wrong, code in [
        ({"InstanceType": "t9.huge"}, "InvalidParameterValue"),
        ({"InstanceType": "t4g.micro"}, "InvalidParameterValue"),
        ({"ImageId": f"ami-{networks.NOWHERE}"}, "InvalidAMIID.NotFound"),
        ({"SecurityGroupIds": [f"sg-{networks.NOWHERE}"]}, "InvalidGroup.NotFound"),
        ({"KeyName": "none"}, "InvalidKeyPair.NotFound"),
        ({"IamInstanceProfile": {"Name": "none"}}, "InvalidParameterValue"),
        ({"UserData": "x" * 16385}, "InvalidParameterValue"),
        ({"SubnetId": f"subnet-{networks.NOWHERE}"}, "InvalidSubnetID.NotFound"),
    ]:
        with refused(code):
            networks.run(aws, subnet, **wrong)
    assert aws.ec2.describe_instances()["Reservations"] == []


@pytest.mark.aws(RUN)
def test_a_call_that_lists_interfaces_says_the_subnet_there(aws):
    """Network interfaces cannot be combined with a subnet or groups of the instance."""
    subnet = place(aws)
    card = {"DeviceIndex": 0, "SubnetId": subnet, "AssociatePublicIpAddress": True}
    with refused("InvalidParameterCombination", message="an instance-level subnet ID may not be specified"):
        networks.run(aws, subnet, NetworkInterfaces=[card])
    made = aws.ec2.run_instances(
        ImageId=networks.image(aws), InstanceType="t3.micro", MinCount=1, MaxCount=1, NetworkInterfaces=[card]
    )["Instances"][0]
    assert "PublicIpAddress" in networks.instance(aws, made["InstanceId"])


@pytest.mark.aws(RUN)
def test_several_instances_are_one_reservation(aws):
    """The instances of a call share a reservation and are numbered in it."""
    networks.run(aws, place(aws), count=3)
    (reservation,) = aws.ec2.describe_instances()["Reservations"]
    assert sorted(one["AmiLaunchIndex"] for one in reservation["Instances"]) == [0, 1, 2]


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SpotMarketOptions.html")
def test_a_spot_instance_says_so(aws):
    """An instance of the spot market has the lifecycle spot; others have none."""
    subnet = place(aws)
    spot = networks.run(aws, subnet, InstanceMarketOptions={"MarketType": "spot"})[0]
    assert spot["InstanceLifecycle"] == "spot"
    assert "InstanceLifecycle" not in networks.run(aws, subnet)[0]


@pytest.mark.aws(CHECKS)
def test_status_checks_pass_a_while_after_the_start(aws):
    """Checks of an instance are initializing when it begins to run and ok a few minutes later."""
    instance_id = networks.run(aws, place(aws))[0]["InstanceId"]
    assert aws.ec2.describe_instance_status()["InstanceStatuses"] == []
    everything = aws.ec2.describe_instance_status(IncludeAllInstances=True)["InstanceStatuses"][0]
    assert everything["InstanceStatus"]["Status"] == "not-applicable"

    def status():
        shown = aws.ec2.describe_instance_status(InstanceIds=[instance_id])["InstanceStatuses"]
        return shown and shown[0]["InstanceStatus"]["Status"]

    aws.until(lambda: status() == "initializing")
    aws.until(lambda: status() == "ok")


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_GetConsoleOutput.html")
def test_a_console_says_something_once_the_instance_runs(aws):
    """A pending instance has written nothing to its console, one that has run has."""
    instance_id = networks.run(aws, place(aws))[0]["InstanceId"]
    assert "Output" not in aws.ec2.get_console_output(InstanceId=instance_id)
    aws.advance(60)
    assert "login" in aws.ec2.get_console_output(InstanceId=instance_id)["Output"]


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-device-mapping-concepts.html")
def test_an_instance_has_the_images_disk_as_the_call_changes_it(aws):
    """The root volume is the image's, larger if asked, and goes with the instance unless it is to stay."""
    disks = [{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 50}},
             {"DeviceName": "/dev/sdf", "Ebs": {"VolumeSize": 10, "DeleteOnTermination": False}}]
    instance_id = networks.running(aws, place(aws), BlockDeviceMappings=disks)
    filters = [{"Name": "attachment.instance-id", "Values": [instance_id]}]
    volumes = aws.ec2.describe_volumes(Filters=filters)["Volumes"]
    assert sorted((one["Size"], one["VolumeType"], one["State"]) for one in volumes) == [
        (10, "gp3", "in-use"), (50, "gp3", "in-use"),
    ]
    with refused("VolumeInUse"):
        aws.ec2.delete_volume(VolumeId=volumes[0]["VolumeId"])
    aws.ec2.terminate_instances(InstanceIds=[instance_id])
    aws.advance(60)
    (left,) = aws.ec2.describe_volumes()["Volumes"]
    assert (left["Size"], left["State"]) == (10, "available")
    aws.ec2.delete_volume(VolumeId=left["VolumeId"])


@pytest.mark.aws("https://docs.aws.amazon.com/ebs/latest/userguide/ebs-volume-types.html")
def test_a_root_volume_is_not_smaller_than_its_snapshot(aws):
    """A root volume smaller than the image's snapshot is refused."""
    with refused("InvalidBlockDeviceMapping", message="is smaller than snapshot, expect size >= 30GB"):
        networks.run(aws, place(aws), BlockDeviceMappings=[{"DeviceName": "/dev/xvda", "Ebs": {"VolumeSize": 8}}])


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateKeyPair.html")
def test_a_key_pair_shows_its_key_once(aws):
    """CreateKeyPair answers the private key; a name is used once; deleting what is not there is no error."""
    made = aws.ec2.create_key_pair(KeyName="ops")
    assert "PRIVATE KEY" in made["KeyMaterial"]
    (shown,) = aws.ec2.describe_key_pairs(KeyNames=["ops"])["KeyPairs"]
    assert shown["KeyPairId"] == made["KeyPairId"] and "KeyMaterial" not in shown
    with refused("InvalidKeyPair.Duplicate"):
        aws.ec2.create_key_pair(KeyName="ops")
    aws.ec2.delete_key_pair(KeyName="ops")
    aws.ec2.delete_key_pair(KeyName="ops")
    with refused("InvalidKeyPair.NotFound", message="The key pair 'ops' does not exist"):
        aws.ec2.describe_key_pairs(KeyNames=["ops"])


@pytest.mark.aws(KEYS)
def test_an_imported_key_is_in_openssh_format(aws):
    """ImportKeyPair takes public keys as OpenSSH writes them and refuses other text."""
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGh5 someone"
    aws.ec2.import_key_pair(KeyName="ops", PublicKeyMaterial=key.encode())
    (shown,) = aws.ec2.describe_key_pairs(IncludePublicKey=True)["KeyPairs"]
    assert (shown["KeyType"], shown["PublicKey"]) == ("ed25519", key)
    with refused("InvalidKey.Format"):
        aws.ec2.import_key_pair(KeyName="other", PublicKeyMaterial=b"hello")


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html")
def test_an_agent_reaches_ecs_by_endpoints_without_the_internet(aws):
    """An instance without a way to the internet joins its cluster once there are endpoints for what agents need."""
    vpc = networks.vpc(aws)
    aws.ec2.modify_vpc_attribute(VpcId=vpc, EnableDnsHostnames={"Value": True})
    subnet = networks.subnet(aws, vpc)
    aws.ecs.create_cluster(clusterName="default")
    trust = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",' \
            ' "Principal": {"Service": "ec2.amazonaws.com"}}]}'
    aws.iam.create_role(RoleName="node", AssumeRolePolicyDocument=trust)
    aws.iam.create_instance_profile(InstanceProfileName="node")
    aws.iam.add_role_to_instance_profile(InstanceProfileName="node", RoleName="node")
    aws.advance(60)
    networks.run(aws, subnet, IamInstanceProfile={"Name": "node"})
    aws.advance(300)

    def joined():
        return aws.ecs.list_container_instances(cluster="default")["containerInstanceArns"]

    assert joined() == []
    for name in ["ecs", "ecs-agent", "ecs-telemetry"]:
        aws.ec2.create_vpc_endpoint(
            VpcId=vpc, VpcEndpointType="Interface", ServiceName=f"com.amazonaws.eu-west-1.{name}", SubnetIds=[subnet]
        )
    aws.until(joined)


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-systems-manager-parameter-to-find-AMI.html")
def test_an_image_may_be_named_by_a_parameter(aws):
    """resolve:ssm: before a parameter's name, with or without a version, launches the image that it holds."""
    public = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    image = aws.ssm.get_parameter(Name=public)["Parameter"]["Value"]
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    aws.ssm.put_parameter(Name="mine", Type="String", Value=image)
    aws.ssm.put_parameter(Name="mine", Type="String", Value="nothing", Overwrite=True)
    common = {"InstanceType": "t3.micro", "MinCount": 1, "MaxCount": 1, "SubnetId": subnet}
    for name in (public, "mine:1"):
        made = aws.ec2.run_instances(ImageId=f"resolve:ssm:{name}", **common)["Instances"][0]
        assert made["ImageId"] == image
    with refused("InvalidParameterValue", message="none"):
        aws.ec2.run_instances(ImageId="resolve:ssm:none", **common)
    with refused("InvalidAMIID.NotFound"):
        aws.ec2.run_instances(ImageId="resolve:ssm:mine", **common)


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html")
def test_a_template_tells_the_parameter_or_with_resolve_alias_its_image(aws):
    """A version shows the parameter that its image is named by, and with ResolveAlias the image that it holds now."""
    public = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended/image_id"
    named = {"LaunchTemplateName": "app"}
    aws.ec2.create_launch_template(LaunchTemplateData={"ImageId": f"resolve:ssm:{public}"}, **named)
    found = [
        aws.ec2.describe_launch_template_versions(ResolveAlias=resolve, **named)["LaunchTemplateVersions"][0]
        for resolve in (False, True)
    ]
    image = aws.ssm.get_parameter(Name=public)["Parameter"]["Value"]
    assert [one["LaunchTemplateData"]["ImageId"] for one in found] == [f"resolve:ssm:{public}", image]
