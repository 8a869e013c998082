//! The log group goes, with what was logged.
//!
//! Makes        nothing: deletes the heritage's log group
//! Repeat-safe  a log group that is gone is done
//! Undo         cannot be undone

use super::final_once_begun;
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;

/// Deletes the log group.
pub(crate) struct DeleteLogGroup;

impl Step for DeleteLogGroup {
    type Cx = HeritageCx;
    type Output = String;
    const NAME: &'static str = "delete_log_group";

    fn resources(name: &String) -> Vec<String> {
        vec![name.clone()]
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<String>, Failure> {
        let name = cx.log_group();
        let standing = cx.aws.logs.find_log_group(&name).await?;
        if cx.owned("log group", &name, standing, |seen| &seen.tags).is_some() {
            cx.run.intent(self, &name).await?;
            cx.aws.logs.delete_log_group(&name).await?;
        }
        Ok(Turn::Done(name))
    }

    async fn left(&self, cx: &HeritageCx) -> Result<Option<Vec<String>>, Failure> {
        let name = cx.log_group();
        let seen = cx.aws.logs.find_log_group(&name).await?.filter(|seen| cx.owner.covers(&seen.tags));
        Ok(Some(seen.map(|_| name).into_iter().collect()))
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        final_once_begun(cx, self)
    }
}
