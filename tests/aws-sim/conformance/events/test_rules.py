"""Rules, their targets, and the events that meet them."""

import json

import pytest
from running_tasks import cluster_with_room, job, role_for, started
from simulator import refused

PUT_RULE = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html"
DELETE_RULE = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html"
LIST_RULES = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRules.html"
PUT_TARGETS = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html"
REMOVE_TARGETS = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RemoveTargets.html"
PUT_EVENTS = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html"
TEST_PATTERN = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html"
SCHEDULES = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html"
QUOTAS = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html"
BUS = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_CreateEventBus.html"
INPUT = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html"

LOGS = "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/events/all"


def rule_to_logs(aws, **rule):
    """A rule whose events end as lines of a log group."""
    aws.logs.create_log_group(logGroupName="/aws/events/all")
    aws.events.put_rule(Name="watch", **rule)
    aws.events.put_targets(Rule="watch", Targets=[{"Id": "logs", "Arn": LOGS}])


def lines(aws):
    found = aws.logs.filter_log_events(logGroupName="/aws/events/all")["events"]
    return [json.loads(event["message"]) for event in found]


def send(aws, **entry):
    entry = {"Source": "app", "DetailType": "Paid", "Detail": "{}"} | entry
    return aws.events.put_events(Entries=[entry])


@pytest.mark.aws(PUT_RULE)
def test_a_rule_needs_a_pattern_or_a_schedule(aws):
    """A rule without pattern and without schedule is refused."""
    with refused("ValidationException", "Parameter(s) EventPattern or ScheduleExpression must be specified."):
        aws.events.put_rule(Name="empty")


@pytest.mark.aws(SCHEDULES)
@pytest.mark.parametrize("expression", ["cron(0 12 * * * *)", "rate(1 minutes)", "rate(5 seconds)", "at(2027-01-01T00:00:00)", "5 * * * *"])
def test_a_schedule_that_cannot_be_read_is_refused(aws, expression):
    """Rules take rates and calendars of six fields, and no single times."""
    with refused("ValidationException", "Parameter ScheduleExpression is not valid."):
        aws.events.put_rule(Name="tick", ScheduleExpression=expression)


@pytest.mark.aws(PUT_RULE)
@pytest.mark.parametrize("pattern", ["{", "[]", '{"source": "app"}', '{"source": []}', '{"source": [{"near": 1}]}'])
def test_a_pattern_that_cannot_be_read_is_refused(aws, pattern):
    """A pattern is an object whose members are lists of alternatives."""
    with refused("InvalidEventPatternException", "Event pattern is not valid. Reason:"):
        aws.events.put_rule(Name="watch", EventPattern=pattern)


@pytest.mark.aws(PUT_RULE)
def test_putting_a_rule_again_changes_it(aws):
    """PutRule replaces a rule that exists: what is not said again is gone, its targets and tags stay."""
    arn = aws.events.put_rule(
        Name="tick", ScheduleExpression="rate(1 hour)", Description="old", Tags=[{"Key": "a", "Value": "1"}]
    )["RuleArn"]
    aws.events.put_targets(Rule="tick", Targets=[{"Id": "1", "Arn": LOGS}])
    assert aws.events.put_rule(Name="tick", ScheduleExpression="rate(2 hours)")["RuleArn"] == arn
    rule = aws.events.describe_rule(Name="tick")
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(2 hours)", "ENABLED")
    assert "Description" not in rule
    assert len(aws.events.list_targets_by_rule(Rule="tick")["Targets"]) == 1
    assert aws.events.list_tags_for_resource(ResourceARN=arn)["Tags"] == [{"Key": "a", "Value": "1"}]


@pytest.mark.aws(DELETE_RULE)
def test_a_rule_with_targets_is_not_deleted(aws):
    """Targets must be removed before their rule is deleted; deleting what is not there succeeds."""
    aws.events.put_rule(Name="tick", ScheduleExpression="rate(1 hour)")
    aws.events.put_targets(Rule="tick", Targets=[{"Id": "1", "Arn": LOGS}])
    with refused("ValidationException", "Rule can't be deleted since it has targets."):
        aws.events.delete_rule(Name="tick")
    aws.events.remove_targets(Rule="tick", Ids=["1"])
    aws.events.delete_rule(Name="tick")
    aws.events.delete_rule(Name="tick")
    with refused("ResourceNotFoundException", "Rule tick does not exist on EventBus default."):
        aws.events.describe_rule(Name="tick")


@pytest.mark.aws(LIST_RULES)
def test_rules_are_listed_in_pages(aws):
    """Rules are listed by prefix, at most as many on a page as were asked for."""
    for name in ("a-1", "a-2", "b-1"):
        aws.events.put_rule(Name=name, ScheduleExpression="rate(1 hour)")
    first = aws.events.list_rules(NamePrefix="a-", Limit=1)
    assert [rule["Name"] for rule in first["Rules"]] == ["a-1"]
    second = aws.events.list_rules(NamePrefix="a-", Limit=1, NextToken=first["NextToken"])
    assert [rule["Name"] for rule in second["Rules"]] == ["a-2"]
    assert "NextToken" not in second


