//! Districts with heritages in them, and the whole world set back to that as often as a test likes: the simulator from one
//! of its snapshots, Redis from a copy of its keys.

pub(crate) mod by_hand;

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::try_join_all;
use redis::aio::MultiplexedConnection;
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Aws, Settings, Stack};

use crate::account::Account;

/// How long an operation may take on a busy machine.
pub(crate) const LONG: Duration = Duration::from_secs(180);

/// What belongs to something else that is listed, or is AWS's own: nobody removes it by itself.
const PARTS: [&str; 5] = ["volumes", "network_interfaces", "network_acls", "container_instances", "tasks"];

/// A key of Redis: its name and its value as Redis dumps it.
type Copied = (Vec<u8>, Vec<u8>);

/// A stack with districts.
pub(crate) struct Stage {
    /// The stack.
    pub(crate) stack: Stack,
    /// AWS's clients.
    pub(crate) account: Account,
    /// The id of the public zone.
    pub(crate) zone: String,
    /// What AWS had before there was any district.
    pub(crate) bare: BTreeSet<String>,
    copy: Vec<Copied>,
}

impl Stage {
    /// A stack and a public zone.
    pub(crate) async fn bare() -> Stage {
        let settings = Settings { aws: Aws::Simulator { speed: 300.0 }, ..Settings::default() };
        let settings = settings.env("BARCELONA_BUDGETS", "off").env("BARCELONA_SETTLE_MS", "100");
        let stack = Stack::with(settings.env("BARCELONA_POLL_FLOOR_MS", "20")).await.unwrap();
        let account = Account::at(&stack.aws.client.base);
        let made = account.route53.create_hosted_zone().name("example.com").caller_reference("zone").send().await;
        let zone = made.unwrap().hosted_zone().unwrap().id().trim_start_matches("/hostedzone/").to_owned();
        let mut stage = Stage { stack, account, zone, bare: BTreeSet::new(), copy: vec![] };
        stage.bare = stage.things().await.into_iter().map(|thing| thing.id).collect();
        stage
    }

    /// Districts `d0`, `d1` and so on, each with a heritage, `shop-d0` and so on.
    pub(crate) async fn with_districts(count: usize) -> Stage {
        let mut stage = Stage::with_bare_districts(count).await;
        let made = (0..count).map(|nth| format!("d{nth}")).map(async |district| {
            let path = format!("/v1/districts/{district}/heritages");
            stage.stack.change(Method::POST, &path, Some(&shop(&district))).await
        });
        try_join_all(made).await.unwrap();
        stage.keep().await;
        stage
    }

    /// Districts `d0`, `d1` and so on, without heritages.
    pub(crate) async fn with_bare_districts(count: usize) -> Stage {
        let mut stage = Stage::bare().await;
        let zone = &stage.zone;
        let bodies = (0..count).map(|nth| json!({"name": format!("d{nth}"), "cluster_size": 1, "public_zone": zone}));
        let made = bodies.map(async |body| stage.stack.change(Method::POST, "/v1/districts", Some(&body)).await);
        try_join_all(made).await.unwrap();
        stage.keep().await;
        stage
    }

    /// Remembers the world as it is.
    pub(crate) async fn keep(&mut self) {
        self.stack.aws.client.post("/_sim/snapshots/stage", &json!({})).await.unwrap();
        let mut redis = self.redis().await;
        let keys: Vec<Vec<u8>> = redis::cmd("KEYS").arg("*").query_async(&mut redis).await.unwrap();
        self.copy.clear();
        for key in keys {
            let dump: Option<Vec<u8>> = redis::cmd("DUMP").arg(&key).query_async(&mut redis).await.unwrap();
            self.copy.extend(dump.map(|dump| (key, dump)));
        }
    }

    /// Sets the world back to what was remembered. Nothing may be under way.
    pub(crate) async fn rewind(&self) {
        let restored = self.stack.aws.client.post("/_sim/snapshots/stage/restore", &json!({})).await.unwrap();
        assert_eq!(restored.status, 200, "{:#}", restored.body);
        self.stack.aws.heal().await.unwrap();
        let mut redis = self.redis().await;
        let mut pipe = redis::pipe();
        pipe.atomic().cmd("FLUSHALL").ignore();
        for (key, dump) in &self.copy {
            pipe.cmd("RESTORE").arg(key).arg(0).arg(dump).ignore();
        }
        pipe.query_async::<()>(&mut redis).await.unwrap();
    }

