//! CloudWatch Logs.

use aws_config::SdkConfig;

use super::Calls;
use super::call::NameCaller;

/// CloudWatch Logs of one account and region.
#[derive(Clone)]
pub struct Logs {
    client: aws_sdk_cloudwatchlogs::Client,
    calls: Calls,
}

impl Logs {
    /// With the settings of the SDK.
    pub fn new(config: &SdkConfig, calls: Calls) -> Self {
        let config = aws_sdk_cloudwatchlogs::config::Builder::from(config).interceptor(NameCaller).build();
        Logs { client: aws_sdk_cloudwatchlogs::Client::from_conf(config), calls }
    }
}
