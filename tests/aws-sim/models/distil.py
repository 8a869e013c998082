"""Writes `<service>.json` beside itself: what the simulator needs of botocore's service models, and nothing else.

Run with the Python that has botocore: `python distil.py [folder]`. `conformance/wire/test_tables.py` checks that the files
here equal what this writes.

One file a service:

- `protocol`, `version`, `namespace` (XML), `target` (the prefix of X-Amz-Target), `known` (operations that AWS has and of
  which nothing more is kept);
- `operations`: name -> `method`, `uri`, `status`, `in`, `out`, the last two being names of shapes;
- `shapes`: name -> `t` (its type, `structure` when absent and `m` is there, else `string`), `m` (members: name -> shape, or
  `[shape, place, wire name]`), `r` (required members), `e` (list element, or a map's value, as a member), `k` (a map's
  key), `flat`, `enum`, `min`, `max`, `pattern`, `secret`. Scalars that nothing narrows are named
  by their type and have no entry.
"""

import json
import sys
from pathlib import Path

import botocore.session

SERVICES = [
    "ec2", "iam", "sts", "autoscaling", "ecs", "elb", "elbv2", "route53", "acm", "logs", "ssm", "secretsmanager", "ecr",
    "scheduler", "events", "application-autoscaling", "servicediscovery",
]  # fmt: skip

# Of the large services only these subjects; of the others every operation.
SUBJECTS = {
    "ec2": [
        "Vpc", "Vpcs", "VpcAttribute", "Subnet", "Subnets", "SubnetAttribute", "InternetGateway", "InternetGateways",
        "RouteTable", "RouteTables", "RouteTableAssociation", "Route", "Address", "Addresses", "AddressesAttribute",
        "NatGateway", "NatGateways", "SecurityGroup", "SecurityGroups", "SecurityGroupRules", "SecurityGroupIngress",
        "SecurityGroupEgress", "SecurityGroupRuleDescriptionsIngress", "SecurityGroupRuleDescriptionsEgress",
        "SecurityGroupReferences", "NetworkInterface", "NetworkInterfaces", "NetworkInterfaceAttribute",
        "LaunchTemplate", "LaunchTemplates", "LaunchTemplateVersion", "LaunchTemplateVersions", "LaunchTemplateData",
        "Instances", "InstanceStatus", "InstanceAttribute", "InstanceTypes", "InstanceTypeOfferings",
        "InstanceCreditSpecifications", "InstanceMetadataOptions", "InstanceMaintenanceOptions", "IamInstanceProfile",
        "IamInstanceProfileAssociations", "IamInstanceProfileAssociation", "Image", "Images", "ImageAttribute", "Tags",
        "AvailabilityZones", "Regions", "AccountAttributes", "KeyPair", "KeyPairs", "NetworkAcl", "NetworkAcls",
        "NetworkAclEntry", "NetworkAclAssociation", "DhcpOptions", "VpcEndpoint", "VpcEndpoints", "VpcEndpointServices",
        "VpcCidrBlock", "SubnetCidrBlock", "VpcPeeringConnections", "ManagedPrefixLists", "PrefixLists", "Volume",
        "Volumes", "VolumeStatus", "VolumeAttribute", "FlowLogs", "ConsoleOutput", "DefaultVpc", "DefaultSubnet",
        "EgressOnlyInternetGateway", "EgressOnlyInternetGateways", "SecurityGroupVpcAssociations", "SecurityGroupsForVpc",
        "VpcClassicLink", "VpcClassicLinkDnsSupport", "EbsEncryptionByDefault", "HostReservations", "PlacementGroup",
        "PlacementGroups", "SpotInstanceRequests", "PrivateDnsNameOptions", "PasswordData", "UnassignPrivateIpAddresses",
    ],
    "ssm": ["Parameter", "Parameters", "ParametersByPath", "ParameterHistory", "ParameterVersion", "Resource"],
    "logs": [
        "LogGroup", "LogGroups", "LogStream", "LogStreams", "LogEvents", "RetentionPolicy", "Resource", "LogRecord",
        "SubscriptionFilter", "SubscriptionFilters", "MetricFilter", "MetricFilters", "ResourcePolicy", "ResourcePolicies",
        "KmsKey", "LogGroupFields", "ExportTask", "ExportTasks", "LogGroupsForQuery", "Query", "QueryResults",
    ],
}  # fmt: skip

PLACES = {"uri": "u", "querystring": "q", "header": "h", "headers": "hs", "statusCode": "s"}


