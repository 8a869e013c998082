//! A resource: a thing with an id that a step makes, in four verbs. Each is also a [`Step`](super::Step).

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::step::Wait;
use super::{Context, Failure};

/// What `find` saw.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found<T> {
    /// Nothing.
    Absent,
    /// Made by this operation, oldest first. More than one only when a crash lost an answer: the oldest is kept.
    Ours(Vec<T>),
    /// It stood before this operation, or its user brought it: used, never deleted.
    Earlier(T),
    /// It is being deleted: wait.
    Going,
}

/// Whether a thing can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ready {
    /// It can.
    Yes,
    /// Not yet.
    NotYet(Wait),
}

/// A thing that a step makes.
///
/// Run is: find; else write the intent and create; then wait until ready. Undo is: find; delete what is ours; wait until
/// it is gone. `create` and `delete` may be repeated; a failure in `ready` with class `Permanent` says "never".
pub trait Resource: Send + Sync + 'static {
    /// What it works with.
    type Cx: Context;
    /// What names the thing: its id, its ARN, or a struct of these.
    type Output: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync + 'static;
    /// Verb and noun: `create_vpc`.
    const NAME: &'static str;
    /// How long it may take to become ready, and to be gone.
    const LIMIT: Duration = Duration::from_secs(600);

    /// The one of several that this is about, for example a service's name.
    fn of(&self) -> Option<&str> {
        None
    }

    /// Ids and ARNs in an output, to be shown.
    fn ids(output: &Self::Output) -> Vec<String>;

    /// Looks for it: by ownership tag, by name, or by caller reference.
    fn find(&self, cx: &Self::Cx) -> impl Future<Output = Result<Found<Self::Output>, Failure>> + Send;

    /// Makes it, tagged in the creating call. The intent has been written.
    fn create(&self, cx: &Self::Cx) -> impl Future<Output = Result<Self::Output, Failure>> + Send;

    /// Whether it can be used.
    fn ready(&self, cx: &Self::Cx, output: &Self::Output) -> impl Future<Output = Result<Ready, Failure>> + Send;

    /// Deletes it; absent is fine.
    fn delete(&self, cx: &Self::Cx, output: Self::Output) -> impl Future<Output = Result<(), Failure>> + Send;
}
