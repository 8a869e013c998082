//! Auto Scaling.

mod group;

use aws_config::SdkConfig;

pub use group::{Change, Group, Member, Template};

use super::Calls;
use super::call::NameCaller;

/// Auto Scaling of one account and region.
#[derive(Clone)]
pub struct AutoScaling {
    client: aws_sdk_autoscaling::Client,
    calls: Calls,
}

impl AutoScaling {
    /// With the settings of the SDK.
    pub fn new(config: &SdkConfig, calls: Calls) -> Self {
        let config = aws_sdk_autoscaling::config::Builder::from(config).interceptor(NameCaller).build();
        AutoScaling { client: aws_sdk_autoscaling::Client::from_conf(config), calls }
    }
}
