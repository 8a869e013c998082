//! ECS: clusters, task definitions, services and what becomes of their tasks. One file a resource.

mod cluster;
mod service;
mod service_state;
mod stopped_task;
mod task_definition;

use aws_config::SdkConfig;
use shared::time::Timestamp;

pub use cluster::ContainerInstance;
pub use service::{Balancing, NewService, ServiceChange};
pub use service_state::{Deployment, Rolling, Rollout, ServiceState, Status};
pub use stopped_task::StoppedTask;
pub use task_definition::{Container, HostPort, NewTaskDefinition};

use super::call::NameCaller;
use super::observe::Observer;
use super::{Calls, Tag};

/// ECS of one account and region.
#[derive(Clone)]
pub struct Ecs {
    client: aws_sdk_ecs::Client,
    calls: Calls,
    services: Observer<ServiceState>,
}

impl Ecs {
    /// With the settings of the SDK.
    pub fn new(config: &SdkConfig, calls: Calls) -> Self {
        let config = aws_sdk_ecs::config::Builder::from(config).interceptor(NameCaller).build();
        Ecs { client: aws_sdk_ecs::Client::from_conf(config), calls, services: Observer::new(service::PER_CALL) }
    }
}

fn sdk_tags(tags: &[Tag]) -> Option<Vec<aws_sdk_ecs::types::Tag>> {
    let tags = tags.iter().map(|tag| aws_sdk_ecs::types::Tag::builder().key(&tag.key).value(&tag.value).build());
    Some(tags.collect())
}

fn read_tags(tags: &[aws_sdk_ecs::types::Tag]) -> Vec<Tag> {
    tags.iter().map(|tag| Tag::new(tag.key().unwrap_or_default(), tag.value().unwrap_or_default())).collect()
}

fn moment(time: Option<&aws_smithy_types::DateTime>) -> Timestamp {
    let millis = time.and_then(|time| time.to_millis().ok()).and_then(|millis| u64::try_from(millis).ok());
    Timestamp(millis.unwrap_or_default())
}