@pytest.mark.aws(QUOTAS)
def test_a_rule_has_five_targets_at_most(aws):
    """The sixth target of a rule is refused, and one with a known id replaces the other."""
    aws.events.put_rule(Name="tick", ScheduleExpression="rate(1 hour)")
    put = lambda ids: aws.events.put_targets(Rule="tick", Targets=[{"Id": one, "Arn": LOGS} for one in ids])
    assert put("12345")["FailedEntryCount"] == 0
    put("5")
    with refused("LimitExceededException"):
        put("6")


@pytest.mark.aws(PUT_TARGETS)
def test_a_target_that_is_a_cluster_needs_role_and_task(aws):
    """A target that is a cluster must say which task to run and by which role, which EventBridge must be trusted by."""
    aws.events.put_rule(Name="tick", ScheduleExpression="rate(1 hour)")
    cluster = {"Id": "1", "Arn": "arn:aws:ecs:eu-west-1:123456789012:cluster/jobs"}
    task = {"EcsParameters": {"TaskDefinitionArn": "arn:aws:ecs:eu-west-1:123456789012:task-definition/job:1"}}
    put = lambda target: aws.events.put_targets(Rule="tick", Targets=[target])
    with refused("ValidationException", "EcsParameters"):
        put(cluster)
    with refused("ValidationException", "RoleArn is required"):
        put(cluster | task)
    with refused("ValidationException", "cannot be assumed by principal 'events.amazonaws.com'"):
        put(cluster | task | {"RoleArn": role_for(aws, "ecs-tasks.amazonaws.com")})


@pytest.mark.aws(PUT_TARGETS)
def test_only_one_kind_of_input_is_taken(aws):
    """Input, InputPath and InputTransformer exclude each other."""
    aws.events.put_rule(Name="tick", ScheduleExpression="rate(1 hour)")
    with refused("ValidationException", "Only one of Input, InputPath, or InputTransformer"):
        aws.events.put_targets(Rule="tick", Targets=[{"Id": "1", "Arn": LOGS, "Input": "{}", "InputPath": "$.detail"}])


@pytest.mark.aws(REMOVE_TARGETS)
def test_unknown_targets_are_told_and_the_others_removed(aws):
    """RemoveTargets succeeds for the targets that there are and tells of those that there are not."""
    aws.events.put_rule(Name="tick", ScheduleExpression="rate(1 hour)")
    aws.events.put_targets(Rule="tick", Targets=[{"Id": "1", "Arn": LOGS}])
    answer = aws.events.remove_targets(Rule="tick", Ids=["1", "2"])
    assert answer["FailedEntryCount"] == 1
    assert answer["FailedEntries"][0]["TargetId"] == "2"
    assert aws.events.list_targets_by_rule(Rule="tick")["Targets"] == []


@pytest.mark.aws(SCHEDULES)
def test_a_scheduled_rule_sends_an_event_at_its_times(aws):
    """A rate counts from when the rule was made; each time an event of aws.events goes to the targets."""
    rule_to_logs(aws, ScheduleExpression="rate(1 hour)")
    aws.advance(3599)
    assert lines(aws) == []
    aws.advance(1)
    event = lines(aws)[0]
    assert (event["source"], event["detail-type"]) == ("aws.events", "Scheduled Event")
    assert event["resources"] == ["arn:aws:events:eu-west-1:123456789012:rule/watch"]
    aws.advance(3600)
    assert len(lines(aws)) == 2


@pytest.mark.aws("https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DisableRule.html")
def test_a_disabled_rule_sends_nothing(aws):
    """A rule that is disabled does not run, and runs again once it is enabled."""
    rule_to_logs(aws, ScheduleExpression="rate(1 hour)")
    aws.events.disable_rule(Name="watch")
    aws.advance(2 * 3600)
    assert lines(aws) == []
    aws.events.enable_rule(Name="watch")
    aws.advance(3600)
    assert len(lines(aws)) == 1


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/scheduled_tasks.html")
def test_a_scheduled_rule_starts_a_task(aws):
    """A rule whose target is a cluster runs a task there at its times, which ends by itself."""
    cluster = cluster_with_room(aws)
    aws.events.put_rule(Name="nightly", ScheduleExpression="rate(1 hour)")
    task = {
        "Id": "1",
        "Arn": cluster,
        "RoleArn": role_for(aws, "events.amazonaws.com"),
        "EcsParameters": {"TaskDefinitionArn": job(aws)},
        "Input": '{"containerOverrides": [{"name": "job", "command": ["report"]}]}',
    }
    aws.events.put_targets(Rule="nightly", Targets=[task])
    assert started(aws) == []
    aws.advance(3600)
    assert started(aws)[0]["startedBy"] == "events-rule/nightly"
    aws.advance(120)
    assert started(aws)[0]["containers"][0]["exitCode"] == 0


