"""Target groups."""

import pytest
from balancing import make_group, make_listener
from simulator import refused

CREATE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateTargetGroup.html"
DESCRIBE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeTargetGroups.html"
MODIFY = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyTargetGroup.html"
DELETE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteTargetGroup.html"
ATTRIBUTE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupAttribute.html"
ATTRIBUTES = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyTargetGroupAttributes.html"


def only(aws, **filters):
    (found,) = aws.elbv2.describe_target_groups(**filters)["TargetGroups"]
    return found


def attributes(aws, arn):
    rows = aws.elbv2.describe_target_group_attributes(TargetGroupArn=arn)["Attributes"]
    return {row["Key"]: row["Value"] for row in rows}


@pytest.mark.aws(CREATE)
def test_a_group_for_http_has_defaults(aws, network):
    """A target group for HTTP is checked by HTTP every 30 seconds, with 5 good and 2 bad answers in a row to change."""
    arn = make_group(aws, network)
    found = only(aws)
    assert arn.startswith("arn:aws:elasticloadbalancing:eu-west-1:123456789012:targetgroup/web/")
    assert found == {
        "TargetGroupArn": arn,
        "TargetGroupName": "web",
        "Protocol": "HTTP",
        "Port": 80,
        "VpcId": network.vpc,
        "HealthCheckProtocol": "HTTP",
        "HealthCheckPort": "traffic-port",
        "HealthCheckEnabled": True,
        "HealthCheckIntervalSeconds": 30,
        "HealthCheckTimeoutSeconds": 5,
        "HealthyThresholdCount": 5,
        "UnhealthyThresholdCount": 2,
        "HealthCheckPath": "/",
        "Matcher": {"HttpCode": "200"},
        "LoadBalancerArns": [],
        "TargetType": "instance",
        "ProtocolVersion": "HTTP1",
        "IpAddressType": "ipv4",
    }


@pytest.mark.aws(CREATE)
def test_a_group_for_tcp_has_other_defaults(aws, network):
    """A target group for TCP is checked by a connection that may take 10 seconds, without path and matcher."""
    make_group(aws, network, Protocol="TCP", TargetType="ip")
    found = only(aws)
    assert (found["HealthCheckProtocol"], found["HealthCheckTimeoutSeconds"]) == ("TCP", 10)
    assert not {"HealthCheckPath", "Matcher", "ProtocolVersion"} & set(found)


@pytest.mark.aws(CREATE)
def test_a_group_for_grpc_is_checked_by_grpc(aws, network):
    """The protocol version GRPC brings a path and a matcher of its own, for status codes 0 to 99."""
    make_group(aws, network, ProtocolVersion="GRPC")
    assert only(aws)["HealthCheckPath"] == "/AWS.ALB/healthcheck" and only(aws)["Matcher"] == {"GrpcCode": "12"}
    with refused("ValidationError"):
        make_group(aws, network, name="b", ProtocolVersion="GRPC", Matcher={"GrpcCode": "100"})


@pytest.mark.aws(CREATE)
def test_a_group_of_load_balancers_is_checked_by_http(aws, network):
    """A target group of type alb speaks TCP alone, and is checked by HTTP with any answer from 200 to 399."""
    make_group(aws, network, Protocol="TCP", TargetType="alb")
    assert (only(aws)["HealthCheckProtocol"], only(aws)["Matcher"]) == ("HTTP", {"HttpCode": "200-399"})
    with refused("InvalidConfigurationRequest"):
        make_group(aws, network, name="b", Protocol="HTTP", TargetType="alb")


@pytest.mark.aws(CREATE)
def test_creating_it_again_gives_the_same_one(aws, network):
    """Creating a target group again with the same settings succeeds; with others the name is taken."""
    assert make_group(aws, network) == make_group(aws, network)
    with refused(
        "DuplicateTargetGroupName", "A target group with the same name 'web' exists, but with different settings"
    ):
        make_group(aws, network, Port=8080)


