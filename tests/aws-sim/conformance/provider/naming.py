"""Hosted zones, records and certificates."""

from provider import Resource, as_map


class HostedZone(Resource):
    absent = ("NoSuchHostedZone",)

    def create(self):
        made = self.aws.route53.create_hosted_zone(
            Name=self.asked["Name"],
            CallerReference=self.asked["reference"],
            HostedZoneConfig={"Comment": self.asked["Comment"]},
        )
        self.id = made["HostedZone"]["Id"].removeprefix("/hostedzone/")
        insync(self.aws, made)
        self.update({"tags": self.asked["tags"]})

    def read(self):
        answer = self.aws.route53.get_hosted_zone(Id=self.id)
        tags = self.aws.route53.list_tags_for_resource(ResourceType="hostedzone", ResourceId=self.id)
        zone = answer["HostedZone"]
        return {
            "Name": zone["Name"].removesuffix("."),
            "reference": zone["CallerReference"],
            "Comment": zone["Config"]["Comment"],
            "servers": answer["DelegationSet"]["NameServers"],
            "tags": as_map(tags["ResourceTagSet"]["Tags"]),
        }

    def update(self, change):
        if "Comment" in change:
            self.aws.route53.update_hosted_zone_comment(Id=self.id, Comment=change["Comment"])
        if "tags" in change:
            tags = [{"Key": key, "Value": value} for key, value in change["tags"].items()]
            self.aws.route53.change_tags_for_resource(ResourceType="hostedzone", ResourceId=self.id, AddTags=tags)

    def delete(self):
        insync(self.aws, self.aws.route53.delete_hosted_zone(Id=self.id))


def insync(aws, answer):
    """Waits as the provider does until every name server knows a change."""
    assert answer["ChangeInfo"]["Status"] == "PENDING"
    change = answer["ChangeInfo"]["Id"].removeprefix("/change/")
    aws.until(lambda: aws.route53.get_change(Id=change)["ChangeInfo"]["Status"] == "INSYNC")


class Record(Resource):
    """A record set of a zone; `set` is it."""

    def change(self, action, record):
        changes = {"Changes": [{"Action": action, "ResourceRecordSet": record}]}
        batch = {"HostedZoneId": self.asked["zone"], "ChangeBatch": changes}
        insync(self.aws, self.aws.route53.change_resource_record_sets(**batch))

    def create(self):
        self.id = self.asked["set"]["Name"]
        self.change("CREATE", self.asked["set"])

    def read(self):
        first = {"StartRecordName": self.id, "StartRecordType": self.asked["set"]["Type"], "MaxItems": "1"}
        answer = self.aws.route53.list_resource_record_sets(HostedZoneId=self.asked["zone"], **first)
        found = answer["ResourceRecordSets"]
        wanted = (self.id.rstrip("."), first["StartRecordType"])
        if not found or (found[0]["Name"].rstrip("."), found[0]["Type"]) != wanted:
            return None
        record = found[0] | {"Name": self.id}
        if "AliasTarget" in record:
            name = record["AliasTarget"]["DNSName"].removesuffix(".")
            record["AliasTarget"] = record["AliasTarget"] | {"DNSName": name}
        return {"zone": self.asked["zone"], "set": record}

    def update(self, change):
        self.change("UPSERT", change["set"])

    def delete(self):
        self.change("DELETE", self.asked["set"])


class Certificate(Resource):
    absent = ("ResourceNotFoundException",)

    def create(self):
        asked = self.without("tags")
        made = self.aws.acm.request_certificate(**asked, IdempotencyToken="terraform", Tags=self.tags())
        self.id = made["CertificateArn"]
        self.aws.until(lambda: all("ResourceRecord" in one for one in self.options()))

    def described(self):
        return self.aws.acm.describe_certificate(CertificateArn=self.id)["Certificate"]

    def options(self):
        return self.described().get("DomainValidationOptions", [{}])

    def read(self):
        found = self.described()
        tags = self.aws.acm.list_tags_for_certificate(CertificateArn=self.id)["Tags"]
        validation = {"ValidationMethod": found["DomainValidationOptions"][0]["ValidationMethod"]}
        # Those who use it come and go with other resources.
        known = {name: value for name, value in found.items() if name not in ("InUseBy", "DomainValidationOptions")}
        return known | validation | {"tags": as_map(tags)}

    def delete(self):
        self.aws.until(lambda: not self.described()["InUseBy"])
        self.aws.acm.delete_certificate(CertificateArn=self.id)


class CertificateValidation(Resource):
    """Nothing of its own: it waits until the certificate is issued."""

    def create(self):
        self.id = self.asked["CertificateArn"]
        self.aws.until(lambda: self.read()["Status"] == "ISSUED")

    def read(self):
        return self.aws.acm.describe_certificate(CertificateArn=self.id)["Certificate"]

    def delete(self):
        pass

    def find(self):
        return None if self.id else self.read()
