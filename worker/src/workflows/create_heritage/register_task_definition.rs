//! What a service's tasks run.
//!
//! Makes        one revision of the service's task definition: one container, named like the service
//! Repeat-safe  found again by the operation's tag, because RegisterTaskDefinition takes no token
//! Undo         deregisters the revision

use shared::heritage::ServiceSpec;
use shared::problem::Code;

use super::check_parts::check_parts;
use super::container::container;
use super::create_role::Purpose;
use super::parts::role_arn;
use crate::aws::ecs::NewTaskDefinition;
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::HeritageCx;

/// Registers a revision for a service.
pub(crate) struct RegisterTaskDefinition(pub(crate) ServiceSpec);

impl Resource for RegisterTaskDefinition {
    type Cx = HeritageCx;
    /// The revision's ARN.
    type Output = String;
    const NAME: &'static str = "register_task_definition";

    fn of(&self) -> Option<&str> {
        Some(self.0.name.as_str())
    }

    fn ids(arn: &String) -> Vec<String> {
        vec![arn.clone()]
    }

    /// Operations on a heritage run one after the other: what this one registered stands before all that is older.
    async fn find(&self, cx: &HeritageCx) -> Result<Found<String>, Failure> {
        let mut ours = Vec::new();
        for arn in cx.aws.ecs.find_revisions(&cx.family(&self.0.name)).await? {
            match cx.aws.ecs.tags_of_revision(&arn).await? {
                Some(tags) if cx.owner.made(&tags) => ours.push(arn),
                Some(tags) if cx.owner.covers(&tags) => break,
                // Somebody may have registered one in the family by hand.
                Some(_) | None => {}
            }
        }
        ours.reverse();
        Ok(if ours.is_empty() { Found::Absent } else { Found::Ours(ours) })
    }

    async fn create(&self, cx: &HeritageCx) -> Result<String, Failure> {
        let family = cx.family(&self.0.name);
        let spec = cx.target.after.as_ref().ok_or_else(|| Failure::permanent(Code::Internal, "there is no target"))?;
        check_parts(cx).await?;
        let new = NewTaskDefinition {
            tags: cx.owner.tags(&family),
            family,
            task_role: role_arn(cx, Purpose::Task).await?,
            execution_role: role_arn(cx, Purpose::Execution).await?,
            container: container(cx, spec, &self.0)?,
        };
        Ok(cx.aws.ecs.register_revision(&new).await?)
    }

    async fn ready(&self, _cx: &HeritageCx, _arn: &String) -> Result<Ready, Failure> {
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &HeritageCx, arn: String) -> Result<(), Failure> {
        Ok(cx.aws.ecs.deregister_revision(&arn).await?)
    }
}
