//! Operations as anybody may see them: one accepted request to change something, and how far it is.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::OperationId;
use crate::names::{DistrictName, HeritageName, ServiceName};
use crate::problem::Problem;
use crate::time::Timestamp;

/// What an operation does.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
    strum::Display,
    strum::EnumString,
    strum::EnumIter,
    strum::IntoStaticStr,
    strum::VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    /// Make a district.
    ProvisionDistrict,
    /// Change a district.
    UpdateDistrict,
    /// Remove a district.
    DeleteDistrict,
    /// Make a heritage.
    CreateHeritage,
    /// Deploy a heritage.
    DeployHeritage,
    /// Scale one service.
    ScaleService,
    /// Set environment variables.
    SetEnvVars,
    /// Unset environment variables.
    UnsetEnvVars,
    /// Remove a heritage.
    DeleteHeritage,
}

/// Which ready list an operation waits in; the first that has something is served first.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, strum::Display, strum::EnumString, strum::EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Lane {
    /// A person waits for it: cancel, rollback, scale.
    Interactive,
    /// Everything else.
    Normal,
    /// Deletions and clean-up.
    Bulk,
}

impl Kind {
    /// The lane in which operations of this kind wait.
    pub fn lane(self) -> Lane {
        match self {
            Kind::ScaleService => Lane::Interactive,
            Kind::ProvisionDistrict
            | Kind::UpdateDistrict
            | Kind::CreateHeritage
            | Kind::DeployHeritage
            | Kind::SetEnvVars
            | Kind::UnsetEnvVars => Lane::Normal,
            Kind::DeleteDistrict | Kind::DeleteHeritage => Lane::Bulk,
        }
    }

    /// Whether this removes a thing: such operations have no undo, they stop and can be repeated.
    pub fn is_deletion(self) -> bool {
        matches!(self, Kind::DeleteDistrict | Kind::DeleteHeritage)
    }
}

/// Where an operation stands.
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
    strum::EnumIter,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum State {
    /// Accepted, not begun.
    Queued,
    /// A worker is at it.
    Running,
    /// Parked until something happens; [`Reason`] says what.
    Waiting,
    /// Taking back what it did.
    Undoing,
    /// Done, and seen to be so.
    Succeeded,
    /// Failed; what it did was taken back, or is listed as residue.
    Failed,
    /// Cancelled; what it did was taken back.
    Cancelled,
    /// Folded into a newer one before it began.
    Superseded,
    /// Taking back did not succeed: a person is needed.
    Stuck,
}

impl State {
    /// Whether nothing more happens in this attempt.
    pub fn is_terminal(self) -> bool {
        match self {
            State::Succeeded | State::Failed | State::Cancelled | State::Superseded | State::Stuck => true,
            State::Queued | State::Running | State::Waiting | State::Undoing => false,
        }
    }
}

/// What a queued or waiting operation waits for.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema, strum::Display, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Reason {
    /// An earlier operation on the same thing.
    Lock,
    /// Something on AWS to become ready.
    Aws,
    /// The pause before another try.
    Backoff,
    /// AWS asked for fewer calls.
    Throttled,
    /// Operations that it started.
    Children,
    /// A person's yes.
    Approval,
    /// A moment in time.
    Scheduled,
}

/// What happens when a step fails for good.
#[derive(
    Clone,
    Copy,
    Debug,
    Default,
    PartialEq,
    Eq,
    Serialize,
    Deserialize,
    ToSchema,
    strum::Display,
    strum::EnumString,
    strum::VariantNames,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum OnFailure {
    /// Everything that was done is taken back.
    #[default]
    Undo,
    /// Everything stays as it is, for `retry` to go on from or `cancel` to take back.
    Hold,
}

/// What an operation changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Target {
    /// The district.
    pub district: DistrictName,
    /// The heritage, unless the district itself is changed.
    pub heritage: Option<HeritageName>,
    /// The service, when only one is changed.
    pub service: Option<ServiceName>,
}

/// Where a step stands.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, strum::Display, strum::EnumString,
)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum StepState {
    /// Not begun.
    #[default]
    Pending,
    /// Under way.
    Running,
    /// Waits for something to become ready.
    Waiting,
    /// Done.
    Succeeded,
    /// Failed for good.
    Failed,
    /// Not needed: what it would make was given.
    Skipped,
    /// Being taken back.
    Undoing,
    /// Taken back.
    Undone,
    /// Could not be taken back.
    UndoFailed,
}

/// How far a wait has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Progress {
    /// How many are there.
    pub done: u64,
    /// How many there are to be.
    pub total: u64,
    /// Of what: `tasks`, `instances`.
    pub unit: String,
}

