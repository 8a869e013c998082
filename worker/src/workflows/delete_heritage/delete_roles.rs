//! The roles of the heritage's tasks go.
//!
//! Makes        nothing: deletes both roles, their policies first
//! Repeat-safe  a role that is gone is done
//! Undo         cannot be undone

use super::final_once_begun;
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;
use crate::workflows::create_heritage::create_role::Purpose;

/// Deletes the roles.
pub(crate) struct DeleteRoles;

impl Step for DeleteRoles {
    type Cx = HeritageCx;
    /// Their names.
    type Output = Vec<String>;
    const NAME: &'static str = "delete_roles";

    fn resources(names: &Vec<String>) -> Vec<String> {
        names.clone()
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<Vec<String>>, Failure> {
        let names = Purpose::ALL.map(|purpose| cx.role(purpose.as_str())).to_vec();
        cx.run.intent(self, &names).await?;
        for name in &names {
            let role = cx.aws.iam.find_role(name).await?;
            if role.is_some_and(|role| cx.owner.covers(&role.tags)) {
                cx.aws.iam.delete_role(name).await?;
            }
        }
        Ok(Turn::Done(names))
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        final_once_begun(cx, self)
    }
}
