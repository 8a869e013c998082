"""Service deployments and service revisions."""

import pytest
from ecs_services import Services
from simulator import refused

DEPLOYMENTS = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html"
LIST = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListServiceDeployments.html"
DESCRIBE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceDeployments.html"
REVISIONS = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServiceRevisions.html"
STOP = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stop-service-deployment.html"
STOP_CALL = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopServiceDeployment.html"
UPDATE = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html"


@pytest.mark.aws(DEPLOYMENTS)
def test_creating_a_service_is_a_service_deployment(aws):
    """A new service has a service deployment that goes from PENDING over IN_PROGRESS to SUCCESSFUL."""
    services = Services(aws)
    made = services.create()
    record = services.record()
    assert made["currentServiceDeployment"] == record["serviceDeploymentArn"]
    assert record["serviceDeploymentArn"].startswith("arn:aws:ecs:eu-west-1:123456789012:service-deployment/dev/web/")
    assert (record["status"], "startedAt" in record, record["sourceServiceRevisions"]) == ("PENDING", False, [])
    aws.advance(5)
    record = services.record()
    assert (record["status"], "startedAt" in record, "finishedAt" in record) == ("IN_PROGRESS", True, False)
    assert record["targetServiceRevision"]["requestedTaskCount"] == 1
    assert record["targetServiceRevision"]["pendingTaskCount"] == 1
    services.settle()
    record = services.record()
    assert (record["status"], "finishedAt" in record, "rollback" in record) == ("SUCCESSFUL", True, False)
    assert record["targetServiceRevision"]["runningTaskCount"] == 1
    assert "currentServiceDeployment" not in services.service()


@pytest.mark.aws(DEPLOYMENTS)
def test_a_deployment_knows_where_it_comes_from(aws):
    """A service deployment names the revision that ran before and the one that is rolled out."""
    services = Services(aws)
    services.create(desired=2)
    services.settle()
    first = services.record()["targetServiceRevision"]["arn"]
    services.update(taskDefinition=services.register("nginx:2"))
    aws.advance(5)
    record = services.record()
    assert [one["arn"] for one in record["sourceServiceRevisions"]] == [first]
    assert record["sourceServiceRevisions"][0]["runningTaskCount"] == 2
    assert record["targetServiceRevision"]["arn"] != first
    assert [one["arn"] for one in services.service()["currentServiceRevisions"]] == [
        record["targetServiceRevision"]["arn"],
        first,
    ]


@pytest.mark.aws(UPDATE)
def test_only_deployments_leave_a_record(aws):
    """Another desired count leaves no service deployment, a forced deployment does."""
    services = Services(aws, 0)
    services.create()
    services.update(desiredCount=2)
    assert len(services.records()) == 1
    services.update(forceNewDeployment=True)
    assert len(services.records()) == 2


@pytest.mark.aws(DEPLOYMENTS)
def test_a_newer_deployment_stops_the_one_before(aws):
    """A service deployment that is going on is STOPPED when another one begins."""
    services = Services(aws, 0)
    services.create()
    services.update(forceNewDeployment=True)
    newest, before = services.records()
    assert (newest["status"], before["status"]) == ("PENDING", "STOPPED")


@pytest.mark.aws(LIST)
def test_they_are_listed_newest_first_in_pages(aws):
    """Service deployments are listed newest first, 20 on a page unless fewer or more are asked for."""
    services = Services(aws, 0)
    services.create()
    for _ in range(24):
        aws.advance(5)
        services.update(forceNewDeployment=True)
    first = aws.ecs.list_service_deployments(cluster="dev", service="web")
    rest = aws.ecs.list_service_deployments(cluster="dev", service="web", nextToken=first["nextToken"])
    assert (len(first["serviceDeployments"]), len(rest["serviceDeployments"])) == (20, 5)
    times = [one["createdAt"] for one in first["serviceDeployments"] + rest["serviceDeployments"]]
    assert times == sorted(times, reverse=True)
    assert len(services.records(maxResults=100)) == 25
    with refused("InvalidParameterException"):
        services.records(maxResults=101)


@pytest.mark.aws(LIST)
def test_they_are_listed_by_status_and_time(aws):
    """Service deployments can be narrowed by status and by the time of their creation."""
    services = Services(aws, 0)
    services.create()
    aws.advance(100)
    services.update(forceNewDeployment=True)
    newest, oldest = services.records()
    assert services.records(status=["STOPPED"]) == [oldest]
    assert services.records(status=["SUCCESSFUL"]) == []
    assert services.records(createdAt={"after": newest["createdAt"]}) == [newest]
    with refused("ServiceNotFoundException"):
        services.records("other")


@pytest.mark.aws(DEPLOYMENTS)
def test_they_are_kept_for_90_days(aws):
    """Service deployments can be looked at for 90 days."""
    services = Services(aws, 0)
    services.create()
    aws.advance(91 * 86400)
    assert services.records() == []


@pytest.mark.aws(DESCRIBE)
def test_unknown_ones_are_failures(aws):
    """Service deployments that are not there are answered as failures, and what is no ARN is refused."""
    services = Services(aws, 0)
    services.create()
    unknown = services.record()["serviceDeploymentArn"][:-3] + "ABC"
    answer = aws.ecs.describe_service_deployments(serviceDeploymentArns=[unknown])
    assert answer["failures"] == [{"arn": unknown, "reason": "MISSING"}]
    for wrong in ([], ["web"], [unknown] * 21):
        with refused("InvalidParameterException"):
            aws.ecs.describe_service_deployments(serviceDeploymentArns=wrong)


