//! A Redis of a test's own, an accepted operation, and workers that claim and drive it.

use std::net::TcpListener;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use shared::district::{District, DistrictIds, DistrictSpec, Given, NatType};
use shared::ids::OperationId;
use shared::names::DistrictName;
use shared::operation::{OnFailure, Operation, Target};
use shared::payload::Payload;
use shared::resource::Lifecycle;
use shared::store::{Acceptance, Expect, Settings, Store};
use tokio_util::sync::CancellationToken;

use super::world::{Making, Toy, World};
use crate::engine::{Departure, Held, Lease, Timings, Workflow, drive};

/// Leases of the tests that do not wait for one to run out.
const LONG: u64 = 60_000;

/// A step and what it needs.
pub(super) type Arrows = &'static [(&'static str, &'static [&'static str])];

/// A test's stage.
pub(super) struct Bench {
    redis: Child,
    port: u16,
    pub store: Store,
    pub world: World,
    pub timings: Timings,
    pub drain: CancellationToken,
    pub arrows: Arrows,
}

impl Drop for Bench {
    fn drop(&mut self) {
        self.redis.kill().unwrap();
        self.redis.wait().unwrap();
    }
}

impl Bench {
    pub(super) async fn new(world: World, arrows: Arrows) -> Self {
        Self::with_lease(world, arrows, LONG).await
    }

    pub(super) async fn with_lease(world: World, arrows: Arrows, lease_ms: u64) -> Self {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let mut command = Command::new("redis-server");
        command.args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]);
        let redis = command.stdout(Stdio::null()).spawn().unwrap();
        let redis_url = format!("redis://127.0.0.1:{port}");
        let settings = Settings { redis_url, namespace: "engine-test".to_owned(), lease_ms, ..Settings::default() };
        let store = Store::connect(&settings, Duration::from_secs(10)).await.unwrap();
        let timings = Timings {
            poll_floor: Duration::from_millis(20),
            settle: Duration::from_millis(100),
            backoff: Duration::from_millis(5),
            shortest_parked: Duration::from_millis(200),
        };
        Bench { redis, port, store, world, timings, drain: CancellationToken::new(), arrows }
    }

    /// Accepts an operation.
    pub(super) async fn accept(&self, on_failure: OnFailure) -> OperationId {
        self.accept_in("dev", on_failure).await
    }

    /// Accepts an operation on a district of this name.
    pub(super) async fn accept_in(&self, district: &str, on_failure: OnFailure) -> OperationId {
        let district = DistrictName::parse(district).unwrap();
        let spec = DistrictSpec {
            region: "us-east-1".to_owned(),
            cidr_block: None,
            nat_type: NatType::None,
            cluster_size: 1,
            instance_type: "t3.small".to_owned(),
            public_zone: None,
            given: Given::default(),
        };
        let record = District {
            name: district.clone(),
            spec: spec.clone(),
            ids: DistrictIds::default(),
            state: Lifecycle::Creating,
            conditions: vec![],
            created_at: self.store.now(),
            updated_at: self.store.now(),
        };
        let acceptance = Acceptance {
            id: OperationId::draw(),
            target: Target { district, heritage: None, service: None },
            payload: Payload::ProvisionDistrict { spec },
            outline: vec![],
            actor: "token:test".to_owned(),
            request_id: None,
            trace_id: None,
            on_failure,
            idempotency: None,
            expect: Expect::default(),
            reserve: vec![],
            district: Some(record),
            heritage: None,
            supersedes: None,
            parent: None,
        };
        self.store.accept(&acceptance).await.unwrap();
        acceptance.id
    }

    /// Loses the list of what is ready, as a script would that broke off.
    pub(super) fn forget_ready(&self) {
        let mut command = Command::new("redis-cli");
        command.args(["-p", &self.port.to_string(), "DEL", "{engine-test}:ready:normal"]);
        assert!(command.stdout(Stdio::null()).status().unwrap().success());
    }

    /// Claims as soon as there is something.
    pub(super) async fn claim(&self) -> Held {
        loop {
            let asked = Instant::now();
            if let Some(claim) = self.store.claim("worker-test").await.unwrap() {
                let length = Duration::from_millis(self.store.settings().lease_ms);
                let lease = Lease::new(asked, length, self.drain.clone());
                return Held::new(claim, self.store.clone(), lease, self.timings);
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Cancels an operation and lets its holder know, as renewals do.
    pub(super) async fn cancel(&self, id: &OperationId, held: &Held) {
        self.store.cancel(id, "token:test").await.unwrap().unwrap();
        let renewal = self.store.renew(&[(id.clone(), held.claim().fence.clone())]).await.unwrap();
        assert!(renewal.cancel.contains(id));
        held.lease.request_cancel();
    }

    /// Drives what is claimed.
    pub(super) async fn drive(&self, held: &Held) -> Departure {
        self.drive_as(held, &Making).await
    }

    pub(super) async fn drive_as<W: Workflow<Cx = Toy>>(&self, held: &Held, workflow: &W) -> Departure {
        let (world, plan) = (self.world.clone(), self.arrows.to_vec());
        drive(held, workflow, async |run| Ok(Toy { run, world, plan })).await
    }

    /// Accepts, claims and drives one operation to where it leaves its worker.
    pub(super) async fn run(&self) -> (Departure, Operation) {
        let id = self.accept(OnFailure::Undo).await;
        let departure = self.drive(&self.claim().await).await;
        (departure, self.operation(&id).await)
    }

    pub(super) async fn operation(&self, id: &OperationId) -> Operation {
        self.store.operation(id).await.unwrap().unwrap()
    }

    /// The journal as `type` and `type step`.
    pub(super) async fn journal(&self, id: &OperationId) -> Vec<String> {
        let entries = self.store.journal(id, 0, 1_000).await.unwrap();
        let told = entries.iter().map(|entry| {
            let entry = serde_json::to_value(entry).unwrap();
            let text = |field: &str| entry[field].as_str().unwrap_or_default().trim_start_matches("make:").to_owned();
            format!("{} {}", text("type"), text("step")).trim_end().to_owned()
        });
        told.collect()
    }
}
