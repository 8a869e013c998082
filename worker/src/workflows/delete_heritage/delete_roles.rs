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
            if cx.owned("role", name, role, |role| &role.tags).is_some() {
                cx.aws.iam.delete_role(name).await?;
            }
        }
        Ok(Turn::Done(names))
    }

    async fn left(&self, cx: &HeritageCx) -> Result<Option<Vec<String>>, Failure> {
        standing_roles(cx).await.map(Some)
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        final_once_begun(cx, self)
    }
}

/// Names of the heritage's roles that are there.
pub(super) async fn standing_roles(cx: &HeritageCx) -> Result<Vec<String>, Failure> {
    let mut standing = vec![];
    for name in Purpose::ALL.map(|purpose| cx.role(purpose.as_str())) {
        let role = cx.aws.iam.find_role(&name).await?;
        standing.extend(role.filter(|role| cx.owner.covers(&role.tags)).map(|role| role.name));
    }
    Ok(standing)
}
