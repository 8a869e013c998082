"""Metric filters, subscription filters and resource policies."""

import json

import pytest
from simulator import refused

METRIC = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutMetricFilter.html"
METRICS = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_DescribeMetricFilters.html"
TEST = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_TestMetricFilter.html"
SUBSCRIPTION = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutSubscriptionFilter.html"
POLICY = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutResourcePolicy.html"

FUNCTION = "arn:aws:lambda:eu-west-1:123456789012:function:ship"


@pytest.fixture
def logs(aws):
    aws.logs.create_log_group(logGroupName="app")
    return aws.logs


def count(logs, name="errors", metric="Errors", **more):
    transformation = {"metricName": metric, "metricNamespace": "App", "metricValue": "1", **more}
    logs.put_metric_filter(
        logGroupName="app", filterName=name, filterPattern="ERROR", metricTransformations=[transformation]
    )


@pytest.mark.aws(METRIC)
def test_a_metric_filter_is_kept_and_replaced(logs):
    """A metric filter is shown as it was put; putting its name again replaces it."""
    count(logs)
    count(logs, metric="Failures")
    filters = logs.describe_metric_filters(logGroupName="app")["metricFilters"]
    assert [one["metricTransformations"][0]["metricName"] for one in filters] == ["Failures"]
    assert (filters[0]["filterPattern"], filters[0]["logGroupName"]) == ("ERROR", "app")
    assert logs.describe_log_groups()["logGroups"][0]["metricFilterCount"] == 1
    logs.delete_metric_filter(logGroupName="app", filterName="errors")
    with refused("ResourceNotFoundException", message="metric filter"):
        logs.delete_metric_filter(logGroupName="app", filterName="errors")


@pytest.mark.aws(METRIC)
def test_a_metric_filter_is_checked(logs):
    """A metric filter needs a pattern that can be read, and has either dimensions or a default value."""
    with refused("InvalidParameterException", message="Invalid filter pattern"):
        logs.put_metric_filter(
            logGroupName="app",
            filterName="x",
            filterPattern="{ x }",
            metricTransformations=[{"metricName": "a", "metricNamespace": "b", "metricValue": "1"}],
        )
    with refused("InvalidParameterException", message="mutually exclusive"):
        count(logs, dimensions={"a": "$.a"}, defaultValue=0)
    with refused("InvalidParameterException", message="filterName"):
        count(logs, name="a:b")


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/cloudwatch_limits_cwl.html")
def test_a_group_has_at_most_a_hundred_metric_filters(logs):
    """The hundred-and-first metric filter of a group is refused."""
    for number in range(100):
        count(logs, name=f"f{number}")
    with refused("LimitExceededException"):
        count(logs, name="more")


@pytest.mark.aws(METRICS)
def test_metric_filters_are_found_by_prefix_and_metric(logs):
    """Metric filters of all groups are listed by the beginning of their name or by their metric, and paged."""
    count(logs, name="errors")
    count(logs, name="latency", metric="Latency")

    def names(**more):
        return [one["filterName"] for one in logs.describe_metric_filters(**more)["metricFilters"]]

    assert names(filterNamePrefix="err") == ["errors"]
    assert names(metricName="Latency", metricNamespace="App") == ["latency"]
    first = logs.describe_metric_filters(limit=1)
    assert names(limit=1, nextToken=first["nextToken"]) == ["latency"]
    with refused("InvalidParameterException"):
        names(metricName="Latency")


@pytest.mark.aws(TEST)
def test_a_pattern_is_tried_on_lines(aws):
    """TestMetricFilter answers the lines that match with their number and the columns that the pattern names."""
    answer = aws.logs.test_metric_filter(
        filterPattern="[level = ERROR, code]", logEventMessages=["INFO 1", "ERROR 2", "ERROR"]
    )
    assert answer["matches"] == [
        {"eventNumber": 2, "eventMessage": "ERROR 2", "extractedValues": {"$level": "ERROR", "$code": "2"}}
    ]


@pytest.mark.aws(SUBSCRIPTION)
def test_a_group_has_at_most_two_subscription_filters(logs):
    """A third subscription filter is refused; an existing one can be replaced."""
    for name in ("a", "b", "a"):
        logs.put_subscription_filter(
            logGroupName="app", filterName=name, filterPattern="", destinationArn=FUNCTION
        )
    with refused("LimitExceededException"):
        logs.put_subscription_filter(logGroupName="app", filterName="c", filterPattern="", destinationArn=FUNCTION)
    filters = logs.describe_subscription_filters(logGroupName="app")["subscriptionFilters"]
    assert [(one["filterName"], one["distribution"]) for one in filters] == [("a", "ByLogStream"), ("b", "ByLogStream")]
    logs.delete_subscription_filter(logGroupName="app", filterName="a")
    with refused("ResourceNotFoundException", message="subscription filter"):
        logs.delete_subscription_filter(logGroupName="app", filterName="a")


@pytest.mark.aws(SUBSCRIPTION)
def test_a_subscription_needs_a_destination_that_takes_lines(logs):
    """A destination is a function, a stream or a logical destination; a stream needs a role."""
    with refused("InvalidParameterException"):
        logs.put_subscription_filter(
            logGroupName="app", filterName="a", filterPattern="", destinationArn="arn:aws:s3:::bucket"
        )
    with refused("InvalidParameterException", message="roleArn"):
        logs.put_subscription_filter(
            logGroupName="app",
            filterName="a",
            filterPattern="",
            destinationArn="arn:aws:kinesis:eu-west-1:123456789012:stream/s",
        )


@pytest.mark.aws(POLICY)
def test_an_account_has_at_most_ten_resource_policies(aws):
    """Resource policies are kept by name, ten of them, and must be policies."""
    document = json.dumps({"Version": "2012-10-17", "Statement": []})
    for number in range(10):
        aws.logs.put_resource_policy(policyName=f"p{number}", policyDocument=document)
    aws.logs.put_resource_policy(policyName="p0", policyDocument=document)
    with refused("LimitExceededException", message="Resource limit exceeded."):
        aws.logs.put_resource_policy(policyName="more", policyDocument=document)
    with refused("InvalidParameterException"):
        aws.logs.put_resource_policy(policyName="p0", policyDocument="text")
    assert len(aws.logs.describe_resource_policies()["resourcePolicies"]) == 10
    aws.logs.delete_resource_policy(policyName="p0")
    with refused("ResourceNotFoundException", message="Policy with name [p0] does not exist"):
        aws.logs.delete_resource_policy(policyName="p0")