@pytest.mark.aws(REVISIONS)
def test_a_revision_shows_its_workload(aws):
    """A service revision shows task definition, launch type and the images with their digests."""
    services = Services(aws, 0)
    made = services.create(definition=services.register("nginx:1"))
    arn = services.record()["targetServiceRevision"]["arn"]
    assert arn.startswith("arn:aws:ecs:eu-west-1:123456789012:service-revision/dev/web/")
    assert arn.rsplit("/")[-1] == made["deployments"][0]["id"].rsplit("/")[-1]
    revision = aws.ecs.describe_service_revisions(serviceRevisionArns=[arn])["serviceRevisions"][0]
    assert (revision["taskDefinition"], revision["launchType"]) == (made["taskDefinition"], "EC2")
    image = revision["containerImages"][0]
    assert (image["containerName"], image["image"], image["imageDigest"][:7]) == ("web", "nginx:1", "sha256:")
    assert revision["guardDutyEnabled"] is False


@pytest.mark.aws(REVISIONS)
def test_revisions_never_change(aws):
    """An older revision is described as it was, after the service has gone on."""
    services = Services(aws, 0)
    first = services.create()["taskDefinition"]
    arn = services.record()["targetServiceRevision"]["arn"]
    services.update(taskDefinition=services.register("nginx:2"))
    answer = aws.ecs.describe_service_revisions(serviceRevisionArns=[arn, arn[:-1] + "x"])
    assert answer["serviceRevisions"][0]["taskDefinition"] == first
    assert [one["reason"] for one in answer["failures"]] == ["MISSING"]


@pytest.mark.aws(STOP)
def test_a_stopped_deployment_rolls_back(aws):
    """A service deployment that is stopped goes over ROLLBACK_REQUESTED and ROLLBACK_IN_PROGRESS to the last revision."""
    services = Services(aws)
    services.create()
    good = services.settle()
    services.update(taskDefinition=services.register("app:slow"))
    aws.advance(5)
    arn = services.record()["serviceDeploymentArn"]
    answer = aws.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ROLLBACK")
    assert answer["serviceDeploymentArn"] == arn
    assert services.record()["status"] == "ROLLBACK_REQUESTED"
    aws.advance(2)
    record = services.record()
    assert record["status"] == "ROLLBACK_IN_PROGRESS"
    assert record["rollback"]["serviceRevisionArn"] == record["sourceServiceRevisions"][0]["arn"]
    settled = services.settle()
    assert settled["taskDefinition"] == good["taskDefinition"]
    assert services.record()["status"] == "ROLLBACK_SUCCESSFUL"


@pytest.mark.aws(STOP)
def test_stopping_again_changes_nothing(aws):
    """A service deployment that is being rolled back goes on when it is stopped once more."""
    services = Services(aws)
    services.create()
    services.settle()
    services.update(taskDefinition=services.register("app:slow"))
    arn = services.record()["serviceDeploymentArn"]
    for _ in range(2):
        aws.ecs.stop_service_deployment(serviceDeploymentArn=arn)
    assert services.record()["status"] == "ROLLBACK_REQUESTED"


@pytest.mark.aws(STOP_CALL)
def test_aborting_leaves_things_as_they_are(aws):
    """A service deployment that is aborted goes over STOP_REQUESTED to STOPPED, and starts no more tasks."""
    services = Services(aws)
    services.create()
    services.settle()
    services.update(taskDefinition=services.register("app:slow"))
    arn = services.record()["serviceDeploymentArn"]
    aws.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="ABORT")
    assert services.record()["status"] == "STOP_REQUESTED"
    aws.advance(5)
    record = services.record()
    assert (record["status"], "stoppedAt" in record, "rollback" in record) == ("STOPPED", True, False)


@pytest.mark.aws(STOP_CALL)
def test_only_what_goes_on_can_be_stopped(aws):
    """A service deployment that is over cannot be stopped, nor one that is not there."""
    services = Services(aws)
    services.create()
    services.settle()
    arn = services.record()["serviceDeploymentArn"]
    with refused("ConflictException"):
        aws.ecs.stop_service_deployment(serviceDeploymentArn=arn)
    with refused("ServiceDeploymentNotFoundException"):
        aws.ecs.stop_service_deployment(serviceDeploymentArn=arn[:-3] + "ABC")
    with refused("InvalidParameterException"):
        aws.ecs.stop_service_deployment(serviceDeploymentArn=arn, stopType="NOW")


@pytest.mark.aws(DEPLOYMENTS)
def test_they_go_with_their_service(aws):
    """When a service is deleted, its service deployments are deleted too."""
    services = Services(aws, 0)
    services.create(desired=0)
    arn = services.record()["serviceDeploymentArn"]
    aws.ecs.delete_service(cluster="dev", service="web")
    aws.advance(60)
    answer = aws.ecs.describe_service_deployments(serviceDeploymentArns=[arn])
    assert (answer["serviceDeployments"], answer["failures"][0]["reason"]) == ([], "MISSING")
