"""Policies of classic load balancers."""

import pytest
from balancing import make_network
from certificates import issued
from simulator import refused

CREATE = "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancerPolicy.html"
APP_COOKIE = (
    "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateAppCookieStickinessPolicy.html"
)
LB_COOKIE = (
    "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLBCookieStickinessPolicy.html"
)
OF_LISTENER = (
    "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_SetLoadBalancerPoliciesOfListener.html"
)
OF_BACKEND = "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_SetLoadBalancerPoliciesForBackendServer.html"
DESCRIBE = (
    "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancerPolicies.html"
)
TYPES = (
    "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancerPolicyTypes.html"
)
DELETE = "https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DeleteLoadBalancerPolicy.html"
NEGOTIATION = "https://docs.aws.amazon.com/elasticloadbalancing/latest/classic/elb-security-policy-table.html"
HTTP = {"Protocol": "HTTP", "LoadBalancerPort": 80, "InstanceProtocol": "HTTP", "InstancePort": 80}
TCP = {"Protocol": "TCP", "LoadBalancerPort": 22, "InstanceProtocol": "TCP", "InstancePort": 22}
WEB = {"LoadBalancerName": "web"}


@pytest.fixture
def web(aws):
    """A load balancer with an HTTP, a TCP and an HTTPS listener."""
    network = make_network(aws)
    secure = HTTP | {"Protocol": "HTTPS", "LoadBalancerPort": 443, "SSLCertificateId": issued(aws)}
    aws.elb.create_load_balancer(Listeners=[HTTP, TCP, secure], Subnets=network.subnets[:2], **WEB)


def create(aws, name, kind, *pairs):
    rows = [{"AttributeName": key, "AttributeValue": value} for key, value in pairs]
    aws.elb.create_load_balancer_policy(PolicyName=name, PolicyTypeName=kind, PolicyAttributes=rows, **WEB)


def enable(aws, port, *names):
    aws.elb.set_load_balancer_policies_of_listener(LoadBalancerPort=port, PolicyNames=list(names), **WEB)


def only(aws):
    (found,) = aws.elb.describe_load_balancers()["LoadBalancerDescriptions"]
    return found


def described(aws, *names):
    answer = aws.elb.describe_load_balancer_policies(PolicyNames=list(names), **WEB)["PolicyDescriptions"]
    return {
        row["PolicyName"]: {one["AttributeName"]: one["AttributeValue"] for one in row["PolicyAttributeDescriptions"]}
        for row in answer
    }


@pytest.mark.aws(LB_COOKIE)
def test_stickiness_by_a_cookie_of_its_own(aws, web):
    """A stickiness policy by the load balancer's cookie has a period or none, and is enabled on an HTTP listener."""
    aws.elb.create_lb_cookie_stickiness_policy(PolicyName="hour", CookieExpirationPeriod=3600, **WEB)
    aws.elb.create_lb_cookie_stickiness_policy(PolicyName="session", **WEB)
    enable(aws, 80, "hour")
    policies = only(aws)["Policies"]["LBCookieStickinessPolicies"]
    assert policies == [{"PolicyName": "hour", "CookieExpirationPeriod": 3600}, {"PolicyName": "session"}]
    assert described(aws, "hour") == {"hour": {"CookieExpirationPeriod": "3600"}}
    with refused("DuplicatePolicyName"):
        aws.elb.create_lb_cookie_stickiness_policy(PolicyName="hour", **WEB)


@pytest.mark.aws(APP_COOKIE)
def test_stickiness_by_the_applications_cookie(aws, web):
    """A stickiness policy by the application's cookie names the cookie; a TCP listener cannot have it."""
    aws.elb.create_app_cookie_stickiness_policy(PolicyName="app", CookieName="SESSION", **WEB)
    assert only(aws)["Policies"]["AppCookieStickinessPolicies"] == [{"PolicyName": "app", "CookieName": "SESSION"}]
    enable(aws, 80, "app")
    with refused("InvalidConfigurationRequest", status=409):
        enable(aws, 22, "app")


@pytest.mark.aws(OF_LISTENER)
def test_policies_of_a_listener_are_replaced(aws, web):
    """The named policies take the place of those before, none takes them away; all must exist, on a port that listens."""
    aws.elb.create_lb_cookie_stickiness_policy(PolicyName="a", **WEB)
    aws.elb.create_lb_cookie_stickiness_policy(PolicyName="b", **WEB)

    def names():
        rows = only(aws)["ListenerDescriptions"]
        return next(row["PolicyNames"] for row in rows if row["Listener"]["LoadBalancerPort"] == 80)

    enable(aws, 80, "a")
    enable(aws, 80, "b")
    assert names() == ["b"]
    with refused("InvalidConfigurationRequest"):
        enable(aws, 80, "a", "b")
    enable(aws, 80)
    assert names() == []
    with refused("PolicyNotFound", "There is no policy with name c for load balancer web"):
        enable(aws, 80, "c")
    with refused("ListenerNotFound"):
        enable(aws, 81, "a")


