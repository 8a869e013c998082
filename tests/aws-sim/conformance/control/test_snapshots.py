"""The whole world is saved and restored, as a document and under names."""

import copy
import urllib.error

import pytest
from simulator import refused, running

DESCRIBE_INSTANCES = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstances.html"
NAT = "https://docs.aws.amazon.com/vpc/latest/userguide/nat-gateway-basics.html"
CREATE_ZONE = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html"
DELETE_VPC = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html"


def build(aws):
    """Something of every service that has state from the start, with things that are under way."""
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    gateway = aws.ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    aws.ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    address = aws.ec2.allocate_address(Domain="vpc")["AllocationId"]
    nat = aws.ec2.create_nat_gateway(SubnetId=subnet, AllocationId=address)["NatGateway"]["NatGatewayId"]
    zone = aws.route53.create_hosted_zone(Name="example.com", CallerReference="once")["HostedZone"]["Id"]
    change = {"Name": "www.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.0.1"}]}
    batch = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": change}]}
    aws.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)
    aws.ssm.put_parameter(Name="/a", Value="b", Type="String")
    aws.logs.create_log_group(logGroupName="group")
    aws.ecs.create_cluster(clusterName="dev")
    return {"vpc": vpc, "nat": nat, "zone": zone}


def nat_state(aws, nat):
    return aws.ec2.describe_nat_gateways(NatGatewayIds=[nat])["NatGateways"][0]["State"]


def status_of(call):
    with pytest.raises(urllib.error.HTTPError) as caught:
        call()
    return caught.value.code


@pytest.mark.aws(DELETE_VPC)
def test_a_snapshot_brings_back_what_was_deleted(aws):
    """What was deleted after a snapshot exists again once the snapshot is restored."""
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    saved = aws.control("GET", "/snapshot")
    aws.ec2.delete_vpc(VpcId=vpc)
    aws.control("PUT", "/snapshot", saved)
    assert [one["VpcId"] for one in aws.ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"]] == [vpc]


@pytest.mark.aws(CREATE_ZONE)
def test_a_snapshot_forgets_what_came_later(aws):
    """A caller reference that was used only after the snapshot is free again."""
    saved = aws.control("GET", "/snapshot")
    aws.route53.create_hosted_zone(Name="example.com", CallerReference="once")
    with refused("HostedZoneAlreadyExists"):
        aws.route53.create_hosted_zone(Name="example.com", CallerReference="once")
    aws.control("PUT", "/snapshot", saved)
    aws.route53.create_hosted_zone(Name="example.com", CallerReference="once")


@pytest.mark.aws(NAT)
def test_a_snapshot_goes_on_in_another_process(aws):
    """A world that is restored in another process has the same resources, and what was under way there completes."""
    made = build(aws)
    inventory = aws.control("GET", "/inventory")
    saved = aws.control("GET", "/snapshot")
    with running("--step") as other:
        other.control("PUT", "/snapshot", saved)
        assert other.control("GET", "/inventory") == inventory
        assert nat_state(other, made["nat"]) == "pending"
        other.advance(120)
        assert nat_state(other, made["nat"]) == "available"
        records = other.route53.list_resource_record_sets(HostedZoneId=made["zone"])["ResourceRecordSets"]
        assert "www.example.com." in [record["Name"] for record in records]


@pytest.mark.aws(DESCRIBE_INSTANCES)
def test_a_restored_snapshot_is_the_same_document(aws):
    """Saving what was just restored gives the same document again."""
    build(aws)
    saved = aws.control("GET", "/snapshot")
    aws.control("POST", "/reset")
    aws.control("PUT", "/snapshot", saved)
    assert aws.control("GET", "/snapshot") == saved


@pytest.mark.aws(NAT)
def test_the_clock_goes_on_from_the_saved_moment(aws):
    """Time is part of a snapshot: restoring takes the clock back to it."""
    aws.control("POST", "/snapshots/start")
    before = aws.control("GET", "/clock")["now"]
    aws.advance(500)
    assert aws.control("GET", "/clock")["now"] != before
    assert aws.control("POST", "/snapshots/start/restore")["now"] == before
    assert aws.control("GET", "/clock")["now"] == before


@pytest.mark.aws(NAT)
def test_a_named_snapshot_is_restored_many_times(aws):
    """A named snapshot is not used up, and what was done after one restore does not show after the next."""
    made = build(aws)
    aws.control("POST", "/snapshots/built")
    for _ in range(3):
        aws.advance(120)
        assert nat_state(aws, made["nat"]) == "available"
        aws.control("POST", "/snapshots/built/restore")
        assert nat_state(aws, made["nat"]) == "pending"


@pytest.mark.aws(DESCRIBE_INSTANCES)
def test_named_snapshots_are_listed_replaced_and_deleted(aws):
    """Named snapshots are listed with their moment; one saved again under its name replaces the first."""
    first = aws.control("POST", "/snapshots/listed")
    aws.advance(60)
    second = aws.control("POST", "/snapshots/listed")
    assert second["now"] > first["now"]
    mine = [one for one in aws.control("GET", "/snapshots")["snapshots"] if one["name"] == "listed"]
    assert mine == [{"name": "listed", "now": second["now"]}]
    aws.control("DELETE", "/snapshots/listed")
    assert "listed" not in [one["name"] for one in aws.control("GET", "/snapshots")["snapshots"]]
    assert status_of(lambda: aws.control("POST", "/snapshots/listed/restore")) == 404
    assert status_of(lambda: aws.control("DELETE", "/snapshots/listed")) == 404


@pytest.mark.aws(DESCRIBE_INSTANCES)
def test_a_bad_document_is_refused_and_changes_nothing(aws):
    """A document that is not a snapshot, or is damaged anywhere, is refused, and the world stays as it was."""
    build(aws)
    saved = aws.control("GET", "/snapshot")
    damaged, foreign, short = copy.deepcopy(saved), copy.deepcopy(saved), copy.deepcopy(saved)
    damaged["accounts"]["123456789012"]["regions"]["eu-west-1"]["ec2"]["vpcs"] = 7
    foreign["surprise"] = True
    del short["agenda"]
    for bad in ({}, [], "text", damaged, foreign, short):
        assert status_of(lambda bad=bad: aws.control("PUT", "/snapshot", bad)) == 422
        assert aws.control("GET", "/snapshot") == saved
