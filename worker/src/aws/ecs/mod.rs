//! ECS.

mod cluster;

use aws_config::SdkConfig;

pub use cluster::ContainerInstance;

use super::Calls;
use super::call::NameCaller;

/// ECS of one account and region.
#[derive(Clone)]
pub struct Ecs {
    client: aws_sdk_ecs::Client,
    calls: Calls,
}

impl Ecs {
    /// With the settings of the SDK.
    pub fn new(config: &SdkConfig, calls: Calls) -> Self {
        let config = aws_sdk_ecs::config::Builder::from(config).interceptor(NameCaller).build();
        Ecs { client: aws_sdk_ecs::Client::from_conf(config), calls }
    }
}
