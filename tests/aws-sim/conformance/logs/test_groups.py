"""Log groups."""

import pytest
from simulator import refused

CREATE = "https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html"


@pytest.mark.aws(CREATE)
def test_a_group_is_made_once(aws):
    """A log group's name is unique in its region; making it again is refused."""
    aws.logs.create_log_group(logGroupName="app")
    with refused("ResourceAlreadyExistsException"):
        aws.logs.create_log_group(logGroupName="app")
    aws.client("logs", region="us-east-1").create_log_group(logGroupName="app")
