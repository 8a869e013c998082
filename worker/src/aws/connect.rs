//! Connecting to AWS: the SDK's own settings, our timeouts, and the question who we are.

use std::path::Path;
use std::time::{Duration, Instant};

use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::autoscaling::AutoScaling;
use super::call::CALL_TIMEOUT;
use super::ec2::Ec2;
use super::ecs::Ecs;
use super::elb::Elb;
use super::error::CallError;
use super::iam::Iam;
use super::logs::Logs;
use super::route53::Route53;
use super::ssm::Ssm;
use super::{Aws, Calls, Names};
use crate::engine::{Budgets, Class};

/// How long a connection may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// How long an AWS that throttles or does not answer is asked again who we are, and how often.
const PATIENCE: Duration = Duration::from_secs(30);
const ASK_AGAIN: Duration = Duration::from_millis(250);

/// Why AWS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// No region in the environment, the profile, or the instance's metadata.
    #[error("no AWS region is configured: set AWS_REGION")]
    NoRegion,
    /// The file that `AWS_CA_BUNDLE` names cannot be read.
    #[error("the file that AWS_CA_BUNDLE names cannot be read")]
    CaBundle(#[source] std::io::Error),
    /// The certificates in it cannot be used.
    #[error("the certificates that AWS_CA_BUNDLE names cannot be used")]
    Tls(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// AWS does not say who we are.
    #[error("AWS does not accept the worker's credentials")]
    Identity(#[source] CallError),
}

impl Aws {
    /// Connects with the SDK's own settings and asks AWS whose account it is.
    pub async fn connect(namespace: &str, budgets: Budgets, ca_bundle: Option<&Path>) -> Result<Aws, ConnectError> {
        Aws::with(&load(ca_bundle).await?, namespace, budgets).await
    }

    /// Connects with these settings and asks AWS whose account it is. They must not retry: the engine retries whole steps,
    /// which look first what exists; a retry below it would multiply with that.
    pub async fn with(config: &SdkConfig, namespace: &str, budgets: Budgets) -> Result<Aws, ConnectError> {
        let region = config.region().ok_or(ConnectError::NoRegion)?.to_string();
        let account = account(config).await?;
        let calls = Calls::new(budgets, &account, &region);
        Ok(Aws {
            namespace: namespace.to_owned(),
            names: Names::new(namespace),
            ec2: Ec2::new(config, calls.clone()),
            iam: Iam::new(config, calls.clone()),
            autoscaling: AutoScaling::new(config, calls.clone()),
            ecs: Ecs::new(config, calls.clone()),
            elb: Elb::new(config, calls.clone()),
            route53: Route53::new(config, calls.clone()),
            logs: Logs::new(config, calls.clone()),
            ssm: Ssm::new(config, calls),
            account,
            region,
        })
    }
}

async fn load(ca_bundle: Option<&Path>) -> Result<SdkConfig, ConnectError> {
    let timeouts = TimeoutConfig::builder().connect_timeout(CONNECT_TIMEOUT).operation_timeout(CALL_TIMEOUT).build();
    let config = aws_config::defaults(BehaviorVersion::latest())
        .http_client(http_client(ca_bundle)?)
        .timeout_config(timeouts)
        .retry_config(RetryConfig::disabled());
    Ok(config.load().await)
}

fn http_client(ca_bundle: Option<&Path>) -> Result<SharedHttpClient, ConnectError> {
    let builder = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring));
    let Some(path) = ca_bundle else { return Ok(builder.build_https()) };
    let certificates = std::fs::read(path).map_err(ConnectError::CaBundle)?;
    let trust = TrustStore::empty().with_pem_certificate(certificates);
    let context =
        TlsContext::builder().with_trust_store(trust).build().map_err(|error| ConnectError::Tls(error.into()))?;
    Ok(builder.tls_context(context).build_https())
}

/// Asks again while AWS only does not answer: a worker that starts in a bad moment must not end for it.
async fn account(config: &SdkConfig) -> Result<String, ConnectError> {
    let sts = aws_sdk_sts::Client::new(config);
    let begun = Instant::now();
    loop {
        let refused = match sts.get_caller_identity().send().await {
            Ok(identity) => return Ok(identity.account.unwrap_or_default()),
            Err(error) => CallError::new("sts", "GetCallerIdentity", &error),
        };
        let passes = matches!(refused.class(), Class::Throttled | Class::Transient);
        if !passes || begun.elapsed() >= PATIENCE {
            return Err(ConnectError::Identity(refused));
        }
        tracing::warn!(error = %refused, "AWS does not say yet who we are: it is asked again");
        tokio::time::sleep(ASK_AGAIN).await;
    }
}
