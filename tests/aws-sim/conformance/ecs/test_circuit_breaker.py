"""The deployment circuit breaker."""

import pytest
from ecs_services import Services
from simulator import refused

BREAKER = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html"
THRESHOLD = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ThresholdConfiguration.html"
OPTIONS = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentCircuitBreaker.html"


def breaker(rollback=False, **more):
    return {"deploymentCircuitBreaker": {"enable": True, "rollback": rollback} | more}


@pytest.mark.aws(BREAKER)
def test_three_failures_trip_it(aws):
    """A deployment of few tasks fails at the third task that fails, and starts no more."""
    services = Services(aws)
    services.create(definition=services.register("app:crash"), deploymentConfiguration=breaker())
    aws.advance(600)
    deployment = services.service()["deployments"][0]
    assert (deployment["rolloutState"], deployment["failedTasks"]) == ("FAILED", 3)
    assert deployment["rolloutStateReason"] == "ECS deployment circuit breaker: tasks failed to start."
    told = f"(service web) (deployment {deployment['id']}) deployment failed: tasks failed to start."
    assert services.said("deployment failed") == [told]
    assert services.counts() == [1, 0, 0]


@pytest.mark.aws(BREAKER)
def test_it_rolls_back_to_the_last_completed_deployment(aws):
    """With rollback the last deployment that completed becomes the primary one again, and completes."""
    services = Services(aws)
    services.create(deploymentConfiguration=breaker(rollback=True))
    good = services.settle()["deployments"][0]
    services.update(taskDefinition=services.register("app:crash"))
    aws.until(lambda: services.said("rolling back"), step=1)
    rolling = services.service()["deployments"][0]
    assert (rolling["id"], rolling["rolloutState"]) == (good["id"], "IN_PROGRESS")
    reason = f"ECS deployment circuit breaker: rolling back to deploymentId {good['id']}."
    assert rolling["rolloutStateReason"] == reason
    assert services.said("rolling back") == [f"(service web) rolling back to deployment {good['id']}."]
    settled = services.settle()
    assert (settled["taskDefinition"], settled["deployments"][0]["rolloutState"]) == (
        good["taskDefinition"],
        "COMPLETED",
    )


@pytest.mark.aws(BREAKER)
def test_there_is_nothing_to_roll_back_to_at_first(aws):
    """A first deployment that fails is not rolled back: it stays FAILED."""
    services = Services(aws)
    services.create(definition=services.register("app:crash"), deploymentConfiguration=breaker(rollback=True))
    aws.advance(600)
    assert services.service()["deployments"][0]["rolloutState"] == "FAILED"
    assert services.said("rolling back") == []


@pytest.mark.aws(BREAKER)
def test_without_it_a_deployment_never_fails(aws):
    """A deployment without circuit breaker goes on for ever, whatever fails."""
    services = Services(aws)
    services.create(definition=services.register("app:crash"))
    aws.advance(3600)
    assert services.service()["deployments"][0]["rolloutState"] == "IN_PROGRESS"


@pytest.mark.aws(BREAKER)
def test_half_of_the_desired_count_is_the_threshold(aws):
    """The threshold is half of the desired count, but at least 3 and at most 200."""
    services = Services(aws, 0)
    for name, desired, threshold in (("a", 1, 3), ("b", 7, 4), ("c", 100, 50), ("d", 1000, 200)):
        services.create(name, desired=desired, deploymentConfiguration=breaker())
        assert services.record(name)["deploymentCircuitBreaker"]["threshold"] == threshold


@pytest.mark.aws(THRESHOLD)
def test_the_threshold_can_be_a_count_or_a_share(aws):
    """A threshold is a COUNT, a share within bounds, or a share without them."""
    services = Services(aws, 0)
    for number, (kind, value, threshold) in enumerate(
        [("COUNT", 5, 5), ("BOUNDED_PERCENT", 10, 3), ("UNBOUNDED_PERCENT", 10, 2)]
    ):
        configuration = breaker(thresholdConfiguration={"type": kind, "value": value})
        services.create(f"s{number}", desired=20, deploymentConfiguration=configuration)
        assert services.record(f"s{number}")["deploymentCircuitBreaker"]["threshold"] == threshold
    with refused("InvalidParameterException"):
        services.create("bad", deploymentConfiguration=breaker(thresholdConfiguration={"type": "SOME", "value": 1}))


@pytest.mark.aws(OPTIONS)
def test_a_count_of_failures_can_be_set(aws):
    """A deployment with a threshold of one fails at the first task that fails."""
    services = Services(aws)
    configuration = breaker(thresholdConfiguration={"type": "COUNT", "value": 1})
    services.create(definition=services.register("app:missing"), deploymentConfiguration=configuration)
    aws.advance(600)
    assert services.service()["deployments"][0]["rolloutState"] == "FAILED"
    assert len(services.said("has started 1 tasks")) == 1


@pytest.mark.aws(BREAKER)
def test_failed_health_checks_count(aws):
    """Tasks that start but fail their health checks trip the circuit breaker as well."""
    services = Services(aws)
    services.create(deploymentConfiguration=breaker(rollback=True))
    good = services.settle()["deployments"][0]
    check = {"command": ["CMD-SHELL", "curl -f http://localhost/"]}
    services.update(taskDefinition=services.register("app:unhealthy", healthCheck=check))
    aws.until(lambda: services.said("rolling back"))
    assert services.service()["deployments"][0]["id"] == good["id"]


@pytest.mark.aws(BREAKER)
def test_the_record_tells_what_it_saw(aws):
    """The service deployment shows the circuit breaker's status, count and threshold, and that it rolled back."""
    services = Services(aws)
    services.create(deploymentConfiguration=breaker(rollback=True))
    good = services.settle()["deployments"][0]["id"]
    assert services.record()["deploymentCircuitBreaker"] == {
        "status": "MONITORING_COMPLETE",
        "failureCount": 0,
        "threshold": 3,
    }
    services.update(taskDefinition=services.register("app:crash"))
    aws.until(lambda: services.record()["status"] == "ROLLBACK_SUCCESSFUL")
    record = services.record()
    assert record["deploymentCircuitBreaker"] == {"status": "TRIGGERED", "failureCount": 3, "threshold": 3}
    assert record["rollback"]["serviceRevisionArn"].rsplit("/")[-1] == good.rsplit("/")[-1]
    assert "circuit breaker" in record["rollback"]["reason"]


@pytest.mark.aws(OPTIONS)
def test_its_options_are_shown_as_they_were_given(aws):
    """The circuit breaker's options are shown as they were given, and kept by updates that do not name them."""
    services = Services(aws, 0)
    given = {
        "enable": True,
        "rollback": True,
        "resetOnHealthyTask": False,
        "thresholdConfiguration": {"type": "COUNT", "value": 4},
    }
    services.create(deploymentConfiguration={"deploymentCircuitBreaker": given})
    services.update(deploymentConfiguration={"maximumPercent": 150})
    assert services.service()["deploymentConfiguration"]["deploymentCircuitBreaker"] == given
