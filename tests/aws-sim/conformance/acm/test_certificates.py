"""Certificates: listing, importing, deleting, tags and options."""

import datetime

import pytest
from balancing import make_balancer, make_group, make_listener, make_network
from certificates import describe, issued, request, status
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from simulator import refused

LIST = "https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html"
FILTERS = "https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html"
DELETE = "https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html"
DESCRIBE = "https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html"
IMPORT = "https://docs.aws.amazon.com/acm/latest/APIReference/API_ImportCertificate.html"
REIMPORT = "https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html"
ADD_TAGS = "https://docs.aws.amazon.com/acm/latest/APIReference/API_AddTagsToCertificate.html"
REMOVE_TAGS = "https://docs.aws.amazon.com/acm/latest/APIReference/API_RemoveTagsFromCertificate.html"
OPTIONS = "https://docs.aws.amazon.com/acm/latest/APIReference/API_UpdateCertificateOptions.html"
RENEW = "https://docs.aws.amazon.com/acm/latest/APIReference/API_RenewCertificate.html"
RENEWAL = "https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html"
ACCOUNT = "https://docs.aws.amazon.com/acm/latest/APIReference/API_PutAccountConfiguration.html"
NOWHERE = "arn:aws:acm:eu-west-1:123456789012:certificate/00000000-0000-4000-8000-000000000000"
DAY = 24 * 3600


