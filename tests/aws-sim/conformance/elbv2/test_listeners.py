"""Listeners."""

import pytest
from balancing import make_balancer, make_group, make_listener, make_network
from certificates import issued, request
from simulator import refused

CREATE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateListener.html"
DESCRIBE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListeners.html"
MODIFY = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ModifyListener.html"
DELETE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteListener.html"
ADD = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddListenerCertificates.html"
REMOVE = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RemoveListenerCertificates.html"
ATTRIBUTES = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_ListenerAttribute.html"
POLICIES = "https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeSSLPolicies.html"
HTTPS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/create-https-listener.html"
TLS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/create-tls-listener.html"
NETWORK = "https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html"
LIMITS = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html"


def only(aws, balancer):
    (found,) = aws.elbv2.describe_listeners(LoadBalancerArn=balancer)["Listeners"]
    return found


@pytest.mark.aws(DESCRIBE)
def test_a_listener_is_described(aws, balancer, group):
    """A listener tells port, protocol and its default action, whose target group stands twice."""
    arn = make_listener(aws, balancer, group)
    assert arn.startswith(balancer.replace(":loadbalancer/", ":listener/") + "/")
    assert only(aws, balancer) == {
        "ListenerArn": arn,
        "LoadBalancerArn": balancer,
        "Port": 80,
        "Protocol": "HTTP",
        "DefaultActions": [
            {
                "Type": "forward",
                "TargetGroupArn": group,
                "ForwardConfig": {
                    "TargetGroups": [{"TargetGroupArn": group, "Weight": 1}],
                    "TargetGroupStickinessConfig": {"Enabled": False},
                },
            }
        ],
    }


@pytest.mark.aws(CREATE)
def test_a_port_has_one_listener(aws, network, balancer, group):
    """Creating a listener again with the same settings succeeds, with others its port is taken."""
    assert make_listener(aws, balancer, group) == make_listener(aws, balancer, group)
    with refused(
        "DuplicateListener", f"A listener already exists on this port for this load balancer '{balancer}'"
    ):
        make_listener(aws, balancer, make_group(aws, network, name="other"))


@pytest.mark.aws(CREATE)
def test_what_it_needs_must_exist(aws, network, balancer, group):
    """A load balancer or target group that does not exist, or is in another VPC, is refused."""
    with refused("LoadBalancerNotFound"):
        make_listener(aws, balancer[:-1] + "x", group)
    with refused("TargetGroupNotFound"):
        make_listener(aws, balancer, group[:-1] + "x")
    other = make_group(aws, make_network(aws, cidr="10.1.0.0/16"), name="other")
    with refused("InvalidConfigurationRequest"):
        make_listener(aws, balancer, other)


@pytest.mark.aws(CREATE)
def test_protocols_belong_to_types(aws, network, balancer, group):
    """Application load balancers listen for HTTP and HTTPS, network ones for TCP, TLS, UDP and TCP_UDP."""
    tcp = make_group(aws, network, name="tcp", Protocol="TCP")
    with refused("ValidationError", "Listener protocol 'TCP' must be one of 'HTTP, HTTPS'"):
        make_listener(aws, balancer, tcp, protocol="TCP")
    with refused(
        "IncompatibleProtocols",
        "Listener protocol 'HTTP' is not supported with a target group with the protocol 'TCP'",
    ):
        make_listener(aws, balancer, tcp)
    net = make_balancer(aws, network, name="net", Type="network", SecurityGroups=[])
    with refused("ValidationError", "Listener protocol 'HTTP' must be one of 'UDP, TCP, TLS, TCP_UDP'"):
        make_listener(aws, net, group)
    make_listener(aws, net, tcp, protocol="TCP")


@pytest.mark.aws(NETWORK)
def test_tcp_and_udp_share_a_port(aws, network):
    """A TCP and a UDP listener may have the same port, a TCP_UDP listener shares it with neither."""
    net = make_balancer(aws, network, Type="network", SecurityGroups=[])
    make_listener(aws, net, make_group(aws, network, name="tcp", Protocol="TCP"), 53, "TCP")
    make_listener(aws, net, make_group(aws, network, name="udp", Protocol="UDP"), 53, "UDP")
    both = make_group(aws, network, name="both", Protocol="TCP_UDP")
    with refused("DuplicateListener"):
        make_listener(aws, net, both, 53, "TCP_UDP")


@pytest.mark.aws(LIMITS)
def test_a_target_group_has_one_load_balancer(aws, network, balancer, group):
    """A target group can be used by several listeners of one load balancer, but not by two load balancers."""
    make_listener(aws, balancer, group)
    make_listener(aws, balancer, group, port=8080)
    other = make_balancer(aws, network, name="other")
    with refused(
        "TargetGroupAssociationLimit",
        f"The following target groups cannot be associated with more than one load balancer: {group}",
    ):
        make_listener(aws, other, group)


