"""Record sets: changed in batches, listed, answered."""

import pytest
from simulator import refused

CHANGE = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html"
LIST = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html"
TYPES = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/ResourceRecordTypes.html"
LIMITS = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html"
ALIAS = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html"
SET = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html"
TEST = "https://docs.aws.amazon.com/Route53/latest/APIReference/API_TestDNSAnswer.html"
NAMES = "https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DomainNameFormat.html"


class Zone:
    """A public zone for `shop.test`."""

    def __init__(self, aws):
        self.route53 = aws.route53
        self.id = aws.route53.create_hosted_zone(Name="shop.test", CallerReference="1")["HostedZone"]["Id"]

    def change(self, *changes):
        batch = {"Changes": [{"Action": action, "ResourceRecordSet": record} for action, record in changes]}
        return self.route53.change_resource_record_sets(HostedZoneId=self.id, ChangeBatch=batch)["ChangeInfo"]

    def listed(self, **more):
        return self.route53.list_resource_record_sets(HostedZoneId=self.id, **more)

    def names(self, **more):
        return [(record["Name"], record["Type"]) for record in self.listed(**more)["ResourceRecordSets"]]

    def answer(self, name, kind="A"):
        answer = self.route53.test_dns_answer(HostedZoneId=self.id, RecordName=name, RecordType=kind)
        return answer["ResponseCode"], answer["RecordData"]

    def alias(self, name, target, zone=None):
        target = {"HostedZoneId": zone or self.id.removeprefix("/hostedzone/"), "DNSName": target, "EvaluateTargetHealth": False}
        return {"Name": name, "Type": "A", "AliasTarget": target}


@pytest.fixture
def zone(aws):
    return Zone(aws)


def record(name="www.shop.test", kind="A", *values, ttl=60, **more):
    values = [{"Value": value} for value in values or ("10.0.0.1",)]
    return {"Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": values, **more}


@pytest.mark.aws(CHANGE)
def test_a_batch_is_done_as_a_whole_or_not_at_all(zone, aws):
    """If one change of a batch is refused, none is done; what is done becomes INSYNC after a while."""
    with refused("InvalidChangeBatch"):
        zone.change(("CREATE", record()), ("DELETE", record("other.shop.test")))
    assert len(zone.names()) == 2
    change = zone.change(("CREATE", record()), ("CREATE", record("other.shop.test")))
    assert len(zone.names()) == 4 and change["Status"] == "PENDING"
    aws.advance(60)
    assert aws.route53.get_change(Id=change["Id"])["ChangeInfo"]["Status"] == "INSYNC"


@pytest.mark.aws(CHANGE)
def test_what_exists_is_not_created_and_what_differs_is_not_deleted(zone):
    """CREATE needs the record's absence, DELETE its presence with the same values and TTL; the refusals say so."""
    zone.change(("CREATE", record()))
    cited = "[name='www.shop.test.', type='A']"
    with refused("InvalidChangeBatch", message=f"[Tried to create resource record set {cited} but it already exists]"):
        zone.change(("CREATE", record()))
    with refused("InvalidChangeBatch", message=f"{cited} but the values provided do not match the current values]"):
        zone.change(("DELETE", record(ttl=61)))
    with refused("InvalidChangeBatch", message="[name='web.shop.test.', type='A'] but it was not found]"):
        zone.change(("DELETE", record("web.shop.test")))
    zone.change(("DELETE", record()))


@pytest.mark.aws(CHANGE)
def test_upsert_creates_or_replaces(zone):
    """UPSERT makes a record, and replaces its values and TTL when it is there."""
    zone.change(("UPSERT", record()))
    zone.change(("UPSERT", record("www.shop.test", "A", "10.0.0.2", ttl=30)))
    found = zone.listed()["ResourceRecordSets"][-1]
    assert (found["TTL"], found["ResourceRecords"]) == (30, [{"Value": "10.0.0.2"}])


@pytest.mark.aws(CHANGE)
def test_a_record_is_exchanged_for_another_type_in_one_batch(zone):
    """Deleting a CNAME and creating an A record of the same name goes in one batch."""
    zone.change(("CREATE", record("www.shop.test", "CNAME", "other.test")))
    zone.change(("DELETE", record("www.shop.test", "CNAME", "other.test")), ("CREATE", record()))
    assert ("www.shop.test.", "A") in zone.names()


