//! The heritages of the district, when they are to go with it.
//!
//! Makes        one child operation `delete_heritage` for each, and waits until all have succeeded
//! Repeat-safe  a child's id follows from this operation, its attempt and the heritage's name
//! Undo         none

use std::time::Duration;

use shared::ids::OperationId;
use shared::names::HeritageName;
use shared::operation::{OnFailure, Operation, Reason, State, Target};
use shared::outline::{self, Standing};
use shared::payload::Payload;
use shared::problem::{Code, Problem};
use shared::store::{Acceptance, Accepted, Expect, HeritageView, StoreError};

use super::asked;
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
            let wait = Wait { reason: Reason::Children, headline, progress: None };
            return Ok(Turn::Wait(wait.progress(ended as u64, children.len() as u64, "heritages")));
        }
        match failed(&children) {
            None => Ok(Turn::Done(children.into_iter().map(|child| child.id).collect())),
            Some(problem) => Err(Failure::new(Class::Permanent, problem)),
        }
    }

    async fn undo(&self, _cx: &DistrictCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(vec![]))
    }
}

/// The child for a heritage: as it stands, or accepted now; `None` when the heritage went without one.
async fn child(cx: &DistrictCx, name: &HeritageName, all: &[HeritageView]) -> Result<Option<Operation>, Failure> {
    let id = OperationId::of_child(cx.run.operation(), &format!("{name}/{}", cx.run.attempt()));
    if let Some(child) = cx.run.store().operation(&id).await.map_err(unread)? {
        return Ok(Some(child));
    }
    let Some(view) = all.iter().find(|view| view.heritage.name == *name) else { return Ok(None) };
    let acceptance = acceptance(cx, id, view).await?;
    match cx.run.store().accept(&acceptance).await.map_err(unread)? {
        Accepted::New(child) | Accepted::Replayed(child) => Ok(Some(child)),
    }
}

async fn acceptance(cx: &DistrictCx, id: OperationId, view: &HeritageView) -> Result<Acceptance, Failure> {
    let district = cx.run.store().district(&cx.district).await.map_err(unread)?;
    let payload = Payload::DeleteHeritage { keep_logs: asked(cx).keep_logs };
    let standing = Standing {
        district: Some(&cx.district),
        district_spec: Some(&cx.target.spec),
        heritage: Some(&view.heritage.name),
        heritage_spec: view.heritage.applied.as_ref(),
        heritages: &[],
    };
    let outline = outline::of(&payload, &standing);
    let heritage = Some(view.heritage.name.clone());
    Ok(Acceptance {
        id,
        target: Target { district: cx.district.clone(), heritage, service: None },
        payload,
        outline,
        actor: cx.run.actor().to_owned(),
        request_id: cx.run.claimed().request_id.clone(),
        trace_id: cx.run.claimed().trace_id.clone(),
        on_failure: OnFailure::Undo,
        idempotency: None,
        expect: Expect { district: district.map(|(_, revision, _)| revision), heritage: Some(view.revision) },
        reserve: vec![],
        district: None,
        heritage: None,
        supersedes: None,
        parent: Some(cx.run.operation().clone()),
    })
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

/// The store does not answer, or the record changed while it was read: both pass.
fn unread(error: StoreError) -> Failure {
    let detail = format!("the heritages' deletion cannot be accepted now: {error}");
    Failure::new(Class::Transient, Problem::new(Code::StoreUnavailable, detail))
}