@pytest.mark.aws(PUT_EVENTS)
def test_an_event_reaches_the_rules_that_it_fits(aws):
    """An event goes to the rules whose patterns it fits, with its detail, source and account."""
    rule_to_logs(aws, EventPattern='{"source": ["app"], "detail": {"total": [{"numeric": [">", 10]}]}}')
    assert send(aws, Detail='{"total": 5}')["FailedEntryCount"] == 0
    answer = send(aws, Detail='{"total": 50}')
    event = lines(aws)[0]
    assert len(lines(aws)) == 1
    assert (event["id"], event["account"]) == (answer["Entries"][0]["EventId"], "123456789012")
    assert event["detail"] == {"total": 50}


@pytest.mark.aws(PUT_EVENTS)
def test_entries_are_refused_one_by_one(aws):
    """An entry without source, with a broken detail or in the name of AWS is refused for itself; the call succeeds."""
    good = {"Source": "app", "DetailType": "Paid", "Detail": "{}"}
    bad = [{**good, "Source": ""}, {**good, "Detail": "{"}, {**good, "Source": "aws.ecs"}]
    answer = aws.events.put_events(Entries=[good, *bad])
    assert answer["FailedEntryCount"] == 3
    codes = [entry.get("ErrorCode") for entry in answer["Entries"]]
    assert codes == [None, "InvalidArgument", "MalformedDetail", "NotAuthorizedForSourceException"]


@pytest.mark.aws(INPUT)
def test_a_target_gets_its_own_text_or_a_part_of_the_event(aws):
    """A transformer fills a template with parts of the event."""
    aws.logs.create_log_group(logGroupName="/aws/events/all")
    aws.events.put_rule(Name="watch", EventPattern='{"source": ["app"]}')
    transformer = {"InputPathsMap": {"total": "$.detail.total"}, "InputTemplate": '{"message": "paid <total>"}'}
    aws.events.put_targets(Rule="watch", Targets=[{"Id": "1", "Arn": LOGS, "InputTransformer": transformer}])
    send(aws, Detail='{"total": 50}')
    assert lines(aws) == [{"message": "paid 50"}]


@pytest.mark.aws(TEST_PATTERN)
def test_a_pattern_is_tried_on_an_event(aws):
    """TestEventPattern tells whether an event would fit, and refuses what is not an event."""
    event = {"id": "1", "source": "app", "detail-type": "Paid", "account": "123456789012", "region": "eu-west-1",
             "time": "2026-01-01T00:00:00Z", "resources": []}
    fits = lambda pattern: aws.events.test_event_pattern(EventPattern=pattern, Event=json.dumps(event))["Result"]
    assert fits('{"source": [{"prefix": "ap"}]}') is True
    assert fits('{"source": [{"anything-but": "app"}]}') is False
    with refused("ValidationException"):
        aws.events.test_event_pattern(EventPattern='{"source": ["app"]}', Event="{}")


@pytest.mark.aws(BUS)
def test_a_bus_of_ones_own_takes_no_schedules(aws):
    """Rules of a custom bus have patterns only; the bus is deleted after its rules."""
    aws.events.create_event_bus(Name="shop")
    with refused("ResourceAlreadyExistsException", "Event bus shop already exists."):
        aws.events.create_event_bus(Name="shop")
    with refused("ValidationException", "ScheduleExpression is supported only on the default event bus."):
        aws.events.put_rule(Name="tick", EventBusName="shop", ScheduleExpression="rate(1 hour)")
    arn = aws.events.put_rule(Name="watch", EventBusName="shop", EventPattern='{"source": ["app"]}')["RuleArn"]
    assert arn.endswith(":rule/shop/watch")
    with refused("ValidationException"):
        aws.events.delete_event_bus(Name="shop")
    aws.events.delete_rule(Name="watch", EventBusName="shop")
    aws.events.delete_event_bus(Name="shop")
    with refused("ResourceNotFoundException", "Event bus shop does not exist."):
        aws.events.describe_event_bus(Name="shop")


@pytest.mark.aws("https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteEventBus.html")
def test_the_default_bus_stays(aws):
    """Every region has a bus called default, which cannot be deleted."""
    assert [bus["Name"] for bus in aws.events.list_event_buses()["EventBuses"]] == ["default"]
    with refused("ValidationException", "Cannot delete event bus default."):
        aws.events.delete_event_bus(Name="default")


@pytest.mark.aws("https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_ListRuleNamesByTarget.html")
def test_rules_are_found_by_their_target(aws):
    """The rules that call a target are found by its ARN."""
    for name in ("a", "b", "c"):
        aws.events.put_rule(Name=name, ScheduleExpression="rate(1 hour)")
    for name in ("a", "c"):
        aws.events.put_targets(Rule=name, Targets=[{"Id": "1", "Arn": LOGS}])
    assert aws.events.list_rule_names_by_target(TargetArn=LOGS)["RuleNames"] == ["a", "c"]
