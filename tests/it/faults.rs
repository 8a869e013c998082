//! Walks through everything that can be asked for, with trouble on the way, and a look at everything after each step.
//!
//! `BARCELONA_FAULT_SEED` and `BARCELONA_FAULT_ROUNDS` repeat a walk or try many, `BARCELONA_FAULT_STEPS` makes them longer,
//! and `BARCELONA_FAULT_LOGS` names a folder for the logs of workers.

mod checks;
mod plan;
mod trouble;

use std::time::{Duration, Instant};

use rand::rngs::StdRng;
use rand::{Rng as _, SeedableRng as _};
use reqwest::Method;
use serde_json::{Value, json};
use tests::{Settings, Stack};

use crate::account::Account;
use checks::{differences, journal_and_queue, sight, unlike};
use plan::{Change, District, Heritage, Service, World};
use trouble::Trouble;

const LONG: Duration = Duration::from_secs(180);

/// One seed's walk.
struct Walk {
    seed: u64,
    rng: StdRng,
    stack: Stack,
    account: Account,
    zone: String,
    world: World,
    log: Vec<String>,
}

impl Walk {
    async fn begin(seed: u64) -> Walk {
        let mut rng = StdRng::seed_from_u64(seed);
        let settings = Settings::default().env("BARCELONA_BUDGETS", "off").env("BARCELONA_LEASE_MS", "2000");
        let lags = seed.is_multiple_of(3);
        let settings = settings.env("BARCELONA_SETTLE_MS", if lags { "600" } else { "200" });
        let stack = Stack::with(settings).await.unwrap();
        let account = Account::at(&stack.aws.client.base);
        let zone =
            account.route53.create_hosted_zone().name("example.com").caller_reference("zone").send().await.unwrap();
        let zone = zone.hosted_zone().map(|zone| zone.id().trim_start_matches("/hostedzone/").to_owned()).unwrap();
        let mut walk = Walk { seed, stack, account, zone, world: World::default(), log: vec![], rng: rng.clone() };
        walk.log.push(format!("seed {seed}, reads lag: {lags}"));
        walk.rng = StdRng::seed_from_u64(rng.random());
        walk
    }

    /// What every walk suffers: slow calls, and with some seeds reads that lag.
    async fn weather(&mut self) {
        self.stack.aws.heal().await.unwrap();
        self.stack.aws.slow_down(self.rng.random_range(5..60)).await.unwrap();
        if self.seed.is_multiple_of(3) {
            let all = ["ec2", "iam", "autoscaling", "ecs", "elasticloadbalancing", "logs", "route53"];
            for service in &all[..if self.seed.is_multiple_of(6) { 7 } else { 3 }] {
                let lag = json!({"service": service, "kind": "lag", "delay_ms": 400, "probability": 0.5});
                self.stack.aws.fault(&lag).await.unwrap();
            }
        }
    }

    async fn step(&mut self) {
        let zone = self.zone.clone();
        let change = self.world.next(&mut self.rng, &zone);
        let trouble = Trouble::draw(&mut self.rng, change.what.split(' ').next().unwrap_or_default());
        let hold = change.undoes && self.rng.random_bool(0.15);
        self.log.push(format!("{} with {trouble:?}{}", change.what, if hold { ", hold" } else { "" }));
        self.stack.aws.heal().await.unwrap();
        let before = sight(&self.account, &zone).await;
        self.weather().await;
        let id = self.send(&change, hold).await;
        self.suffer(&id, &trouble).await;
        let operation = self.ended(&id).await;
        self.stack.aws.heal().await.unwrap();
        let state = operation["state"].as_str().unwrap().to_owned();
        self.log.push(format!("  {id} {state} attempt {} residue {}", operation["attempt"], operation["residue"]));
        self.must_end(&change, &trouble, &operation);
        self.same_or_as_asked(&change, &operation, &before, hold).await;
    }

    async fn send(&mut self, change: &Change, hold: bool) -> String {
        let mut path = change.path.clone();
        if hold {
            path.push_str("?on_failure=hold");
        }
        let answer = self.stack.api.send(change.method.clone(), &path, &[], change.body.as_ref()).await.unwrap();
        assert_eq!(answer.status, 202, "{}\n{:#}", self.story(), answer.body);
        answer.operation().unwrap()
    }

