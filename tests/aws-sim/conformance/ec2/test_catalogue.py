"""What AWS offers: zones, instance types, images; and launch templates and tags."""

import networks
import pytest
from simulator import refused

TYPES = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html"
IMAGES = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html"
TEMPLATE = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html"
VERSIONS = "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeLaunchTemplateVersions.html"
TAGS = "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Tags.html"


def template(aws, name="nodes", **more):
    data = {"InstanceType": "t3.micro"}
    return aws.ec2.create_launch_template(LaunchTemplateName=name, LaunchTemplateData=data, **more)["LaunchTemplate"]


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html")
def test_a_region_has_zones_with_names_and_ids(aws):
    """Zones have a name and an id; a name that there is not is refused."""
    zones = aws.ec2.describe_availability_zones()["AvailabilityZones"]
    assert [zone["ZoneName"] for zone in zones] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]
    assert sorted(zone["ZoneId"] for zone in zones) == ["euw1-az1", "euw1-az2", "euw1-az3"]
    with refused("InvalidParameterValue", message="Invalid availability zone: [eu-west-1z]"):
        aws.ec2.describe_availability_zones(ZoneNames=["eu-west-1z"])


@pytest.mark.aws(TYPES)
def test_an_instance_type_says_what_it_has(aws):
    """An instance type has its vCPUs, memory, architectures and the most interfaces; an unknown one is refused."""
    (shown,) = aws.ec2.describe_instance_types(InstanceTypes=["m7g.large"])["InstanceTypes"]
    assert shown["VCpuInfo"]["DefaultVCpus"] == 2 and shown["MemoryInfo"]["SizeInMiB"] == 8192
    assert shown["ProcessorInfo"]["SupportedArchitectures"] == ["arm64"]
    assert shown["NetworkInfo"]["MaximumNetworkInterfaces"] == 3
    with refused("InvalidInstanceType", message="The following supplied instance types do not exist: [t9.huge]"):
        aws.ec2.describe_instance_types(InstanceTypes=["t9.huge"])


@pytest.mark.aws(TYPES)
def test_instance_types_are_filtered_and_paged(aws):
    """Instance types come in pages of up to 100 and are found by what they have."""
    filters = [{"Name": "vcpu-info.default-vcpus", "Values": ["2"]}, {"Name": "instance-type", "Values": ["t3.*"]}]
    found = aws.ec2.describe_instance_types(Filters=filters)["InstanceTypes"]
    assert {one["InstanceType"] for one in found} == {"t3.nano", "t3.micro", "t3.small", "t3.medium", "t3.large"}
    pages = list(aws.ec2.get_paginator("describe_instance_types").paginate(PaginationConfig={"PageSize": 100}))
    names = [one["InstanceType"] for page in pages for one in page["InstanceTypes"]]
    assert len(pages) > 1 and len(names) == len(set(names))


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html")
def test_types_are_offered_in_zones(aws):
    """DescribeInstanceTypeOfferings tells in which zones a type is offered."""
    offered = aws.ec2.describe_instance_type_offerings(
        LocationType="availability-zone", Filters=[{"Name": "instance-type", "Values": ["t3.small"]}]
    )["InstanceTypeOfferings"]
    assert [one["Location"] for one in offered] == ["eu-west-1a", "eu-west-1b", "eu-west-1c"]


@pytest.mark.aws(IMAGES)
def test_the_published_image_is_described(aws):
    """The image that Parameter Store names is described, with its root disk, and belongs to Amazon."""
    image = networks.image(aws, "arm64")
    (shown,) = aws.ec2.describe_images(ImageIds=[image])["Images"]
    assert (shown["Architecture"], shown["ImageOwnerAlias"], shown["State"]) == ("arm64", "amazon", "available")
    assert shown["BlockDeviceMappings"][0]["DeviceName"] == shown["RootDeviceName"]
    assert aws.ec2.describe_images(Owners=["self"])["Images"] == []
    with refused("InvalidUserID.Malformed"):
        aws.ec2.describe_images(Owners=["nobody"])


