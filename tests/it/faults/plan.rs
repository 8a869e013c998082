//! What a walk asks for next, and what the world is to be like when that succeeds. All choices come from the seed.

use std::collections::{BTreeMap, BTreeSet};

use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use reqwest::Method;
use serde_json::{Value, json};

/// A district as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct District {
    pub(super) size: u32,
    pub(super) instance_type: &'static str,
    pub(super) nat: &'static str,
}

/// A service as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Service {
    pub(super) desired: u32,
    pub(super) memory: u32,
    /// Its load balancer's port; each balanced service has one, the first of a heritage is public.
    pub(super) port: Option<u32>,
    pub(super) public: bool,
}

/// A heritage as it is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Heritage {
    pub(super) tag: String,
    pub(super) plain: BTreeMap<String, String>,
    pub(super) secrets: BTreeSet<String>,
    pub(super) services: BTreeMap<String, Service>,
}

/// Everything as it is to be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct World {
    pub(super) district: Option<District>,
    pub(super) heritages: BTreeMap<String, Heritage>,
}

/// A request, and what the world is like once it has succeeded.
#[derive(Clone, Debug)]
pub(super) struct Change {
    pub(super) what: String,
    pub(super) method: Method,
    pub(super) path: String,
    pub(super) body: Option<Value>,
    pub(super) after: World,
    /// Whether it cannot succeed: its image does not run.
    pub(super) is_bad: bool,
    /// Whether it is taken back when it fails; deletions stop where they are.
    pub(super) undoes: bool,
}

const NATS: [&str; 3] = ["none", "gateway", "gateway_multi_az"];
const TYPES: [&str; 2] = ["t3.small", "t3.medium"];

fn change(what: &str, method: Method, path: String, body: Value, after: World) -> Change {
    let undoes = method != Method::DELETE || path.ends_with("env_vars");
    let body = Some(body).filter(|body| !body.is_null());
    Change { what: what.to_owned(), method, path, body, after, is_bad: false, undoes }
}

impl Change {
    /// Where that stands which a create makes.
    pub(super) fn made(&self) -> Option<String> {
        let name = self.body.as_ref()?["name"].as_str()?;
        match self.path.as_str() {
            "/v1/districts" => Some(format!("/v1/districts/{name}")),
            "/v1/districts/dev/heritages" => Some(format!("/v1/heritages/{name}")),
            _ => None,
        }
    }
}

impl Service {
    fn draw(rng: &mut StdRng, size: u32, nth: u32) -> Service {
        let balanced = rng.random_bool(0.5);
        Service {
            desired: rng.random_range(0..=size),
            memory: 64,
            port: balanced.then_some(80),
            public: balanced && nth == 0,
        }
    }

    fn body(&self, name: &str) -> Value {
        let mut body = json!({"name": name, "cpu": 32, "memory": self.memory, "desired_count": self.desired});
        if let Some(port) = self.port {
            body["port_mappings"] = json!([{"lb_port": port, "container_port": 8080}]);
            body["public"] = json!(self.public);
        }
        body
    }
}

impl World {
    /// Draws the next change.
    pub(super) fn next(&self, rng: &mut StdRng, zone: &str) -> Change {
        let Some(district) = &self.district else { return self.provision(rng, zone) };
        if self.heritages.is_empty() && rng.random_bool(0.85) {
            return self.create(rng, district);
        }
        match rng.random_range(0..20) {
            0 | 1 if self.heritages.len() < 2 => self.create(rng, district),
            0..=3 => self.update_district(rng, district),
            4 => self.delete_district(),
            _ if self.heritages.is_empty() => self.update_district(rng, district),
            5..=6 => self.delete_heritage(rng),
            7..=9 => self.scale(rng, district),
            10..=12 => self.env(rng),
            _ => self.deploy(rng, district),
        }
    }

