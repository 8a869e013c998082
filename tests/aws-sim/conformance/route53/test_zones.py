"""Hosted zones."""

import pytest
from simulator import refused

CREATE = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html"
DELETE = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_DeleteHostedZone.html"
GET = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html"
CHANGE = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetChange.html"
LIST = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZones.html"
BY_NAME = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByName.html"
BY_VPC = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZonesByVPC.html"
ASSOCIATE = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_AssociateVPCWithHostedZone.html"
DISASSOCIATE = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_DisassociateVPCFromHostedZone.html"
AUTHORIZE = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateVPCAssociationAuthorization.html"
SETS = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateReusableDelegationSet.html"
LIMITS = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZoneLimit.html"
ACCOUNT_LIMIT = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetAccountLimit.html"
TAGS = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeTagsForResource.html"
REQUIRED = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html"
NAMES = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html"
CHECKS = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHealthCheck.html"

REGION = "eu-west-1"


def public(aws, name="shop.test", reference="1", **more):
    return aws.route53.create_hosted_zone(Name=name, CallerReference=reference, **more)


def vpc(aws, cidr="10.0.0.0/16"):
    made = aws.ec2.create_vpc(CidrBlock=cidr)["Vpc"]["VpcId"]
    return {"VPCId": made, "VPCRegion": REGION}


def private(aws, place, name="dev.internal", reference="1"):
    made = aws.route53.create_hosted_zone(Name=name, CallerReference=reference, VPC=place)
    return made["HostedZone"]["Id"]


@pytest.mark.aws(CREATE)
def test_a_public_zone_has_four_name_servers_and_a_place(aws):
    """A new public zone has an absolute name, four name servers, a pending change and a location."""
    made = public(aws, HostedZoneConfig={"Comment": "of the shop"})
    zone = made["HostedZone"]
    assert (zone["Name"], zone["CallerReference"], zone["ResourceRecordSetCount"]) == ("shop.test.", "1", 2)
    assert zone["Config"] == {"Comment": "of the shop", "PrivateZone": False}
    assert zone["Id"].startswith("/hostedzone/Z") and made["Location"].endswith(zone["Id"])
    assert len(set(made["DelegationSet"]["NameServers"])) == 4
    assert made["ChangeInfo"]["Status"] == "PENDING"


@pytest.mark.aws(CREATE)
def test_a_caller_reference_makes_one_zone_for_ever(aws):
    """A caller reference is used once, also after its zone is deleted; the name can be used again."""
    zone = public(aws)["HostedZone"]["Id"]
    with refused("HostedZoneAlreadyExists", status=409):
        public(aws)
    public(aws, reference="2")
    aws.route53.delete_hosted_zone(Id=zone)
    with refused("HostedZoneAlreadyExists"):
        public(aws, name="other.test")


@pytest.mark.aws(CREATE)
def test_names_that_are_not_for_public_zones_are_refused(aws):
    """A public zone is not made for a top-level domain, for AWS's own domain, or for what is no domain name."""
    for number, name in enumerate(("test", "amazonaws.com", "a..test", "x" * 64 + ".test")):
        with refused("InvalidDomainName"):
            public(aws, name=name, reference=str(number))


@pytest.mark.aws(NAMES)
def test_names_are_small_and_escaped(aws):
    """Capital letters become small ones, and rare characters become octal codes."""
    assert public(aws, name="Shop.TEST.")["HostedZone"]["Name"] == "shop.test."
    assert public(aws, name="a!b.test", reference="2")["HostedZone"]["Name"] == "a\\041b.test."


@pytest.mark.aws(REQUIRED)
def test_a_zone_has_its_ns_and_soa_records(aws):
    """Every zone begins with an NS record of its name servers and a SOA record."""
    made = public(aws)
    records = aws.route53.list_resource_record_sets(HostedZoneId=made["HostedZone"]["Id"])["ResourceRecordSets"]
    assert [(record["Type"], record["TTL"]) for record in records] == [("NS", 172800), ("SOA", 900)]
    servers = [record["Value"].rstrip(".") for record in records[0]["ResourceRecords"]]
    assert servers == made["DelegationSet"]["NameServers"]
    assert records[1]["ResourceRecords"][0]["Value"].endswith(
        "awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"
    )


@pytest.mark.aws(CHANGE)
def test_a_change_is_pending_and_then_in_sync(aws):
    """A change is PENDING until the name servers know it, then INSYNC; an unknown one is not found."""
    change = public(aws)["ChangeInfo"]["Id"]
    assert aws.route53.get_change(Id=change)["ChangeInfo"]["Status"] == "PENDING"
    aws.advance(60)
    assert aws.route53.get_change(Id=change)["ChangeInfo"]["Status"] == "INSYNC"
    with refused("NoSuchChange", status=404):
        aws.route53.get_change(Id="C123")


