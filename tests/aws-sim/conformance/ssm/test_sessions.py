"""Instances that Systems Manager knows, and sessions on them."""

import json

import pytest
from simulator import refused

START = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartSession.html"
SESSIONS = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeSessions.html"
INSTANCES = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeInstanceInformation.html"

IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"
CORE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"


def instance(aws, policy=CORE):
    """A running instance whose role has a policy."""
    trust = {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [trust]})
    aws.iam.create_role(RoleName="node", AssumeRolePolicyDocument=document)
    aws.iam.attach_role_policy(RoleName="node", PolicyArn=policy)
    aws.iam.create_instance_profile(InstanceProfileName="node")
    aws.iam.add_role_to_instance_profile(InstanceProfileName="node", RoleName="node")
    aws.advance(60)
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    image = aws.ssm.get_parameter(Name=IMAGE)["Parameter"]["Value"]
    run = aws.ec2.run_instances(
        ImageId=image,
        InstanceType="t3.small",
        SubnetId=subnet,
        MinCount=1,
        MaxCount=1,
        IamInstanceProfile={"Name": "node"},
    )
    aws.advance(60)
    return run["Instances"][0]["InstanceId"]


@pytest.mark.aws(START)
def test_a_session_is_opened_and_closed(aws):
    """StartSession gives an id, a token and a stream; TerminateSession moves the session to the history."""
    target = instance(aws)
    session = aws.ssm.start_session(Target=target, Reason="look")
    assert session["StreamUrl"].startswith("wss://ssmmessages.eu-west-1.amazonaws.com/") and session["TokenValue"]
    active = aws.ssm.describe_sessions(State="Active")["Sessions"]
    assert [(one["SessionId"], one["Target"], one["Status"]) for one in active] == [
        (session["SessionId"], target, "Connected")
    ]
    aws.ssm.terminate_session(SessionId=session["SessionId"])
    assert aws.ssm.describe_sessions(State="Active")["Sessions"] == []
    past = aws.ssm.describe_sessions(State="History")["Sessions"][0]
    assert (past["Status"], past["Reason"]) == ("Terminated", "look")


@pytest.mark.aws(START)
def test_a_target_that_is_not_connected_is_refused(aws):
    """A session on an instance that does not exist, or whose role does not let the agent speak, is refused."""
    target = instance(aws, policy="arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess")
    for wrong in (target, "i-00000000000000000"):
        with refused("TargetNotConnected", message=f"{wrong} is not connected."):
            aws.ssm.start_session(Target=wrong)
    assert aws.ssm.get_connection_status(Target=target)["Status"] == "notconnected"


@pytest.mark.aws(INSTANCES)
def test_instances_whose_role_allows_it_are_known(aws):
    """DescribeInstanceInformation shows running instances whose role lets the agent speak, as online."""
    target = instance(aws)
    seen = aws.ssm.describe_instance_information(Filters=[{"Key": "InstanceIds", "Values": [target]}])
    assert [(one["InstanceId"], one["PingStatus"]) for one in seen["InstanceInformationList"]] == [(target, "Online")]
    aws.ec2.terminate_instances(InstanceIds=[target])
    assert aws.ssm.describe_instance_information()["InstanceInformationList"] == []
