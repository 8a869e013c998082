//! IAM.

use aws_config::SdkConfig;

use super::Calls;
use super::call::NameCaller;

/// IAM of one account and region.
#[derive(Clone)]
pub struct Iam {
    client: aws_sdk_iam::Client,
    calls: Calls,
}

impl Iam {
    /// With the settings of the SDK.
    pub fn new(config: &SdkConfig, calls: Calls) -> Self {
        let config = aws_sdk_iam::config::Builder::from(config).interceptor(NameCaller).build();
        Iam { client: aws_sdk_iam::Client::from_conf(config), calls }
    }
}