    async fn suffer(&mut self, id: &str, trouble: &Trouble) {
        match trouble {
            Trouble::None => {}
            Trouble::Kill(pauses) => {
                for pause in pauses {
                    tokio::time::sleep(*pause).await;
                    self.replace_worker();
                }
            }
            Trouble::Cancel(pause) => self.cancel_after(id, *pause).await,
            Trouble::CancelAndKill(pause, then) => {
                self.cancel_after(id, *pause).await;
                tokio::time::sleep(*then).await;
                self.replace_worker();
            }
            Trouble::Aws(fault) | Trouble::Refuse(fault) => self.stack.aws.fault(fault).await.unwrap(),
        }
    }

    fn replace_worker(&mut self) {
        if let Some(worker) = self.stack.workers.last_mut() {
            worker.kill().unwrap();
        }
        self.stack.add_worker().unwrap();
    }

    async fn cancel_after(&self, id: &str, pause: Duration) {
        tokio::time::sleep(pause).await;
        let answer = self.stack.api.post(&format!("/v1/operations/{id}/cancel"), &json!({})).await.unwrap();
        assert!([202, 409].contains(&answer.status), "{}\n{:#}", self.story(), answer.body);
    }

    async fn ended(&self, id: &str) -> Value {
        let ended = async |id: &str, limit| {
            self.stack.api.ended(id, limit).await.unwrap_or_else(|error| panic!("{}\n{error:#}", self.story()))
        };
        let operation = ended(id, LONG).await;
        for child in operation["children"].as_array().unwrap() {
            ended(child.as_str().unwrap(), Duration::ZERO).await;
        }
        operation
    }

    fn must_end(&self, change: &Change, trouble: &Trouble, operation: &Value) {
        let state = operation["state"].as_str().unwrap();
        let may_end = trouble.may_end();
        let may_be_bad = change.is_bad && state == "failed";
        let refused =
            operation["error"]["aws"]["code"] == "AccessDenied" || operation["error"]["code"] == "child_failed";
        // A cancel that comes while something is removed for good leaves it to a person, as does a refusal of the way back.
        let steps = operation["steps"].as_array().unwrap();
        let removes = steps.iter().any(|it| it["name"].as_str().unwrap().starts_with("remove_service"));
        let is_refused_back = matches!(trouble, Trouble::Refuse(_))
            && steps.iter().any(|it| it["state"] == "undo_failed" && it["error"]["aws"]["code"] == "AccessDenied");
        let was_stopped = !matches!(trouble, Trouble::Kill(_) | Trouble::Aws(_) | Trouble::None);
        let half_removed = state == "stuck" && (removes && was_stopped || is_refused_back);
        let as_expected = may_end.contains(&state) && !(change.is_bad && state == "succeeded");
        let is_right = as_expected && (state != "failed" || refused) || may_be_bad || half_removed;
        assert!(is_right, "{}\n{operation:#}", self.story());
    }

    /// The world is as it was, or as it was asked to be; what is in between is retried, or taken back.
    async fn same_or_as_asked(&mut self, change: &Change, operation: &Value, before: &checks::Sight, hold: bool) {
        let id = operation["id"].as_str().unwrap();
        let state = operation["state"].as_str().unwrap();
        let mut wrong = journal_and_queue(&self.stack, operation).await;
        let now = sight(&self.account, &self.zone).await;
        let is_held = hold && state == "failed";
        if state == "succeeded" {
            wrong.extend(unlike(&change.after, &now));
            self.world = change.after.clone();
        } else if change.undoes && state != "stuck" && !is_held {
            wrong.extend(differences(before, &now));
        }
        let is_clean = state == "succeeded" || (change.undoes && state != "stuck" && !is_held);
        if is_clean {
            wrong.extend(self.records().await);
        }
        assert!(wrong.is_empty(), "{}\n{}\n{operation:#}", self.story(), wrong.join("\n"));
        let goes_on = state != "succeeded"
            && !change.is_bad
            && (!change.undoes || state == "stuck" || is_held || self.rng.random_bool(0.4));
        if is_held
            && self.rng.random_bool(0.3)
            && let Some(path) = change.made()
        {
            return Box::pin(self.delete(&path, before)).await;
        }
        let takes_back = is_held && (change.is_bad || self.rng.random_bool(0.5));
        if takes_back {
            Box::pin(self.take_back(id, before, change)).await;
        } else if goes_on {
            Box::pin(self.retry(id, change)).await;
        }
    }