def self_signed(key, name="imported.example.com", days=(-1, 30)):
    """A certificate as PEM, and its key."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.timezone.utc)
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(4711).add_extension(
        x509.SubjectAlternativeName([x509.DNSName(name), x509.DNSName("other.example.com")]), critical=False
    )
    start, end = (now + datetime.timedelta(days=day) for day in days)
    certificate = builder.not_valid_before(start).not_valid_after(end).sign(key, hashes.SHA256())
    encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL
    private = key.private_bytes(encoding, form, serialization.NoEncryption())
    return {"Certificate": certificate.public_bytes(encoding), "PrivateKey": private}


RSA = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC = ec.generate_private_key(ec.SECP256R1())


def listed(aws, **filters):
    return [row["CertificateArn"] for row in aws.acm.list_certificates(**filters)["CertificateSummaryList"]]


@pytest.mark.aws(FILTERS)
def test_only_usual_keys_are_listed_unless_others_are_named(aws):
    """ListCertificates shows RSA keys of 1024 and 2048 bits; other key types must be named in Includes."""
    usual, other = request(aws), request(aws, KeyAlgorithm="EC_prime256v1")
    assert listed(aws) == [usual]
    assert listed(aws, Includes={"keyTypes": ["EC_prime256v1"]}) == [other]
    assert sorted(listed(aws, Includes={"keyTypes": ["RSA_2048", "EC_prime256v1"]})) == sorted([usual, other])


@pytest.mark.aws(LIST)
def test_certificates_are_listed_by_status_and_in_order(aws):
    """The list can be narrowed by status, sorted by the time of creation, and comes in pages."""
    done = issued(aws)
    aws.advance(10)
    pending = request(aws, "b.example.com")
    assert listed(aws, CertificateStatuses=["ISSUED"]) == [done]
    assert listed(aws, SortBy="CREATED_AT", SortOrder="DESCENDING") == [pending, done]
    pages = list(aws.acm.get_paginator("list_certificates").paginate(PaginationConfig={"PageSize": 1}))
    assert sorted(page["CertificateSummaryList"][0]["CertificateArn"] for page in pages) == sorted([done, pending])
    with refused("InvalidArgsException"):
        listed(aws, SortBy="CREATED_AT")
    with refused("ValidationException"):
        listed(aws, MaxItems=0)


@pytest.mark.aws(LIST)
def test_a_summary_tells_names_and_use(aws):
    """A summary has status, type, key, names and whether the certificate is used."""
    request(aws, SubjectAlternativeNames=["example.com"])
    (row,) = aws.acm.list_certificates()["CertificateSummaryList"]
    assert row["SubjectAlternativeNameSummaries"] == ["www.example.com", "example.com"]
    assert (row["Status"], row["Type"], row["InUse"]) == ("PENDING_VALIDATION", "AMAZON_ISSUED", False)
    assert aws.client("acm", region="us-east-1").list_certificates()["CertificateSummaryList"] == []


@pytest.mark.aws(DELETE)
def test_a_certificate_in_use_is_not_deleted(aws):
    """A certificate that a listener has is in use by its load balancer and cannot be deleted until the listener is gone."""
    network = make_network(aws)
    balancer, arn = make_balancer(aws, network), issued(aws)
    group = make_group(aws, network)
    listener = make_listener(aws, balancer, group, 443, "HTTPS", Certificates=[{"CertificateArn": arn}])
    assert describe(aws, arn)["InUseBy"] == [balancer] and describe(aws, arn)["RenewalEligibility"] == "ELIGIBLE"
    with refused("ResourceInUseException", f"Certificate {arn} in account 123456789012 is in use."):
        aws.acm.delete_certificate(CertificateArn=arn)
    aws.elbv2.delete_listener(ListenerArn=listener)
    aws.acm.delete_certificate(CertificateArn=arn)
    with refused("ResourceNotFoundException", f"Could not find certificate {arn} in account 123456789012."):
        describe(aws, arn)


@pytest.mark.aws(RENEWAL)
def test_a_used_certificate_is_renewed(aws):
    """A certificate in use whose records are still there is renewed 60 days before its end."""
    network = make_network(aws)
    arn = issued(aws)
    make_listener(
        aws, make_balancer(aws, network), make_group(aws, network), 443, "HTTPS", Certificates=[{"CertificateArn": arn}]
    )
    before = describe(aws, arn)
    aws.advance(336 * DAY)
    after = describe(aws, arn)
    assert after["NotAfter"] > before["NotAfter"] and after["Serial"] != before["Serial"]
    assert after["RenewalSummary"]["RenewalStatus"] == "SUCCESS"
    aws.advance(100 * DAY)
    assert status(aws, arn) == "ISSUED"


@pytest.mark.aws(DESCRIBE)
def test_unknown_certificates_are_refused(aws):
    """An ARN that no certificate has is not found, one of another service is not valid."""
    for call in (aws.acm.describe_certificate, aws.acm.get_certificate, aws.acm.delete_certificate):
        with refused("ResourceNotFoundException"):
            call(CertificateArn=NOWHERE)


@pytest.mark.aws(IMPORT)
@pytest.mark.parametrize(("key", "algorithm"), [(RSA, "RSA-2048"), (EC, "EC_prime256v1")])
def test_a_certificate_is_imported(aws, key, algorithm):
    """An imported certificate is issued at once, with names, dates and key read from it."""
    arn = aws.acm.import_certificate(**self_signed(key))["CertificateArn"]
    found = describe(aws, arn)
    assert (found["Status"], found["Type"], found["KeyAlgorithm"]) == ("ISSUED", "IMPORTED", algorithm)
    assert found["SubjectAlternativeNames"] == ["imported.example.com", "other.example.com"]
    assert (found["NotAfter"] - found["NotBefore"]).days == 31
    assert "ImportedAt" in found and not {"IssuedAt", "DomainValidationOptions"} & set(found)


@pytest.mark.aws(IMPORT)
def test_what_is_imported_is_checked(aws):
    """What is no PEM, does not fit its key, is past its term or lacks its chain is refused."""
    good = self_signed(RSA)
    for change in (
        {"Certificate": b"none"},
        {"PrivateKey": b"none"},
        {"PrivateKey": self_signed(EC)["PrivateKey"]},
        {"CertificateChain": b"none"},
    ):
        with refused("ValidationException"):
            aws.acm.import_certificate(**good | change)
    with refused("ValidationException", "The certificate has expired"):
        aws.acm.import_certificate(**self_signed(RSA, days=(-3, -1)))
    with refused("ValidationException", "not in effect yet"):
        aws.acm.import_certificate(**self_signed(RSA, days=(2, 3)))


@pytest.mark.aws(REIMPORT)
def test_an_imported_certificate_is_replaced(aws):
    """Importing with the ARN of an imported certificate keeps ARN and tags; others cannot be replaced."""
    tags = [{"Key": "a", "Value": "1"}]
    arn = aws.acm.import_certificate(**self_signed(RSA), Tags=tags)["CertificateArn"]
    assert aws.acm.import_certificate(CertificateArn=arn, **self_signed(RSA, days=(-1, 60)))["CertificateArn"] == arn
    found = describe(aws, arn)
    assert (found["NotAfter"] - found["NotBefore"]).days == 61
    assert aws.acm.list_tags_for_certificate(CertificateArn=arn)["Tags"] == tags
    with refused("ValidationException"):
        aws.acm.import_certificate(CertificateArn=arn, **self_signed(EC))
    with refused("ValidationException"):
        aws.acm.import_certificate(CertificateArn=request(aws), **self_signed(RSA))


@pytest.mark.aws(ADD_TAGS)
def test_certificates_have_tags(aws):
    """Tags are given with the request or later, up to 50 of them, and not with AWS's own prefix."""
    arn = request(aws, Tags=[{"Key": "a", "Value": "1"}])
    aws.acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b"}])
    rows = aws.acm.list_tags_for_certificate(CertificateArn=arn)["Tags"]
    assert {row["Key"]: row.get("Value", "") for row in rows} == {"a": "2", "b": ""}
    with refused("TooManyTagsException"):
        many = [{"Key": f"k{number}", "Value": ""} for number in range(49)]
        aws.acm.add_tags_to_certificate(CertificateArn=arn, Tags=many)
    with refused("InvalidTagException", "AWS internal tags cannot be changed with this API"):
        aws.acm.add_tags_to_certificate(CertificateArn=arn, Tags=[{"Key": "aws:x", "Value": ""}])


