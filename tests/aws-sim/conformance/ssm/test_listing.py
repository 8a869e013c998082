"""Lists of parameters, and the parameters that AWS publishes."""

import json

import pytest
from simulator import refused

BY_PATH = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html"
DESCRIBE = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeParameters.html"
FILTER = "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_ParameterStringFilter.html"
ECS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html"
PUBLIC = "https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-public-parameters-ami.html"

FAMILIES = ("amazon-linux-2023", "amazon-linux-2023/arm64", "amazon-linux-2023/gpu", "amazon-linux-2023/neuron")
FAMILIES += ("amazon-linux-2", "amazon-linux-2/arm64", "amazon-linux-2/gpu", "amazon-linux-2/inf")


def put(aws, name, kind="String", **more):
    aws.ssm.put_parameter(Name=name, Value="x", Type=kind, **more)


def names(answer):
    return [parameter["Name"] for parameter in answer["Parameters"]]


@pytest.mark.aws(BY_PATH)
def test_a_path_is_one_level_unless_it_is_recursive(aws):
    """GetParametersByPath gives what is directly below a path, or everything below it when Recursive is set."""
    for name in ("/app/a", "/app/b/c", "/apple/d", "app"):
        put(aws, name)
    assert names(aws.ssm.get_parameters_by_path(Path="/app")) == ["/app/a"]
    assert names(aws.ssm.get_parameters_by_path(Path="/app/", Recursive=True)) == ["/app/a", "/app/b/c"]
    assert names(aws.ssm.get_parameters_by_path(Path="/none")) == []
    with refused("ValidationException", message='must begin with a forward slash "/"'):
        aws.ssm.get_parameters_by_path(Path="app")


@pytest.mark.aws(BY_PATH)
def test_a_path_is_read_ten_at_a_time(aws):
    """A page of GetParametersByPath has at most ten parameters; asking for more is refused."""
    for number in range(12):
        put(aws, f"/app/{number:02}")
    first = aws.ssm.get_parameters_by_path(Path="/app")
    second = aws.ssm.get_parameters_by_path(Path="/app", NextToken=first["NextToken"])
    assert (len(names(first)), names(second)) == (10, ["/app/10", "/app/11"]) and "NextToken" not in second
    with refused("ValidationException", message="less than or equal to 10"):
        aws.ssm.get_parameters_by_path(Path="/app", MaxResults=11)
    with refused("InvalidNextToken"):
        aws.ssm.get_parameters_by_path(Path="/app", NextToken="%%%")


@pytest.mark.aws(BY_PATH)
def test_a_path_is_filtered_by_type_and_label(aws):
    """GetParametersByPath filters by type and label, but not by name."""
    put(aws, "/app/a")
    put(aws, "/app/b", kind="SecureString")
    aws.ssm.label_parameter_version(Name="/app/a", Labels=["live"])

    def filtered(key, value):
        filters = [{"Key": key, "Values": [value]}]
        return names(aws.ssm.get_parameters_by_path(Path="/app", ParameterFilters=filters))

    assert filtered("Type", "SecureString") == ["/app/b"] and filtered("Label", "live") == ["/app/a"]
    with refused("InvalidFilterKey", message="The following filter key is not valid: Name."):
        filtered("Name", "a")


@pytest.mark.aws(DESCRIBE)
def test_a_description_has_no_value(aws):
    """DescribeParameters shows everything but the value."""
    put(aws, "/app/a", Description="of a", AllowedPattern="x")
    seen = aws.ssm.describe_parameters()["Parameters"][0]
    assert (seen["Description"], seen["AllowedPattern"], seen["Tier"]) == ("of a", "x", "Standard")
    assert (seen["Version"], seen["DataType"], seen["Policies"]) == (1, "text", [])
    assert seen["ARN"] == "arn:aws:ssm:eu-west-1:123456789012:parameter/app/a" and "Value" not in seen