    fn provision(&self, rng: &mut StdRng, zone: &str) -> Change {
        let district = District {
            size: rng.random_range(1..=3),
            instance_type: TYPES[0],
            nat: NATS.choose(rng).copied().unwrap_or("gateway"),
        };
        let body = json!({"name": "dev", "cluster_size": district.size, "nat_type": district.nat, "public_zone": zone});
        let after = World { district: Some(district), heritages: BTreeMap::new() };
        change("provision_district", Method::POST, "/v1/districts".into(), body, after)
    }

    /// The fewest instances that balanced services can do with.
    fn placed(&self) -> u32 {
        let services = self.heritages.values().flat_map(|heritage| heritage.services.values());
        services.filter(|service| service.port.is_some()).map(|service| service.desired).max().unwrap_or(0)
    }

    fn update_district(&self, rng: &mut StdRng, now: &District) -> Change {
        let mut wanted = now.clone();
        match rng.random_range(0..4) {
            0 => wanted.instance_type = TYPES[usize::from(now.instance_type == TYPES[0])],
            1 | 2 => wanted.nat = NATS.choose(rng).copied().unwrap_or("gateway"),
            _ => wanted.size = rng.random_range(self.placed().max(1)..=3),
        }
        let body = json!({"cluster_size": wanted.size, "instance_type": wanted.instance_type, "nat_type": wanted.nat});
        let what = format!("update_district {now:?} -> {wanted:?}");
        let after = World { district: Some(wanted), heritages: self.heritages.clone() };
        change(&what, Method::PATCH, "/v1/districts/dev".into(), body, after)
    }

    fn delete_district(&self) -> Change {
        let path = format!("/v1/districts/dev?cascade={}", !self.heritages.is_empty());
        change(&format!("delete_district {path}"), Method::DELETE, path, Value::Null, World::default())
    }

    fn create(&self, rng: &mut StdRng, district: &District) -> Change {
        let names = ["shop", "mail", "blog"];
        let free = names.into_iter().find(|name| !self.heritages.contains_key(*name)).unwrap_or("shop");
        let mut services = BTreeMap::new();
        for nth in 0..rng.random_range(1..=2) {
            services.insert(format!("s{nth}"), Service::draw(rng, district.size, nth));
        }
        let heritage = Heritage {
            tag: "1".into(),
            plain: [("A".to_owned(), "1".to_owned())].into(),
            secrets: if rng.random_bool(0.5) { ["KEY0".to_owned()].into() } else { BTreeSet::new() },
            services,
        };
        let mut variables = json!({"A": "1"});
        for secret in &heritage.secrets {
            variables[secret] = json!({"value": "hush-hush", "secret": true});
        }
        let is_bad = rng.random_bool(0.1);
        let tag = if is_bad { bad_tag(rng) } else { "1" };
        let services: Vec<_> = heritage.services.iter().map(|(name, service)| service.body(name)).collect();
        let body = json!({"name": free, "image_name": "nginx", "image_tag": tag, "environment": variables,
                          "services": services});
        let is_bad = is_bad && fails(tag, &heritage.services);
        let mut after = self.clone();
        after.heritages.insert(free.to_owned(), Heritage { tag: tag.to_owned(), ..heritage });
        let made =
            change(&format!("create_heritage {body}"), Method::POST, "/v1/districts/dev/heritages".into(), body, after);
        Change { is_bad, ..made }
    }

    fn pick(&self, rng: &mut StdRng) -> (String, Heritage) {
        let all: Vec<_> = self.heritages.iter().collect();
        all.choose(rng).map(|(name, heritage)| ((*name).clone(), (*heritage).clone())).unwrap_or_default()
    }

    fn with(&self, name: &str, heritage: Heritage) -> World {
        let mut after = self.clone();
        after.heritages.insert(name.to_owned(), heritage);
        after
    }

    fn delete_heritage(&self, rng: &mut StdRng) -> Change {
        let (name, _) = self.pick(rng);
        let mut after = self.clone();
        after.heritages.remove(&name);
        change(&format!("delete_heritage {name}"), Method::DELETE, format!("/v1/heritages/{name}"), Value::Null, after)
    }

