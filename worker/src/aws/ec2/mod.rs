//! EC2.

use aws_config::SdkConfig;

use super::Calls;
use super::call::NameCaller;

/// EC2 of one account and region.
#[derive(Clone)]
pub struct Ec2 {
    client: aws_sdk_ec2::Client,
    calls: Calls,
}

impl Ec2 {
    /// With the settings of the SDK.
    pub fn new(config: &SdkConfig, calls: Calls) -> Self {
        let config = aws_sdk_ec2::config::Builder::from(config).interceptor(NameCaller).build();
        Ec2 { client: aws_sdk_ec2::Client::from_conf(config), calls }
    }
}
