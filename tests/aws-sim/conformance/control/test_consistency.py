"""`--consistency aws`: which reads are late, by how much, and that it is the same in every run."""

import pytest
from simulator import refused, running

EC2 = "https://docs.aws.amazon.com/ec2/latest/devguide/eventual-consistency.html"
IAM = "https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html"
RUN_TASK = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html"
GET_PARAMETER = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html"


@pytest.fixture(scope="module")
def lagging():
    with running("--step", "--consistency", "aws") as started:
        yield started


@pytest.fixture
def late(lagging):
    lagging.control("POST", "/reset")
    return lagging


def seen(count, times=20):
    """How often what was made shows within so many reads."""
    return [count() for _ in range(times)]


@pytest.mark.aws(EC2)
def test_reads_of_ec2_miss_what_was_just_made(late):
    """Some reads after CreateVpc do not show the VPC, and all do half a second later."""
    late.ec2.create_vpc(CidrBlock="10.0.0.0/16")
    counts = seen(lambda: len(late.ec2.describe_vpcs()["Vpcs"]))
    assert set(counts) == {0, 1}
    late.advance(0.5)
    assert set(seen(lambda: len(late.ec2.describe_vpcs()["Vpcs"]))) == {1}


@pytest.mark.aws(EC2)
def test_reads_of_ec2_still_see_what_was_just_deleted(late):
    """Some reads after DeleteVpc still show the VPC."""
    vpc = late.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    late.advance(1)
    late.ec2.delete_vpc(VpcId=vpc)
    assert set(seen(lambda: len(late.ec2.describe_vpcs()["Vpcs"]))) == {0, 1}
    late.advance(0.5)
    assert set(seen(lambda: len(late.ec2.describe_vpcs()["Vpcs"]))) == {0}


@pytest.mark.aws(IAM)
def test_reads_of_iam_are_late(late):
    """Some reads of a role that was just made answer NoSuchEntity."""
    trust = '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}]}'
    late.iam.create_role(RoleName="r", AssumeRolePolicyDocument=trust)
    assert set(seen(lambda: len(late.iam.list_roles()["Roles"]))) == {0, 1}
    late.advance(0.5)
    assert late.iam.get_role(RoleName="r")["Role"]["RoleName"] == "r"


@pytest.mark.aws(RUN_TASK)
def test_reads_of_ecs_are_late(late):
    """The API of ECS is eventually consistent: a cluster that was just made is missing from some lists."""
    late.ecs.create_cluster(clusterName="dev")
    assert set(seen(lambda: len(late.ecs.list_clusters()["clusterArns"]))) == {0, 1}
    late.advance(0.5)
    assert set(seen(lambda: len(late.ecs.list_clusters()["clusterArns"]))) == {1}


@pytest.mark.aws(GET_PARAMETER)
def test_services_that_say_nothing_of_lag_have_none(late):
    """A parameter, a log group and a hosted zone are seen by every read after the write."""
    late.ssm.put_parameter(Name="/a", Value="b", Type="String")
    late.logs.create_log_group(logGroupName="g")
    late.route53.create_hosted_zone(Name="example.com", CallerReference="once")
    for _ in range(20):
        assert late.ssm.get_parameter(Name="/a")["Parameter"]["Value"] == "b"
        assert len(late.logs.describe_log_groups()["logGroups"]) == 1
        assert len(late.route53.list_hosted_zones()["HostedZones"]) == 1


@pytest.mark.aws(EC2)
def test_lag_is_the_same_in_every_run(late):
    """The same calls are late in every run on a stopped clock."""

    def run():
        late.control("POST", "/reset")
        late.ec2.create_vpc(CidrBlock="10.0.0.0/16")
        return seen(lambda: len(late.ec2.describe_vpcs()["Vpcs"]))

    assert run() == run()


@pytest.mark.aws(EC2)
def test_writes_see_what_is(late):
    """A write that follows a write works on what is, whatever reads show."""
    for _ in range(10):
        vpc = late.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        subnet = late.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
        with refused("DependencyViolation"):
            late.ec2.delete_vpc(VpcId=vpc)
        late.ec2.delete_subnet(SubnetId=subnet)
        late.ec2.delete_vpc(VpcId=vpc)


@pytest.mark.aws(EC2)
def test_reads_are_exact_by_default(aws):
    """With strict consistency every read after a write shows it."""
    for number in range(10):
        aws.ec2.create_internet_gateway()
        assert len(aws.ec2.describe_internet_gateways()["InternetGateways"]) == number + 1