@pytest.mark.aws(IMAGES)
def test_images_are_found_by_name(aws):
    """Images are found by owner and by a name with wildcards."""
    filters = [{"Name": "name", "Values": ["al2023-ami-ecs-hvm-*"]}, {"Name": "architecture", "Values": ["x86_64"]}]
    found = aws.ec2.describe_images(Owners=["amazon"], Filters=filters)["Images"]
    assert [one["ImageId"] for one in found] == [networks.image(aws)]


@pytest.mark.aws(TEMPLATE)
def test_a_template_has_a_name_of_its_own(aws):
    """A template's name is used once; it has 3 to 128 characters of a small alphabet; its data is not empty."""
    template(aws)
    with refused("InvalidLaunchTemplateName.AlreadyExistsException", message="Launch template name already in use."):
        template(aws)
    with refused("InvalidLaunchTemplateName.MalformedException"):
        template(aws, "no spaces")


@pytest.mark.aws(VERSIONS)
def test_versions_are_numbered_and_never_twice(aws):
    """A new version has the next number; the default stays until it is set; a number is not given again."""
    name = template(aws)["LaunchTemplateName"]

    def add(**more):
        data = {"ImageId": networks.image(aws)}
        answer = aws.ec2.create_launch_template_version(
            LaunchTemplateName=name, LaunchTemplateData=data, SourceVersion="1", **more
        )
        return answer["LaunchTemplateVersion"]

    second = add()
    assert (second["VersionNumber"], second["DefaultVersion"]) == (2, False)
    assert second["LaunchTemplateData"]["InstanceType"] == "t3.micro"
    aws.ec2.delete_launch_template_versions(LaunchTemplateName=name, Versions=["2"])
    assert add()["VersionNumber"] == 3
    shown = aws.ec2.describe_launch_template_versions(LaunchTemplateName=name, Versions=["$Latest", "$Default"])
    assert [one["VersionNumber"] for one in shown["LaunchTemplateVersions"]] == [3, 1]
    with refused("InvalidLaunchTemplateId.VersionNotFound"):
        aws.ec2.modify_launch_template(LaunchTemplateName=name, DefaultVersion="2")
    changed = aws.ec2.modify_launch_template(LaunchTemplateName=name, DefaultVersion="3")["LaunchTemplate"]
    assert (changed["DefaultVersionNumber"], changed["LatestVersionNumber"]) == (3, 3)


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html")
def test_the_default_version_is_not_deleted(aws):
    """Versions are deleted each for itself; the default one and those that are not there are told."""
    name = template(aws)["LaunchTemplateName"]
    answer = aws.ec2.delete_launch_template_versions(LaunchTemplateName=name, Versions=["1", "7"])
    assert answer["SuccessfullyDeletedLaunchTemplateVersions"] == []
    codes = [one["ResponseError"]["Code"] for one in answer["UnsuccessfullyDeletedLaunchTemplateVersions"]]
    assert codes == ["unexpectedError", "launchTemplateVersionDoesNotExist"]


@pytest.mark.aws(TEMPLATE)
def test_a_template_is_named_by_id_or_by_name(aws):
    """A call names a template one way; unknown ids and names have codes of their own."""
    made = template(aws)
    with refused("InvalidParameterCombination"):
        aws.ec2.delete_launch_template(LaunchTemplateId=made["LaunchTemplateId"], LaunchTemplateName="nodes")
    with refused("InvalidLaunchTemplateName.NotFoundException"):
        aws.ec2.delete_launch_template(LaunchTemplateName="none")
    with refused("InvalidLaunchTemplateId.NotFound"):
        aws.ec2.delete_launch_template(LaunchTemplateId=f"lt-{networks.NOWHERE}")
    aws.ec2.delete_launch_template(LaunchTemplateId=made["LaunchTemplateId"])
    assert aws.ec2.describe_launch_templates()["LaunchTemplates"] == []