@pytest.mark.aws(REMOVE_TAGS)
def test_a_tag_with_a_value_goes_only_with_that_value(aws):
    """Removing a tag by key alone removes it, by key and value only if the value is the tag's."""
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "1"}]
    arn = request(aws, Tags=tags)
    aws.acm.remove_tags_from_certificate(CertificateArn=arn, Tags=[{"Key": "a", "Value": "2"}, {"Key": "b"}])
    assert aws.acm.list_tags_for_certificate(CertificateArn=arn)["Tags"] == tags[:1]


@pytest.mark.aws(OPTIONS)
def test_transparency_logging_can_be_changed(aws):
    """Of an issued certificate the transparency logging can be changed; a pending one is in the wrong state."""
    off = {"CertificateTransparencyLoggingPreference": "DISABLED"}
    with refused("InvalidStateException"):
        aws.acm.update_certificate_options(CertificateArn=request(aws), Options=off)
    arn = issued(aws, "a.example.com")
    aws.acm.update_certificate_options(CertificateArn=arn, Options=off)
    assert describe(aws, arn)["Options"]["CertificateTransparencyLoggingPreference"] == "DISABLED"


@pytest.mark.aws(RENEW)
def test_public_certificates_are_not_renewed_by_a_call(aws):
    """RenewCertificate is for exported private certificates alone."""
    with refused("RequestInProgressException"):
        aws.acm.renew_certificate(CertificateArn=request(aws))
    with refused("ValidationException"):
        aws.acm.renew_certificate(CertificateArn=issued(aws, "a.example.com"))


@pytest.mark.aws(ACCOUNT)
def test_the_account_says_when_it_is_told_of_expiry(aws):
    """Events tell of a certificate's end 45 days before it, or as many days as the account says, up to 90."""
    assert aws.acm.get_account_configuration()["ExpiryEvents"] == {"DaysBeforeExpiry": 45}
    aws.acm.put_account_configuration(IdempotencyToken="a", ExpiryEvents={"DaysBeforeExpiry": 10})
    assert aws.acm.get_account_configuration()["ExpiryEvents"] == {"DaysBeforeExpiry": 10}
    with refused("ValidationException"):
        aws.acm.put_account_configuration(IdempotencyToken="b", ExpiryEvents={"DaysBeforeExpiry": 91})