@pytest.mark.aws(TYPES)
def test_a_cname_stands_alone_and_not_at_the_apex(zone):
    """A CNAME is refused at the zone's own name, beside other records, and other records beside it."""
    with refused("InvalidChangeBatch", message="is not permitted at apex in zone shop.test."):
        zone.change(("CREATE", record("shop.test", "CNAME", "other.test")))
    zone.change(("CREATE", record()))
    with refused("InvalidChangeBatch", message="conflicts with other records with the same DNS name"):
        zone.change(("CREATE", record("www.shop.test", "CNAME", "other.test")))
    zone.change(("CREATE", record("web.shop.test", "CNAME", "other.test")))
    with refused("InvalidChangeBatch", message="a conflicting RRSet of type CNAME"):
        zone.change(("CREATE", record("web.shop.test")))


@pytest.mark.aws(CHANGE)
def test_a_record_lies_in_its_zone(zone):
    """A name outside the zone is refused; a name that only ends alike is outside."""
    for name in ("www.other.test", "myshop.test"):
        with refused("InvalidChangeBatch", message=f"RRSet with DNS name {name}. is not permitted in zone shop.test."):
            zone.change(("CREATE", record(name)))


@pytest.mark.aws("https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/SOA-NSrecords.html")
def test_the_zones_own_records_stay(zone):
    """The NS and SOA records of a zone can be changed but not deleted."""
    own = {one["Type"]: one for one in zone.listed()["ResourceRecordSets"]}
    with refused("InvalidChangeBatch", message="A HostedZone must contain exactly one SOA record."):
        zone.change(("DELETE", own["SOA"]))
    with refused("InvalidChangeBatch", message="at least one NS record for the zone itself."):
        zone.change(("DELETE", own["NS"]))
    zone.change(("UPSERT", {**own["NS"], "TTL": 3600}))
    assert zone.listed()["ResourceRecordSets"][0]["TTL"] == 3600


@pytest.mark.aws(TYPES)
def test_values_fit_their_types(zone):
    """Each type has a form for its values, and the refusal says what is wrong with which value."""
    for kind, value, said in (
        ("A", "10.0.0.256", "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)"),
        ("AAAA", "10.0.0.1", "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)"),
        ("TXT", "plain", "InvalidCharacterString (Value should be enclosed in quotation marks)"),
        ("TXT", '"' + "x" * 256 + '"', "CharacterStringTooLong (Value is too long)"),
        ("MX", "mail.shop.test", "MXRRDATANotTwoFields (MX record doesn't have 2 fields)"),
        ("SRV", "1 2 host.shop.test", "SRVRRDATANotFourFields (SRV record doesn't have 4 fields)"),
        ("CAA", "0 issue", "CAARRDATANotThreeFields"),
        ("CNAME", "a..b", "DomainLabelEmpty (Domain label is empty)"),
    ):
        with refused("InvalidChangeBatch", message=f"FATAL problem: {said}"):
            zone.change(("CREATE", record("www.shop.test", kind, value)))
    with refused("InvalidChangeBatch", message="Duplicate Resource Record: '10.0.0.1'"):
        zone.change(("CREATE", record("www.shop.test", "A", "10.0.0.1", "10.0.0.1")))


@pytest.mark.aws(TYPES)
def test_every_type_is_kept_as_it_was_given(zone):
    """Records of every type are listed with the values that they were created with."""
    values = {
        "A": "10.0.0.1",
        "AAAA": "2001:db8::1",
        "CAA": '0 issue "amazon.com"',
        "DS": "123 4 5 0A1B2C",
        "HTTPS": '1 . alpn="h2"',
        "MX": "10 mail.shop.test.",
        "NS": "ns.other.test.",
        "PTR": "host.other.test.",
        "SRV": "1 10 5269 xmpp.shop.test.",
        "SVCB": "0 other.test.",
        "TXT": '"one" "two"',
    }
    zone.change(*[("CREATE", record(f"{kind}.shop.test", kind, value)) for kind, value in values.items()])
    listed = {one["Type"]: one["ResourceRecords"] for one in zone.listed()["ResourceRecordSets"] if one["Name"] != "shop.test."}
    assert listed == {kind: [{"Value": value}] for kind, value in values.items()}


@pytest.mark.aws(SET)
def test_a_record_has_values_or_a_target(zone):
    """A record set has a TTL with values, or an alias target; both or neither are refused."""
    neither = {"Name": "www.shop.test", "Type": "A"}
    with refused("InvalidInput", message="Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords]"):
        zone.change(("CREATE", neither))
    with refused("InvalidInput"):
        zone.change(("CREATE", {**record(), **zone.alias("www.shop.test", "shop.test")}))
    with refused("InvalidInput"):
        zone.change(("CREATE", record(ttl=2147483648)))


