"""Log groups and streams."""

import pytest
from simulator import refused

CREATE = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"
DESCRIBE = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogGroups.html"
DELETE = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogGroup.html"
RETENTION = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"
PROTECTION = (
    "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogGroupDeletionProtection.html"
)
KEY = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_AssociateKmsKey.html"
TAGS = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TagResource.html"
CREATE_STREAM = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogStream.html"
STREAMS = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeLogStreams.html"
DELETE_STREAM = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DeleteLogStream.html"

ARN = "arn:aws:logs:eu-west-1:123456789012:log-group:app"


def names(answer):
    return [group["logGroupName"] for group in answer["logGroups"]]


@pytest.mark.aws(CREATE)
def test_a_group_is_made_once(aws):
    """A log group's name is unique in its region; making it again is refused."""
    aws.logs.create_log_group(logGroupName="app")
    with refused("ResourceAlreadyExistsException"):
        aws.logs.create_log_group(logGroupName="app")
    aws.client("logs", region="us-east-1").create_log_group(logGroupName="app")


@pytest.mark.aws(CREATE)
def test_names_and_classes_are_checked(aws):
    """A group's name has letters, digits and ._-/#, at most 512 of them, and its class is one that there is."""
    for wrong in ("a b", "a:b", "x" * 513):
        with refused("InvalidParameterException", message="logGroupName"):
            aws.logs.create_log_group(logGroupName=wrong)
    with refused("InvalidParameterException", message="logGroupClass"):
        aws.logs.create_log_group(logGroupName="app", logGroupClass="CHEAP")


@pytest.mark.aws(DESCRIBE)
def test_a_group_is_described_without_retention_until_it_has_one(aws):
    """A group shows both of its ARNs, its class, no retention while it has none, and what it stores."""
    aws.logs.create_log_group(logGroupName="app", kmsKeyId="arn:aws:kms:eu-west-1:123456789012:key/k")
    group = aws.logs.describe_log_groups()["logGroups"][0]
    assert (group["arn"], group["logGroupArn"]) == (ARN + ":*", ARN)
    assert (group["logGroupClass"], group["storedBytes"], group["metricFilterCount"]) == ("STANDARD", 0, 0)
    assert group["kmsKeyId"].endswith(":key/k") and "retentionInDays" not in group


@pytest.mark.aws(DESCRIBE)
def test_groups_are_chosen_by_prefix_pattern_or_class(aws):
    """Groups are listed by prefix or by a part of the name in any case, but not by both."""
    aws.logs.create_log_group(logGroupName="/ecs/App")
    aws.logs.create_log_group(logGroupName="/ecs/web", logGroupClass="INFREQUENT_ACCESS")
    aws.logs.create_log_group(logGroupName="other")
    assert names(aws.logs.describe_log_groups(logGroupNamePrefix="/ecs")) == ["/ecs/App", "/ecs/web"]
    assert names(aws.logs.describe_log_groups(logGroupNamePattern="app")) == ["/ecs/App"]
    assert names(aws.logs.describe_log_groups(logGroupClass="INFREQUENT_ACCESS")) == ["/ecs/web"]
    with refused("InvalidParameterException", message="mutually exclusive"):
        aws.logs.describe_log_groups(logGroupNamePrefix="a", logGroupNamePattern="b")


@pytest.mark.aws(DESCRIBE)
def test_groups_are_paged_by_fifty(aws):
    """A page has at most 50 groups; asking for more, or with a foreign token, is refused."""
    for number in range(51):
        aws.logs.create_log_group(logGroupName=f"g{number:02}")
    first = aws.logs.describe_log_groups()
    assert len(first["logGroups"]) == 50
    assert names(aws.logs.describe_log_groups(nextToken=first["nextToken"])) == ["g50"]
    with refused("InvalidParameterException", message="limit"):
        aws.logs.describe_log_groups(limit=51)
    with refused("InvalidParameterException", message="The specified nextToken is invalid."):
        aws.logs.describe_log_groups(nextToken="%%%")