@pytest.mark.aws(TAGS)
def test_a_resource_has_at_most_fifty_tags(aws):
    """The fifty-first tag is refused; one that replaces another is not."""
    vpc = networks.vpc(aws)
    tags = [{"Key": f"key-{n}", "Value": "x"} for n in range(50)]
    aws.ec2.create_tags(Resources=[vpc], Tags=tags)
    with refused("TagLimitExceeded"):
        aws.ec2.create_tags(Resources=[vpc], Tags=[{"Key": "one-more", "Value": "x"}])
    aws.ec2.create_tags(Resources=[vpc], Tags=[{"Key": "key-0", "Value": "y"}])
    filters = [{"Name": "resource-id", "Values": [vpc]}, {"Name": "value", "Values": ["y"]}]
    assert [tag["Key"] for tag in aws.ec2.describe_tags(Filters=filters)["Tags"]] == ["key-0"]


@pytest.mark.aws(TAGS)
def test_keys_of_aws_are_its_own(aws):
    """Keys that begin with aws: are refused, and so are keys over 128 and values over 256 characters."""
    vpc = networks.vpc(aws)
    for key, value in [("aws:name", "x"), ("k" * 129, "x"), ("k", "v" * 257)]:
        with refused("InvalidParameterValue"):
            aws.ec2.create_tags(Resources=[vpc], Tags=[{"Key": key, "Value": value}])


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_TagSpecification.html")
def test_tags_are_for_what_the_call_makes(aws):
    """A tag specification of another resource type is refused, and nothing is made."""
    tags = [{"ResourceType": "subnet", "Tags": [{"Key": "a", "Value": "b"}]}]
    with refused("InvalidParameterValue", message="'subnet' is not a valid taggable resource type"):
        networks.vpc(aws, TagSpecifications=tags)
    assert aws.ec2.describe_vpcs()["Vpcs"] == []


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteTags.html")
def test_a_tag_is_deleted_only_with_its_value(aws):
    """DeleteTags with a value deletes a tag that has it; without tags it deletes all."""
    vpc = networks.vpc(aws)
    aws.ec2.create_tags(Resources=[vpc], Tags=[{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}])

    def left():
        return {tag["Key"] for tag in aws.ec2.describe_tags()["Tags"]}

    aws.ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "a", "Value": "other"}])
    assert left() == {"a", "b"}
    aws.ec2.delete_tags(Resources=[vpc], Tags=[{"Key": "a", "Value": "1"}])
    assert left() == {"b"}
    aws.ec2.delete_tags(Resources=[vpc])
    assert left() == set()


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateTags.html")
def test_what_is_tagged_exists(aws):
    """Tagging something that does not exist is refused in the words of its kind, and nothing is tagged."""
    vpc = networks.vpc(aws)
    with refused("InvalidSubnetID.NotFound"):
        aws.ec2.create_tags(
            Resources=[vpc, f"subnet-{networks.NOWHERE}"], Tags=[{"Key": "a", "Value": "b"}]
        )
    with refused("InvalidID"):
        aws.ec2.create_tags(Resources=["nonsense"], Tags=[{"Key": "a", "Value": "b"}])
    assert aws.ec2.describe_tags()["Tags"] == []


@pytest.mark.aws("https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAccountAttributes.html")
def test_an_account_has_attributes(aws):
    """The attributes of an account name its default VPC and its limits; others are refused."""
    listed = aws.ec2.describe_account_attributes(AttributeNames=["default-vpc"])["AccountAttributes"]
    assert listed[0]["AttributeValues"] == [{"AttributeValue": "none"}]
    vpc = aws.ec2.create_default_vpc()["Vpc"]["VpcId"]
    listed = aws.ec2.describe_account_attributes(AttributeNames=["default-vpc"])["AccountAttributes"]
    assert listed[0]["AttributeValues"] == [{"AttributeValue": vpc}]
