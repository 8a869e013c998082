"""Requests for certificates and their validation."""

import pytest
from certificates import describe, issued, put, records, request, status, zone
from simulator import refused

REQUEST = "https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html"
DESCRIBE = "https://docs.aws.amazon.com/acm/latest/APIReference/API_DescribeCertificate.html"
DNS = "https://docs.aws.amazon.com/acm/latest/userguide/dns-validation.html"
EMAIL = "https://docs.aws.amazon.com/acm/latest/userguide/email-validation.html"
FAILED = "https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-failed.html"
TIMED_OUT = "https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-timed-out.html"
CAA = "https://docs.aws.amazon.com/acm/latest/userguide/setup-caa.html"
LIMITS = "https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html"
GET = "https://docs.aws.amazon.com/acm/latest/APIReference/API_GetCertificate.html"
RENEWAL = "https://docs.aws.amazon.com/acm/latest/userguide/managed-renewal.html"
HOUR = 3600


@pytest.mark.aws(DESCRIBE)
def test_a_new_certificate_waits_for_validation(aws):
    """A certificate is PENDING_VALIDATION at first, and its records are told some seconds after the request."""
    arn = request(aws, SubjectAlternativeNames=["example.com"])
    assert arn.startswith("arn:aws:acm:eu-west-1:123456789012:certificate/")
    found = describe(aws, arn)
    assert (found["Status"], found["Type"], found["DomainName"]) == (
        "PENDING_VALIDATION",
        "AMAZON_ISSUED",
        "www.example.com",
    )
    assert found["SubjectAlternativeNames"] == ["www.example.com", "example.com"]
    assert found["KeyAlgorithm"] == "RSA-2048" and found["InUseBy"] == []
    assert not {"IssuedAt", "NotAfter", "Serial"} & set(found)
    assert all("ResourceRecord" not in option for option in found["DomainValidationOptions"])
    aws.advance(10)
    option = describe(aws, arn)["DomainValidationOptions"][0]
    assert (option["ValidationStatus"], option["ValidationMethod"]) == ("PENDING_VALIDATION", "DNS")
    record = option["ResourceRecord"]
    assert record["Type"] == "CNAME" and record["Name"].startswith("_")
    assert record["Name"].endswith(".www.example.com.") and record["Value"].endswith(".acm-validations.aws.")


@pytest.mark.aws(DNS)
def test_a_certificate_is_issued_once_its_record_is_in_dns(aws):
    """The CNAME with the right value in a public hosted zone has the certificate issued within minutes."""
    arn = request(aws)
    aws.advance(600)
    assert status(aws, arn) == "PENDING_VALIDATION"
    put(aws, zone(aws), records(aws, arn)[0])
    assert status(aws, arn) == "PENDING_VALIDATION"
    aws.until(lambda: status(aws, arn) == "ISSUED", at_most=300)
    found = describe(aws, arn)
    assert (found["NotAfter"] - found["NotBefore"]).days == 395
    assert found["DomainValidationOptions"][0]["ValidationStatus"] == "SUCCESS"
    assert found["Issuer"] == "Amazon" and found["SignatureAlgorithm"] == "SHA256WITHRSA"


@pytest.mark.aws(DNS)
def test_a_wrong_value_validates_nothing(aws):
    """A CNAME with another value, or in a private zone, does not validate."""
    arn = request(aws)
    aws.advance(10)
    network = aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    (record,) = records(aws, arn)
    private = zone(aws, VPC={"VPCRegion": "eu-west-1", "VPCId": network})
    put(aws, private, record)
    public = zone(aws)
    put(aws, public, record, value="_0.acm-validations.aws.")
    aws.advance(HOUR)
    assert status(aws, arn) == "PENDING_VALIDATION"
    put(aws, public, record)
    aws.advance(120)
    assert status(aws, arn) == "ISSUED"