@pytest.mark.aws(DELETE)
def test_a_group_is_deleted_with_its_streams(aws):
    """Deleting a group takes its streams along; an absent group is refused."""
    aws.logs.create_log_group(logGroupName="app")
    aws.logs.create_log_stream(logGroupName="app", logStreamName="one")
    aws.logs.delete_log_group(logGroupName="app")
    with refused("ResourceNotFoundException", message="The specified log group does not exist."):
        aws.logs.delete_log_group(logGroupName="app")
    aws.logs.create_log_group(logGroupName="app")
    assert aws.logs.describe_log_streams(logGroupName="app")["logStreams"] == []


@pytest.mark.aws(PROTECTION)
def test_a_protected_group_is_not_deleted(aws):
    """While deletion protection is on, the group cannot be deleted."""
    aws.logs.create_log_group(logGroupName="app", deletionProtectionEnabled=True)
    assert aws.logs.describe_log_groups()["logGroups"][0]["deletionProtectionEnabled"] is True
    with refused("ValidationException", message="deletion protection"):
        aws.logs.delete_log_group(logGroupName="app")
    aws.logs.put_log_group_deletion_protection(logGroupIdentifier="app", deletionProtectionEnabled=False)
    aws.logs.delete_log_group(logGroupName="app")


@pytest.mark.aws(RETENTION)
def test_a_retention_is_one_of_the_allowed_days(aws):
    """A retention is set to one of AWS's numbers of days, shown, and taken away again."""
    aws.logs.create_log_group(logGroupName="app")
    with refused("InvalidParameterException", message="retentionInDays"):
        aws.logs.put_retention_policy(logGroupName="app", retentionInDays=2)
    aws.logs.put_retention_policy(logGroupName="app", retentionInDays=7)
    assert aws.logs.describe_log_groups()["logGroups"][0]["retentionInDays"] == 7
    aws.logs.delete_retention_policy(logGroupName="app")
    assert "retentionInDays" not in aws.logs.describe_log_groups()["logGroups"][0]
    with refused("ResourceNotFoundException"):
        aws.logs.put_retention_policy(logGroupName="none", retentionInDays=7)


@pytest.mark.aws(KEY)
def test_a_key_is_given_and_taken(aws):
    """A KMS key can be associated with a group and taken off it."""
    aws.logs.create_log_group(logGroupName="app")
    aws.logs.associate_kms_key(logGroupName="app", kmsKeyId="arn:aws:kms:eu-west-1:123456789012:key/k")
    assert aws.logs.describe_log_groups()["logGroups"][0]["kmsKeyId"].endswith(":key/k")
    aws.logs.disassociate_kms_key(logGroupName="app")
    assert "kmsKeyId" not in aws.logs.describe_log_groups()["logGroups"][0]


@pytest.mark.aws(TAGS)
def test_tags_are_seen_by_both_apis(aws):
    """Tags given at creation, by ARN and by name are the same tags."""
    aws.logs.create_log_group(logGroupName="app", tags={"a": "1"})
    aws.logs.tag_resource(resourceArn=ARN, tags={"b": "2"})
    aws.logs.tag_log_group(logGroupName="app", tags={"c": "3"})
    assert aws.logs.list_tags_for_resource(resourceArn=ARN)["tags"] == {"a": "1", "b": "2", "c": "3"}
    aws.logs.untag_resource(resourceArn=ARN, tagKeys=["a"])
    aws.logs.untag_log_group(logGroupName="app", tags=["b"])
    assert aws.logs.list_tags_log_group(logGroupName="app")["tags"] == {"c": "3"}
    with refused("ResourceNotFoundException"):
        aws.logs.list_tags_for_resource(resourceArn=ARN + "x")


@pytest.mark.aws(TAGS)
def test_a_group_has_at_most_fifty_tags(aws):
    """The fifty-first tag of a group is refused."""
    aws.logs.create_log_group(logGroupName="app", tags={str(number): "" for number in range(50)})
    with refused("TooManyTagsException"):
        aws.logs.tag_resource(resourceArn=ARN, tags={"more": ""})


