//! EC2: networks, instances, launch templates. One file a resource.
//!
//! Things are looked for by the tags of their owner and the tag `Name`, which is unique within a district.

mod address;
mod instance;
mod interface;
mod internet_gateway;
mod launch_template;
mod nat_gateway;
mod route_table;
mod security_group;
mod stranger;
mod subnet;
mod vpc;
mod zone;

use aws_config::SdkConfig;
use aws_sdk_ec2::types::{Filter, ResourceType, TagSpecification};

pub use instance::Instance;
pub use internet_gateway::InternetGateway;
pub use launch_template::{LaunchTemplate, TemplateBase, TemplateData};
pub use nat_gateway::{NatGateway, NatState};
pub use route_table::{Association, RouteTable, Target};
pub use security_group::{Peer, Rule, SecurityGroup};
pub use subnet::Subnet;
pub use vpc::Vpc;

use super::call::NameCaller;
use super::owner::NAME;
use super::{Calls, Owner, Seen, Tag};

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

/// Filters for what an owner's scope holds, all of it or what has one name.
fn in_scope(owner: &Owner, name: Option<&str>) -> Option<Vec<Filter>> {
    let name = name.map(|name| Tag::new(NAME, name));
    let tags = owner.scope().into_iter().chain(name);
    Some(tags.map(|tag| filter(&format!("tag:{}", tag.key), tag.value)).collect())
}

fn filter(name: &str, value: impl Into<String>) -> Filter {
    Filter::builder().name(name).values(value).build()
}

/// Tags for a creating call.
fn tagged(kind: ResourceType, tags: &[Tag]) -> TagSpecification {
    let tags = tags.iter().map(|tag| aws_sdk_ec2::types::Tag::builder().key(&tag.key).value(&tag.value).build());
    TagSpecification::builder().resource_type(kind).set_tags(Some(tags.collect())).build()
}

fn read_tags(tags: &[aws_sdk_ec2::types::Tag]) -> Vec<Tag> {
    tags.iter().map(|tag| Tag::new(tag.key().unwrap_or_default(), tag.value().unwrap_or_default())).collect()
}

/// A thing as it was seen, unless another installation owns it: its tags hold ours and one more.
fn seen<T>(owner: &Owner, thing: T, tags: &[aws_sdk_ec2::types::Tag], going: bool) -> Option<Seen<T>> {
    let tags = read_tags(tags);
    owner.covers(&tags).then_some(Seen { thing, tags, going })
}