@pytest.mark.aws(GET)
def test_a_private_zone_shows_its_vpcs_and_no_name_servers(aws):
    """A private zone shows its VPCs and no delegation set; it needs a VPC that exists."""
    place = vpc(aws)
    zone = private(aws, place)
    seen = aws.route53.get_hosted_zone(Id=zone)
    assert seen["VPCs"] == [place] and "DelegationSet" not in seen
    assert seen["HostedZone"]["Config"]["PrivateZone"] is True
    with refused("InvalidVPCId"):
        private(aws, {"VPCId": "vpc-00000000000000000", "VPCRegion": REGION}, reference="2")
    with refused("InvalidInput", message="you must also specify"):
        public(aws, reference="3", HostedZoneConfig={"PrivateZone": True})


@pytest.mark.aws(CREATE)
def test_a_vpc_sees_one_zone_of_a_name(aws):
    """A second private zone of the same name for one VPC is refused; for another VPC it is not."""
    place = vpc(aws)
    private(aws, place)
    with refused("ConflictingDomainExists"):
        private(aws, place, reference="2")
    private(aws, vpc(aws), reference="3")


@pytest.mark.aws(ASSOCIATE)
def test_a_private_zone_is_associated_with_more_vpcs(aws):
    """More VPCs can be associated with a private zone, each once, and none with a public one."""
    first, second = vpc(aws), vpc(aws)
    zone = private(aws, first)
    change = aws.route53.associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=second)["ChangeInfo"]
    assert change["Status"] == "PENDING"
    assert aws.route53.get_hosted_zone(Id=zone)["VPCs"] == [first, second]
    with refused("ConflictingDomainExists"):
        aws.route53.associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=second)
    shop = public(aws, reference="2")["HostedZone"]["Id"]
    with refused("PublicZoneVPCAssociation"):
        aws.route53.associate_vpc_with_hosted_zone(HostedZoneId=shop, VPC=second)


@pytest.mark.aws(DISASSOCIATE)
def test_the_last_vpc_stays(aws):
    """A VPC is disassociated unless it is the last one; one that is not associated is refused."""
    first, second = vpc(aws), vpc(aws)
    zone = private(aws, first)
    with refused("VPCAssociationNotFound", status=404):
        aws.route53.disassociate_vpc_from_hosted_zone(HostedZoneId=zone, VPC=second)
    with refused("LastVPCAssociation"):
        aws.route53.disassociate_vpc_from_hosted_zone(HostedZoneId=zone, VPC=first)
    aws.route53.associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=second)
    aws.route53.disassociate_vpc_from_hosted_zone(HostedZoneId=zone, VPC=first)
    assert aws.route53.get_hosted_zone(Id=zone)["VPCs"] == [second]


@pytest.mark.aws(AUTHORIZE)
def test_authorizations_are_made_listed_and_deleted(aws):
    """A zone's owner authorizes VPCs, again without harm, lists and deletes them; an absent one is refused."""
    zone = private(aws, vpc(aws))
    foreign = {"VPCId": "vpc-0aaaaaaaaaaaaaaaa", "VPCRegion": REGION}
    for _ in range(2):
        aws.route53.create_vpc_association_authorization(HostedZoneId=zone, VPC=foreign)
    assert aws.route53.list_vpc_association_authorizations(HostedZoneId=zone)["VPCs"] == [foreign]
    aws.route53.delete_vpc_association_authorization(HostedZoneId=zone, VPC=foreign)
    with refused("VPCAssociationAuthorizationNotFound"):
        aws.route53.delete_vpc_association_authorization(HostedZoneId=zone, VPC=foreign)


@pytest.mark.aws(
    "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zone-private-associate-vpcs-different-accounts.html"
)
def test_another_accounts_vpc_is_associated_once_it_is_authorized(aws):
    """The account of a VPC associates it with another account's zone after that account has authorized it."""
    aws.control("POST", "/accounts", {"id": "111122223333", "access_key": "AKOTHER", "secret": "hush"})
    theirs = {name: aws.client(name, key="AKOTHER", secret="hush") for name in ("ec2", "route53")}
    own = vpc(aws)
    zone = private(aws, own).removeprefix("/hostedzone/")
    foreign = {"VPCId": theirs["ec2"].create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"], "VPCRegion": REGION}
    with refused("NotAuthorizedException"):
        theirs["route53"].associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=foreign)
    aws.route53.create_vpc_association_authorization(HostedZoneId=zone, VPC=foreign)
    theirs["route53"].associate_vpc_with_hosted_zone(HostedZoneId=zone, VPC=foreign)
    assert aws.route53.get_hosted_zone(Id=zone)["VPCs"] == [own, foreign]
    seen = theirs["route53"].list_hosted_zones_by_vpc(**foreign)["HostedZoneSummaries"]
    assert [one["Owner"]["OwningAccount"] for one in seen] == ["123456789012"]


