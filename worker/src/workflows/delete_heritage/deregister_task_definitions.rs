//! The heritage's task definitions go.
//!
//! Makes        nothing: deregisters all active revisions, and has ECS delete them
//! Repeat-safe  revisions that are inactive already are done
//! Undo         cannot be undone

use super::final_once_begun;
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;

/// Deregisters all revisions.
pub(crate) struct DeregisterTaskDefinitions;

impl Step for DeregisterTaskDefinitions {
    type Cx = HeritageCx;
    /// Their ARNs.
    type Output = Vec<String>;
    const NAME: &'static str = "deregister_task_definitions";

    fn resources(arns: &Vec<String>) -> Vec<String> {
        arns.clone()
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<Vec<String>>, Failure> {
        let arns = revisions(cx).await?;
        cx.run.intent(self, &arns).await?;
        for arn in &arns {
            cx.aws.ecs.deregister_revision(arn).await?;
        }
        // A turn that was repeated does not see any more what it deregistered before.
        let noted: Vec<String> = cx.run.note_of(self)?.unwrap_or(arns);
        cx.aws.ecs.delete_revisions(&noted).await?;
        Ok(Turn::Done(noted))
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        final_once_begun(cx, self)
    }
}

/// ARNs of the active revisions of all services that the heritage ever had. Other heritages' names may begin like this
/// one's; the tags tell them apart.
pub(super) async fn revisions(cx: &HeritageCx) -> Result<Vec<String>, Failure> {
    let mut ours = Vec::new();
    for family in cx.aws.ecs.find_families(&cx.families()).await? {
        let revisions = cx.aws.ecs.find_revisions(&family).await?;
        let Some(newest) = revisions.first() else { continue };
        let tags = cx.aws.ecs.tags_of_revision(newest).await?;
        if tags.is_some_and(|tags| cx.owner.covers(&tags)) {
            ours.extend(revisions);
        }
    }
    Ok(ours)
}
