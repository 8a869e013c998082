"""Lines: written, read, searched, forgotten."""

import json

import pytest
from simulator import refused

PUT = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html"
GET = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html"
FILTER = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html"
RETENTION = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutRetentionPolicy.html"
PATTERNS = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html"

HOUR = 3600 * 1000
DAY = 24 * HOUR


@pytest.fixture
def now(aws):
    """A group with two streams, and the time of its creation."""
    aws.logs.create_log_group(logGroupName="app")
    for name in ("one", "two"):
        aws.logs.create_log_stream(logGroupName="app", logStreamName=name)
    return aws.logs.describe_log_groups()["logGroups"][0]["creationTime"]


def put(aws, *lines, stream="one"):
    """Writes lines of (time, text)."""
    events = [{"timestamp": at, "message": text} for at, text in lines]
    return aws.logs.put_log_events(logGroupName="app", logStreamName=stream, logEvents=events)


def get(aws, **more):
    return aws.logs.get_log_events(logGroupName="app", logStreamName="one", **more)


def texts(answer):
    return [event["message"] for event in answer["events"]]


def found(aws, pattern, **more):
    return texts(aws.logs.filter_log_events(logGroupName="app", filterPattern=pattern, **more))


@pytest.mark.aws(PUT)
def test_lines_are_read_with_their_times(aws, now):
    """A line is read back with its own time and the time at which it came in."""
    answer = put(aws, (now - 1000, "a"))
    assert "rejectedLogEventsInfo" not in answer
    assert get(aws)["events"] == [{"timestamp": now - 1000, "message": "a", "ingestionTime": now}]
    stream = aws.logs.describe_log_streams(logGroupName="app")["logStreams"][0]
    assert (stream["firstEventTimestamp"], stream["lastEventTimestamp"]) == (now - 1000, now - 1000)
    assert stream["lastIngestionTime"] == now
    assert aws.logs.describe_log_groups()["logGroups"][0]["storedBytes"] == 27


@pytest.mark.aws(PUT)
def test_sequence_tokens_do_not_matter(aws, now):
    """A wrong sequence token is taken like none."""
    events = [{"timestamp": now, "message": "a"}]
    for token in ("wrong", "wrong"):
        aws.logs.put_log_events(logGroupName="app", logStreamName="one", logEvents=events, sequenceToken=token)
    assert texts(get(aws)) == ["a", "a"]


@pytest.mark.aws(PUT)
def test_lines_of_a_batch_are_in_order_and_within_a_day(aws, now):
    """A batch that goes back in time, or spans more than 24 hours, is refused as a whole."""
    with refused("InvalidParameterException", message="chronological order"):
        put(aws, (now, "b"), (now - 1, "a"))
    with refused("InvalidParameterException", message="cannot span more than 24 hours"):
        put(aws, (now - 25 * HOUR, "a"), (now, "b"))
    assert texts(get(aws)) == []


@pytest.mark.aws(PUT)
def test_a_batch_has_a_size(aws, now):
    """A batch has at most 1,048,576 bytes, counting 26 for each line, and at most 10,000 lines."""
    put(aws, (now, "x" * (1_048_576 - 26)))
    with refused("InvalidParameterException", message="1048577 bytes exceeds limit of 1048576"):
        put(aws, (now, "x" * (1_048_576 - 25)))
    with refused("InvalidParameterException", message="less than or equal to 10000"):
        put(aws, *[(now, "x")] * 10_001)


