//! A Redis of a test's own, and acceptances as short as a test wants to read them.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use indexmap::IndexMap;
use shared::district::{District, DistrictIds, DistrictPatch, DistrictSpec, Given, NatType};
use shared::heritage::{Environment, Heritage, HeritagePatch, HeritageSpec, PortMapping, Protocol, ServiceSpec};
use shared::ids::OperationId;
use shared::names::{DistrictName, HeritageName, ServiceName};
use shared::operation::{OnFailure, Operation, Residue, State, Target};
use shared::outline::{Effect, PlannedStep};
use shared::payload::Payload;
use shared::resource::{Condition, Lifecycle};
use shared::store::{
    Acceptance, Accepted, Changes, Checkpoint, Claim, Expect, Finish, RecordChange, Refusal, Reservation, Settings,
    Store, StoreError,
};
use shared::time::Timestamp;
use tempfile::TempDir;

use crate::given;

/// A lease so short that a test can let it expire.
pub(crate) const LEASE_MS: u64 = 400;

/// How long a test waits for its Redis to answer.
const PATIENCE: Duration = Duration::from_secs(30);

/// A store on a Redis of its own, which ends with it.
pub(crate) struct Bench {
    pub(crate) store: Store,
    pub(crate) settings: Settings,
    own: Option<OwnRedis>,
}

/// A Redis of one test's own.
struct OwnRedis {
    process: Child,
    dir: TempDir,
}

