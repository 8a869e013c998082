"""Namespaces, services and their instances."""

import pytest
from simulator import refused

HTTP = "https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateHttpNamespace.html"
PRIVATE = "https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePrivateDnsNamespace.html"
PUBLIC = "https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePublicDnsNamespace.html"
OPERATION = "https://docs.aws.amazon.com/cloud-map/latest/api/API_GetOperation.html"
OPERATIONS = "https://docs.aws.amazon.com/cloud-map/latest/api/API_ListOperations.html"
NAMESPACES = "https://docs.aws.amazon.com/cloud-map/latest/api/API_ListNamespaces.html"
DELETE_NAMESPACE = "https://docs.aws.amazon.com/cloud-map/latest/api/API_DeleteNamespace.html"
UPDATE_NAMESPACE = "https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdateHttpNamespace.html"
CREATE = "https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateService.html"
SERVICES = "https://docs.aws.amazon.com/cloud-map/latest/api/API_ListServices.html"
DELETE = "https://docs.aws.amazon.com/cloud-map/latest/api/API_DeleteService.html"
UPDATE = "https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdateService.html"
REGISTER = "https://docs.aws.amazon.com/cloud-map/latest/api/API_RegisterInstance.html"
DEREGISTER = "https://docs.aws.amazon.com/cloud-map/latest/api/API_DeregisterInstance.html"
INSTANCES = "https://docs.aws.amazon.com/cloud-map/latest/api/API_ListInstances.html"
HEALTH = "https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdateInstanceCustomHealthStatus.html"
DISCOVER = "https://docs.aws.amazon.com/cloud-map/latest/api/API_DiscoverInstances.html"
REVISION = "https://docs.aws.amazon.com/cloud-map/latest/api/API_DiscoverInstancesRevision.html"
RECORDS = "https://docs.aws.amazon.com/cloud-map/latest/api/API_DnsConfig.html"
TAGS = "https://docs.aws.amazon.com/cloud-map/latest/api/API_TagResource.html"

A = [{"Type": "A", "TTL": 60}]


class Map:
    """Calls to Cloud Map that wait until their operations are done."""

    def __init__(self, aws):
        self.aws, self.api = aws, aws.servicediscovery

    def done(self, answer):
        """What an operation was about, once it is done."""
        find = lambda: self.api.get_operation(OperationId=answer["OperationId"])["Operation"]
        self.aws.until(lambda: find()["Status"] != "PENDING")
        assert find()["Status"] == "SUCCESS", find()
        return find()["Targets"]

    def http(self, name="apps", **more):
        return self.done(self.api.create_http_namespace(Name=name, **more))["NAMESPACE"]

    def private(self, name="apps.local"):
        vpc = self.aws.ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
        return self.done(self.api.create_private_dns_namespace(Name=name, Vpc=vpc))["NAMESPACE"]

    def service(self, namespace, name="web", **more):
        return self.api.create_service(Name=name, NamespaceId=namespace, **more)["Service"]["Id"]

    def register(self, service, name="one", **attributes):
        return self.done(self.api.register_instance(ServiceId=service, InstanceId=name, Attributes=attributes))

    def found(self, **asked):
        answer = self.api.discover_instances(NamespaceName="apps", ServiceName="web", **asked)
        return sorted(one["InstanceId"] for one in answer["Instances"])

    def records(self, namespace):
        shown = self.api.get_namespace(Id=namespace)["Namespace"]
        zone = shown["Properties"]["DnsProperties"]["HostedZoneId"]
        sets = self.aws.route53.list_resource_record_sets(HostedZoneId=zone)["ResourceRecordSets"]
        return [one for one in sets if one["Type"] not in ("NS", "SOA")]


