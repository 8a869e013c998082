//! The child operation that deletes a heritage along with its district.

use shared::ids::OperationId;
use shared::names::HeritageName;
use shared::operation::{OnFailure, Operation, Target};
use shared::outline::{self, Standing};
use shared::payload::Payload;
use shared::problem::{Code, Problem};
use shared::store::{Acceptance, Accepted, Expect, HeritageView, StoreError};

use super::asked;
use crate::engine::{Class, Failure};
use crate::workflows::DistrictCx;

/// The child for a heritage: as it stands, or accepted now; `None` when the heritage went without one.
pub(super) async fn child(
    cx: &DistrictCx,
    name: &HeritageName,
    all: &[HeritageView],
) -> Result<Option<Operation>, Failure> {
    let id = child_id(cx, name);
    if let Some(child) = cx.run.store().operation(&id).await.map_err(unread)? {
        return Ok(Some(child));
    }
    let Some(view) = all.iter().find(|view| view.heritage.name == *name) else { return Ok(None) };
    let acceptance = acceptance(cx, id, view).await?;
    match cx.run.store().accept(&acceptance).await.map_err(unread)? {
        Accepted::New(child) | Accepted::Replayed(child) => Ok(Some(child)),
    }
}

/// The id of the child for a heritage.
pub(super) fn child_id(cx: &DistrictCx, name: &HeritageName) -> OperationId {
    OperationId::of_child(cx.run.operation(), &format!("{name}/{}", cx.run.attempt()))
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
        expect: Expect {
            district: district.map(|(_, revision, _)| revision),
            heritage: Some(view.revision),
            heritages: None,
        },
        reserve: vec![],
        district: None,
        heritage: None,
        supersedes: None,
        parent: Some(cx.run.operation().clone()),
    })
}

/// The store does not answer, or the record changed while it was read: both pass.
pub(super) fn unread(error: StoreError) -> Failure {
    let detail = format!("the heritages' deletion cannot be accepted now: {error}");
    Failure::new(Class::Transient, Problem::new(Code::StoreUnavailable, detail))
}