@pytest.mark.aws(HTTPS)
def test_https_needs_an_issued_certificate(aws, balancer, group):
    """An HTTPS listener needs a certificate that exists and is issued; it gets a security policy by default."""
    with refused("ValidationError", "A certificate must be specified for HTTPS listeners"):
        make_listener(aws, balancer, group, 443, "HTTPS")
    missing = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000000"
    with refused("CertificateNotFound", f"Certificate '{missing}' not found"):
        make_listener(aws, balancer, group, 443, "HTTPS", Certificates=[{"CertificateArn": missing}])
    pending = request(aws, "a.example.com")
    with refused("UnsupportedCertificate", "must have a fully-qualified domain name, a supported signature"):
        make_listener(aws, balancer, group, 443, "HTTPS", Certificates=[{"CertificateArn": pending}])
    arn = issued(aws)
    make_listener(aws, balancer, group, 443, "HTTPS", Certificates=[{"CertificateArn": arn}])
    found = only(aws, balancer)
    assert (found["SslPolicy"], found["Certificates"]) == (
        "ELBSecurityPolicy-2016-08",
        [{"CertificateArn": arn}],
    )
    assert found["MutualAuthentication"]["Mode"] == "off"


@pytest.mark.aws(HTTPS)
def test_http_has_no_certificate(aws, balancer, group):
    """Certificates and security policies cannot be given to an HTTP listener."""
    with refused("ValidationError", "Certificates cannot be specified for HTTP listeners"):
        make_listener(aws, balancer, group, Certificates=[{"CertificateArn": issued(aws)}])
    with refused("ValidationError"):
        make_listener(aws, balancer, group, SslPolicy="ELBSecurityPolicy-2016-08")


@pytest.mark.aws(TLS)
def test_a_tls_listener_may_have_an_alpn_policy(aws, network):
    """A TLS listener of a network load balancer takes one ALPN policy of AWS's, an HTTPS listener none."""
    net = make_balancer(aws, network, Type="network", SecurityGroups=[])
    group = make_group(aws, network, Protocol="TCP")
    certificates = {"Certificates": [{"CertificateArn": issued(aws)}]}
    with refused("ALPNPolicyNotFound"):
        make_listener(aws, net, group, 443, "TLS", AlpnPolicy=["HTTP3"], **certificates)
    make_listener(aws, net, group, 443, "TLS", AlpnPolicy=["HTTP2Preferred"], **certificates)
    assert only(aws, net)["AlpnPolicy"] == ["HTTP2Preferred"]


@pytest.mark.aws(MODIFY)
def test_a_listener_becomes_secure(aws, balancer, group):
    """ModifyListener makes an HTTP listener an HTTPS one with a certificate, and back, which drops the certificate."""
    arn, certificate = make_listener(aws, balancer, group), issued(aws)
    with refused("ValidationError", "A certificate must be specified for HTTPS listeners"):
        aws.elbv2.modify_listener(ListenerArn=arn, Port=443, Protocol="HTTPS")
    aws.elbv2.modify_listener(
        ListenerArn=arn,
        Port=443,
        Protocol="HTTPS",
        Certificates=[{"CertificateArn": certificate}],
        SslPolicy="ELBSecurityPolicy-TLS13-1-2-2021-06",
    )
    found = only(aws, balancer)
    assert (found["Port"], found["Protocol"], found["SslPolicy"]) == (
        443,
        "HTTPS",
        "ELBSecurityPolicy-TLS13-1-2-2021-06",
    )
    aws.elbv2.modify_listener(ListenerArn=arn, Port=80, Protocol="HTTP")
    assert not {"Certificates", "SslPolicy"} & set(only(aws, balancer))
    aws.acm.delete_certificate(CertificateArn=certificate)