@pytest.mark.aws(OPERATION)
def test_a_namespace_comes_by_an_operation(aws):
    """CreateHttpNamespace begins an operation, which is PENDING until the namespace is there."""
    api = aws.servicediscovery
    begun = api.create_http_namespace(Name="apps", Description="d")["OperationId"]
    operation = api.get_operation(OperationId=begun)["Operation"]
    assert (operation["Type"], operation["Status"]) == ("CREATE_NAMESPACE", "PENDING")
    assert api.list_namespaces()["Namespaces"] == []
    aws.advance(10)
    operation = api.get_operation(OperationId=begun)["Operation"]
    assert operation["Status"] == "SUCCESS" and operation["UpdateDate"] > operation["CreateDate"]
    namespace = api.get_namespace(Id=operation["Targets"]["NAMESPACE"])["Namespace"]
    assert (namespace["Name"], namespace["Type"], namespace["ServiceCount"]) == ("apps", "HTTP", 0)
    assert namespace["Properties"] == {"HttpProperties": {"HttpName": "apps"}}
    assert namespace["Arn"].endswith(f":namespace/{namespace['Id']}")
    with refused("OperationNotFound"):
        api.get_operation(OperationId="gone")


@pytest.mark.aws(PRIVATE)
def test_a_private_namespace_has_a_private_zone(aws):
    """A private DNS namespace makes a private hosted zone of its name in its VPC, and takes it away again."""
    map = Map(aws)
    id = map.private()
    namespace = map.api.get_namespace(Id=id)["Namespace"]
    assert namespace["Type"] == "DNS_PRIVATE"
    zone = aws.route53.get_hosted_zone(Id=namespace["Properties"]["DnsProperties"]["HostedZoneId"])
    assert (zone["HostedZone"]["Name"], zone["HostedZone"]["Config"]["PrivateZone"]) == ("apps.local.", True)
    map.done(map.api.delete_namespace(Id=id))
    assert aws.route53.list_hosted_zones()["HostedZones"] == []
    with refused("NamespaceNotFound"):
        map.api.get_namespace(Id=id)
    with refused("InvalidInput"):
        map.api.create_private_dns_namespace(Name="x.local", Vpc="vpc-0123456789abcdef0")


@pytest.mark.aws(PUBLIC)
def test_a_public_namespace_has_a_public_zone(aws):
    """A public DNS namespace makes a public hosted zone."""
    map = Map(aws)
    id = map.done(map.api.create_public_dns_namespace(Name="apps.test"))["NAMESPACE"]
    namespace = map.api.get_namespace(Id=id)["Namespace"]
    zone = aws.route53.get_hosted_zone(Id=namespace["Properties"]["DnsProperties"]["HostedZoneId"])
    assert (namespace["Type"], zone["HostedZone"]["Config"]["PrivateZone"]) == ("DNS_PUBLIC", False)


@pytest.mark.aws(HTTP)
def test_a_name_is_given_once(aws):
    """A namespace with a name that is taken is refused, and the refusal names the other."""
    map = Map(aws)
    id = map.http()
    with refused("NamespaceAlreadyExists") as caught:
        map.api.create_http_namespace(Name="apps")
    assert caught.value.response["NamespaceId"] == id


@pytest.mark.aws(HTTP)
def test_a_repeated_request_is_the_same_operation(aws):
    """The same CreatorRequestId with the same parameters gives the same operation, with others DuplicateRequest."""
    api = aws.servicediscovery
    first = api.create_http_namespace(Name="apps", CreatorRequestId="1")["OperationId"]
    assert api.create_http_namespace(Name="apps", CreatorRequestId="1")["OperationId"] == first
    with refused("DuplicateRequest") as caught:
        api.create_http_namespace(Name="other", CreatorRequestId="1")
    assert caught.value.response["DuplicateOperationId"] == first


@pytest.mark.aws(DELETE_NAMESPACE)
def test_a_namespace_with_services_is_not_deleted(aws):
    """A namespace is deleted only after its services."""
    map = Map(aws)
    namespace = map.http()
    service = map.service(namespace)
    with refused("ResourceInUse"):
        map.api.delete_namespace(Id=namespace)
    map.api.delete_service(Id=service)
    map.done(map.api.delete_namespace(Id=namespace))
    assert map.api.list_namespaces()["Namespaces"] == []


