//! A resource: a thing with an id that a step makes, in four verbs. Each is also a [`Step`](super::Step).

use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::step::{Step, Turn, Undone, Wait};
use super::{Class, Context, Failure};

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

impl<R: Resource> Step for R {
    type Cx = R::Cx;
    type Output = R::Output;
    const NAME: &'static str = <R as Resource>::NAME;
    const LIMIT: Duration = <R as Resource>::LIMIT;

    fn of(&self) -> Option<&str> {
        Resource::of(self)
    }

    fn resources(output: &R::Output) -> Vec<String> {
        R::ids(output)
    }

    async fn run(&self, cx: &R::Cx) -> Result<Turn<R::Output>, Failure> {
        let known = cx.run().output_if_done(self)?;
        let is_new = known.is_none();
        let output = match known {
            Some(output) => output,
            None => match obtain(self, cx).await? {
                Turn::Done(output) => output,
                Turn::Wait(wait) => return Ok(Turn::Wait(wait)),
            },
        };
        let ready = self.ready(cx, &output).await;
        if matches!(ready, Ok(Ready::Yes)) {
            return Ok(Turn::Done(output));
        }
        if is_new {
            cx.run().knows(self, &output)?;
        }
        match ready? {
            Ready::Yes => Ok(Turn::Done(output)),
            Ready::NotYet(wait) => Ok(Turn::Wait(wait)),
        }
    }

    async fn undo(&self, cx: &R::Cx) -> Result<Undone, Failure> {
        let (run, label) = (cx.run(), self.label());
        let ours = match self.find(cx).await? {
            Found::Ours(ours) if !ours.is_empty() => ours,
            Found::Ours(_) | Found::Absent if run.in_doubt(&label) => return Ok(Undone::Wait(looking_again(&label))),
            Found::Ours(_) | Found::Absent | Found::Earlier(_) => return Ok(Undone::Done(run.removed_by(self))),
            Found::Going => return Ok(Undone::Wait(going(&label))),
        };
        for thing in ours {
            let ids = R::ids(&thing);
            self.delete(cx, thing).await?;
            run.removed(self, ids);
        }
        match self.find(cx).await? {
            // A read may be older than the creation, and the deletion still under way.
            Found::Absent if run.in_doubt(&label) => Ok(Undone::Wait(going(&label))),
            Found::Absent | Found::Earlier(_) => Ok(Undone::Done(run.removed_by(self))),
            Found::Ours(_) | Found::Going => Ok(Undone::Wait(going(&label))),
        }
    }

    async fn left(&self, cx: &R::Cx) -> Result<Option<Vec<String>>, Failure> {
        Ok(match self.find(cx).await? {
            Found::Ours(ours) => Some(ours.iter().flat_map(R::ids).collect()),
            Found::Absent | Found::Earlier(_) => Some(vec![]),
            Found::Going => None,
        })
    }
}

/// Finds the thing, or makes it.
async fn obtain<R: Resource>(step: &R, cx: &R::Cx) -> Result<Turn<R::Output>, Failure> {
    let (run, label) = (cx.run(), step.label());
    if let Some(turn) = look(step, cx, &label).await? {
        return Ok(turn);
    }
    run.intent(step, run.token(step).to_string()).await?;
    make(step, cx, &label).await
}

/// Finds a thing that the undo of another step is to put back, or makes it: under that step's doubts, so that a lost answer
/// makes no second one.
pub async fn put_back<S, R>(step: &S, thing: &R, cx: &R::Cx) -> Result<Turn<R::Output>, Failure>
where
    S: Step,
    R: Resource,
{
    let label = step.label();
    match look(thing, cx, &label).await? {
        Some(turn) => Ok(turn),
        None => make(thing, cx, &label).await,
    }
}

/// Looks for the thing; `None` when it is not there, and was not made a moment ago.
async fn look<R: Resource>(thing: &R, cx: &R::Cx, label: &str) -> Result<Option<Turn<R::Output>>, Failure> {
    let run = cx.run();
    match thing.find(cx).await? {
        // A read may be older than the deletion of what it shows.
        Found::Earlier(_) if !run.has_stood(label) => {
            return Ok(Some(Turn::Wait(Wait::for_aws(format!("{label}: looking whether it stands")))));
        }
        Found::Earlier(earlier) => return Ok(Some(Turn::Done(earlier))),
        Found::Going => return Ok(Some(Turn::Wait(going(label)))),
        Found::Ours(ours) => {
            let mut ours = ours.into_iter();
            if let Some(oldest) = ours.next() {
                for double in ours {
                    thing.delete(cx, double).await?;
                }
                return Ok(Some(Turn::Done(oldest)));
            }
        }
        Found::Absent => {}
    }
    Ok(run.in_doubt(label).then(|| Turn::Wait(looking_again(label))))
}

/// Makes the thing. For a while reads may not show it.
async fn make<R: Resource>(thing: &R, cx: &R::Cx, label: &str) -> Result<Turn<R::Output>, Failure> {
    let (run, created) = (cx.run(), thing.create(cx).await);
    match &created {
        Ok(_) => run.doubt(label),
        Err(failure) => match failure.class {
            // Whether it was made is not known: the answer was lost, not the call.
            Class::Transient | Class::Unknown => run.doubt(label),
            Class::Throttled | Class::NotYetConsistent | Class::Conflict | Class::Permanent => {}
        },
    }
    created.map(Turn::Done)
}

fn going(label: &str) -> Wait {
    Wait::for_aws(format!("{label}: waiting until it is gone"))
}

fn looking_again(label: &str) -> Wait {
    Wait::for_aws(format!("{label}: looking whether it was made"))
}