@pytest.mark.aws(MODIFY)
def test_the_default_action_is_exchanged(aws, network, balancer, group):
    """A new default action frees the old target group; a port that is taken is refused."""
    arn = make_listener(aws, balancer, group)
    make_listener(aws, balancer, group, port=8080)
    with refused("DuplicateListener"):
        aws.elbv2.modify_listener(ListenerArn=arn, Port=8080)
    answer = {"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}
    for listener in aws.elbv2.describe_listeners(LoadBalancerArn=balancer)["Listeners"]:
        aws.elbv2.modify_listener(ListenerArn=listener["ListenerArn"], DefaultActions=[answer])
    aws.elbv2.delete_target_group(TargetGroupArn=group)


@pytest.mark.aws(ADD)
def test_more_certificates_are_added(aws, balancer, group):
    """A secure listener takes more certificates beside its default one; adding one again changes nothing."""
    default, more = issued(aws), issued(aws, "b.example.org")
    arn = make_listener(aws, balancer, group, 443, "HTTPS", Certificates=[{"CertificateArn": default}])
    for _ in range(2):
        aws.elbv2.add_listener_certificates(ListenerArn=arn, Certificates=[{"CertificateArn": more}])
    rows = aws.elbv2.describe_listener_certificates(ListenerArn=arn)["Certificates"]
    assert [(row["CertificateArn"], row["IsDefault"]) for row in rows] == [(default, True), (more, False)]
    assert only(aws, balancer)["Certificates"] == [{"CertificateArn": default}]
    with refused("UnsupportedCertificate"):
        pending = request(aws, "c.example.com")
        aws.elbv2.add_listener_certificates(ListenerArn=arn, Certificates=[{"CertificateArn": pending}])


@pytest.mark.aws(REMOVE)
def test_the_default_certificate_stays(aws, balancer, group):
    """The default certificate cannot be removed, others can."""
    default, more = issued(aws), issued(aws, "b.example.org")
    arn = make_listener(aws, balancer, group, 443, "HTTPS", Certificates=[{"CertificateArn": default}])
    aws.elbv2.add_listener_certificates(ListenerArn=arn, Certificates=[{"CertificateArn": more}])
    with refused("OperationNotPermitted"):
        aws.elbv2.remove_listener_certificates(ListenerArn=arn, Certificates=[{"CertificateArn": default}])
    aws.elbv2.remove_listener_certificates(ListenerArn=arn, Certificates=[{"CertificateArn": more}])
    assert len(aws.elbv2.describe_listener_certificates(ListenerArn=arn)["Certificates"]) == 1


@pytest.mark.aws(ATTRIBUTES)
def test_listeners_have_attributes(aws, network, balancer, group):
    """HTTP listeners have attributes about response headers, TCP ones an idle timeout of 350 seconds."""

    def read(arn):
        rows = aws.elbv2.describe_listener_attributes(ListenerArn=arn)["Attributes"]
        return {row["Key"]: row["Value"] for row in rows}

    http = make_listener(aws, balancer, group)
    assert read(http)["routing.http.response.server.enabled"] == "true"
    net = make_balancer(aws, network, name="net", Type="network", SecurityGroups=[])
    tcp = make_listener(aws, net, make_group(aws, network, name="tcp", Protocol="TCP"), 80, "TCP")
    assert read(tcp) == {"tcp.idle_timeout.seconds": "350"}
    change = {"Key": "tcp.idle_timeout.seconds", "Value": "60"}
    aws.elbv2.modify_listener_attributes(ListenerArn=tcp, Attributes=[change])
    assert read(tcp) == {"tcp.idle_timeout.seconds": "60"}
    with refused("InvalidConfigurationRequest"):
        aws.elbv2.modify_listener_attributes(ListenerArn=http, Attributes=[change])
    with refused("ValidationError"):
        aws.elbv2.modify_listener_attributes(ListenerArn=tcp, Attributes=[change | {"Value": "59"}])


@pytest.mark.aws(POLICIES)
def test_security_policies_are_described(aws, balancer, group):
    """Security policies name protocols and ciphers in order of preference; an unknown one is refused."""
    name = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"
    (policy,) = aws.elbv2.describe_ssl_policies(Names=[name])["SslPolicies"]
    assert policy["SslProtocols"] == ["TLSv1.3", "TLSv1.2"]
    assert policy["Ciphers"][0] == {"Name": "TLS_AES_128_GCM_SHA256", "Priority": 1} and len(policy["Ciphers"]) == 7
    with refused("SSLPolicyNotFound"):
        aws.elbv2.describe_ssl_policies(Names=["ELBSecurityPolicy-1999"])
    with refused("SSLPolicyNotFound"):
        certificates = [{"CertificateArn": issued(aws)}]
        make_listener(
            aws, balancer, group, 443, "HTTPS", Certificates=certificates, SslPolicy="ELBSecurityPolicy-1999"
        )


@pytest.mark.aws(DESCRIBE)
def test_listeners_are_found_by_load_balancer_or_arn(aws, balancer, group):
    """Listeners are described by load balancer, in pages, or by ARN; by neither or both is refused."""
    arns = {make_listener(aws, balancer, group, port=port) for port in (80, 81, 82)}
    pages = aws.elbv2.get_paginator("describe_listeners").paginate(LoadBalancerArn=balancer, PageSize=2)
    sizes, found = [], set()
    for page in pages:
        sizes.append(len(page["Listeners"]))
        found |= {listener["ListenerArn"] for listener in page["Listeners"]}
    assert (sizes, found) == ([2, 1], arns)
    with refused("ValidationError", "You must specify either listener ARNs or a load balancer ARN"):
        aws.elbv2.describe_listeners()
    with refused("ListenerNotFound", "One or more listeners not found"):
        aws.elbv2.describe_listeners(ListenerArns=[next(iter(arns))[:-1] + "x"])


@pytest.mark.aws(DELETE)
def test_a_listener_is_deleted_once(aws, balancer, group):
    """Deleting a listener that does not exist is refused."""
    arn = make_listener(aws, balancer, group)
    aws.elbv2.delete_listener(ListenerArn=arn)
    with refused("ListenerNotFound"):
        aws.elbv2.delete_listener(ListenerArn=arn)


@pytest.mark.aws(LIMITS)
def test_a_load_balancer_has_fifty_listeners(aws, balancer, group):
    """The fifty-first listener of a load balancer is refused."""
    for port in range(1, 51):
        make_listener(aws, balancer, group, port=port)
    with refused("TooManyListeners"):
        make_listener(aws, balancer, group, port=51)