@pytest.mark.aws(DELETE)
def test_a_zone_with_records_is_not_deleted(aws):
    """A zone that has more than its NS and SOA records is not deleted; without them it goes at once."""
    zone = public(aws)["HostedZone"]["Id"]
    record = {"Name": "www.shop.test", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "10.0.0.1"}]}

    def change(action):
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        aws.route53.change_resource_record_sets(HostedZoneId=zone, ChangeBatch=batch)

    change("CREATE")
    with refused("HostedZoneNotEmpty"):
        aws.route53.delete_hosted_zone(Id=zone)
    change("DELETE")
    assert aws.route53.delete_hosted_zone(Id=zone)["ChangeInfo"]["Status"] == "PENDING"
    with refused("NoSuchHostedZone", status=404):
        aws.route53.get_hosted_zone(Id=zone)


@pytest.mark.aws(LIST)
def test_zones_are_paged_by_a_marker(aws):
    """ListHostedZones gives maxitems at a time and the id of the next zone as its marker."""
    for number in range(3):
        public(aws, reference=str(number))
    first = aws.route53.list_hosted_zones(MaxItems="2")
    assert (len(first["HostedZones"]), first["IsTruncated"], first["MaxItems"]) == (2, True, "2")
    rest = aws.route53.list_hosted_zones(MaxItems="2", Marker=first["NextMarker"])
    assert len(rest["HostedZones"]) == 1 and rest["IsTruncated"] is False and "NextMarker" not in rest
    assert aws.route53.get_hosted_zone_count()["HostedZoneCount"] == 3


@pytest.mark.aws(LIST)
def test_private_zones_are_listed_alone(aws):
    """ListHostedZones shows private zones alone when asked for them."""
    public(aws)
    zone = private(aws, vpc(aws), reference="2")
    listed = aws.route53.list_hosted_zones(HostedZoneType="PrivateHostedZone")["HostedZones"]
    assert [one["Id"] for one in listed] == [zone]


@pytest.mark.aws(BY_NAME)
def test_zones_by_name_begin_where_asked(aws):
    """ListHostedZonesByName sorts by the name from its end, begins at a name and says where it goes on."""
    for number, name in enumerate(("b.test", "a.test", "www.a.test")):
        public(aws, name=name, reference=str(number))

    def names(**more):
        return [zone["Name"] for zone in aws.route53.list_hosted_zones_by_name(**more)["HostedZones"]]

    assert names() == ["a.test.", "www.a.test.", "b.test."]
    assert names(DNSName="www.a.test") == ["www.a.test.", "b.test."]
    first = aws.route53.list_hosted_zones_by_name(MaxItems="1")
    assert first["NextDNSName"] == "www.a.test."
    assert names(DNSName=first["NextDNSName"], HostedZoneId=first["NextHostedZoneId"])[0] == "www.a.test."


@pytest.mark.aws(BY_VPC)
def test_zones_by_vpc_show_their_owner(aws):
    """ListHostedZonesByVPC shows the zones that a VPC sees, with the account that owns them."""
    place = vpc(aws)
    zone = private(aws, place)
    private(aws, vpc(aws), reference="2")
    listed = aws.route53.list_hosted_zones_by_vpc(**place)["HostedZoneSummaries"]
    owner = {"OwningAccount": "123456789012"}
    assert listed == [{"HostedZoneId": zone.removeprefix("/hostedzone/"), "Name": "dev.internal.", "Owner": owner}]


@pytest.mark.aws(SETS)
def test_zones_share_a_reusable_delegation_set(aws):
    """Zones made with a delegation set have its name servers; it serves one zone of a name and stays while used."""
    made = aws.route53.create_reusable_delegation_set(CallerReference="set")["DelegationSet"]
    with refused("DelegationSetAlreadyCreated"):
        aws.route53.create_reusable_delegation_set(CallerReference="set")
    zone = public(aws, DelegationSetId=made["Id"])
    assert zone["DelegationSet"] == {"Id": made["Id"], "NameServers": made["NameServers"]}
    with refused("ConflictingDomainExists"):
        public(aws, reference="2", DelegationSetId=made["Id"])
    listed = aws.route53.list_hosted_zones(DelegationSetId=made["Id"])["HostedZones"]
    assert [one["Id"] for one in listed] == [zone["HostedZone"]["Id"]]
    with refused("DelegationSetInUse"):
        aws.route53.delete_reusable_delegation_set(Id=made["Id"])
    aws.route53.delete_hosted_zone(Id=zone["HostedZone"]["Id"])
    aws.route53.delete_reusable_delegation_set(Id=made["Id"])
    with refused("NoSuchDelegationSet"):
        public(aws, reference="3", DelegationSetId=made["Id"])


