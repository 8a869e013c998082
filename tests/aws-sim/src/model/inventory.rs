//! What exists, in one shape for all services. Deleted things are not in it, even while AWS still describes them.

use serde::Serialize;
use serde_json::{Map, Value};

use super::tags::Tags;
use super::world::World;
use super::{
    acm, application_autoscaling, autoscaling, ec2, ecr, ecs, elb, elbv2, events, iam, logs, route53, scheduler,
    secretsmanager, servicediscovery, ssm,
};

/// One thing that exists.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Item {
    /// The service's scope name.
    #[serde(skip)]
    pub(crate) service: &'static str,
    /// What it is, in the plural: `vpcs`, `roles`.
    #[serde(skip)]
    pub(crate) kind: &'static str,
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) tags: Value,
    pub(crate) state: String,
    pub(crate) account: String,
    pub(crate) region: String,
    /// What matters besides, different for each kind.
    #[serde(flatten)]
    pub(crate) more: Map<String, Value>,
}

impl Item {
    /// An item without a name of its own: the tag `Name` is its name.
    pub(crate) fn new(service: &'static str, kind: &'static str, id: &str, tags: &Tags, state: &str) -> Self {
        Self {
            service,
            kind,
            id: id.to_owned(),
            name: tags.get("Name").unwrap_or_default().to_owned(),
            tags: tags.as_map(),
            state: state.to_owned(),
            account: String::new(),
            region: String::new(),
            more: Map::new(),
        }
    }

    pub(crate) fn named(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    pub(crate) fn with(mut self, member: &str, value: impl Into<Value>) -> Self {
        self.more.insert(member.to_owned(), value.into());
        self
    }
}

/// Everything that exists in all accounts and regions.
pub(crate) fn take(world: &World) -> Vec<Item> {
    let mut items = Vec::new();
    for (id, account) in world.accounts() {
        let mut global = iam::inventory(&account.iam);
        global.extend(route53::inventory(&account.route53));
        items.extend(global.into_iter().map(|item| Item { account: id.to_string(), ..item }));
        for (name, region) in account.regions() {
            let mut regional = acm::inventory(&region.acm);
            regional.extend(application_autoscaling::inventory(&region.application_autoscaling));
            regional.extend(autoscaling::inventory(&region.autoscaling));
            regional.extend(ec2::inventory(&region.ec2));
            regional.extend(ecr::inventory(&region.ecr));
            regional.extend(ecs::inventory(&region.ecs));
            regional.extend(elb::inventory(&region.elb));
            regional.extend(elbv2::inventory(&region.elbv2));
            regional.extend(events::inventory(&region.events));
            regional.extend(logs::inventory(&region.logs));
            regional.extend(scheduler::inventory(&region.scheduler));
            regional.extend(secretsmanager::inventory(&region.secretsmanager));
            regional.extend(servicediscovery::inventory(&region.servicediscovery));
            regional.extend(ssm::inventory(&region.ssm));
            let here = |item| Item { account: id.to_string(), region: name.to_string(), ..item };
            items.extend(regional.into_iter().map(here));
        }
    }
    items
}