@pytest.mark.aws(LIMITS)
def test_a_batch_has_at_most_a_thousand_values(zone):
    """A batch has at most 1,000 values, of which those of an UPSERT count twice."""
    names = [record(f"h{number}.shop.test") for number in range(1000)]
    zone.change(*[("CREATE", one) for one in names])
    assert len(zone.names()) == 300
    with refused("InvalidChangeBatch", message="Number of records limit of 1000 exceeded."):
        zone.change(*[("UPSERT", one) for one in names[:501]])


@pytest.mark.aws(LIMITS)
def test_a_batch_has_at_most_32000_characters(zone):
    """The values of a batch have at most 32,000 characters together."""
    long = '"' + "x" * 250 + '"'
    with refused("InvalidChangeBatch", message="Number of characters limit of 32000 exceeded."):
        zone.change(*[("CREATE", record(f"h{number}.shop.test", "TXT", long)) for number in range(127)])
    zone.change(*[("CREATE", record(f"h{number}.shop.test", "TXT", long)) for number in range(126)])


@pytest.mark.aws(ALIAS)
def test_an_alias_leads_to_a_record_of_its_zone(zone):
    """An alias within a zone needs a record of that name and type there; a name outside the zone is refused."""
    with refused("InvalidChangeBatch", message="but that target was not found"):
        zone.change(("CREATE", zone.alias("shop.test", "www.shop.test")))
    zone.change(("CREATE", record()), ("CREATE", zone.alias("shop.test", "www.shop.test")))
    listed = [one for one in zone.listed()["ResourceRecordSets"] if "AliasTarget" in one]
    assert listed[0]["AliasTarget"]["DNSName"] == "www.shop.test." and "TTL" not in listed[0]
    with refused("InvalidChangeBatch", message="does not lie within the target zone"):
        zone.change(("CREATE", zone.alias("web.shop.test", "www.other.test")))


@pytest.mark.aws(ALIAS)
def test_an_alias_leads_to_a_load_balancer_in_its_zone(zone, aws):
    """An alias to a load balancer names its DNS name and its hosted zone; another zone or name is refused."""
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnet = aws.ec2.create_subnet(VpcId=vpc, CidrBlock="10.0.0.0/24")["Subnet"]["SubnetId"]
    listener = {"Protocol": "TCP", "LoadBalancerPort": 80, "InstancePort": 80}
    aws.elb.create_load_balancer(LoadBalancerName="web", Scheme="internal", Subnets=[subnet], Listeners=[listener])
    balancer = aws.elb.describe_load_balancers()["LoadBalancerDescriptions"][0]
    name, place = balancer["DNSName"], balancer["CanonicalHostedZoneNameID"]
    with refused("InvalidChangeBatch", message="but that target was not found"):
        zone.change(("CREATE", zone.alias("www.shop.test", "none.eu-west-1.elb.amazonaws.com", place)))
    with refused("InvalidChangeBatch", message=f"targets {name.lower()}., type A in zone Z2FDTNDATAQYW2"):
        zone.change(("CREATE", zone.alias("www.shop.test", name, "Z2FDTNDATAQYW2")))
    zone.change(("CREATE", zone.alias("www.shop.test", f"dualstack.{name}", place)))


@pytest.mark.aws(SET)
def test_a_set_identifier_goes_with_one_rule(zone):
    """A rule such as a weight needs a set identifier, and an identifier needs exactly one rule."""
    with refused("InvalidInput", message="Missing field 'SetIdentifier'"):
        zone.change(("CREATE", record(Weight=1)))
    with refused("InvalidInput", message="but found none"):
        zone.change(("CREATE", record(SetIdentifier="a")))
    with refused("InvalidInput", message="but found more than one"):
        zone.change(("CREATE", record(SetIdentifier="a", Weight=1, Region="eu-west-1")))


@pytest.mark.aws("https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy.html")
def test_records_of_one_name_have_one_rule(zone):
    """Weighted records stand beside each other, not beside simple ones or those of another rule."""
    zone.change(("CREATE", record(SetIdentifier="a", Weight=1)), ("CREATE", record(SetIdentifier="b", Weight=1)))
    assert len(zone.names()) == 4
    with refused("InvalidChangeBatch", message="other RRSets exist with the same name and type"):
        zone.change(("CREATE", record()))
    with refused("InvalidChangeBatch", message="is a latency RRSet"):
        zone.change(("CREATE", record(SetIdentifier="c", Region="eu-west-1")))


