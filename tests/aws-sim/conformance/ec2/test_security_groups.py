"""Security groups and their rules."""

import networks
import pytest
from networks import permission
from simulator import refused

GROUP = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html"
DELETE = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSecurityGroup.html"
AUTHORIZE = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html"
REVOKE = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html"
RULES = "https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html"
ANYONE = {"IpRanges": [{"CidrIp": "0.0.0.0/0"}]}


def described(aws, group):
    return aws.ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]


def allow(aws, group, *permissions, **more):
    answer = aws.ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=list(permissions), **more)
    return answer["SecurityGroupRules"]


@pytest.mark.aws(GROUP)
def test_a_new_group_lets_everything_out_and_nothing_in(aws):
    """A new group has one rule, which allows all outgoing traffic."""
    group = described(aws, networks.group(aws, networks.vpc(aws)))
    assert group["IpPermissions"] == []
    (out,) = group["IpPermissionsEgress"]
    assert (out["IpProtocol"], out["IpRanges"]) == ("-1", [{"CidrIp": "0.0.0.0/0"}])


@pytest.mark.aws("https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html")
def test_the_default_group_lets_in_its_members_and_cannot_be_deleted(aws):
    """A VPC's default group allows all traffic among its members, and goes only with the VPC."""
    networks.vpc(aws)
    default = aws.ec2.describe_security_groups()["SecurityGroups"][0]
    pairs = default["IpPermissions"][0]["UserIdGroupPairs"]
    assert (default["GroupName"], [pair["GroupId"] for pair in pairs]) == ("default", [default["GroupId"]])
    with refused("CannotDelete", message="cannot be deleted by a user"):
        aws.ec2.delete_security_group(GroupId=default["GroupId"])


@pytest.mark.aws(GROUP)
def test_a_group_has_a_name_of_its_own_in_its_vpc(aws):
    """A name is used once in a VPC; default and names like ids are refused."""
    vpc, other = networks.vpc(aws), networks.vpc(aws, "10.1.0.0/16")
    networks.group(aws, vpc)
    networks.group(aws, other)
    with refused("InvalidGroup.Duplicate", message=f"The security group 'web' already exists for VPC '{vpc}'"):
        networks.group(aws, vpc)
    for name in ["default", "sg-web", "größe"]:
        with refused("InvalidParameterValue"):
            networks.group(aws, vpc, name)


@pytest.mark.aws(AUTHORIZE)
def test_a_rule_is_there_once(aws):
    """A rule that the group has, or that the call says twice, is refused, and then nothing is added."""
    group = networks.group(aws, networks.vpc(aws))
    (made,) = allow(aws, group, permission(80, **ANYONE))
    assert made["SecurityGroupRuleId"].startswith("sgr-") and made["CidrIpv4"] == "0.0.0.0/0"
    with refused("InvalidPermission.Duplicate", message="peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW"):
        allow(aws, group, permission(443, **ANYONE), permission(80, **ANYONE))
    assert [one["FromPort"] for one in described(aws, group)["IpPermissions"]] == [80]


@pytest.mark.aws(AUTHORIZE)
def test_a_rule_that_says_nothing_sensible_is_refused(aws):
    """Unknown protocols, ports out of order, broken blocks and unknown groups are refused."""
    group = networks.group(aws, networks.vpc(aws))
    for wrong in [
        {"IpProtocol": "tpc", "FromPort": 1, "ToPort": 2, **ANYONE},
        {"IpProtocol": "tcp", "FromPort": 2, "ToPort": 1, **ANYONE},
        {"IpProtocol": "tcp", **ANYONE},
        permission(80, IpRanges=[{"CidrIp": "10.0.0.0/40"}]),
    ]:
        with refused("InvalidParameterValue"):
            allow(aws, group, wrong)
    with refused("InvalidGroup.NotFound"):
        allow(aws, group, permission(80, UserIdGroupPairs=[{"GroupId": f"sg-{networks.NOWHERE}"}]))
    with refused("InvalidPermission.Malformed"):
        allow(aws, group, permission(80))


@pytest.mark.aws(REVOKE)
def test_what_is_revoked_must_be_there(aws):
    """Revoking answers the rules that went; one that is not there is refused, by content and by id."""
    group = networks.group(aws, networks.vpc(aws))
    (made,) = allow(aws, group, permission(80, **ANYONE))
    with refused("InvalidPermission.NotFound", message="The specified rule does not exist in this security group."):
        aws.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[permission(81, **ANYONE)])
    gone = aws.ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=[permission(80, **ANYONE)])
    revoked = gone["RevokedSecurityGroupRules"][0]["SecurityGroupRuleId"]
    assert revoked == made["SecurityGroupRuleId"]
    with refused("InvalidSecurityGroupRuleId.NotFound"):
        aws.ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[made["SecurityGroupRuleId"]])