@pytest.mark.aws(PUT)
def test_lines_that_are_too_old_or_too_new_are_told(aws, now):
    """Lines older than 14 days or more than 2 hours ahead are left out; the answer tells their places."""
    answer = put(aws, (now - 15 * DAY, "old"), (now, "a"), (now + HOUR, "b"), (now + 3 * HOUR, "new"))
    assert answer["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1, "tooNewLogEventStartIndex": 3}
    assert texts(get(aws)) == ["a", "b"]


@pytest.mark.aws(PUT)
def test_lines_before_the_retention_are_told(aws, now):
    """Lines that are older than the group keeps them are left out as expired."""
    aws.logs.put_retention_policy(logGroupName="app", retentionInDays=1)
    answer = put(aws, (now - 2 * DAY, "old"), (now, "a"))
    assert answer["rejectedLogEventsInfo"] == {"expiredLogEventEndIndex": 1}
    assert texts(get(aws)) == ["a"]


@pytest.mark.aws(PUT)
def test_lines_need_a_group_and_a_stream(aws, now):
    """Writing to an absent group or stream is refused, each with its own sentence."""
    events = [{"timestamp": now, "message": "a"}]
    with refused("ResourceNotFoundException", message="The specified log group does not exist."):
        aws.logs.put_log_events(logGroupName="none", logStreamName="one", logEvents=events)
    with refused("ResourceNotFoundException", message="The specified log stream does not exist."):
        aws.logs.put_log_events(logGroupName="app", logStreamName="none", logEvents=events)


@pytest.mark.aws(RETENTION)
def test_lines_go_after_the_retention(aws, now):
    """Lines are deleted within 72 hours after their retention is over, and no longer count as stored."""
    put(aws, (now, "a"))
    aws.logs.put_retention_policy(logGroupName="app", retentionInDays=1)
    aws.advance(12 * 3600)
    assert texts(get(aws)) == ["a"]
    aws.advance(12 * 3600 + 73 * 3600)
    assert texts(get(aws)) == []
    assert aws.logs.describe_log_groups()["logGroups"][0]["storedBytes"] == 0


@pytest.mark.aws(GET)
def test_the_newest_lines_come_unless_the_head_is_asked_for(aws, now):
    """GetLogEvents gives the newest lines, oldest of them first; with startFromHead the oldest."""
    put(aws, *[(now + number, str(number)) for number in range(5)])
    assert texts(get(aws, limit=2)) == ["3", "4"]
    assert texts(get(aws, limit=2, startFromHead=True)) == ["0", "1"]


@pytest.mark.aws(GET)
def test_tokens_lead_in_both_directions_and_repeat_at_the_end(aws, now):
    """The forward token goes on and repeats at the end until more comes; the backward token goes back."""
    put(aws, *[(now + number, str(number)) for number in range(5)])
    page = get(aws, limit=2, startFromHead=True)
    seen = texts(page)
    while True:
        following = get(aws, limit=2, startFromHead=True, nextToken=page["nextForwardToken"])
        if following["nextForwardToken"] == page["nextForwardToken"]:
            break
        page = following
        seen += texts(page)
    assert seen == ["0", "1", "2", "3", "4"] and texts(following) == []
    put(aws, (now + 9, "more"))
    assert texts(get(aws, nextToken=following["nextForwardToken"])) == ["more"]
    assert texts(get(aws, limit=2, nextToken=page["nextBackwardToken"])) == ["2", "3"]
    with refused("InvalidParameterException", message="The specified nextToken is invalid."):
        get(aws, nextToken="somewhere")


@pytest.mark.aws(GET)
def test_a_time_range_has_its_start_and_not_its_end(aws, now):
    """With GetLogEvents the start of a time range is included, its end is not."""
    put(aws, (now, "a"), (now + 1, "b"), (now + 2, "c"))
    assert texts(get(aws, startTime=now + 1, endTime=now + 2)) == ["b"]


@pytest.mark.aws(GET)
def test_a_page_has_at_most_a_megabyte(aws, now):
    """A page of lines ends before it is larger than 1 MB, and its token goes on from there."""
    for number in range(3):
        put(aws, (now + number, str(number) * 500_000))
    page = get(aws, startFromHead=True)
    assert [text[0] for text in texts(page)] == ["0", "1"]
    rest = get(aws, startFromHead=True, nextToken=page["nextForwardToken"])
    assert [text[0] for text in texts(rest)] == ["2"]


@pytest.mark.aws(GET)
def test_a_group_is_named_by_name_or_by_arn(aws, now):
    """A group is named by logGroupName or by its ARN as logGroupIdentifier, not by both."""
    put(aws, (now, "a"))
    arn = "arn:aws:logs:eu-west-1:123456789012:log-group:app"
    assert texts(aws.logs.get_log_events(logGroupIdentifier=arn, logStreamName="one")) == ["a"]
    with refused("InvalidParameterException", message="mutually exclusive"):
        get(aws, logGroupIdentifier=arn)
    with refused("InvalidParameterException", message="less than or equal to 10000"):
        get(aws, limit=10_001)


@pytest.mark.aws(FILTER)
def test_a_search_mixes_streams_by_time(aws, now):
    """FilterLogEvents gives lines of all streams by their time, with the stream's name and an id of their own."""
    put(aws, (now, "a"), (now + 2, "c"))
    put(aws, (now + 1, "b"), stream="two")
    answer = aws.logs.filter_log_events(logGroupName="app")
    assert [(event["message"], event["logStreamName"]) for event in answer["events"]] == [
        ("a", "one"),
        ("b", "two"),
        ("c", "one"),
    ]
    assert len({event["eventId"] for event in answer["events"]}) == 3
    assert texts(aws.logs.filter_log_events(logGroupName="app", startFromHead=False)) == ["c", "b", "a"]


@pytest.mark.aws(FILTER)
def test_a_search_is_narrowed_to_streams_and_times(aws, now):
    """FilterLogEvents takes names or a prefix of streams, not both, and a time range with its end."""
    put(aws, (now, "a"), (now + 1, "b"))
    put(aws, (now, "c"), stream="two")
    assert found(aws, "", logStreamNames=["two"]) == ["c"]
    assert found(aws, "", logStreamNamePrefix="o") == ["a", "b"]
    assert found(aws, "", startTime=now + 1, endTime=now + 1) == ["b"]
    with refused("InvalidParameterException", message="mutually exclusive"):
        found(aws, "", logStreamNames=["one"], logStreamNamePrefix="o")
    with refused("ResourceNotFoundException", message="The specified log stream does not exist."):
        found(aws, "", logStreamNames=["none"])


@pytest.mark.aws(FILTER)
def test_a_search_is_paged(aws, now):
    """FilterLogEvents gives a token while there is more, and none at the end."""
    put(aws, *[(now + number, str(number)) for number in range(3)])
    first = aws.logs.filter_log_events(logGroupName="app", limit=2)
    rest = aws.logs.filter_log_events(logGroupName="app", limit=2, nextToken=first["nextToken"])
    assert (texts(first), texts(rest)) == (["0", "1"], ["2"]) and "nextToken" not in rest


@pytest.mark.aws(PATTERNS)
def test_terms_must_all_be_there(aws, now):
    """Words and quoted phrases must all be in a line, in their case; what has a minus must not be."""
    put(aws, (now, "ERROR out of memory"), (now, "ERROR health check"), (now, "error out of memory"))
    assert found(aws, "ERROR memory") == ["ERROR out of memory"]
    assert found(aws, '"out of memory"') == ["ERROR out of memory", "error out of memory"]
    assert found(aws, "ERROR -health") == ["ERROR out of memory"]


@pytest.mark.aws(PATTERNS)
def test_one_of_the_alternatives_must_be_there(aws, now):
    """Of words with a question mark one must be in a line."""
    put(aws, (now, "ERROR a"), (now, "WARN b"), (now, "INFO c"))
    assert found(aws, "?ERROR ?WARN") == ["ERROR a", "WARN b"]


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/regex-expressions.html")
def test_a_regular_expression_stands_between_percent_signs(aws, now):
    """A pattern between percent signs is a regular expression."""
    put(aws, (now, "status 404"), (now, "status 200"))
    assert found(aws, "%4[0-9]{2}%") == ["status 404"]


@pytest.mark.aws(PATTERNS)
def test_members_of_json_are_compared(aws, now):
    """Conditions on members of JSON compare texts, numbers and truth values, and are joined with && and ||."""
    lines = [
        {"level": "error", "code": 503, "user": {"name": "joe"}},
        {"level": "info", "code": 200, "user": None},
        {"level": "error", "code": 404, "tags": ["a"]},
    ]
    put(aws, *[(now + place, json.dumps(line)) for place, line in enumerate(lines)], (now + 9, "not json"))

    def codes(pattern):
        return [json.loads(text)["code"] for text in found(aws, pattern)]

    assert codes('{ $.level = "error" }') == [503, 404]
    assert codes('{ $.level = "error" && $.code >= 500 }') == [503]
    assert codes("{ ($.code = 200) || ($.code = 404) }") == [200, 404]
    assert codes('{ $.user.name = "j*" }') == [503]
    assert codes("{ $.user IS NULL }") == [200] and codes("{ $.user NOT EXISTS }") == [404]
    assert codes('{ $.tags[0] = "a" }') == [404]
    for broken in ("{ level = 1 }", "{ $.level = }", '{ $.level = "error"'):
        with refused("InvalidParameterException", message="Invalid filter pattern"):
            found(aws, broken)


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-space-delimited-log-events.html")
def test_columns_are_compared(aws, now):
    """A pattern in brackets names the columns of a line and compares them; three dots stand for any number of columns."""
    good = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 200 1534'
    bad = '127.0.0.1 - joe [10/Oct/2000:13:35:22 -0700] "GET /about.html HTTP/1.0" 404 5324'
    put(aws, (now, good), (now + 1, bad))
    assert found(aws, "[ip, id, user, time, request, status = 4*, bytes]") == [bad]
    assert found(aws, "[..., status, bytes < 2000]") == [good]
    assert found(aws, "[ip, id, user = frank || user = joe, ...]") == [good, bad]
    assert found(aws, "[ip, user]") == []