    async fn take_back(&mut self, id: &str, before: &checks::Sight, change: &Change) {
        self.log.push(format!("  cancel of the held {id}"));
        self.weather().await;
        self.cancel_after(id, Duration::ZERO).await;
        let operation = self.ended(id).await;
        self.stack.aws.heal().await.unwrap();
        assert_eq!(operation["state"], "cancelled", "{}\n{operation:#}", self.story());
        self.same_or_as_asked(&Change { is_bad: true, ..change.clone() }, &operation, before, false).await;
    }

    /// Deletes what a create has left.
    async fn delete(&mut self, path: &str, before: &checks::Sight) {
        self.log.push(format!("  delete of what is left: {path}"));
        self.weather().await;
        let answer = self.stack.api.delete(path).await.unwrap();
        assert_eq!(answer.status, 202, "{}\n{:#}", self.story(), answer.body);
        let operation = self.ended(&answer.operation().unwrap()).await;
        self.stack.aws.heal().await.unwrap();
        let mut wrong = journal_and_queue(&self.stack, &operation).await;
        wrong.extend(differences(before, &sight(&self.account, &self.zone).await));
        wrong.extend(self.records().await);
        let is_right = operation["state"] == "succeeded" && wrong.is_empty();
        assert!(is_right, "{}\n{}\n{operation:#}", self.story(), wrong.join("\n"));
    }

    async fn retry(&mut self, id: &str, change: &Change) {
        self.log.push(format!("  retry of {id}"));
        self.weather().await;
        let answer = self.stack.api.post(&format!("/v1/operations/{id}/retry"), &json!({})).await.unwrap();
        assert_eq!(answer.status, 202, "{}\n{:#}", self.story(), answer.body);
        if self.rng.random_bool(0.3) {
            let pause = Duration::from_millis(self.rng.random_range(0..3000));
            self.suffer(id, &Trouble::Kill(vec![pause])).await;
        }
        let operation = self.ended(id).await;
        self.stack.aws.heal().await.unwrap();
        assert_eq!(operation["state"], "succeeded", "{}\n{operation:#}", self.story());
        let mut wrong = journal_and_queue(&self.stack, &operation).await;
        wrong.extend(unlike(&change.after, &sight(&self.account, &self.zone).await));
        assert!(wrong.is_empty(), "{}\n{}\n{operation:#}", self.story(), wrong.join("\n"));
        self.world = change.after.clone();
    }

    /// What the API shows is what there is: a create that failed cleanly is 404, a change that failed is not shown.
    async fn records(&self) -> Vec<String> {
        let mut wrong = vec![];
        let district = self.stack.api.get("/v1/districts/dev").await.unwrap();
        match &self.world.district {
            None if district.status == 404 => {}
            None => wrong.push(format!("the district is still shown: {:#}", district.body)),
            Some(wanted) => {
                let shown = &district.body["district"];
                let seen = (&shown["cluster_size"], &shown["instance_type"], &shown["nat_type"]);
                if seen != (&json!(wanted.size), &json!(wanted.instance_type), &json!(wanted.nat)) {
                    wrong.push(format!("{wanted:?} is shown as {shown:#}"));
                }
            }
        }
        for name in ["shop", "mail", "blog"] {
            let shown = self.stack.api.get(&format!("/v1/districts/dev/heritages/{name}")).await.unwrap();
            let tag = shown.body["heritage"]["image_tag"].as_str().map(str::to_owned);
            let wanted = self.world.heritages.get(name).map(|heritage| heritage.tag.clone());
            if tag != wanted || (wanted.is_none() && shown.status != 404) {
                wrong.push(format!("{name} should be {wanted:?}: {} {:#}", shown.status, shown.body));
            }
        }
        wrong
    }

