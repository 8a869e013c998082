//! Removing things of one kind: everything of the kind that carries the district's tags, whichever operation made it.

use std::time::Duration;

use shared::problem::{Code, Problem};

use crate::aws::Seen;
use crate::engine::{Class, Failure, Step, Turn, Undone, Wait};
use crate::workflows::DistrictCx;

/// Things of one kind.
pub(super) trait Removal: Send + Sync + 'static {
    /// The step's name: `delete_subnets`.
    const NAME: &'static str;
    /// What they are called in a headline: `subnets`.
    const WHAT: &'static str;
    /// How long they may take to be gone; something that holds them counts.
    const LIMIT: Duration = Duration::from_secs(600);

    /// Ids of those that are not gone.
    fn find(&self, cx: &DistrictCx) -> impl Future<Output = Result<Vec<Seen<String>>, Failure>> + Send;

    /// Begins to remove one; absent is fine.
    fn delete(&self, cx: &DistrictCx, id: &str) -> impl Future<Output = Result<(), Failure>> + Send;
}

/// The step that removes them: find, delete what stands, until nothing is found.
pub(super) struct Remove<R>(pub(super) R);

impl<R: Removal> Step for Remove<R> {
    type Cx = DistrictCx;
    /// The ids that were removed.
    type Output = Vec<String>;
    const NAME: &'static str = R::NAME;
    const LIMIT: Duration = R::LIMIT;

    fn resources(removed: &Vec<String>) -> Vec<String> {
        removed.clone()
    }

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<Vec<String>>, Failure> {
        let standing = self.0.find(cx).await?;
        if standing.is_empty() {
            return Ok(Turn::Done(cx.run.note_of(self)?.unwrap_or_default()));
        }
        cx.run.intent(self, standing.iter().map(|seen| &seen.thing).collect::<Vec<_>>()).await?;
        // One that something still holds must not keep the others from going.
        let mut held = Ok(());
        for seen in standing.iter().filter(|seen| !seen.going) {
            let deleted = self.0.delete(cx, &seen.thing).await;
            held = held.and(deleted);
        }
        held?;
        let left = self.0.find(cx).await?;
        if left.is_empty() {
            return Ok(Turn::Done(cx.run.note_of(self)?.unwrap_or_default()));
        }
        Ok(Turn::Wait(Wait::for_aws(format!("{} left: {}", R::WHAT, left.len()))))
    }

    async fn left(&self, cx: &DistrictCx) -> Result<Option<Vec<String>>, Failure> {
        Ok(Some(self.0.find(cx).await?.into_iter().map(|seen| seen.thing).collect()))
    }

    async fn undo(&self, _cx: &DistrictCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(vec![]))
    }
}

/// What was found by its name, if it is the district's. Something else of that name stays, and the operation says so: its
/// tags may have been taken off by hand.
pub(super) fn owned(cx: &DistrictCx, what: &str, seen: Option<Seen<String>>) -> Option<Seen<String>> {
    let seen = seen?;
    if cx.owner.covers(&seen.tags) {
        return Some(seen);
    }
    cx.run.warn(format!("{what} {} does not carry the district's tags; it stays", seen.thing));
    None
}

/// The refusal to remove what somebody else has put something into; `None` when there is nothing of others.
pub(super) fn in_use(what: &str, others: Vec<String>) -> Option<Failure> {
    let detail = format!("{what} holds what does not carry the district's tags: {}", others.join(", "));
    let problem = Problem::new(Code::InUse, detail).advised("Remove it, or give it its tags back; then delete again.");
    let is_held = !others.is_empty();
    let told = others.into_iter().fold(problem, |problem, other| problem.with_evidence("holds", other));
    is_held.then(|| Failure::new(Class::Permanent, told))
}