@pytest.mark.aws(DNS)
def test_every_domain_must_be_validated(aws):
    """Domains are validated one by one, and the certificate is issued with the last of them."""
    arn = request(aws, "a.example.com", SubjectAlternativeNames=["b.example.com"])
    aws.advance(10)
    zone_id = zone(aws)
    first, second = records(aws, arn)
    put(aws, zone_id, first)
    aws.advance(120)
    states = [option["ValidationStatus"] for option in describe(aws, arn)["DomainValidationOptions"]]
    assert states == ["SUCCESS", "PENDING_VALIDATION"] and status(aws, arn) == "PENDING_VALIDATION"
    put(aws, zone_id, second)
    aws.advance(120)
    assert status(aws, arn) == "ISSUED"


@pytest.mark.aws(DNS)
def test_a_wildcard_shares_the_record_of_its_domain(aws):
    """*.example.com and example.com are validated by one record, which stays the same for the next certificate."""
    arn = request(aws, "example.com", SubjectAlternativeNames=["*.example.com"])
    aws.advance(10)
    (record,) = records(aws, arn)
    put(aws, zone(aws), record)
    aws.advance(120)
    assert status(aws, arn) == "ISSUED"
    again = request(aws, "*.example.com")
    aws.advance(120)
    assert status(aws, again) == "ISSUED" and records(aws, again) == [record]


@pytest.mark.aws(TIMED_OUT)
def test_validation_times_out_after_three_days(aws):
    """A certificate that is not validated within 72 hours is VALIDATION_TIMED_OUT, and stays so."""
    arn = request(aws)
    aws.advance(72 * HOUR - 1)
    assert status(aws, arn) == "PENDING_VALIDATION"
    aws.advance(1)
    assert status(aws, arn) == "VALIDATION_TIMED_OUT"
    assert describe(aws, arn)["DomainValidationOptions"][0]["ValidationStatus"] == "FAILED"
    put(aws, zone(aws), records(aws, arn)[0])
    aws.advance(HOUR)
    assert status(aws, arn) == "VALIDATION_TIMED_OUT"


@pytest.mark.aws(FAILED)
@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("host.example.internal", "INVALID_PUBLIC_DOMAIN"),
        ("app.local", "INVALID_PUBLIC_DOMAIN"),
        ("x.eu-west-1.elb.amazonaws.com", "ADDITIONAL_VERIFICATION_REQUIRED"),
    ],
)
def test_some_domains_fail(aws, name, reason):
    """Domains that are not public, or are Amazon's own, fail with their reasons."""
    arn = request(aws, name)
    assert status(aws, arn) == "PENDING_VALIDATION"
    aws.advance(60)
    found = describe(aws, arn)
    assert (found["Status"], found["FailureReason"]) == ("FAILED", reason)


@pytest.mark.aws(CAA)
def test_caa_records_may_forbid_amazon(aws):
    """CAA records of the domain or one above it must name Amazon, or the certificate fails with CAA_ERROR."""
    zone_id = zone(aws)
    caa = {"Name": "example.com", "Type": "CAA", "Value": '0 issue "letsencrypt.org"'}
    put(aws, zone_id, caa)
    arn = request(aws)
    aws.advance(60)
    assert (status(aws, arn), describe(aws, arn)["FailureReason"]) == ("FAILED", "CAA_ERROR")
    put(aws, zone_id, caa, value='0 issue "amazon.com"')
    again = request(aws)
    aws.advance(60)
    assert status(aws, again) == "PENDING_VALIDATION"


@pytest.mark.aws(REQUEST)
def test_a_token_counts_for_an_hour(aws):
    """The same request with the same token within an hour is the same certificate, later or without it a new one."""
    first = request(aws, IdempotencyToken="once")
    assert request(aws, IdempotencyToken="once") == first
    assert request(aws, IdempotencyToken="twice") != first
    assert request(aws) != first
    aws.advance(HOUR)
    assert request(aws, IdempotencyToken="once") != first


