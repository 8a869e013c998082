//! Route53.

mod record;
mod zone;

use aws_config::SdkConfig;

pub use record::{Answer, Record};
pub use zone::Zone;

use super::Calls;
use super::call::NameCaller;

/// Route53 of one account and region.
#[derive(Clone)]
pub struct Route53 {
    client: aws_sdk_route53::Client,
    calls: Calls,
}

impl Route53 {
    /// With the settings of the SDK.
    pub fn new(config: &SdkConfig, calls: Calls) -> Self {
        let config = aws_sdk_route53::config::Builder::from(config).interceptor(NameCaller).build();
        Route53 { client: aws_sdk_route53::Client::from_conf(config), calls }
    }
}