@pytest.mark.aws(DELETE_NAMESPACE)
def test_two_operations_about_one_thing_are_refused(aws):
    """While a namespace is being deleted, another call to delete it is a duplicate."""
    map = Map(aws)
    namespace = map.http()
    first = map.api.delete_namespace(Id=namespace)["OperationId"]
    with refused("DuplicateRequest") as caught:
        map.api.delete_namespace(Id=namespace)
    assert caught.value.response["DuplicateOperationId"] == first


@pytest.mark.aws(UPDATE_NAMESPACE)
def test_a_description_can_be_changed(aws):
    """UpdateHttpNamespace changes the description by an operation."""
    map = Map(aws)
    namespace = map.http(Description="old")
    map.done(map.api.update_http_namespace(Id=namespace, Namespace={"Description": "new"}))
    assert map.api.get_namespace(Id=namespace)["Namespace"]["Description"] == "new"


@pytest.mark.aws(NAMESPACES)
def test_namespaces_are_listed_in_pages_and_filtered(aws):
    """ListNamespaces pages, and filters by type and by the beginning of names."""
    map = Map(aws)
    for number in range(3):
        map.http(f"apps-{number}")
    map.private()
    first = map.api.list_namespaces(MaxResults=3)
    rest = map.api.list_namespaces(MaxResults=3, NextToken=first["NextToken"])
    assert [len(page["Namespaces"]) for page in (first, rest)] == [3, 1] and "NextToken" not in rest

    def names(**condition):
        found = map.api.list_namespaces(Filters=[condition])["Namespaces"]
        return sorted(one["Name"] for one in found)

    assert names(Name="TYPE", Values=["DNS_PRIVATE"]) == ["apps.local"]
    assert names(Name="NAME", Values=["apps-"], Condition="BEGINS_WITH") == ["apps-0", "apps-1", "apps-2"]


@pytest.mark.aws(OPERATIONS)
def test_operations_are_listed_by_what_they_do(aws):
    """ListOperations filters by status, type and namespace."""
    map = Map(aws)
    namespace = map.http()
    pending = map.api.delete_namespace(Id=namespace)["OperationId"]

    def ids(**condition):
        return [one["Id"] for one in map.api.list_operations(Filters=[condition])["Operations"]]

    assert ids(Name="STATUS", Values=["PENDING"]) == [pending]
    assert ids(Name="TYPE", Values=["DELETE_NAMESPACE"]) == [pending]
    assert len(ids(Name="NAMESPACE_ID", Values=[namespace])) == 2


@pytest.mark.aws(CREATE)
def test_a_service_shows_what_was_asked_and_the_defaults(aws):
    """A service in DNS answers with several values unless it asks for weights, and counts one failure."""
    map = Map(aws)
    namespace = map.private()
    made = map.api.create_service(
        Name="web", NamespaceId=namespace, DnsConfig={"DnsRecords": A}, HealthCheckCustomConfig={}
    )["Service"]
    assert (made["Type"], made["InstanceCount"] if "InstanceCount" in made else 0) == ("DNS_HTTP", 0)
    assert made["DnsConfig"] == {"NamespaceId": namespace, "RoutingPolicy": "MULTIVALUE", "DnsRecords": A}
    assert made["HealthCheckCustomConfig"] == {"FailureThreshold": 1}
    assert map.api.get_service(Id=made["Id"])["Service"]["Name"] == "web"
    assert map.api.get_namespace(Id=namespace)["Namespace"]["ServiceCount"] == 1
    with refused("ServiceNotFound"):
        map.api.get_service(Id="srv-gone")