@pytest.mark.aws(CREATE_STREAM)
def test_a_stream_is_made_once_in_a_group(aws):
    """A stream's name is unique in its group and has no colon or asterisk."""
    aws.logs.create_log_group(logGroupName="app")
    aws.logs.create_log_stream(logGroupName="app", logStreamName="one")
    with refused("ResourceAlreadyExistsException", message="The specified log stream already exists"):
        aws.logs.create_log_stream(logGroupName="app", logStreamName="one")
    for wrong in ("a:b", "a*"):
        with refused("InvalidParameterException", message="logStreamName"):
            aws.logs.create_log_stream(logGroupName="app", logStreamName=wrong)
    with refused("ResourceNotFoundException", message="The specified log group does not exist."):
        aws.logs.create_log_stream(logGroupName="none", logStreamName="one")


@pytest.mark.aws(STREAMS)
def test_an_empty_stream_has_no_times_of_lines(aws):
    """A stream without lines shows its creation but no times of first and last line."""
    aws.logs.create_log_group(logGroupName="app")
    aws.logs.create_log_stream(logGroupName="app", logStreamName="one")
    stream = aws.logs.describe_log_streams(logGroupName="app")["logStreams"][0]
    assert stream["arn"] == ARN + ":log-stream:one" and stream["storedBytes"] == 0
    assert not {"firstEventTimestamp", "lastEventTimestamp", "lastIngestionTime"} & set(stream)


@pytest.mark.aws(STREAMS)
def test_streams_are_ordered_by_name_or_by_their_last_line(aws):
    """Streams come by name or by the time of their last line, in either direction, and a prefix goes with names alone."""
    aws.logs.create_log_group(logGroupName="app")
    for name in ("a", "b", "c"):
        aws.logs.create_log_stream(logGroupName="app", logStreamName=name)
    now = aws.logs.describe_log_groups()["logGroups"][0]["creationTime"]
    for name, at in (("a", now), ("c", now - 1000), ("b", now - 500)):
        aws.logs.put_log_events(
            logGroupName="app", logStreamName=name, logEvents=[{"timestamp": at, "message": "x"}]
        )

    def listed(**more):
        streams = aws.logs.describe_log_streams(logGroupName="app", **more)["logStreams"]
        return [stream["logStreamName"] for stream in streams]

    assert listed() == ["a", "b", "c"] and listed(descending=True) == ["c", "b", "a"]
    assert listed(orderBy="LastEventTime", descending=True) == ["a", "b", "c"]
    assert listed(logStreamNamePrefix="b") == ["b"]
    with refused("InvalidParameterException", message="Cannot order by LastEventTime with a logStreamNamePrefix."):
        listed(orderBy="LastEventTime", logStreamNamePrefix="a")
    with refused("InvalidParameterException", message="orderBy"):
        listed(orderBy="Size")


@pytest.mark.aws(STREAMS)
def test_streams_are_paged_in_their_order(aws):
    """Pages of streams follow each other in the order that was asked for."""
    aws.logs.create_log_group(logGroupName="app")
    for name in ("a", "b", "c"):
        aws.logs.create_log_stream(logGroupName="app", logStreamName=name)
    first = aws.logs.describe_log_streams(logGroupName="app", limit=2, descending=True)
    rest = aws.logs.describe_log_streams(logGroupName="app", limit=2, descending=True, nextToken=first["nextToken"])
    listed = [stream["logStreamName"] for page in (first, rest) for stream in page["logStreams"]]
    assert listed == ["c", "b", "a"] and "nextToken" not in rest


@pytest.mark.aws(DELETE_STREAM)
def test_a_stream_is_deleted_once(aws):
    """A deleted stream is gone at once; a second deletion is refused."""
    aws.logs.create_log_group(logGroupName="app")
    aws.logs.create_log_stream(logGroupName="app", logStreamName="one")
    aws.logs.delete_log_stream(logGroupName="app", logStreamName="one")
    with refused("ResourceNotFoundException", message="The specified log stream does not exist."):
        aws.logs.delete_log_stream(logGroupName="app", logStreamName="one")
