//! The log group of all services.
//!
//! Makes        one CloudWatch log group that keeps its events for a year
//! Repeat-safe  found again by its name; an older one of the heritage (`keep_logs`) is used, and no other
//! Undo         deletes the log group that this operation made

use super::parts::Named;
use crate::aws::Seen;
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::HeritageCx;

/// As in the original.
const DAYS: i32 = 365;

/// Makes the log group.
pub(crate) struct CreateLogGroup;

impl Resource for CreateLogGroup {
    type Cx = HeritageCx;
    type Output = Named<String>;
    const NAME: &'static str = "create_log_group";

    fn ids(output: &Named<String>) -> Vec<String> {
        vec![output.thing.clone()]
    }

    async fn find(&self, cx: &HeritageCx) -> Result<Found<Named<String>>, Failure> {
        let seen = cx.aws.logs.find_log_group(&cx.log_group()).await?;
        Ok(Named::of_heritage(cx, seen.map(|seen| Seen { thing: seen.thing.name, tags: seen.tags, going: false })))
    }

    async fn create(&self, cx: &HeritageCx) -> Result<Named<String>, Failure> {
        let name = cx.log_group();
        cx.aws.logs.create_log_group(&name, &cx.owner.tags(&name)).await?;
        Ok(Named::new(name))
    }

    /// The retention takes a call of its own, which a crash may have come before.
    async fn ready(&self, cx: &HeritageCx, group: &Named<String>) -> Result<Ready, Failure> {
        let ready = group.ready(&format!("log group {}", group.thing))?;
        cx.aws.logs.keep_for(&group.thing, DAYS).await?;
        Ok(ready)
    }

    async fn delete(&self, cx: &HeritageCx, group: Named<String>) -> Result<(), Failure> {
        Ok(cx.aws.logs.delete_log_group(&group.thing).await?)
    }
}