@pytest.mark.aws(CREATE)
def test_a_name_of_a_service_is_given_once_in_a_namespace(aws):
    """A second service of a name is refused; the same request again answers the first."""
    map = Map(aws)
    namespace = map.http()
    service = map.service(namespace, CreatorRequestId="1")
    assert map.service(namespace, CreatorRequestId="1") == service
    with refused("ServiceAlreadyExists") as caught:
        map.service(namespace, "WEB")
    assert caught.value.response["ServiceId"] == service
    with refused("NamespaceNotFound"):
        map.service("ns-gone")


@pytest.mark.aws(CREATE)
def test_records_and_health_checks_must_fit_the_namespace(aws):
    """Records are for DNS namespaces, checks of Route53 for public ones, CNAME for weights."""
    map = Map(aws)
    http, private = map.http(), map.private()
    for namespace, more in (
        (http, {"DnsConfig": {"DnsRecords": A}}),
        (private, {}),
        (private, {"DnsConfig": {"DnsRecords": A}, "HealthCheckConfig": {"Type": "TCP"}}),
        (private, {"DnsConfig": {"DnsRecords": [{"Type": "CNAME", "TTL": 60}]}}),
        (http, {"HealthCheckConfig": {"Type": "TCP"}, "HealthCheckCustomConfig": {}}),
    ):
        with refused("InvalidInput"):
            map.service(namespace, **more)


@pytest.mark.aws(SERVICES)
def test_services_are_listed_by_namespace(aws):
    """ListServices filters by namespace."""
    map = Map(aws)
    one, two = map.http("one"), map.http("two")
    map.service(one)
    other = map.service(two, "api")
    found = map.api.list_services(Filters=[{"Name": "NAMESPACE_ID", "Values": [two], "Condition": "EQ"}])
    assert [service["Id"] for service in found["Services"]] == [other]
    assert len(map.api.list_services()["Services"]) == 2


@pytest.mark.aws(DELETE)
def test_a_service_with_instances_is_not_deleted(aws):
    """A service is deleted only after its instances."""
    map = Map(aws)
    service = map.service(map.http())
    map.register(service, AWS_INSTANCE_IPV4="10.0.0.1")
    with refused("ResourceInUse"):
        map.api.delete_service(Id=service)
    map.done(map.api.deregister_instance(ServiceId=service, InstanceId="one"))
    map.api.delete_service(Id=service)
    assert map.api.list_services()["Services"] == []


@pytest.mark.aws(REGISTER)
def test_an_instance_comes_by_an_operation_and_is_exchanged_by_another(aws):
    """RegisterInstance adds an instance, and exchanges the attributes of one that is there."""
    map = Map(aws)
    service = map.service(map.http())
    targets = map.register(service, AWS_INSTANCE_IPV4="10.0.0.1", color="blue")
    assert targets == {"INSTANCE": "one", "SERVICE": service}
    map.register(service, AWS_INSTANCE_IPV4="10.0.0.2")
    instance = map.api.get_instance(ServiceId=service, InstanceId="one")["Instance"]
    assert instance["Attributes"] == {"AWS_INSTANCE_IPV4": "10.0.0.2"}
    assert map.api.get_service(Id=service)["Service"]["InstanceCount"] == 1
    with refused("InstanceNotFound"):
        map.api.get_instance(ServiceId=service, InstanceId="two")


@pytest.mark.aws(DEREGISTER)
def test_only_an_instance_that_is_there_is_deregistered(aws):
    """DeregisterInstance knows only instances that are registered."""
    map = Map(aws)
    service = map.service(map.http())
    with refused("InstanceNotFound"):
        map.api.deregister_instance(ServiceId=service, InstanceId="one")


@pytest.mark.aws(INSTANCES)
def test_instances_are_listed_in_pages(aws):
    """ListInstances pages."""
    map = Map(aws)
    service = map.service(map.http())
    for name in ("a", "b", "c"):
        map.register(service, name, AWS_INSTANCE_IPV4="10.0.0.1")
    pages = map.api.get_paginator("list_instances").paginate(ServiceId=service, PaginationConfig={"PageSize": 2})
    assert [[one["Id"] for one in page["Instances"]] for page in pages] == [["a", "b"], ["c"]]


