//! A simulator of its own for each case, in this process, and clients whose waiting lets simulated time pass.

use std::fmt::Debug;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_ec2::config::retry::RetryConfig;
use aws_sdk_ec2::config::timeout::TimeoutConfig;
use aws_sdk_ec2::config::{AsyncSleep, Sleep, StalledStreamProtectionConfig};
use aws_sdk_ec2::error::ProvideErrorMetadata;
use aws_sim::{Config, Sim};
use aws_smithy_async::time::SystemTimeSource;
use aws_smithy_http_client::Builder;
use serde_json::{Value, json};
use tests::client::Client;
use tokio::net::TcpListener;

use crate::account::Account;

/// How long a waiter of the SDK may poll by the real clock; its pauses take simulated time only.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// The account that exists beside the default one, and its access key and secret.
pub(crate) const OTHER: (&str, &str, &str) = ("111122223333", "other-key", "other-secret");

/// A running simulator whose clock stands still.
pub(crate) struct Aws {
    control: Client,
}

/// Sleeps by letting simulated time pass: retries and waiters of the SDK take no real time.
#[derive(Debug)]
struct SimulatedSleep(Client);

impl AsyncSleep for SimulatedSleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        let control = self.0.clone();
        Sleep::new(async move { advance(&control, duration.as_secs_f64()).await })
    }
}

async fn advance(control: &Client, seconds: f64) {
    let answer = control.post("/_sim/clock/advance", &json!({"seconds": seconds})).await.unwrap();
    assert_eq!(answer.status, 200, "{}", answer.body);
}

impl Aws {
    /// An empty AWS.
    pub(crate) async fn start() -> Aws {
        Aws::with(Config::default()).await
    }

    /// An empty AWS that behaves so, with its clock stopped and one more account.
    pub(crate) async fn with(config: Config) -> Aws {
        let (id, key, secret) = OTHER;
        let accounts = vec![format!("{id}={key}:{secret}").parse().unwrap()];
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let control = Client::new(&format!("http://{}", listener.local_addr().unwrap()), None);
        let sim = Sim::new(Config { step: true, accounts, ..config });
        tokio::spawn(aws_sim::serve(listener, sim, std::future::pending()));
        Aws { control }
    }

    /// How to reach it from a region with an access key. Waiting takes simulated time, so nothing ever times out.
    pub(crate) fn config(&self, region: &'static str, credentials: Credentials) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new(region))
            .endpoint_url(&self.control.base)
            .http_client(Builder::new().build_http())
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .sleep_impl(SimulatedSleep(self.control.clone()))
            .time_source(SystemTimeSource::new())
            .timeout_config(TimeoutConfig::disabled())
            .stalled_stream_protection(StalledStreamProtectionConfig::disabled())
            .build()
    }

    /// The default account in Ireland, as the SDK is by default: it tries three times.
    pub(crate) fn account(&self) -> Account {
        Account::by(&self.config("eu-west-1", key("test", "test")))
    }

    /// The same without retries, so that what is refused is seen at once.
    pub(crate) fn account_that_tries_once(&self) -> Account {
        let config = self.config("eu-west-1", key("test", "test")).into_builder();
        Account::by(&config.retry_config(RetryConfig::disabled()).build())
    }

    /// Lets simulated time pass.
    pub(crate) async fn advance(&self, seconds: u32) {
        advance(&self.control, f64::from(seconds)).await;
    }

    /// Asks for trouble.
    pub(crate) async fn fault(&self, rule: Value) {
        let answer = self.control.post("/_sim/faults", &rule).await.unwrap();
        assert!(answer.status < 300, "{}", answer.body);
    }

    /// What became of each call of an operation, oldest first.
    pub(crate) async fn outcomes(&self, operation: &str) -> Vec<String> {
        let body = self.control.get(&format!("/_sim/calls?operation={operation}")).await.unwrap().body;
        body["calls"].as_array().unwrap().iter().map(|call| call["outcome"].as_str().unwrap().to_owned()).collect()
    }
}

/// An access key that holds until it is taken back.
pub(crate) fn key(id: &str, secret: &str) -> Credentials {
    Credentials::new(id, secret, None, None, "conformance")
}

/// The code with which a call is refused.
pub(crate) fn refusal<T: Debug, E: ProvideErrorMetadata + Debug>(answer: Result<T, E>) -> String {
    let error = answer.expect_err("the call is refused");
    error.code().unwrap_or_else(|| panic!("no code in {error:?}")).to_owned()
}

/// A trust policy that lets somebody assume a role: `{"Service": …}` or `{"AWS": …}`.
pub(crate) fn trust(principal: Value) -> String {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    ]})
    .to_string()
}