    fn story(&self) -> String {
        if let Ok(dir) = std::env::var("BARCELONA_FAULT_LOGS") {
            let logs: Vec<_> = self.stack.workers.iter().map(|worker| worker.log()).collect();
            std::fs::write(format!("{dir}/{}.worker", self.seed), logs.join("\n--- next worker\n")).unwrap();
        }
        format!("BARCELONA_FAULT_SEED={}\n{}", self.seed, self.log.join("\n"))
    }
}

fn setting(name: &str, default: u64) -> u64 {
    std::env::var(name).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

async fn walk(seed: u64, steps: u64) {
    let begun = Instant::now();
    let mut walk = Walk::begin(seed).await;
    for _ in 0..steps {
        walk.step().await;
    }
    println!("{}\nseed {seed}: {steps} steps in {:?}", walk.log.join("\n"), begun.elapsed());
}

#[tokio::test]
async fn whatever_goes_wrong_the_world_is_as_asked_or_as_before() {
    let (seed, rounds) = (setting("BARCELONA_FAULT_SEED", 2), setting("BARCELONA_FAULT_ROUNDS", 2));
    let steps = setting("BARCELONA_FAULT_STEPS", 5);
    futures::future::join_all((seed..seed + rounds).map(|seed| walk(seed, steps))).await;
}

/// A heritage whose only task has a fixed host port.
fn balanced(tag: &str) -> Heritage {
    let service = Service { desired: 1, memory: 64, port: Some(80), public: false };
    let plain = [("A".to_owned(), "1".to_owned())].into();
    Heritage { tag: tag.to_owned(), plain, secrets: [].into(), services: [("web".to_owned(), service)].into() }
}

#[tokio::test]
async fn changes_that_queue_end_in_their_order_on_one_instance_while_workers_come_and_go() {
    let mut walk = Walk::begin(1).await;
    walk.stack.add_worker().unwrap();
    walk.stack.add_worker().unwrap();
    walk.stack.change(Method::POST, "/v1/districts", Some(&json!({"name": "dev", "cluster_size": 1}))).await.unwrap();
    walk.stack.aws.slow_down(30).await.unwrap();
    let district = District { size: 1, instance_type: "t3.small", nat: "gateway" };
    let mut ids = vec![];
    for name in ["shop", "mail"] {
        let port = json!([{"lb_port": 80, "container_port": 8080}]);
        let services = json!([{"name": "web", "cpu": 32, "memory": 64, "port_mappings": port}]);
        let body = json!({"name": name, "image_name": "nginx", "image_tag": "1", "services": services});
        let path = format!("/v1/heritages/{name}");
        for (method, path, body) in [
            (Method::POST, "/v1/districts/dev/heritages".to_owned(), body),
            (Method::PATCH, path.clone(), json!({"image_tag": "crash"})),
            (Method::POST, format!("{path}/env_vars"), json!({"env_vars": {"A": "1"}})),
            (Method::POST, format!("{path}/services/web/scale"), json!({"scale": 0})),
            (Method::POST, format!("{path}/services/web/scale"), json!({"scale": 1})),
            (Method::PATCH, path.clone(), json!({"image_tag": "3"})),
            (Method::PATCH, path.clone(), json!({"image_tag": "4"})),
        ] {
            let answer = walk.stack.api.send(method, &path, &[], Some(&body)).await.unwrap();
            assert_eq!(answer.status, 202, "{:#}", answer.body);
            ids.push(answer.operation().unwrap());
        }
    }
    for oldest in 0..3 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        walk.stack.workers[oldest].kill().unwrap();
        walk.stack.add_worker().unwrap();
    }
    let mut states = vec![];
    for id in &ids {
        states.push(walk.ended(id).await["state"].as_str().unwrap().to_owned());
    }
    let expected = ["succeeded", "failed", "succeeded", "succeeded", "succeeded", "superseded", "succeeded"];
    assert_eq!(states, [expected, expected].concat());
    walk.stack.aws.heal().await.unwrap();
    let heritages = ["shop", "mail"].map(|name| (name.to_owned(), balanced("4")));
    walk.world = World { district: Some(district), heritages: heritages.into() };
    let last = walk.ended(&ids[ids.len() - 1]).await;
    let mut wrong = journal_and_queue(&walk.stack, &last).await;
    wrong.extend(unlike(&walk.world, &sight(&walk.account, &walk.zone).await));
    wrong.extend(walk.records().await);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
