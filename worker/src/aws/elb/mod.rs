//! Classic ELB.

use aws_config::SdkConfig;

use super::Calls;
use super::call::NameCaller;

/// Classic ELB of one account and region.
#[derive(Clone)]
pub struct Elb {
    client: aws_sdk_elasticloadbalancing::Client,
    calls: Calls,
}

impl Elb {
    /// With the settings of the SDK.
    pub fn new(config: &SdkConfig, calls: Calls) -> Self {
        let config = aws_sdk_elasticloadbalancing::config::Builder::from(config).interceptor(NameCaller).build();
        Elb { client: aws_sdk_elasticloadbalancing::Client::from_conf(config), calls }
    }
}
