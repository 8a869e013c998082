"""Groups of schedules."""

import pytest
from running_tasks import role_for
from simulator import refused

CREATE = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateScheduleGroup.html"
DELETE = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_DeleteScheduleGroup.html"
TAGS = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_TagResource.html"


@pytest.mark.aws(CREATE)
def test_the_default_group_is_always_there(aws):
    """Every region has a group called default from the start, and it cannot be deleted."""
    assert aws.scheduler.get_schedule_group(Name="default")["State"] == "ACTIVE"
    with refused("ValidationException"):
        aws.scheduler.delete_schedule_group(Name="default")


@pytest.mark.aws(CREATE)
def test_a_group_is_made_once(aws):
    """A group's name is unique: making it again is a conflict, but not with the same token."""
    first = aws.scheduler.create_schedule_group(Name="reports", ClientToken="once")
    assert aws.scheduler.create_schedule_group(Name="reports", ClientToken="once") | {"ResponseMetadata": 0} == first | {
        "ResponseMetadata": 0
    }
    with refused("ConflictException", "Schedule group reports already exists.", 409):
        aws.scheduler.create_schedule_group(Name="reports", ClientToken="twice")


@pytest.mark.aws(DELETE)
def test_a_group_takes_its_schedules_with_it(aws):
    """A group that is deleted is DELETING first, and then gone with all its schedules."""
    aws.scheduler.create_schedule_group(Name="reports")
    target = {"Arn": "arn:aws:sqs:eu-west-1:123456789012:q", "RoleArn": role_for(aws, "scheduler.amazonaws.com")}
    wish = {"ScheduleExpression": "cron(0 0 1 1 ? *)", "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": target}
    aws.scheduler.create_schedule(Name="yearly", GroupName="reports", **wish)
    aws.scheduler.delete_schedule_group(Name="reports")
    assert aws.scheduler.get_schedule_group(Name="reports")["State"] == "DELETING"
    with refused("ConflictException"):
        aws.scheduler.create_schedule(Name="late", GroupName="reports", **wish)
    aws.advance(60)
    with refused("ResourceNotFoundException", "Schedule group reports does not exist.", 404):
        aws.scheduler.get_schedule_group(Name="reports")
    assert aws.scheduler.list_schedules()["Schedules"] == []


@pytest.mark.aws(TAGS)
def test_groups_have_tags_and_schedules_have_not(aws):
    """Tags are put on groups, read back and taken away; the ARN of a schedule cannot be tagged."""
    arn = aws.scheduler.create_schedule_group(Name="reports", Tags=[{"Key": "team", "Value": "a"}])["ScheduleGroupArn"]
    aws.scheduler.tag_resource(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "dev"}])
    aws.scheduler.untag_resource(ResourceArn=arn, TagKeys=["team"])
    assert aws.scheduler.list_tags_for_resource(ResourceArn=arn)["Tags"] == [{"Key": "stage", "Value": "dev"}]
    with refused("ResourceNotFoundException"):
        aws.scheduler.list_tags_for_resource(ResourceArn=arn.replace("reports", "none"))
