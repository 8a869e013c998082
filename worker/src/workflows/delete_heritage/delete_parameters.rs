//! The heritage's secrets go.
//!
//! Makes        nothing: deletes all SSM parameters under the heritage's path
//! Repeat-safe  parameters that are gone are done
//! Undo         cannot be undone

use super::final_once_begun;
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;

/// Deletes the parameters.
pub(crate) struct DeleteParameters;

impl Step for DeleteParameters {
    type Cx = HeritageCx;
    /// Their names.
    type Output = Vec<String>;
    const NAME: &'static str = "delete_parameters";

    fn resources(names: &Vec<String>) -> Vec<String> {
        names.clone()
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<Vec<String>>, Failure> {
        let path = cx.aws.names.parameter_path(cx.district(), &cx.heritage);
        let names = cx.aws.ssm.find_parameters(&path).await?;
        if !names.is_empty() {
            cx.run.intent(self, &names).await?;
            cx.aws.ssm.delete_parameters(&names).await?;
        }
        Ok(Turn::Done(names))
    }

    async fn left(&self, cx: &HeritageCx) -> Result<Option<Vec<String>>, Failure> {
        let path = cx.aws.names.parameter_path(cx.district(), &cx.heritage);
        Ok(Some(cx.aws.ssm.find_parameters(&path).await?))
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        final_once_begun(cx, self)
    }
}