    fn scale(&self, rng: &mut StdRng, district: &District) -> Change {
        let (name, mut heritage) = self.pick(rng);
        let names: Vec<_> = heritage.services.keys().cloned().collect();
        let service = names.choose(rng).cloned().unwrap_or_default();
        let wanted = rng.random_range(0..=district.size);
        if let Some(scaled) = heritage.services.get_mut(&service) {
            scaled.desired = wanted;
        }
        let path = format!("/v1/heritages/{name}/services/{service}/scale");
        let what = format!("scale_service {name}/{service} to {wanted}");
        let is_bad = fails(&heritage.tag, &heritage.services);
        Change { is_bad, ..change(&what, Method::POST, path, json!({"scale": wanted}), self.with(&name, heritage)) }
    }

    fn env(&self, rng: &mut StdRng) -> Change {
        let (name, mut heritage) = self.pick(rng);
        let path = format!("/v1/heritages/{name}/env_vars");
        if rng.random_bool(0.3) {
            let all: Vec<_> = heritage.plain.keys().chain(&heritage.secrets).cloned().collect();
            if let Some(gone) = all.choose(rng) {
                heritage.plain.remove(gone);
                heritage.secrets.remove(gone);
                let what = format!("unset_env_vars {name} {gone}");
                return change(&what, Method::DELETE, path, json!({"env_keys": [gone]}), self.with(&name, heritage));
            }
        }
        let value = rng.random_range(0..1000).to_string();
        let mut variables = json!({"B": value});
        heritage.plain.insert("B".into(), value);
        if rng.random_bool(0.6) {
            let key = format!("KEY{}", rng.random_range(0..3));
            variables[&key] = json!({"value": "hush", "secret": true});
            heritage.secrets.insert(key);
        }
        let what = format!("set_env_vars {name} {variables}");
        change(&what, Method::POST, path, json!({"env_vars": variables}), self.with(&name, heritage))
    }

    fn deploy(&self, rng: &mut StdRng, district: &District) -> Change {
        let (name, mut heritage) = self.pick(rng);
        let path = format!("/v1/heritages/{name}");
        let tag = match rng.random_bool(0.25) {
            true => bad_tag(rng).to_owned(),
            false => rng.random_range(1..100).to_string(),
        };
        heritage.tag.clone_from(&tag);
        let mut body = json!({"image_tag": tag});
        if rng.random_bool(0.5) {
            if heritage.services.len() > 1 && rng.random_bool(0.5) {
                heritage.services.pop_first();
            }
            if heritage.services.len() < 3 && rng.random_bool(0.5) {
                let nth = rng.random_range(2..1000);
                heritage.services.insert(format!("s{nth}"), Service::draw(rng, district.size, nth));
            }
            if let Some(mut changed) = heritage.services.last_entry() {
                changed.get_mut().memory = rng.random_range(32..128);
            }
            let standing = self.heritages.get(&name);
            let services = heritage.services.iter().map(|(name, service)| {
                match standing.and_then(|standing| standing.services.get(name)) {
                    Some(_) => json!({"name": name, "memory": service.memory}),
                    None => service.body(name),
                }
            });
            body["services"] = services.collect();
        }
        let is_bad = fails(&tag, &heritage.services);
        let what = format!("deploy_heritage {name} {body}");
        Change { is_bad, ..change(&what, Method::PATCH, path, body, self.with(&name, heritage)) }
    }
}

fn bad_tag(rng: &mut StdRng) -> &'static str {
    ["crash", "missing", "unhealthy"].choose(rng).copied().unwrap_or("crash")
}

/// Whether services cannot become stable with this image: `unhealthy` shows behind load balancers only.
fn fails(tag: &str, services: &BTreeMap<String, Service>) -> bool {
    let mut runs = services.values().filter(|service| service.desired > 0);
    match tag {
        "crash" | "missing" => runs.next().is_some(),
        "unhealthy" => runs.any(|service| service.port.is_some()),
        _ => false,
    }
}