@pytest.mark.aws(CREATE)
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"name": "a" * 33}, "cannot be longer than '32' characters"),
        ({"name": "a_b"}, "can only contain characters that are alphanumeric characters and hyphens(-)"),
        ({"name": "a-"}, "cannot begin or end with '-'"),
        ({"VpcId": "vpc-00000000"}, "The VPC ID 'vpc-00000000' is not found"),
        ({"VpcId": None}, "A VPC ID must be specified"),
        ({"Port": None}, "A port must be specified"),
        ({"Protocol": None}, "A protocol must be specified"),
        ({"Protocol": "FTP"}, "Value 'FTP' at 'protocol' failed to satisfy constraint"),
        ({"Port": 65536}, "Value '65536' at 'port' failed to satisfy constraint"),
        ({"TargetType": "pod"}, "Value 'pod' at 'targetType' failed to satisfy constraint"),
        ({"HealthCheckIntervalSeconds": 4}, "Member must have value greater than or equal to 5"),
        ({"HealthyThresholdCount": 11}, "Member must have value less than or equal to 10"),
        ({"HealthCheckPath": "health"}, "must begin with a '/' character"),
        ({"HealthCheckPort": "0"}, "must be either 'traffic-port' or in the range [1-65535]"),
        ({"Matcher": {"HttpCode": "500"}}, "must be within '200-499' inclusive"),
        (
            {"HealthCheckIntervalSeconds": 10, "HealthCheckTimeoutSeconds": 10},
            "Health check timeout '10' must be smaller than the interval '10'",
        ),
        ({"HealthCheckEnabled": False}, "Health check enabled must be true"),
    ],
)
def test_settings_are_checked(aws, network, changes, sentence):
    """Name, VPC, port, protocol and health check settings outside of their limits are refused, each with its reason."""
    settings = {"name": "web"} | {"Protocol": "HTTP", "Port": 80, "VpcId": network.vpc} | changes
    settings = {name: value for name, value in settings.items() if value is not None}
    with refused("ValidationError", sentence):
        aws.elbv2.create_target_group(Name=settings.pop("name"), **settings)


@pytest.mark.aws(CREATE)
def test_http_is_not_checked_by_tcp(aws, network):
    """A target group for HTTP cannot be checked by TCP, one for TCP can be checked by HTTP."""
    with refused("InvalidConfigurationRequest"):
        make_group(aws, network, HealthCheckProtocol="TCP")
    make_group(aws, network, Protocol="TCP", HealthCheckProtocol="HTTP")
    assert (only(aws)["HealthCheckTimeoutSeconds"], only(aws)["Matcher"]) == (6, {"HttpCode": "200-399"})


@pytest.mark.aws(MODIFY)
def test_health_checks_can_be_changed(aws, network, group):
    """ModifyTargetGroup changes what it names of the health check, and nothing if one thing is wrong."""
    change = {"HealthCheckPath": "/up", "HealthCheckIntervalSeconds": 10, "Matcher": {"HttpCode": "200,302"}}
    (changed,) = aws.elbv2.modify_target_group(TargetGroupArn=group, **change)["TargetGroups"]
    assert changed["HealthCheckPath"] == "/up" and changed["Matcher"] == {"HttpCode": "200,302"}
    assert changed["HealthCheckTimeoutSeconds"] == 5
    with refused("ValidationError"):
        aws.elbv2.modify_target_group(TargetGroupArn=group, HealthCheckPath="/down", HealthCheckTimeoutSeconds=60)
    assert only(aws)["HealthCheckPath"] == "/up"
    with refused("TargetGroupNotFound"):
        aws.elbv2.modify_target_group(TargetGroupArn=group[:-1] + "x", HealthCheckPath="/")


@pytest.mark.aws(DELETE)
def test_a_group_in_use_is_not_deleted(aws, balancer, group):
    """A target group that a listener or a rule forwards to cannot be deleted; deleting it twice succeeds."""
    listener = make_listener(aws, balancer, group)
    assert only(aws)["LoadBalancerArns"] == [balancer]
    with refused("ResourceInUse", f"Target group '{group}' is currently in use by a listener or a rule"):
        aws.elbv2.delete_target_group(TargetGroupArn=group)
    aws.elbv2.delete_listener(ListenerArn=listener)
    aws.elbv2.delete_target_group(TargetGroupArn=group)
    aws.elbv2.delete_target_group(TargetGroupArn=group)
    assert aws.elbv2.describe_target_groups()["TargetGroups"] == []


