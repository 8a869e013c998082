//! IAM: roles and instance profiles. Global to the account.

mod instance_profile;
mod role;

use aws_config::SdkConfig;
use aws_sdk_iam::error::BuildError;

pub use instance_profile::InstanceProfile;
pub use role::Role;

use super::call::NameCaller;
use super::{Calls, NotCalled, Tag};

/// The code for "there is no such thing".
const ABSENT: [&str; 1] = ["NoSuchEntity"];

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

/// Tags for a creating call.
fn written(tags: &[Tag]) -> Result<Option<Vec<aws_sdk_iam::types::Tag>>, NotCalled> {
    let tags = tags.iter().map(|tag| aws_sdk_iam::types::Tag::builder().key(&tag.key).value(&tag.value).build());
    tags.collect::<Result<Vec<_>, BuildError>>().map(Some).map_err(NotCalled::from)
}

fn read(tags: &[aws_sdk_iam::types::Tag]) -> Vec<Tag> {
    tags.iter().map(|tag| Tag::new(tag.key(), tag.value())).collect()
}
