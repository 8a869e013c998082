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

    async fn left(&self, cx: &HeritageCx) -> Result<Option<Vec<String>>, Failure> {
        let mut left = revisions(cx).await?;
        for noted in cx.run.note_of::<_, Vec<String>>(self)?.unwrap_or_default() {
            // One that is inactive, and that ECS was not asked to delete yet.
            if !left.contains(&noted) && cx.aws.ecs.tags_of_revision(&noted).await?.is_some() {
                left.push(noted);
            }
        }
        Ok(Some(left))
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        final_once_begun(cx, self)
    }
}

/// ARNs of the active revisions of all services that the heritage ever had. Other heritages' names may begin like this
/// one's, and anybody may register a revision in a family; the tags tell them apart.
pub(super) async fn revisions(cx: &HeritageCx) -> Result<Vec<String>, Failure> {
    let mut ours = Vec::new();
    for family in cx.aws.ecs.find_families(&cx.families()).await? {
        for revision in cx.aws.ecs.find_revisions(&family).await? {
            let tags = cx.aws.ecs.tags_of_revision(&revision).await?;
            if tags.is_some_and(|tags| cx.owner.covers(&tags)) {
                ours.push(revision);
            }
        }
    }
    Ok(ours)
}