impl Drop for Bench {
    fn drop(&mut self) {
        if let Some(OwnRedis { process, .. }) = &mut self.own {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}

impl std::ops::Deref for Bench {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

/// A store on the servers that the environment names, in a namespace of its own, or else on a Redis of its own.
pub(crate) async fn bench() -> Bench {
    let Some(given) = given::settings() else { return alone().await };
    let namespace = OperationId::draw().to_string().to_lowercase();
    on(Settings { namespace, lease_ms: LEASE_MS, ..given }).await
}

/// A store on a Redis of its own in any case: for tests that kill or spoil it.
pub(crate) async fn alone() -> Bench {
    let dir = tempfile::tempdir().unwrap();
    let process = serve(&dir);
    let redis_url = format!("redis+unix://{}", dir.path().join("socket").display());
    let settings = Settings { redis_url, namespace: "test".into(), lease_ms: LEASE_MS, ..Settings::default() };
    opened(settings, Some(OwnRedis { process, dir })).await
}

/// A store on servers that somebody else starts and ends.
pub(crate) async fn on(settings: Settings) -> Bench {
    opened(settings, None).await
}

async fn opened(settings: Settings, own: Option<OwnRedis>) -> Bench {
    let store = Store::connect(&settings, Duration::from_secs(10)).await.unwrap();
    Bench { store, settings, own }
}

/// On a socket of its own: ports are what tests that run side by side could take from each other.
fn serve(dir: &TempDir) -> Child {
    Command::new("redis-server")
        .args(["--port", "0", "--unixsocket", "socket", "--save", "", "--appendonly", "yes"])
        // Otherwise a write that was answered may wait for an fsync under way, and a kill loses it.
        .args(["--appendfsync", "always", "--dir"])
        .arg(dir.path())
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

pub(crate) fn district() -> DistrictName {
    DistrictName::parse("dev").unwrap()
}

pub(crate) fn name(heritage: &str) -> HeritageName {
    HeritageName::parse(heritage).unwrap()
}

pub(crate) fn district_spec() -> DistrictSpec {
    DistrictSpec {
        region: "us-east-1".into(),
        cidr_block: Some("10.1.0.0/16".parse().unwrap()),
        nat_type: NatType::Gateway,
        cluster_size: 1,
        instance_type: "t3.small".into(),
        public_zone: None,
        given: Given::default(),
    }
}

pub(crate) fn heritage_spec(host_port: Option<u16>) -> HeritageSpec {
    let port = |host_port| PortMapping { lb_port: 80, container_port: 80, host_port, protocol: Protocol::Tcp };
    HeritageSpec {
        image_name: "nginx".into(),
        image_tag: "1".into(),
        environment: Environment::new(),
        services: vec![ServiceSpec {
            name: ServiceName::parse("web").unwrap(),
            command: None,
            cpu: 1,
            memory: 1,
            public: false,
            desired_count: 1,
            port_mappings: host_port.map(port).into_iter().collect(),
        }],
    }
}

pub(crate) fn acceptance(heritage: Option<&str>, payload: Payload) -> Acceptance {
    Acceptance {
        id: OperationId::draw(),
        target: Target { district: district(), heritage: heritage.map(name), service: None },
        payload,
        outline: vec![
            PlannedStep::new("first", Effect::Create, "one"),
            PlannedStep::new("second", Effect::Create, "two"),
        ],
        actor: "token:test".into(),
        request_id: None,
        trace_id: None,
        on_failure: OnFailure::Undo,
        idempotency: None,
        expect: Expect::default(),
        reserve: vec![],
        district: None,
        heritage: None,
        supersedes: None,
        parent: None,
    }
}

pub(crate) fn provision() -> Acceptance {
    let (spec, at) = (district_spec(), Timestamp(0));
    let record = District {
        name: district(),
        spec: spec.clone(),
        ids: DistrictIds::default(),
        state: Lifecycle::Creating,
        conditions: vec![],
        created_at: at,
        updated_at: at,
    };
    let reserve = vec![Reservation::Cidr("10.1.0.0/16".into())];
    Acceptance { district: Some(record), reserve, ..acceptance(None, Payload::ProvisionDistrict { spec }) }
}

pub(crate) fn create(heritage: &str, host_port: Option<u16>) -> Acceptance {
    let at = Timestamp(0);
    let record = Heritage {
        district: district(),
        name: name(heritage),
        applied: None,
        services: IndexMap::new(),
        state: Lifecycle::Creating,
        conditions: vec![],
        created_at: at,
        updated_at: at,
    };
    let reserve = host_port.map(Reservation::Port).into_iter().collect();
    let payload = Payload::CreateHeritage { spec: heritage_spec(host_port) };
    Acceptance { heritage: Some(record), reserve, ..acceptance(Some(heritage), payload) }
}

impl Bench {
    /// Kills Redis.
    pub(crate) fn kill(&mut self) {
        let OwnRedis { process, .. } = self.own.as_mut().unwrap();
        process.kill().unwrap();
        process.wait().unwrap();
    }

    /// Starts Redis again with the same data.
    pub(crate) fn start(&mut self) {
        let own = self.own.as_mut().unwrap();
        own.process = serve(&own.dir);
    }

    /// Ends Redis as a crash would, and starts it again until it answers.
    pub(crate) async fn restart(&mut self) {
        self.kill();
        self.start();
        Store::connect(&self.settings, Duration::from_secs(10)).await.unwrap();
    }

    /// A connection for looking at, or spoiling, what stands in Redis.
    pub(crate) async fn raw(&self) -> redis::aio::MultiplexedConnection {
        if self.own.is_none() {
            return given::master(&self.settings).await;
        }
        // The client's default of 500 ms is shorter than a busy machine can take.
        let patient = redis::AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE))
            .set_response_timeout(Some(PATIENCE));
        let client = redis::Client::open(self.settings.redis_url.as_str()).unwrap();
        client.get_multiplexed_async_connection_with_config(&patient).await.unwrap()
    }

    /// A key of this store.
    pub(crate) fn key(&self, rest: &str) -> String {
        format!("{{{}}}:{rest}", self.settings.namespace)
    }

    /// A pattern of all its keys; of everything in a Redis that it has for itself.
    pub(crate) fn all_keys(&self) -> String {
        if self.own.is_some() { "*".to_owned() } else { format!("*{}*", self.settings.namespace) }
    }

    /// Accepts, and returns the operation.
    pub(crate) async fn accepted(&self, acceptance: &Acceptance) -> Operation {
        match self.accept(acceptance).await.unwrap() {
            Accepted::New(operation) | Accepted::Replayed(operation) => operation,
        }
    }

    /// Accepts what must be refused.
    pub(crate) async fn refusal(&self, acceptance: &Acceptance) -> Refusal {
        match self.accept(acceptance).await {
            Err(StoreError::Refused(refusal)) => refusal,
            other => panic!("not refused: {other:?}"),
        }
    }

    pub(crate) async fn update_district(&self) -> Acceptance {
        let patch = DistrictPatch { cluster_size: Some(2), ..DistrictPatch::default() };
        self.on_district(Payload::UpdateDistrict { patch }).await
    }

    pub(crate) async fn delete_district(&self, cascade: bool) -> Acceptance {
        self.on_district(Payload::DeleteDistrict { cascade, force: false, keep_logs: false }).await
    }

    async fn on_district(&self, payload: Payload) -> Acceptance {
        let revision = self.district(&district()).await.unwrap().map(|(_, revision, _)| revision);
        Acceptance { expect: Expect { district: revision, ..Expect::default() }, ..acceptance(None, payload) }
    }

    pub(crate) async fn deploy(&self, heritage: &str) -> Acceptance {
        let patch = HeritagePatch { image_tag: Some("2".into()), ..HeritagePatch::default() };
        self.on_heritage(heritage, Payload::DeployHeritage { patch }).await
    }

    pub(crate) async fn delete_heritage(&self, heritage: &str) -> Acceptance {
        self.on_heritage(heritage, Payload::DeleteHeritage { keep_logs: false }).await
    }

    async fn on_heritage(&self, heritage: &str, payload: Payload) -> Acceptance {
        let revision = self.heritage(&district(), &name(heritage)).await.unwrap().map(|view| view.revision);
        Acceptance { expect: Expect { heritage: revision, ..Expect::default() }, ..acceptance(Some(heritage), payload) }
    }

    /// Claims what must be ready.
    pub(crate) async fn claimed(&self) -> Claim {
        self.claim("worker-1").await.unwrap().expect("nothing is ready")
    }

    /// Claims the next operation and lets it succeed.
    pub(crate) async fn succeed_next(&self) -> OperationId {
        let claim = self.claimed().await;
        self.end(&claim, State::Succeeded).await;
        claim.operation.id
    }

    /// Ends a claimed operation in a state, with what that means for its record.
    pub(crate) async fn end(&self, claim: &Claim, state: State) {
        self.finish(&claim.operation.id, &claim.fence, &ending(claim, state)).await.unwrap();
    }

    /// A district that stands.
    pub(crate) async fn standing_district(&self) {
        self.accepted(&provision()).await;
        self.succeed_next().await;
    }

    /// A heritage that stands.
    pub(crate) async fn standing_heritage(&self, heritage: &str, host_port: Option<u16>) {
        self.accepted(&create(heritage, host_port)).await;
        self.succeed_next().await;
    }

    pub(crate) async fn state(&self, id: &OperationId) -> State {
        self.operation(id).await.unwrap().unwrap().state
    }

    /// The types of all entries of a journal.
    pub(crate) async fn journalled(&self, id: &OperationId) -> Vec<&'static str> {
        self.journal(id, 0, 1000).await.unwrap().iter().map(|entry| entry.event.name()).collect()
    }
}

pub(crate) fn condition(status: bool) -> Condition {
    Condition {
        kind: "Ready".into(),
        status,
        reason: "Test".into(),
        message: String::new(),
        operation: None,
        at: Timestamp(1),
    }
}

/// How a worker would end a claimed operation: a failed or cancelled create leaves nothing.
pub(crate) fn ending(claim: &Claim, state: State) -> Finish {
    let good = state == State::Succeeded;
    let standing = |failed| if good { Lifecycle::Active } else { failed };
    let record = match &claim.payload {
        Payload::ProvisionDistrict { .. } if !good => RecordChange::DistrictRemoved,
        Payload::DeleteDistrict { .. } if good => RecordChange::DistrictRemoved,
        Payload::CreateHeritage { .. } if !good => RecordChange::HeritageRemoved,
        Payload::DeleteHeritage { .. } if good => RecordChange::HeritageRemoved,
        Payload::DeleteDistrict { .. } | Payload::ProvisionDistrict { .. } | Payload::UpdateDistrict { .. } => {
            let failed = if claim.operation.kind.is_deletion() { Lifecycle::DeleteFailed } else { Lifecycle::Active };
            RecordChange::District { state: standing(failed), spec: None, ids: None, condition: condition(good) }
        }
        patch => {
            let failed = if claim.operation.kind.is_deletion() { Lifecycle::DeleteFailed } else { Lifecycle::Active };
            let spec = patch.fold(Some(heritage_spec(None))).filter(|_| good);
            RecordChange::Heritage { state: standing(failed), spec, services: None, condition: condition(good) }
        }
    };
    Finish { state, error: None, result: None, checkpoint: Checkpoint::default(), record }
}

/// How a worker would end an operation that leaves something on AWS.
pub(crate) fn leaving(claim: &Claim, state: State) -> Finish {
    let residue = vec![Residue { step: "first".into(), resource: "r".into(), why: "test".into() }];
    let changes = Changes { residue: Some(residue), ..Changes::default() };
    let (failed, condition) = (Lifecycle::Failed, condition(false));
    let ending = ending(claim, state);
    let record = match ending.record {
        RecordChange::DistrictRemoved => RecordChange::District { state: failed, spec: None, ids: None, condition },
        RecordChange::HeritageRemoved => {
            RecordChange::Heritage { state: failed, spec: None, services: None, condition }
        }
        standing => standing,
    };
    Finish { checkpoint: Checkpoint { changes, ..Checkpoint::default() }, record, ..ending }
}

/// Lets a lease expire.
pub(crate) async fn lease_expired() {
    tokio::time::sleep(Duration::from_millis(LEASE_MS + 20)).await;
}