@pytest.mark.aws(OF_BACKEND)
def test_the_proxy_protocol_is_for_back_ends(aws, web):
    """A proxy protocol policy is enabled for a port of the instances that a listener leads to."""
    create(aws, "proxy", "ProxyProtocolPolicyType", ("ProxyProtocol", "true"))
    backend = {"PolicyNames": ["proxy"]} | WEB
    aws.elb.set_load_balancer_policies_for_backend_server(InstancePort=22, **backend)
    assert only(aws)["BackendServerDescriptions"] == [{"InstancePort": 22, "PolicyNames": ["proxy"]}]
    assert only(aws)["Policies"]["OtherPolicies"] == ["ELBSecurityPolicy-2016-08", "proxy"]
    with refused("InvalidConfigurationRequest"):
        aws.elb.set_load_balancer_policies_for_backend_server(InstancePort=23, **backend)
    with refused("InvalidConfigurationRequest"):
        enable(aws, 22, "proxy")
    aws.elb.set_load_balancer_policies_for_backend_server(InstancePort=22, **backend | {"PolicyNames": []})
    assert only(aws)["BackendServerDescriptions"] == []


@pytest.mark.aws(CREATE)
def test_back_ends_are_authenticated_by_public_keys(aws, web):
    """A policy of back-end authentication is made of public key policies, which must exist."""
    kind = "BackendServerAuthenticationPolicyType"
    with refused("PolicyNotFound"):
        create(aws, "auth", kind, ("PublicKeyPolicyName", "key"))
    create(aws, "key", "PublicKeyPolicyType", ("PublicKey", "MIIBIjAN"))
    create(aws, "auth", kind, ("PublicKeyPolicyName", "key"))
    assert described(aws, "auth") == {"auth": {"PublicKeyPolicyName": "key"}}


@pytest.mark.aws(CREATE)
@pytest.mark.parametrize(
    ("code", "kind", "pairs"),
    [
        ("PolicyTypeNotFound", "NoPolicyType", []),
        ("InvalidConfigurationRequest", "ProxyProtocolPolicyType", []),
        ("InvalidConfigurationRequest", "ProxyProtocolPolicyType", [("ProxyProtocol", "yes")]),
        ("InvalidConfigurationRequest", "ProxyProtocolPolicyType", [("ProxyProtocol", "true"), ("Other", "1")]),
        ("InvalidConfigurationRequest", "SSLNegotiationPolicyType", [("Reference-Security-Policy", "none")]),
    ],
)
def test_attributes_of_policies_are_checked(aws, web, code, kind, pairs):
    """A policy type that does not exist, and attributes that are missing, wrong or unknown, are refused."""
    with refused(code):
        create(aws, "policy", kind, *pairs)


@pytest.mark.aws(NEGOTIATION)
def test_a_negotiation_policy_refers_to_one_of_awss(aws, web):
    """A negotiation policy that refers to one of AWS's takes its protocols and ciphers over."""
    reference = ("Reference-Security-Policy", "ELBSecurityPolicy-TLS-1-2-2017-01")
    create(aws, "strict", "SSLNegotiationPolicyType", reference)
    attributes = described(aws, "strict")["strict"]
    assert attributes["Reference-Security-Policy"] == reference[1]
    assert (attributes["Protocol-TLSv1.2"], attributes["Protocol-TLSv1"]) == ("true", "false")
    enable(aws, 443, "strict")
    with refused("InvalidConfigurationRequest"):
        enable(aws, 80, "strict")


@pytest.mark.aws(DESCRIBE)
def test_without_a_load_balancer_awss_policies_are_described(aws):
    """Without the name of a load balancer AWS's own policies are described."""
    rows = aws.elb.describe_load_balancer_policies()["PolicyDescriptions"]
    assert "ELBSecurityPolicy-2016-08" in [row["PolicyName"] for row in rows]
    with refused("PolicyNotFound"):
        aws.elb.describe_load_balancer_policies(PolicyNames=["none"])


@pytest.mark.aws(TYPES)
def test_types_of_policies_are_described(aws):
    """Six types of policies tell what attributes they take; an unknown one is refused."""
    assert len(aws.elb.describe_load_balancer_policy_types()["PolicyTypeDescriptions"]) == 6
    name = "ProxyProtocolPolicyType"
    (row,) = aws.elb.describe_load_balancer_policy_types(PolicyTypeNames=[name])["PolicyTypeDescriptions"]
    attribute = {"AttributeName": "ProxyProtocol", "AttributeType": "Boolean", "Cardinality": "ONE"}
    assert row["PolicyAttributeTypeDescriptions"] == [attribute]
    with refused("PolicyTypeNotFound"):
        aws.elb.describe_load_balancer_policy_types(PolicyTypeNames=["none"])


@pytest.mark.aws(DELETE)
def test_a_policy_in_use_is_not_deleted(aws, web):
    """A policy that a listener has cannot be deleted; one that does not exist is no error."""
    aws.elb.create_lb_cookie_stickiness_policy(PolicyName="a", **WEB)
    enable(aws, 80, "a")
    with refused("InvalidConfigurationRequest", status=409):
        aws.elb.delete_load_balancer_policy(PolicyName="a", **WEB)
    enable(aws, 80)
    for _ in range(2):
        aws.elb.delete_load_balancer_policy(PolicyName="a", **WEB)
    assert only(aws)["Policies"]["LBCookieStickinessPolicies"] == []