def distil(service):
    """The table of one service."""
    session = botocore.session.get_session()
    model = session.get_service_model(service)
    metadata = model.metadata
    table = {
        "protocol": metadata["protocol"],
        "version": metadata["apiVersion"],
        "namespace": metadata.get("xmlNamespace"),
        "target": metadata.get("targetPrefix"),
        "known": [],
        "operations": {},
        "shapes": {},
    }
    if metadata["protocol"] == "ec2":
        # Answers end it in a slash: <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html>
        table["namespace"] += "/"
    versions = session.get_component("data_loader").list_api_versions(service, "service-2")
    if metadata["protocol"] == "ec2" and len(versions) > 1:
        table["versions"] = versions
    keeper = Keeper(metadata["protocol"], table["shapes"])
    for name in model.operation_names:
        operation = model.operation_model(name)
        if not is_kept(service, name):
            table["known"].append(name)
            continue
        row = table["operations"][name] = {}
        for key, shape in (("in", operation.input_shape), ("out", operation.output_shape)):
            if shape is not None:
                row[key] = keeper.keep(shape)
        http = operation.http
        if metadata["protocol"].startswith("rest-"):
            row["method"], row["uri"] = http["method"], http["requestUri"]
            if http.get("responseCode", 200) != 200:
                row["status"] = http["responseCode"]
            if table["namespace"] is None and operation.input_shape is not None:
                table["namespace"] = operation.input_shape.serialization.get("xmlNamespace", {}).get("uri")
    return {key: value for key, value in table.items() if value}


def is_kept(service, operation):
    if service not in SUBJECTS:
        return True
    verb = next((at for at in range(1, len(operation)) if operation[at].isupper()), len(operation))
    return operation[verb:] in SUBJECTS[service]


class Keeper:
    """Collects shapes, each once."""

    def __init__(self, protocol, shapes):
        self.protocol = protocol
        self.shapes = shapes

    def keep(self, shape):
        """The name under which the shape is found."""
        entry = getattr(self, f"_{shape.type_name}", self._scalar)(shape)
        return shape.name if entry is None else entry

    def _structure(self, shape):
        if shape.name in self.shapes:
            return None
        entry = self.shapes[shape.name] = {}
        entry["m"] = {name: self.member(name, member) for name, member in shape.members.items()}
        if shape.required_members:
            entry["r"] = shape.required_members
        return None

    def _list(self, shape):
        if shape.name in self.shapes:
            return None
        entry = self.shapes[shape.name] = {"t": "list"}
        entry["e"] = self.member("member", shape.member)
        if shape.serialization.get("flattened"):
            entry["flat"] = True
        self.limit(entry, shape)
        return None

    def _map(self, shape):
        if shape.name in self.shapes:
            return None
        entry = self.shapes[shape.name] = {"t": "map"}
        entry["k"], entry["e"] = self.member("key", shape.key), self.member("value", shape.value)
        self.limit(entry, shape)
        return None

    def _scalar(self, shape):
        entry = {}
        self.limit(entry, shape)
        if shape.type_name == "string" and shape.enum:
            entry["enum"] = shape.enum
        if shape.metadata.get("sensitive"):
            entry["secret"] = True
        if not entry:
            return shape.type_name
        if shape.type_name != "string":
            entry["t"] = shape.type_name
        self.shapes[shape.name] = entry
        return None

    def limit(self, entry, shape):
        for key in ("min", "max", "pattern"):
            value = shape.metadata.get(key)
            # Java's limits stand for none.
            if value is not None and value not in (2147483647, -2147483648, 9223372036854775807) and (key, value) != ("min", 0):
                entry[key] = value

    def member(self, name, shape):
        """A member as a shape's name, or with its place and the name that it has on the wire where these differ."""
        kept = self.keep(shape)
        serialization = shape.serialization
        place = PLACES.get(serialization.get("location"), "")
        wire = serialization.get("name", name)
        if self.protocol == "ec2" and name not in ("member", "key", "value"):
            # <https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html#query-key-resolution>
            query = serialization.get("queryName") or wire[:1].upper() + wire[1:]
            return kept if (wire, query) == (name, name) else [kept, place, wire, query]
        return kept if (place, wire) == ("", name) else [kept, place, wire]


def write(folder):
    for service in SERVICES:
        text = json.dumps(distil(service), separators=(",", ":"), ensure_ascii=True)
        # A line a shape and a line an operation, so that a change of AWS's model is a change of a few lines.
        text = text.replace('},"', '},\n"')
        (folder / f"{service}.json").write_text(text + "\n")


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
