"""Certificates, and the records that validate them."""


def request(aws, name="www.example.com", **more):
    return aws.acm.request_certificate(DomainName=name, ValidationMethod="DNS", **more)["CertificateArn"]


def describe(aws, arn):
    return aws.acm.describe_certificate(CertificateArn=arn)["Certificate"]


def status(aws, arn):
    return describe(aws, arn)["Status"]


def zone(aws, name="example.com", **more):
    made = aws.route53.create_hosted_zone(Name=name, CallerReference=f"{name} {more}", **more)
    return made["HostedZone"]["Id"]


def records(aws, arn):
    """The records that a certificate asks for."""
    options = describe(aws, arn)["DomainValidationOptions"]
    return list({option["ResourceRecord"]["Name"]: option["ResourceRecord"] for option in options}.values())


def put(aws, zone_id, record, value=None, action="UPSERT"):
    """Makes a record, or its like with another value."""
    values = [{"Value": value or record["Value"]}]
    rrset = {"Name": record["Name"], "Type": record["Type"], "TTL": 300, "ResourceRecords": values}
    batch = {"Changes": [{"Action": action, "ResourceRecordSet": rrset}]}
    aws.route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=batch)


def issued(aws, name="www.example.com", **more):
    """A certificate that has been validated by its records."""
    arn = request(aws, name, **more)
    aws.advance(10)
    zone_id = zone(aws, name.removeprefix("*."))
    for record in records(aws, arn):
        put(aws, zone_id, record)
    aws.advance(120)
    assert status(aws, arn) == "ISSUED"
    return arn