@pytest.mark.aws(FILTER)
def test_descriptions_are_filtered(aws):
    """Names are filtered by equality, beginning and part, paths by level, and tags by value."""
    put(aws, "/app/a", Tags=[{"Key": "team", "Value": "red"}])
    put(aws, "/app/b/c", kind="StringList")
    put(aws, "other")

    def described(key, *values, option=None):
        filters = {"Key": key, **({"Values": list(values)} if values else {}), **({"Option": option} if option else {})}
        return names(aws.ssm.describe_parameters(ParameterFilters=[filters]))

    assert described("Name", "app/a") == ["/app/a"]
    assert described("Name", "/app", option="BeginsWith") == ["/app/a", "/app/b/c"]
    assert described("Name", "the", option="Contains") == ["other"]
    assert described("Path", "/app") == ["/app/a"]
    assert described("Path", "/app", option="Recursive") == ["/app/a", "/app/b/c"]
    assert described("Type", "StringList") == ["/app/b/c"]
    assert described("tag:team", "red") == described("tag:team") == ["/app/a"]


@pytest.mark.aws(FILTER)
def test_filters_are_checked(aws):
    """Unknown keys, options and values, missing values and repeated keys have refusals of their own."""

    def described(*filters):
        aws.ssm.describe_parameters(ParameterFilters=list(filters))

    with refused("InvalidFilterKey", message="The following filter key is not valid: Label"):
        described({"Key": "Label", "Values": ["x"]})
    with refused("InvalidFilterOption", message="The following filter option is not valid: Equals"):
        described({"Key": "Path", "Values": ["/x"], "Option": "Equals"})
    with refused("InvalidFilterOption", message="The following filter value is not valid: Number"):
        described({"Key": "Type", "Values": ["Number"]})
    with refused("InvalidFilterValue"):
        described({"Key": "Name"})
    with refused("InvalidFilterKey", message="duplicated"):
        described({"Key": "Name", "Values": ["x"]}, {"Key": "Name", "Values": ["y"]})


@pytest.mark.aws(DESCRIBE)
def test_descriptions_are_paged_by_fifty(aws):
    """A page of DescribeParameters has at most 50; asking for more is refused."""
    for number in range(51):
        put(aws, f"p{number:02}")
    first = aws.ssm.describe_parameters()
    assert len(names(first)) == 50
    assert names(aws.ssm.describe_parameters(NextToken=first["NextToken"])) == ["p50"]
    with refused("ValidationException", message="less than or equal to 50"):
        aws.ssm.describe_parameters(MaxResults=51)


@pytest.mark.aws(ECS)
def test_ecs_images_are_published_as_documents_and_members(aws):
    """Each family of ECS-optimised images has a recommended document, whose members can be read one by one."""
    for family in FAMILIES:
        place = f"/aws/service/ecs/optimized-ami/{family}/recommended"
        document = json.loads(aws.ssm.get_parameter(Name=place)["Parameter"]["Value"])
        for member in ("image_id", "image_name", "ecs_agent_version", "os", "image_version"):
            assert aws.ssm.get_parameter(Name=f"{place}/{member}")["Parameter"]["Value"] == document[member]
        image = aws.ec2.describe_images(ImageIds=[document["image_id"]])["Images"][0]
        assert image["Name"] == document["image_name"]
        assert image["Architecture"] == ("arm64" if "arm64" in family else "x86_64")


@pytest.mark.aws(ECS)
def test_public_parameters_are_listed_by_path(aws):
    """Below a family's path everything that is published is listed; the parameters belong to no account."""
    path = "/aws/service/ecs/optimized-ami/amazon-linux-2023/recommended"
    listed = aws.ssm.get_parameters_by_path(Path=path)["Parameters"]
    assert f"{path}/image_id" in [parameter["Name"] for parameter in listed]
    assert listed[0]["ARN"] == f"arn:aws:ssm:eu-west-1::parameter{listed[0]['Name']}"
    assert aws.ssm.describe_parameters()["Parameters"] == []


@pytest.mark.aws(PUBLIC)
def test_amazon_linux_images_are_published(aws):
    """The newest Amazon Linux images are published for both architectures, different in every region."""
    place = "/aws/service/ami-amazon-linux-latest/"
    for name in ("al2023-ami-kernel-default-x86_64", "al2023-ami-kernel-default-arm64", "amzn2-ami-hvm-x86_64-gp2"):
        here = aws.ssm.get_parameter(Name=place + name)["Parameter"]["Value"]
        image = aws.ec2.describe_images(ImageIds=[here])["Images"][0]
        assert image["OwnerId"] == "137112412989"
        there = aws.client("ssm", region="us-east-1").get_parameter(Name=place + name)["Parameter"]["Value"]
        assert here != there
    with refused("ParameterNotFound"):
        aws.ssm.get_parameter(Name=place + "nothing")