/// One step of an operation.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Step {
    /// `create_vpc`; steps of one service carry its name: `create_load_balancer:web`.
    pub name: String,
    /// The steps that must have ended before it begins; empty until the plan is known.
    #[serde(default)]
    pub after: Vec<String>,
    /// Where it stands.
    pub state: StepState,
    /// How often it was begun in this attempt of the operation; 0 before.
    pub attempt: u32,
    /// When it was first begun in this attempt.
    pub started_at: Option<Timestamp>,
    /// When it came to its end.
    pub finished_at: Option<Timestamp>,
    /// Ids and ARNs of what it made, found or changed on AWS.
    pub resources: Vec<String>,
    /// How far its wait has come.
    pub progress: Option<Progress>,
    /// The last error, also one that was retried.
    pub error: Option<Problem>,
}

/// What an undo has done so far.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Undo {
    /// Why it began: `failure` or `cancel`.
    pub why: String,
    /// Steps taken back.
    pub done: u64,
    /// Steps to take back.
    pub total: u64,
}

/// Something on AWS that an operation made and could not remove.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Residue {
    /// The step that made it.
    pub step: String,
    /// Its id or ARN.
    pub resource: String,
    /// Why it is still there.
    pub why: String,
}

/// Why an operation needs a person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct DeadLetter {
    /// Leases that ran out without a checkpoint between them.
    pub crashes: u32,
    /// The steps at which it stood.
    pub steps: Vec<String>,
    /// The worker that took it last.
    pub worker: Option<String>,
    /// Since when.
    pub since: Timestamp,
    /// The last error of a step, when there was one.
    pub last_error: Option<Problem>,
}

/// That an operation was given up for good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Abandoned {
    /// Who gave it up.
    pub actor: String,
    /// Why.
    pub reason: Option<String>,
    /// When.
    pub at: Timestamp,
}

/// An operation or a record that cannot be read, as far as it can be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Unreadable {
    /// Its id, or its name.
    pub id: String,
    /// What it says that it does; this version may not know it.
    pub kind: Option<String>,
    /// Where it says that it stands.
    pub state: Option<String>,
    /// The district that it names.
    pub district: Option<String>,
    /// The heritage that it names.
    pub heritage: Option<String>,
    /// Why it cannot be read.
    pub problem: Problem,
}

/// Where to go from an operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Links {
    /// The operation.
    #[serde(rename = "self")]
    pub itself: String,
    /// Its journal.
    pub events: String,
    /// Cancels it, while that is possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cancel: Option<String>,
    /// Retries it, while that is possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retry: Option<String>,
    /// Gives it up for good, while that is possible.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub abandon: Option<String>,
}

/// One accepted request to change something: durable, watchable, cancellable, resumable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Operation {
    /// Its id.
    pub id: OperationId,
    /// What it does.
    pub kind: Kind,
    /// Where it stands.
    pub state: State,
    /// What it waits for, while queued behind another or waiting.
    pub reason: Option<Reason>,
    /// 1, and one more with each retry.
    pub attempt: u32,
    /// Sequence number of its newest journal entry.
    pub seq: u64,
    /// What it changes.
    pub target: Target,
    /// Who asked for it: `token:ci`.
    pub actor: String,
    /// The request's `Idempotency-Key`.
    pub idempotency_key: Option<String>,
    /// The request's id.
    pub request_id: Option<String>,
    /// The request's trace.
    pub trace_id: Option<String>,
    /// What happens when a step fails for good.
    pub on_failure: OnFailure,
    /// Whether somebody asked to cancel it.
    pub cancel_requested: bool,
    /// 0 to 100; never goes down within an attempt.
    pub percent: u8,
    /// Seconds that it will probably take still.
    pub eta_seconds: Option<u64>,
    /// One line: `web: 3 of 4 tasks running`.
    pub headline: String,
    /// Its steps in the order of the plan.
    pub steps: Vec<Step>,
    /// What the undo has done, once there is one.
    pub undo: Option<Undo>,
    /// What it made and could not remove.
    pub residue: Vec<Residue>,
    /// What its user should know although it went on.
    pub warnings: Vec<String>,
    /// What came of it.
    #[schema(value_type = Option<Object>)]
    pub result: Option<serde_json::Value>,
    /// Why it failed.
    pub error: Option<Problem>,
    /// Why it needs a person, while it is stuck.
    #[serde(default)]
    pub dead_letter: Option<DeadLetter>,
    /// That it was given up for good.
    #[serde(default)]
    pub abandoned: Option<Abandoned>,
    /// The operation that started it.
    pub parent: Option<OperationId>,
    /// Operations that it started.
    pub children: Vec<OperationId>,
    /// The newer operation that it was folded into.
    pub superseded_by: Option<OperationId>,
    /// When it was accepted.
    pub created_at: Timestamp,
    /// When it was first claimed in this attempt.
    pub started_at: Option<Timestamp>,
    /// When its journal last grew.
    pub updated_at: Timestamp,
    /// When it came to its end.
    pub finished_at: Option<Timestamp>,
    /// Where to go from here.
    pub links: Links,
}