@pytest.mark.aws(RECORDS)
def test_an_instance_has_a_record_of_its_address(aws):
    """An instance of a service with A records answers under the name of the service, beside the others."""
    map = Map(aws)
    namespace = map.private()
    service = map.service(namespace, DnsConfig={"DnsRecords": A})
    with refused("InvalidInput", "AWS_INSTANCE_IPV4"):
        map.register(service)
    map.register(service, "one", AWS_INSTANCE_IPV4="10.0.0.1")
    map.register(service, "two", AWS_INSTANCE_IPV4="10.0.0.2")
    records = map.records(namespace)
    assert {(one["Name"], one["SetIdentifier"], one["MultiValueAnswer"]) for one in records} == {
        ("web.apps.local.", "one", True),
        ("web.apps.local.", "two", True),
    }
    assert sorted(one["ResourceRecords"][0]["Value"] for one in records) == ["10.0.0.1", "10.0.0.2"]
    map.done(map.api.deregister_instance(ServiceId=service, InstanceId="one"))
    assert [one["SetIdentifier"] for one in map.records(namespace)] == ["two"]


@pytest.mark.aws(RECORDS)
def test_a_record_with_a_port_leads_to_a_name_of_the_instance(aws):
    """An SRV record holds the port and a name of the instance's own, which has a record of its address."""
    map = Map(aws)
    namespace = map.private()
    service = map.service(namespace, DnsConfig={"DnsRecords": [{"Type": "SRV", "TTL": 60}]})
    map.register(service, "one", AWS_INSTANCE_IPV4="10.0.0.1", AWS_INSTANCE_PORT="8080")
    values = {(one["Name"], one["Type"]): one["ResourceRecords"][0]["Value"] for one in map.records(namespace)}
    assert values == {
        ("web.apps.local.", "SRV"): "1 1 8080 one.web.apps.local",
        ("one.web.apps.local.", "A"): "10.0.0.1",
    }


@pytest.mark.aws(UPDATE)
def test_the_lifetime_of_records_can_be_changed(aws):
    """UpdateService changes the lifetime of records that are there."""
    map = Map(aws)
    namespace = map.private()
    service = map.service(namespace, DnsConfig={"DnsRecords": A})
    map.register(service, AWS_INSTANCE_IPV4="10.0.0.1")
    change = {"DnsConfig": {"DnsRecords": [{"Type": "A", "TTL": 10}]}}
    map.done(map.api.update_service(Id=service, Service=change))
    assert [one["TTL"] for one in map.records(namespace)] == [10]


@pytest.mark.aws(HEALTH)
def test_an_instance_that_is_said_to_be_ill_is_not_answered(aws):
    """UpdateInstanceCustomHealthStatus takes an instance out of DNS, if the service has a custom health check."""
    map = Map(aws)
    namespace = map.private("apps")
    service = map.service(namespace, DnsConfig={"DnsRecords": A}, HealthCheckCustomConfig={"FailureThreshold": 1})
    map.register(service, "one", AWS_INSTANCE_IPV4="10.0.0.1")
    map.register(service, "two", AWS_INSTANCE_IPV4="10.0.0.2", AWS_INIT_HEALTH_STATUS="UNHEALTHY")
    assert [one["SetIdentifier"] for one in map.records(namespace)] == ["one"]
    ask = {"ServiceId": service}
    map.api.update_instance_custom_health_status(**ask, InstanceId="two", Status="HEALTHY")
    map.api.update_instance_custom_health_status(**ask, InstanceId="one", Status="UNHEALTHY")
    assert [one["SetIdentifier"] for one in map.records(namespace)] == ["two"]
    assert map.api.get_instances_health_status(**ask)["Status"] == {"one": "UNHEALTHY", "two": "HEALTHY"}
    plain = map.service(namespace, "plain", DnsConfig={"DnsRecords": A})
    map.register(plain, AWS_INSTANCE_IPV4="10.0.0.1")
    with refused("CustomHealthNotFound"):
        map.api.update_instance_custom_health_status(ServiceId=plain, InstanceId="one", Status="HEALTHY")