@pytest.mark.aws(REQUEST)
@pytest.mark.parametrize("name", ["com", "a..example.com", "-a.example.com", "a.*.example.com", "a_b.example.com"])
def test_domain_names_have_a_pattern(aws, name):
    """A domain name has labels of letters, digits and hyphens, and may begin with an asterisk alone."""
    with refused("ValidationException", "failed to satisfy constraint"):
        request(aws, name)
    with refused("ValidationException", "failed to satisfy constraint"):
        request(aws, SubjectAlternativeNames=[name])


@pytest.mark.aws(REQUEST)
def test_other_parameters_are_checked(aws):
    """Validation method, key algorithm and token must be what the API's model allows."""
    for change in ({"ValidationMethod": "FAX"}, {"KeyAlgorithm": "DSA"}, {"IdempotencyToken": "not a word"}):
        with refused("ValidationException", "failed to satisfy constraint"):
            aws.acm.request_certificate(DomainName="example.com", **change)


@pytest.mark.aws(LIMITS)
def test_a_certificate_has_ten_names(aws):
    """A certificate has at most 10 domain names unless the quota is raised."""
    names = [f"n{number}.example.com" for number in range(10)]
    with refused("LimitExceededException"):
        request(aws, SubjectAlternativeNames=names)
    request(aws, SubjectAlternativeNames=names[:9])


@pytest.mark.aws(EMAIL)
def test_validation_by_email(aws):
    """Without a method mails go to five addresses of the domain, or of one above it; records are not asked for."""
    option = {"DomainName": "www.example.com", "ValidationDomain": "example.com"}
    arn = aws.acm.request_certificate(DomainName="www.example.com", DomainValidationOptions=[option])["CertificateArn"]
    aws.advance(10)
    found = describe(aws, arn)["DomainValidationOptions"][0]
    assert found["ValidationMethod"] == "EMAIL" and "ResourceRecord" not in found
    names = {"administrator", "hostmaster", "postmaster", "webmaster", "admin"}
    assert set(found["ValidationEmails"]) == {f"{name}@example.com" for name in names}
    resend = {"CertificateArn": arn, "Domain": "www.example.com"}
    aws.acm.resend_validation_email(ValidationDomain="example.com", **resend)
    with refused("InvalidDomainValidationOptionsException"):
        aws.acm.resend_validation_email(ValidationDomain="example.org", **resend)
    with refused("InvalidStateException"):
        aws.acm.resend_validation_email(
            CertificateArn=request(aws), Domain="www.example.com", ValidationDomain="example.com"
        )


@pytest.mark.aws(GET)
def test_a_certificate_is_got_once_it_is_issued(aws):
    """GetCertificate is refused while the request is in progress, then gives the certificate and its chain as PEM."""
    from cryptography import x509

    pending = request(aws)
    with refused("RequestInProgressException"):
        aws.acm.get_certificate(CertificateArn=pending)
    arn = issued(aws, "*.example.org", SubjectAlternativeNames=["example.org"])
    answer = aws.acm.get_certificate(CertificateArn=arn)
    certificate = x509.load_pem_x509_certificate(answer["Certificate"].encode())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["*.example.org", "example.org"]
    assert certificate.public_key().key_size == 2048
    assert certificate.not_valid_after_utc == describe(aws, arn)["NotAfter"].replace(microsecond=0)
    (authority,) = x509.load_pem_x509_certificates(answer["CertificateChain"].encode())
    assert authority.subject == certificate.issuer


@pytest.mark.aws(RENEWAL)
def test_an_unused_certificate_expires(aws):
    """A certificate that nothing uses is not renewed and is EXPIRED after 395 days."""
    arn = issued(aws)
    assert describe(aws, arn)["RenewalEligibility"] == "INELIGIBLE"
    aws.advance(394 * 24 * HOUR)
    assert status(aws, arn) == "ISSUED"
    aws.advance(24 * HOUR)
    assert status(aws, arn) == "EXPIRED"
