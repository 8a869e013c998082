//! What exists, in one shape for all services. Deleted things are not in it, even while AWS still describes them.

use serde::Serialize;
use serde_json::{Map, Value};

use super::tags::Tags;
use super::world::{Region, World};
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

/// Which things are wanted; what is empty narrows nothing.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    pub(crate) service: Option<String>,
    pub(crate) kind: Option<String>,
    pub(crate) account: Option<String>,
    pub(crate) region: Option<String>,
    /// Keys, with values where those matter too; a thing must have all of them.
    pub(crate) tags: Vec<(String, Option<String>)>,
}

impl Wanted {
    fn has(&self, service: &str) -> bool {
        self.service.as_deref().is_none_or(|wanted| wanted == service)
    }

    fn includes(&self, item: &Item) -> bool {
        self.kind.as_deref().is_none_or(|kind| kind == item.kind)
            && self.tags.iter().all(|(key, wanted)| {
                item.tags.get(key).is_some_and(|value| wanted.as_deref().is_none_or(|wanted| value == wanted))
            })
    }
}

/// Everything that exists and is wanted, of all accounts and regions. Services that are not asked for are not looked at.
pub(crate) fn take(world: &World, wanted: &Wanted) -> Vec<Item> {
    let mut items = Vec::new();
    let mut add = |found: Vec<Item>, account: &str, region: &str| {
        let found = found.into_iter().filter(|item| wanted.includes(item));
        items.extend(found.map(|item| Item { account: account.to_owned(), region: region.to_owned(), ..item }));
    };
    for (id, account) in world.accounts().filter(|(id, _)| wanted.account.as_deref().is_none_or(|one| one == &***id)) {
        if wanted.region.is_none() {
            if wanted.has("iam") {
                add(iam::inventory(&account.iam), id, "");
            }
            if wanted.has("route53") {
                add(route53::inventory(&account.route53), id, "");
            }
        }
        for (name, region) in account.regions() {
            if wanted.region.as_deref().is_none_or(|one| one == &**name) {
                for (_, inventory) in REGIONAL.iter().filter(|(service, _)| wanted.has(service)) {
                    add(inventory(region), id, name);
                }
            }
        }
    }
    items
}

/// What a service has to show in a region.
type Inventory = fn(&Region) -> Vec<Item>;

/// The regional services by the name that their items have.
const REGIONAL: [(&str, Inventory); 14] = [
    ("acm", |region| acm::inventory(&region.acm)),
    ("application-autoscaling", |region| application_autoscaling::inventory(&region.application_autoscaling)),
    ("autoscaling", |region| autoscaling::inventory(&region.autoscaling)),
    ("ec2", |region| ec2::inventory(&region.ec2)),
    ("ecr", |region| ecr::inventory(&region.ecr)),
    ("ecs", |region| ecs::inventory(&region.ecs)),
    ("elasticloadbalancing", |region| elb::inventory(&region.elb)),
    ("elbv2", |region| elbv2::inventory(&region.elbv2)),
    ("events", |region| events::inventory(&region.events)),
    ("logs", |region| logs::inventory(&region.logs)),
    ("scheduler", |region| scheduler::inventory(&region.scheduler)),
    ("secretsmanager", |region| secretsmanager::inventory(&region.secretsmanager)),
    ("servicediscovery", |region| servicediscovery::inventory(&region.servicediscovery)),
    ("ssm", |region| ssm::inventory(&region.ssm)),
];