@pytest.mark.aws(DISCOVER)
def test_instances_are_found_by_name_and_attributes(aws):
    """DiscoverInstances finds instances that have what is asked for, and prefers what is optional."""
    map = Map(aws)
    service = map.service(map.http())
    map.register(service, "one", AWS_INSTANCE_IPV4="10.0.0.1", color="blue", zone="a")
    map.register(service, "two", AWS_INSTANCE_IPV4="10.0.0.2", color="blue", zone="b")
    map.register(service, "red", AWS_INSTANCE_IPV4="10.0.0.3", color="red")
    assert map.found() == ["one", "red", "two"]
    assert map.found(QueryParameters={"color": "blue"}) == ["one", "two"]
    assert map.found(QueryParameters={"color": "blue"}, OptionalParameters={"zone": "b"}) == ["two"]
    assert map.found(QueryParameters={"color": "blue"}, OptionalParameters={"zone": "c"}) == ["one", "two"]
    assert len(map.found(MaxResults=1)) == 1
    with refused("NamespaceNotFound"):
        map.api.discover_instances(NamespaceName="gone", ServiceName="web")
    with refused("ServiceNotFound"):
        map.api.discover_instances(NamespaceName="apps", ServiceName="gone")


@pytest.mark.aws(DISCOVER)
def test_healthy_instances_are_found_unless_none_is(aws):
    """DiscoverInstances finds healthy instances, and all of them when none is healthy."""
    map = Map(aws)
    service = map.service(map.http(), HealthCheckCustomConfig={"FailureThreshold": 1})
    map.register(service, "one", AWS_INSTANCE_IPV4="10.0.0.1")
    map.register(service, "two", AWS_INSTANCE_IPV4="10.0.0.2", AWS_INIT_HEALTH_STATUS="UNHEALTHY")
    assert map.found() == ["one"]
    assert map.found(HealthStatus="UNHEALTHY") == ["two"]
    assert map.found(HealthStatus="ALL") == ["one", "two"]
    map.api.update_instance_custom_health_status(ServiceId=service, InstanceId="one", Status="UNHEALTHY")
    assert map.found() == ["one", "two"]
    assert map.found(HealthStatus="HEALTHY") == []


@pytest.mark.aws(REVISION)
def test_each_change_of_instances_is_a_revision(aws):
    """The revision grows with every change of a service's instances."""
    map = Map(aws)
    service = map.service(map.http())

    def revision():
        return map.api.discover_instances_revision(NamespaceName="apps", ServiceName="web")["InstancesRevision"]

    before = revision()
    map.register(service, AWS_INSTANCE_IPV4="10.0.0.1")
    assert revision() > before
    assert map.api.discover_instances(NamespaceName="apps", ServiceName="web")["InstancesRevision"] == revision()


@pytest.mark.aws(TAGS)
def test_namespaces_and_services_have_tags(aws):
    """Namespaces and services are tagged when they are made and later; at most fifty tags each."""
    map = Map(aws)
    namespace = map.http(Tags=[{"Key": "a", "Value": "1"}])
    made = map.api.create_service(Name="web", NamespaceId=namespace)["Service"]
    arn = map.api.get_namespace(Id=namespace)["Namespace"]["Arn"]
    map.api.tag_resource(ResourceARN=arn, Tags=[{"Key": "b", "Value": "2"}])
    map.api.untag_resource(ResourceARN=arn, TagKeys=["a"])
    assert map.api.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "b", "Value": "2"}]
    assert map.api.list_tags_for_resource(ResourceARN=made["Arn"])["Tags"] == []
    with refused("ResourceNotFoundException"):
        map.api.list_tags_for_resource(ResourceARN=arn + "x")
