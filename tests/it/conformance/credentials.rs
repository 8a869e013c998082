//! Access keys, sessions, clocks, regions and accounts, as the SDK meets them.

use std::time::{Duration, SystemTime};

use aws_config::sts::AssumeRoleProvider;
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_smithy_async::time::StaticTimeSource;
use serde_json::json;

use crate::account::Account;
use crate::conformance::simulated::{Aws, OTHER, key, refusal, trust};

/// Credentials of a session of the role `reader` in the other account, which lets the default account in.
async fn session_elsewhere(aws: &Aws) -> Credentials {
    let (id, access_key, secret) = OTHER;
    let there = Account::by(&aws.config("eu-west-1", key(access_key, secret)));
    let document = trust(json!({"AWS": "arn:aws:iam::123456789012:root"}));
    there.iam.create_role().role_name("reader").assume_role_policy_document(document).send().await.unwrap();
    aws.advance(30).await;
    let here = key("test", "test");
    let provider = AssumeRoleProvider::builder(format!("arn:aws:iam::{id}:role/reader"))
        .session_name("night")
        .session_length(Duration::from_secs(900))
        .configure(&aws.config("eu-west-1", here.clone()))
        .build_from_provider(here)
        .await;
    provider.provide_credentials().await.unwrap()
}

/// An access key that does not exist is refused in each protocol's words: AuthFailure, InvalidClientTokenId and
/// UnrecognizedClientException. <https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html>
#[tokio::test]
async fn an_unknown_key_is_refused_in_each_protocols_words() {
    let aws = Aws::start().await;
    let nobody = Account::by(&aws.config("eu-west-1", key("AKIANOBODY0000000000", "none")));
    assert_eq!(refusal(nobody.ec2.describe_vpcs().send().await), "AuthFailure");
    assert_eq!(refusal(nobody.iam.list_roles().send().await), "InvalidClientTokenId");
    assert_eq!(refusal(nobody.route53.list_hosted_zones().send().await), "InvalidClientTokenId");
    assert_eq!(refusal(nobody.ecs.list_clusters().send().await), "UnrecognizedClientException");
}

/// A signature by another secret than the key's is refused, and the SDK does not try again.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>
#[tokio::test]
async fn another_secret_signs_nothing() {
    let aws = Aws::start().await;
    let liar = Account::by(&aws.config("eu-west-1", key("test", "guessed")));
    assert_eq!(refusal(liar.ec2.describe_vpcs().send().await), "AuthFailure");
    assert_eq!(refusal(liar.iam.list_roles().send().await), "SignatureDoesNotMatch");
    assert_eq!(refusal(liar.ecs.list_clusters().send().await), "InvalidSignatureException");
}

/// A client whose clock is an hour slow is refused, learns the time from the answer's Date, and gets through by itself.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-clock-skew.html>
#[tokio::test]
async fn a_slow_clock_is_put_right_by_the_answers_date() {
    let aws = Aws::start().await;
    let slow = StaticTimeSource::new(SystemTime::now() - Duration::from_secs(3600));
    let config = aws.config("eu-west-1", key("test", "test")).into_builder().time_source(slow).build();
    let stubborn = config.clone().into_builder().disable_clock_skew_correction(true).build();
    let refused = Account::by(&stubborn).ecs.list_clusters().send().await.unwrap_err().into_service_error();
    assert_eq!(refused.meta().code(), Some("InvalidSignatureException"));
    assert!(refused.meta().message().unwrap().starts_with("Signature expired: "), "{refused:?}");
    let corrected = Account::by(&config).ecs.list_clusters().send().await.unwrap();
    assert_eq!(corrected.cluster_arns(), [""; 0]);
}

/// AssumeRole by the SDK's own provider leads into the role's account, and only what is there is seen.
/// <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>
#[tokio::test]
async fn a_role_elsewhere_leads_into_its_account() {
    let aws = Aws::start().await;
    aws.account().ecs.create_cluster().cluster_name("ours").send().await.unwrap();
    let session = session_elsewhere(&aws).await;
    assert!(session.access_key_id().starts_with("ASIA"), "{session:?}");
    assert_eq!(session.account_id().map(|id| id.as_str()), Some(OTHER.0));
    let there = Account::by(&aws.config("eu-west-1", session));
    assert_eq!(there.ecs.list_clusters().send().await.unwrap().cluster_arns(), [""; 0]);
    let made = there.ecs.create_cluster().cluster_name("theirs").send().await.unwrap();
    let arn = made.cluster().unwrap().cluster_arn().unwrap().to_owned();
    assert_eq!(arn, format!("arn:aws:ecs:eu-west-1:{}:cluster/theirs", OTHER.0));
}

/// A session that has run out is refused as RequestExpired by EC2, ExpiredToken by IAM and ExpiredTokenException by ECS.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
#[tokio::test]
async fn a_session_ends() {
    let aws = Aws::start().await;
    let there = Account::by(&aws.config("eu-west-1", session_elsewhere(&aws).await));
    there.ecs.list_clusters().send().await.unwrap();
    aws.advance(901).await;
    assert_eq!(refusal(there.ec2.describe_vpcs().send().await), "RequestExpired");
    assert_eq!(refusal(there.iam.list_roles().send().await), "ExpiredToken");
    assert_eq!(refusal(there.ecs.list_clusters().send().await), "ExpiredTokenException");
}

/// Networks and clusters belong to the region in which they were made, roles and hosted zones to no region.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/using-regions-availability-zones.html>
#[tokio::test]
async fn regions_have_their_own_state_and_iam_has_none() {
    let aws = Aws::start().await;
    let (ireland, ohio) = (aws.account(), Account::by(&aws.config("us-east-2", key("test", "test"))));
    let vpc = ireland.ec2.create_vpc().cidr_block("10.0.0.0/16").send().await.unwrap().vpc.unwrap().vpc_id.unwrap();
    let document = trust(json!({"Service": "ec2.amazonaws.com"}));
    ireland.iam.create_role().role_name("host").assume_role_policy_document(document).send().await.unwrap();
    assert_eq!(refusal(ohio.ec2.describe_vpcs().vpc_ids(&vpc).send().await), "InvalidVpcID.NotFound");
    assert_eq!(ohio.iam.get_role().role_name("host").send().await.unwrap().role().unwrap().role_name(), "host");
}

/// A region that an account has not opted into knows none of its keys.
/// <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>
#[tokio::test]
async fn a_region_must_be_opted_into() {
    let aws = Aws::start().await;
    let far = Account::by(&aws.config("ap-east-1", key("test", "test")));
    assert_eq!(refusal(far.ec2.describe_vpcs().send().await), "AuthFailure");
    assert_eq!(refusal(far.ecs.list_clusters().send().await), "UnrecognizedClientException");
}
