"""Account settings."""

import pytest
from ecs_compute import Compute
from simulator import refused

LIST = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListAccountSettings.html"
PUT = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAccountSetting.html"
DEFAULT = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAccountSettingDefault.html"
DELETE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteAccountSetting.html"
GUIDE = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html"
ROOT = "arn:aws:iam::123456789012:root"


@pytest.mark.aws(LIST)
def test_only_what_was_set_is_listed_unless_all_is_asked_for(aws):
    """ListAccountSettings shows settings that were set; with effectiveSettings all that hold."""
    assert aws.ecs.list_account_settings()["settings"] == []
    shown = aws.ecs.list_account_settings(effectiveSettings=True)["settings"]
    values = {one["name"]: one["value"] for one in shown}
    assert values["serviceLongArnFormat"] == "enabled"
    assert values["awsvpcTrunking"] == "disabled"
    assert values["containerInsights"] == "disabled"


@pytest.mark.aws(PUT)
def test_a_setting_is_kept_for_the_caller(aws):
    """PutAccountSetting answers the setting with the principal that it holds for."""
    made = aws.ecs.put_account_setting(name="awsvpcTrunking", value="enabled")["setting"]
    assert made == {"name": "awsvpcTrunking", "value": "enabled", "principalArn": ROOT, "type": "user"}
    assert aws.ecs.list_account_settings(name="awsvpcTrunking")["settings"] == [made]


@pytest.mark.aws(DEFAULT)
def test_the_default_holds_for_those_that_set_nothing(aws):
    """PutAccountSettingDefault sets what holds for every user and role without a setting of their own."""
    user = "arn:aws:iam::123456789012:user/ann"
    aws.ecs.put_account_setting_default(name="containerInsights", value="enabled")
    shown = aws.ecs.list_account_settings(name="containerInsights", principalArn=user, effectiveSettings=True)
    assert shown["settings"][0]["value"] == "enabled"
    aws.ecs.put_account_setting(name="containerInsights", value="disabled", principalArn=user)
    shown = aws.ecs.list_account_settings(name="containerInsights", principalArn=user)
    assert shown["settings"][0] | {"type": "user"} == {
        "name": "containerInsights",
        "value": "disabled",
        "principalArn": user,
        "type": "user",
    }


@pytest.mark.aws(DELETE)
def test_a_deleted_setting_falls_back_to_what_aws_sets(aws):
    """DeleteAccountSetting answers the value that holds from then on."""
    aws.ecs.put_account_setting(name="awsvpcTrunking", value="enabled")
    assert aws.ecs.delete_account_setting(name="awsvpcTrunking")["setting"]["value"] == "disabled"
    assert aws.ecs.list_account_settings()["settings"] == []


@pytest.mark.aws(PUT)
def test_values_are_checked(aws):
    """A setting takes only its own values."""
    with refused("InvalidParameterException"):
        aws.ecs.put_account_setting(name="awsvpcTrunking", value="on")


@pytest.mark.aws(GUIDE)
def test_long_arns_can_not_be_turned_off(aws):
    """The long format of ARNs cannot be disabled any more."""
    with refused("InvalidParameterException", "You can no longer disable Long Arn settings"):
        aws.ecs.put_account_setting(name="taskLongArnFormat", value="disabled")


@pytest.mark.aws(GUIDE)
def test_new_clusters_take_container_insights_from_the_account(aws):
    """New clusters have Container Insights as the account has it; clusters that are there keep theirs."""
    aws.ecs.create_cluster(clusterName="old")
    aws.ecs.put_account_setting_default(name="containerInsights", value="enabled")
    made = aws.ecs.create_cluster(clusterName="new")["cluster"]
    assert made["settings"] == [{"name": "containerInsights", "value": "enabled"}]
    old = aws.ecs.describe_clusters(clusters=["old"], include=["SETTINGS"])["clusters"][0]
    assert old["settings"][0]["value"] == "disabled"


@pytest.mark.aws(LIST)
def test_settings_are_listed_in_pages(aws):
    """ListAccountSettings has pages of at most `maxResults` settings."""
    first = aws.ecs.list_account_settings(effectiveSettings=True, maxResults=4)
    assert len(first["settings"]) == 4
    second = aws.ecs.list_account_settings(effectiveSettings=True, maxResults=4, nextToken=first["nextToken"])
    names = [one["name"] for one in first["settings"] + second["settings"]]
    assert len(set(names)) == 8


@pytest.mark.aws("https://docs.aws.amazon.com/AmazonECS/latest/developerguide/container-instance-eni.html")
def test_trunking_is_only_for_instance_types_that_have_it(aws):
    """An instance type without trunks keeps its few task interfaces, whatever the account wants."""
    aws.ecs.put_account_setting_default(name="awsvpcTrunking", value="enabled")
    compute = Compute(aws)
    names = {one["name"] for one in compute.instances()[0]["attributes"]}
    assert "ecs.awsvpc-trunk-id" not in names