    async fn redis(&self) -> MultiplexedConnection {
        self.stack.redis.connection().await.unwrap()
    }

    /// Sends a change that must be accepted; the operation's id.
    pub(crate) async fn send(&self, method: Method, path: &str, body: Option<&Value>) -> String {
        let answer = self.stack.api.send(method, path, &[], body).await.unwrap();
        assert_eq!(answer.status, 202, "{path}: {:#}", answer.body);
        answer.operation().unwrap()
    }

    /// Sends a change and waits for its end.
    pub(crate) async fn ends(&self, method: Method, path: &str, body: Option<&Value>) -> Value {
        let id = self.send(method, path, body).await;
        self.stack.api.ended(&id, LONG).await.unwrap()
    }

    /// Everything that AWS has.
    pub(crate) async fn things(&self) -> Vec<Thing> {
        let all = self.stack.aws.inventory().await.unwrap();
        let services = all.as_object().unwrap().iter();
        let mut things = vec![];
        for (service, kinds) in services {
            for (kind, items) in kinds.as_object().unwrap() {
                things.extend(items.as_array().unwrap().iter().map(|item| Thing::read(service, kind, item)));
            }
        }
        things
    }

    /// What AWS has of a district that is not a part of something else.
    pub(crate) async fn things_of(&self, district: &str) -> Vec<Thing> {
        let mut things = self.things().await;
        things.retain(|thing| thing.is_of(district) && !PARTS.contains(&thing.kind.as_str()));
        things.sort();
        things
    }

    /// What AWS has and had not before there was any district.
    pub(crate) async fn left(&self) -> Vec<Thing> {
        let mut things = self.things().await;
        things.retain(|thing| !self.bare.contains(&thing.id));
        things
    }

    /// Deletes all these districts, which must succeed.
    pub(crate) async fn delete_all(&self, districts: &[String]) {
        let deletions = districts.iter().map(async |district| {
            let path = format!("/v1/districts/{district}?cascade=true");
            self.stack.change(Method::DELETE, &path, None).await
        });
        try_join_all(deletions).await.unwrap();
        assert_eq!(self.left().await, [], "something is left on AWS");
    }
}

/// One thing that AWS has.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Thing {
    /// `ec2`
    pub(crate) service: String,
    /// `vpcs`
    pub(crate) kind: String,
    /// Its name.
    pub(crate) name: String,
    /// Its id or ARN.
    pub(crate) id: String,
    /// The values of its tags.
    pub(crate) tags: Vec<(String, String)>,
}

impl Thing {
    fn read(service: &str, kind: &str, item: &Value) -> Thing {
        let text = |field: &str| item[field].as_str().unwrap_or_default().to_owned();
        let tags = item["tags"].as_object().into_iter().flatten();
        let tags = tags.map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned()));
        let (service, kind) = (service.to_owned(), kind.to_owned());
        Thing { service, kind, name: text("name"), id: text("id"), tags: tags.collect() }
    }

    /// The value of a tag.
    pub(crate) fn tag(&self, key: &str) -> Option<&str> {
        self.tags.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// Whether it belongs to a district: by its tags, and a record by its name.
    fn is_of(&self, district: &str) -> bool {
        match self.kind.as_str() {
            "record_sets" => self.name.contains(&format!(".shop-{district}.")),
            _ => self.tag("barcelona:district") == Some(district),
        }
    }

    /// What residue calls it.
    pub(crate) fn residue(&self) -> String {
        match self.kind.as_str() {
            "roles" | "instance_profiles" | "groups" => self.name.clone(),
            "record_sets" => self.name.trim_end_matches('.').to_owned(),
            _ => self.id.clone(),
        }
    }
}

/// A heritage with a load balancer, names in both zones, a secret, and a service that nobody reaches.
pub(crate) fn shop(district: &str) -> Value {
    json!({"name": format!("shop-{district}"), "image_name": "nginx", "image_tag": "1",
           "environment": {"A": "1", "KEY": {"value": "hush-hush", "secret": true}},
           "services": [
               {"name": "web", "cpu": 32, "memory": 64, "public": true,
                "port_mappings": [{"lb_port": 80, "container_port": 8080}]},
               {"name": "worker", "cpu": 32, "memory": 64}]})
}
