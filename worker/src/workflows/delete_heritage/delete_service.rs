//! The ECS service goes.
//!
//! Makes        nothing: deletes the service, and waits until it is inactive
//! Repeat-safe  a service that is going is waited for, one that is gone is done
//! Undo         cannot be undone

use shared::heritage::ServiceSpec;

use super::final_once_begun;
use super::mend_ecs_role::mend_ecs_role;
use crate::aws::ecs::Status;
use crate::engine::{Failure, Step, Turn, Undone, Wait};
use crate::workflows::HeritageCx;

/// Deletes a service.
pub(crate) struct DeleteService(pub(crate) ServiceSpec);

impl Step for DeleteService {
    type Cx = HeritageCx;
    type Output = String;
    const NAME: &'static str = "delete_service";

    fn of(&self) -> Option<&str> {
        Some(self.0.name.as_str())
    }

    fn resources(name: &String) -> Vec<String> {
        vec![name.clone()]
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<String>, Failure> {
        remove(cx, self, &self.0).await
    }

    async fn left(&self, cx: &HeritageCx) -> Result<Option<Vec<String>>, Failure> {
        standing(cx, &self.0).await.map(Some)
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        final_once_begun(cx, self)
    }
}

/// The ARN of a service of this heritage that is not gone.
pub(crate) async fn standing(cx: &HeritageCx, service: &ServiceSpec) -> Result<Vec<String>, Failure> {
    let state = cx.aws.ecs.observe_service(&cx.cluster(), &cx.service_name(&service.name)).await?;
    let state = state.filter(|it| it.status != Status::Inactive && cx.owner.covers(&it.tags));
    Ok(state.map(|it| it.arn).into_iter().collect())
}

/// Deletes a service of this heritage, and waits until it is inactive: until then ECS needs the role that registers with
/// load balancers.
pub(crate) async fn remove<S: Step>(cx: &HeritageCx, step: &S, service: &ServiceSpec) -> Result<Turn<String>, Failure> {
    let (cluster, name) = (cx.cluster(), cx.service_name(&service.name));
    let state = cx.aws.ecs.observe_service(&cluster, &name).await?.filter(|it| it.status != Status::Inactive);
    let Some(state) = cx.owned("ECS service", &name, state, |it| &it.tags) else { return Ok(Turn::Done(name)) };
    if state.status == Status::Active {
        cx.run.intent(step, &name).await?;
        cx.aws.ecs.delete_service(&cluster, &name).await?;
    } else if state.running == 0 && service.is_balanced() && cx.run.has_seen_long_enough(step) {
        mend_ecs_role(cx, step).await?;
    }
    let headline = match state.running {
        0 => format!("{}: waiting until it is gone", service.name),
        running => format!("{}: waiting until it is gone, tasks still running: {running}", service.name),
    };
    Ok(Turn::Wait(Wait::for_aws(headline)))
}