@pytest.mark.aws(LIMITS)
def test_limits_of_a_zone(aws):
    """A zone may have 10,000 records, a private one 300 VPCs; the latter is not asked of a public zone."""
    zone = public(aws)["HostedZone"]["Id"]
    limit = aws.route53.get_hosted_zone_limit(HostedZoneId=zone, Type="MAX_RRSETS_BY_ZONE")
    assert (limit["Limit"]["Value"], limit["Count"]) == (10000, 2)
    with refused("HostedZoneNotPrivate"):
        aws.route53.get_hosted_zone_limit(HostedZoneId=zone, Type="MAX_VPCS_ASSOCIATED_BY_ZONE")
    inner = private(aws, vpc(aws), reference="2")
    limit = aws.route53.get_hosted_zone_limit(HostedZoneId=inner, Type="MAX_VPCS_ASSOCIATED_BY_ZONE")
    assert (limit["Limit"]["Value"], limit["Count"]) == (300, 1)


@pytest.mark.aws(ACCOUNT_LIMIT)
def test_limits_of_an_account(aws):
    """An account may have 500 zones, and is told how many it has."""
    public(aws)
    limit = aws.route53.get_account_limit(Type="MAX_HOSTED_ZONES_BY_OWNER")
    assert (limit["Limit"]["Value"], limit["Count"]) == (500, 1)


@pytest.mark.aws(TAGS)
def test_tags_of_zones_and_health_checks(aws):
    """Tags are added and removed in one call, and listed for one resource or up to ten."""
    zone = public(aws)["HostedZone"]["Id"].removeprefix("/hostedzone/")
    place = {"ResourceType": "hostedzone", "ResourceId": zone}
    aws.route53.change_tags_for_resource(**place, AddTags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])
    aws.route53.change_tags_for_resource(**place, AddTags=[{"Key": "b", "Value": "3"}], RemoveTagKeys=["a"])
    expected = [{"Key": "b", "Value": "3"}]
    assert aws.route53.list_tags_for_resource(**place)["ResourceTagSet"]["Tags"] == expected
    sets = aws.route53.list_tags_for_resources(ResourceType="hostedzone", ResourceIds=[zone])["ResourceTagSets"]
    assert [(one["ResourceId"], one["Tags"]) for one in sets] == [(zone, expected)]
    with refused("NoSuchHostedZone"):
        aws.route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId="Z1")
    with refused("NoSuchHealthCheck"):
        aws.route53.list_tags_for_resource(ResourceType="healthcheck", ResourceId="none")


@pytest.mark.aws(CHECKS)
def test_a_health_check_is_made_once_for_a_reference(aws):
    """A repeat with the same settings gives the same health check; other settings, or a deleted one's reference, do not."""
    config = {"Type": "HTTPS", "FullyQualifiedDomainName": "www.shop.test"}
    made = aws.route53.create_health_check(CallerReference="1", HealthCheckConfig=config)["HealthCheck"]
    shown = made["HealthCheckConfig"]
    assert (shown["Port"], shown["RequestInterval"], shown["FailureThreshold"]) == (443, 30, 3)
    assert (shown["EnableSNI"], shown["Inverted"], made["HealthCheckVersion"]) == (True, False, 1)
    again = aws.route53.create_health_check(CallerReference="1", HealthCheckConfig=config)["HealthCheck"]
    assert again["Id"] == made["Id"] and aws.route53.get_health_check_count()["HealthCheckCount"] == 1
    with refused("HealthCheckAlreadyExists"):
        aws.route53.create_health_check(CallerReference="1", HealthCheckConfig={**config, "Type": "HTTP"})
    aws.route53.delete_health_check(HealthCheckId=made["Id"])
    with refused("NoSuchHealthCheck"):
        aws.route53.get_health_check(HealthCheckId=made["Id"])
    with refused("HealthCheckAlreadyExists"):
        aws.route53.create_health_check(CallerReference="1", HealthCheckConfig=config)


@pytest.mark.aws("https://docs.aws.amazon.com/Route53/latest/APIReference/API_UpdateHealthCheck.html")
def test_a_health_check_is_updated_by_its_version(aws):
    """An update raises the version, and is refused with a version that is not the current one."""
    config = {"Type": "HTTP", "IPAddress": "203.0.113.1"}
    check = aws.route53.create_health_check(CallerReference="1", HealthCheckConfig=config)["HealthCheck"]["Id"]
    updated = aws.route53.update_health_check(HealthCheckId=check, HealthCheckVersion=1, Port=8080)["HealthCheck"]
    assert (updated["HealthCheckVersion"], updated["HealthCheckConfig"]["Port"]) == (2, 8080)
    with refused("HealthCheckVersionMismatch"):
        aws.route53.update_health_check(HealthCheckId=check, HealthCheckVersion=1, Port=80)
    assert len(aws.route53.list_health_checks()["HealthChecks"]) == 1