@pytest.mark.aws("https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html")
def test_a_group_has_sixty_rules_in_a_direction(aws):
    """The sixty-first incoming rule is refused; outgoing rules count for themselves."""
    group = networks.group(aws, networks.vpc(aws))
    allow(aws, group, *[permission(port, **ANYONE) for port in range(1, 61)])
    with refused("RulesPerSecurityGroupLimitExceeded"):
        allow(aws, group, permission(61, **ANYONE))
    aws.ec2.authorize_security_group_egress(GroupId=group, IpPermissions=[permission(61, **ANYONE)])


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html")
def test_a_rule_changes_under_its_id(aws):
    """ModifySecurityGroupRules exchanges what a rule says; a rule that is there already is refused."""
    group = networks.group(aws, networks.vpc(aws))
    first, second = allow(aws, group, permission(80, **ANYONE), permission(443, **ANYONE))

    def change(rule, port):
        says = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "CidrIpv4": "0.0.0.0/0"}
        aws.ec2.modify_security_group_rules(
            GroupId=group,
            SecurityGroupRules=[{"SecurityGroupRuleId": rule["SecurityGroupRuleId"], "SecurityGroupRule": says}],
        )

    change(first, 8080)
    shown = aws.ec2.describe_security_group_rules(SecurityGroupRuleIds=[first["SecurityGroupRuleId"]])
    assert shown["SecurityGroupRules"][0]["FromPort"] == 8080
    with refused("InvalidPermission.Duplicate"):
        change(second, 8080)


@pytest.mark.aws(
    "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UpdateSecurityGroupRuleDescriptionsIngress.html"
)
def test_a_rule_is_described_anew(aws):
    """The description of a rule is exchanged by what the rule allows; a rule that is not there is refused."""
    group = networks.group(aws, networks.vpc(aws))
    allow(aws, group, permission(80, **ANYONE))
    described_anew = permission(80, IpRanges=[{"CidrIp": "0.0.0.0/0", "Description": "everyone"}])
    aws.ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=[described_anew])
    assert described(aws, group)["IpPermissions"][0]["IpRanges"][0]["Description"] == "everyone"
    with refused("InvalidPermission.NotFound"):
        aws.ec2.update_security_group_rule_descriptions_ingress(
            GroupId=group, IpPermissions=[permission(81, **ANYONE)]
        )


@pytest.mark.aws(RULES)
def test_rules_are_things_with_tags(aws):
    """Rules are listed by group and by tag, with their tags."""
    vpc = networks.vpc(aws)
    group, other = networks.group(aws, vpc), networks.group(aws, vpc, "other")
    tags = [{"ResourceType": "security-group-rule", "Tags": [{"Key": "for", "Value": "web"}]}]
    (made,) = allow(aws, group, permission(80, **ANYONE), TagSpecifications=tags)

    def found(name, value):
        listed = aws.ec2.describe_security_group_rules(Filters=[{"Name": name, "Values": [value]}])
        return [one["SecurityGroupRuleId"] for one in listed["SecurityGroupRules"]]

    assert found("tag:for", "web") == [made["SecurityGroupRuleId"]]
    assert len(found("group-id", group)) == 2 and len(found("group-id", other)) == 1


@pytest.mark.aws(DELETE)
def test_a_group_stays_while_an_interface_or_another_group_needs_it(aws):
    """A group that an interface has, or that another group's rule refers to, cannot be deleted."""
    vpc = networks.vpc(aws)
    group, other = networks.group(aws, vpc), networks.group(aws, vpc, "other")
    interface = networks.interface(aws, networks.subnet(aws, vpc), Groups=[group])["NetworkInterfaceId"]
    with refused("DependencyViolation", message=f"resource {group} has a dependent object"):
        aws.ec2.delete_security_group(GroupId=group)
    aws.ec2.delete_network_interface(NetworkInterfaceId=interface)
    refers = permission(80, UserIdGroupPairs=[{"GroupId": group}])
    allow(aws, other, refers)
    with refused("DependencyViolation"):
        aws.ec2.delete_security_group(GroupId=group)
    aws.ec2.revoke_security_group_ingress(GroupId=other, IpPermissions=[refers])
    aws.ec2.delete_security_group(GroupId=group)
    with refused("InvalidGroup.NotFound", message=f"The security group '{group}' does not exist"):
        aws.ec2.delete_security_group(GroupId=group)
