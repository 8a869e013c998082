//! Throttling, failures and lost connections: what the SDK tries again by itself, and what has happened meanwhile.

use std::time::Duration;

use aws_sdk_ec2::config::retry::RetryConfig;
use aws_sdk_ec2::config::timeout::TimeoutConfig;
use aws_sdk_ec2::error::SdkError;
use aws_sdk_ecs::operation::RequestId as _;
use aws_sdk_route53::operation::create_hosted_zone::CreateHostedZoneError;
use aws_sim::{Config, Throttling};
use aws_smithy_async::rt::sleep::TokioSleep;
use serde_json::json;

use crate::account::Account;
use crate::conformance::ec2::{image, network};
use crate::conformance::simulated::{Aws, key, refusal};

/// Each service throttles in words that the SDK knows for throttling: RequestLimitExceeded, Throttling or ThrottlingException.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
#[tokio::test]
async fn each_service_throttles_in_its_own_words() {
    let aws = Aws::start().await;
    aws.fault(json!({"kind": "throttle"})).await;
    let account = aws.account_that_tries_once();
    assert_eq!(refusal(account.ec2.describe_vpcs().send().await), "RequestLimitExceeded");
    assert_eq!(refusal(account.iam.list_roles().send().await), "Throttling");
    assert_eq!(refusal(account.route53.list_hosted_zones().send().await), "Throttling");
    assert_eq!(refusal(account.elb.describe_load_balancers().send().await), "ThrottlingException");
    assert_eq!(refusal(account.autoscaling.describe_auto_scaling_groups().send().await), "Throttling");
    assert_eq!(refusal(account.ecs.list_clusters().send().await), "ThrottlingException");
    assert_eq!(refusal(account.logs.describe_log_groups().send().await), "ThrottlingException");
    assert_eq!(refusal(account.ssm.describe_parameters().send().await), "ThrottlingException");
}

/// A throttled call is tried again by the SDK until it passes, in every protocol.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
#[tokio::test]
async fn throttled_calls_pass_at_last() {
    let aws = Aws::start().await;
    for service in ["ec2", "iam", "route53", "ecs"] {
        aws.fault(json!({"service": service, "kind": "throttle", "count": 2})).await;
    }
    let account = aws.account();
    account.ec2.describe_vpcs().send().await.unwrap();
    account.iam.list_roles().send().await.unwrap();
    account.route53.list_hosted_zones().send().await.unwrap();
    account.ecs.list_clusters().send().await.unwrap();
    for operation in ["DescribeVpcs", "ListRoles", "ListHostedZones", "ListClusters"] {
        assert_eq!(aws.outcomes(operation).await.len(), 3, "{operation}");
    }
}

/// Route 53 takes five calls a second of an account; an SDK that asks faster is held back, and loses nothing.
/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html>
#[tokio::test]
async fn route53_holds_back_who_asks_too_fast() {
    let aws = Aws::with(Config { throttle: Throttling::Aws, ..Config::default() }).await;
    let patient = aws.config("eu-west-1", key("test", "test")).into_builder();
    let patient = patient.retry_config(RetryConfig::standard().with_max_attempts(10)).build();
    let account = Account::by(&patient);
    for _ in 0..12 {
        account.route53.list_hosted_zones().send().await.unwrap();
    }
    assert!(aws.outcomes("ListHostedZones").await.len() > 12);
}

/// What a service could not answer (500, 503) is tried again, too. <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
#[tokio::test]
async fn failures_of_the_service_are_tried_again() {
    let aws = Aws::start().await;
    aws.fault(json!({"service": "ecs", "kind": "internal", "count": 1})).await;
    aws.fault(json!({"service": "iam", "kind": "unavailable", "count": 1})).await;
    let account = aws.account();
    account.ecs.list_clusters().send().await.unwrap();
    account.iam.list_roles().send().await.unwrap();
    assert_eq!((aws.outcomes("ListClusters").await.len(), aws.outcomes("ListRoles").await.len()), (2, 2));
}

/// Refusals are final: the SDK asks once, and hands over code and request id.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html>
#[tokio::test]
async fn refusals_are_not_tried_again() {
    let aws = Aws::start().await;
    let account = aws.account();
    let refused = account.ecs.list_services().cluster("none").send().await.unwrap_err();
    assert!(refused.request_id().is_some_and(|id| !id.is_empty()), "{refused:?}");
    assert_eq!(refusal(Err::<(), _>(refused)), "ClusterNotFoundException");
    assert_eq!(aws.outcomes("ListServices").await.len(), 1);
    let answered = account.ecs.list_clusters().send().await.unwrap();
    assert!(answered.request_id().is_some_and(|id| !id.is_empty()), "{answered:?}");
}

