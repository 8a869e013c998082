//! The heritages of the district, when they are to go with it.
//!
//! Makes        one child operation `delete_heritage` for each, and waits until all have succeeded
//! Repeat-safe  a child's id follows from this operation, its attempt and the heritage's name
//! Undo         none

use std::time::Duration;

use shared::ids::OperationId;
use shared::names::HeritageName;
use shared::operation::{Operation, Reason, State};
use shared::problem::{Code, Problem};

use super::child::{child, child_id, unread};
use crate::engine::{Class, Failure, Step, Turn, Undone, Wait};
use crate::workflows::DistrictCx;

pub(super) struct DeleteHeritages;

impl Step for DeleteHeritages {
    type Cx = DistrictCx;
    /// The child operations.
    type Output = Vec<OperationId>;
    const NAME: &'static str = "delete_heritages";
    const LIMIT: Duration = Duration::from_secs(4 * 3600);

    fn resources(children: &Vec<OperationId>) -> Vec<String> {
        children.iter().map(ToString::to_string).collect()
    }

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<Vec<OperationId>>, Failure> {
        let standing = cx.run.store().heritages(&cx.district).await.map_err(unread)?;
        let names: Vec<&HeritageName> = standing.iter().map(|view| &view.heritage.name).collect();
        cx.run.intent(self, &names).await?;
        let names: Vec<HeritageName> = cx.run.note_of(self)?.unwrap_or_default();
        let mut children = vec![];
        for name in &names {
            children.extend(child(cx, name, &standing).await?);
        }
        let ended = children.iter().filter(|child| child.state.is_terminal()).count();
        if ended < children.len() {
            let headline = format!("{ended} of {} heritages are deleted", children.len());
            let wait = Wait { reason: Reason::Children, ..Wait::for_aws(headline) };
            return Ok(Turn::Wait(wait.progress(ended as u64, children.len() as u64, "heritages")));
        }
        match failed(&children) {
            None => Ok(Turn::Done(children.into_iter().map(|child| child.id).collect())),
            Some(problem) => Err(Failure::new(Class::Permanent, problem)),
        }
    }

    /// What the children could not remove; a heritage whose child tells nothing is named itself.
    async fn left(&self, cx: &DistrictCx) -> Result<Option<Vec<String>>, Failure> {
        let standing = cx.run.store().heritages(&cx.district).await.map_err(unread)?;
        let mut left = vec![];
        for name in standing.iter().map(|view| &view.heritage.name) {
            let id = child_id(cx, name);
            let child = cx.run.store().operation(&id).await.map_err(unread)?;
            let residue: Vec<_> = child.into_iter().flat_map(|child| child.residue).map(|one| one.resource).collect();
            match residue.is_empty() {
                true => left.push(format!("heritage {name}")),
                false => left.extend(residue),
            }
        }
        Ok(Some(left))
    }

    async fn undo(&self, _cx: &DistrictCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(vec![]))
    }
}

fn failed(children: &[Operation]) -> Option<Problem> {
    let failed: Vec<_> = children.iter().filter(|child| child.state != State::Succeeded).collect();
    let first = failed.first()?;
    let detail = format!("{} of {} heritages were not deleted, first {}", failed.len(), children.len(), first.id);
    let told = failed.into_iter().map(|child| {
        let why = child.error.as_ref().map(|error| error.detail.clone()).unwrap_or_default();
        format!("{} {}: {why}", child.id, child.state)
    });
    Some(told.fold(Problem::new(Code::ChildFailed, detail), |problem, child| problem.with_evidence("child", child)))
}
