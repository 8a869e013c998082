//! Parameter Store.

mod image;
mod parameter;

use aws_config::SdkConfig;

use super::Calls;
use super::call::NameCaller;

/// Parameter Store of one account and region.
#[derive(Clone)]
pub struct Ssm {
    client: aws_sdk_ssm::Client,
    calls: Calls,
}

impl Ssm {
    /// With the settings of the SDK.
    pub fn new(config: &SdkConfig, calls: Calls) -> Self {
        let config = aws_sdk_ssm::config::Builder::from(config).interceptor(NameCaller).build();
        Ssm { client: aws_sdk_ssm::Client::from_conf(config), calls }
    }
}