/// A connection that is lost before the service acts is a failed dispatch, and nothing has been made.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Run_Instance_Idempotency.html>
#[tokio::test]
async fn a_connection_lost_before_leaves_nothing() {
    let aws = Aws::start().await;
    aws.fault(json!({"operation": "CreateVpc", "kind": "reset_before", "count": 1})).await;
    let account = aws.account_that_tries_once();
    let lost = account.ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap_err();
    assert!(matches!(&lost, SdkError::DispatchFailure(failure) if failure.is_io()), "{lost:?}");
    assert_eq!(account.ec2.describe_vpcs().send().await.unwrap().vpcs().len(), 0);
}

/// A connection that is lost after a call without token was done makes the SDK do it twice.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Run_Instance_Idempotency.html>
#[tokio::test]
async fn without_a_token_a_retry_makes_another() {
    let aws = Aws::start().await;
    aws.fault(json!({"operation": "CreateVpc", "kind": "reset_after", "count": 1})).await;
    let account = aws.account();
    let made = account.ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap();
    let found = account.ec2.describe_vpcs().send().await.unwrap();
    assert_eq!(found.vpcs().len(), 2);
    assert!(found.vpcs().iter().any(|vpc| vpc.vpc_id() == made.vpc_id()));
}

/// RunInstances carries the SDK's client token, so that a retry after a lost answer gives the same instance back.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/Run_Instance_Idempotency.html>
#[tokio::test]
async fn a_token_finds_the_instance_again() {
    let aws = Aws::start().await;
    let account = aws.account();
    let (_, subnet) = network(&account).await;
    aws.fault(json!({"operation": "RunInstances", "kind": "reset_after", "count": 1})).await;
    let launch = account.ec2.run_instances().image_id(image(&account).await).instance_type("t3.micro".into());
    let made = launch.subnet_id(subnet).min_count(1).max_count(1).send().await.unwrap();
    let found = account.ec2.describe_instances().send().await.unwrap();
    let ids: Vec<_> = found.reservations().iter().flat_map(|it| it.instances()).map(|it| it.instance_id()).collect();
    assert_eq!(ids, [made.instances()[0].instance_id()]);
    assert_eq!(aws.outcomes("RunInstances").await.len(), 2);
}

/// A hosted zone that was made behind a lost answer is told to the retry as HostedZoneAlreadyExists.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateHostedZone.html>
#[tokio::test]
async fn a_caller_reference_is_used_once() {
    let aws = Aws::start().await;
    aws.fault(json!({"operation": "CreateHostedZone", "kind": "reset_after", "count": 1})).await;
    let account = aws.account();
    let refused = account.route53.create_hosted_zone().name("example.org").caller_reference("one").send().await;
    let refused = refused.unwrap_err().into_service_error();
    assert!(matches!(refused, CreateHostedZoneError::HostedZoneAlreadyExists(_)), "{refused:?}");
    assert_eq!(account.route53.list_hosted_zones().send().await.unwrap().hosted_zones().len(), 1);
}

/// A call that is never answered is given up by the client, which asks again.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
#[tokio::test]
async fn a_call_without_answer_is_given_up() {
    let aws = Aws::start().await;
    let hurried = TimeoutConfig::builder().operation_attempt_timeout(Duration::from_millis(150)).build();
    let config = aws.config("eu-west-1", key("test", "test")).into_builder();
    let config = config.timeout_config(hurried).sleep_impl(TokioSleep::new()).build();
    aws.fault(json!({"operation": "ListClusters", "kind": "timeout", "count": 1})).await;
    let once = Account::by(&config.clone().into_builder().retry_config(RetryConfig::disabled()).build());
    let given_up = once.ecs.list_clusters().send().await.unwrap_err();
    assert!(matches!(given_up, SdkError::TimeoutError(_)), "{given_up:?}");
    aws.fault(json!({"operation": "ListClusters", "kind": "timeout", "count": 1})).await;
    let again = RetryConfig::standard().with_initial_backoff(Duration::from_millis(1));
    Account::by(&config.into_builder().retry_config(again).build()).ecs.list_clusters().send().await.unwrap();
}