@pytest.mark.aws("https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-failover.html")
def test_there_is_one_primary(zone):
    """Of failover records there is one PRIMARY and one SECONDARY; a health check that is named must exist."""
    zone.change(
        ("CREATE", record(SetIdentifier="a", Failover="PRIMARY")),
        ("CREATE", record(SetIdentifier="b", Failover="SECONDARY")),
    )
    with refused("InvalidChangeBatch", message="Failover PRIMARY"):
        zone.change(("CREATE", record(SetIdentifier="c", Failover="PRIMARY")))
    with refused("InvalidChangeBatch", message="health check does not exist"):
        zone.change(("CREATE", record("web.shop.test", SetIdentifier="a", Weight=1, HealthCheckId="none")))


@pytest.mark.aws(LIST)
def test_records_are_listed_by_name_from_the_end_and_by_type(zone):
    """Records are in the order of their names from the end, then of their types."""
    zone.change(
        ("CREATE", record("b.shop.test")),
        ("CREATE", record("a.shop.test", "TXT", '"x"')),
        ("CREATE", record("a.shop.test")),
        ("CREATE", record("z.a.shop.test")),
    )
    assert zone.names()[2:] == [
        ("a.shop.test.", "A"),
        ("a.shop.test.", "TXT"),
        ("z.a.shop.test.", "A"),
        ("b.shop.test.", "A"),
    ]


@pytest.mark.aws(LIST)
def test_a_list_begins_where_asked_and_says_where_it_goes_on(zone):
    """A list begins at a name and type, and a page names the record that comes next."""
    zone.change(("CREATE", record("a.shop.test")), ("CREATE", record("b.shop.test", SetIdentifier="x", Weight=1)))
    assert zone.names(StartRecordName="b.shop.test") == [("b.shop.test.", "A")]
    page = zone.listed(MaxItems="3")
    assert (page["IsTruncated"], page["NextRecordName"], page["NextRecordType"]) == (True, "b.shop.test.", "A")
    assert page["NextRecordIdentifier"] == "x"
    following = zone.names(StartRecordName="b.shop.test", StartRecordType="A", StartRecordIdentifier="x")
    assert following == [("b.shop.test.", "A")]
    with refused("InvalidInput"):
        zone.listed(StartRecordType="A")


@pytest.mark.aws(NAMES)
def test_a_wildcard_is_listed_by_its_code(zone):
    """An asterisk is listed as its octal code, however it was given."""
    zone.change(("CREATE", record("*.shop.test")))
    assert zone.names()[2:] == [("\\052.shop.test.", "A")]
    zone.change(("DELETE", record("\\052.shop.test")))


@pytest.mark.aws(TEST)
def test_an_answer_comes_from_the_records(zone):
    """TestDNSAnswer gives a record's values, NOERROR without values for another type, and NXDOMAIN for no name."""
    zone.change(("CREATE", record()))
    assert zone.answer("www.shop.test") == ("NOERROR", ["10.0.0.1"])
    assert zone.answer("www.shop.test", "AAAA") == ("NOERROR", [])
    assert zone.answer("none.shop.test") == ("NXDOMAIN", [])


@pytest.mark.aws(TEST)
def test_an_answer_follows_aliases_and_wildcards(zone):
    """An alias answers with its target's values; a wildcard answers for names that have no records."""
    zone.change(
        ("CREATE", record()),
        ("CREATE", zone.alias("shop.test", "www.shop.test")),
        ("CREATE", record("*.shop.test", "A", "10.0.0.9")),
    )
    assert zone.answer("shop.test") == ("NOERROR", ["10.0.0.1"])
    assert zone.answer("other.shop.test") == ("NOERROR", ["10.0.0.9"])
    assert zone.answer("www.shop.test", "TXT") == ("NOERROR", [])


@pytest.mark.aws(TEST)
def test_private_zones_are_not_asked(aws):
    """TestDNSAnswer asks public zones alone."""
    vpc = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    place = {"VPCId": vpc, "VPCRegion": "eu-west-1"}
    made = aws.route53.create_hosted_zone(Name="dev.internal", CallerReference="1", VPC=place)["HostedZone"]["Id"]
    with refused("InvalidInput"):
        aws.route53.test_dns_answer(HostedZoneId=made, RecordName="dev.internal", RecordType="A")