@pytest.mark.aws(DESCRIBE)
def test_groups_are_found_by_name_arn_and_load_balancer(aws, network, balancer, group):
    """Target groups are found by one of name, ARN and load balancer, in pages; unknown ones are refused."""
    other = make_group(aws, network, name="api")
    make_listener(aws, balancer, group)
    assert only(aws, Names=["api"])["TargetGroupArn"] == other
    assert only(aws, TargetGroupArns=[group])["TargetGroupName"] == "web"
    assert only(aws, LoadBalancerArn=balancer)["TargetGroupArn"] == group
    pages = list(aws.elbv2.get_paginator("describe_target_groups").paginate(PageSize=1))
    assert [page["TargetGroups"][0]["TargetGroupName"] for page in pages] == ["api", "web"]
    with refused("TargetGroupNotFound", "One or more target groups not found"):
        aws.elbv2.describe_target_groups(Names=["none"])
    with refused("ValidationError", "cannot be specified at the same time"):
        aws.elbv2.describe_target_groups(Names=["api"], LoadBalancerArn=balancer)


@pytest.mark.aws(ATTRIBUTE)
def test_attributes_have_defaults(aws, network):
    """A target group drains for 300 seconds, is not sticky, and balances round robin; TCP ones have other attributes."""
    http = attributes(aws, make_group(aws, network))
    assert http["deregistration_delay.timeout_seconds"] == "300"
    assert (http["stickiness.enabled"], http["stickiness.type"]) == ("false", "lb_cookie")
    assert http["load_balancing.algorithm.type"] == "round_robin" and http["slow_start.duration_seconds"] == "0"
    assert http["load_balancing.cross_zone.enabled"] == "use_load_balancer_configuration"
    tcp = attributes(aws, make_group(aws, network, name="tcp", Protocol="TCP", TargetType="ip"))
    assert (tcp["stickiness.type"], tcp["preserve_client_ip.enabled"]) == ("source_ip", "false")
    assert tcp["proxy_protocol_v2.enabled"] == "false" and "slow_start.duration_seconds" not in tcp
    udp = attributes(aws, make_group(aws, network, name="udp", Protocol="UDP"))
    assert udp["deregistration_delay.connection_termination.enabled"] == "true"


@pytest.mark.aws(ATTRIBUTES)
@pytest.mark.parametrize(
    ("code", "pairs"),
    [
        ("ValidationError", {"deregistration_delay.timeout_seconds": "3601"}),
        ("ValidationError", {"slow_start.duration_seconds": "29"}),
        ("ValidationError", {"made.up": "1"}),
        ("ValidationError", {"load_balancing.algorithm.type": "random"}),
        ("InvalidConfigurationRequest", {"stickiness.type": "source_ip"}),
        ("InvalidConfigurationRequest", {"stickiness.type": "app_cookie"}),
        ("InvalidConfigurationRequest", {"proxy_protocol_v2.enabled": "true"}),
        (
            "InvalidConfigurationRequest",
            {"slow_start.duration_seconds": "30", "load_balancing.algorithm.type": "least_outstanding_requests"},
        ),
        (
            "ValidationError",
            {"stickiness.type": "app_cookie", "stickiness.app_cookie.cookie_name": "AWSALBAPP"},
        ),
    ],
)
def test_attributes_are_checked(aws, group, code, pairs):
    """Values outside of their limits, attributes of other protocols and settings that contradict are refused."""
    before = attributes(aws, group)
    rows = [{"Key": key, "Value": value} for key, value in pairs.items()]
    with refused(code):
        aws.elbv2.modify_target_group_attributes(TargetGroupArn=group, Attributes=rows)
    assert attributes(aws, group) == before


@pytest.mark.aws(ATTRIBUTES)
def test_attributes_can_be_changed(aws, group):
    """ModifyTargetGroupAttributes changes what it names and answers with all attributes."""
    rows = [
        {"Key": "deregistration_delay.timeout_seconds", "Value": "30"},
        {"Key": "stickiness.enabled", "Value": "true"},
    ]
    answer = aws.elbv2.modify_target_group_attributes(TargetGroupArn=group, Attributes=rows)["Attributes"]
    assert {row["Key"]: row["Value"] for row in answer} == attributes(aws, group)
    assert attributes(aws, group)["deregistration_delay.timeout_seconds"] == "30"
