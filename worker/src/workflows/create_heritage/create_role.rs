//! The roles of the heritage's tasks.
//!
//! Makes        the role that the containers act as, or the role that starts them, with what that may do
//! Repeat-safe  found again by name and tags; policies are set again
//! Undo         deletes the role that this operation made

use super::execution_policy;
use super::parts::Named;
use crate::aws::Seen;
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::HeritageCx;

const TRUSTED: &str = "ecs-tasks.amazonaws.com";

/// What a role is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The containers act as it.
    Task,
    /// ECS starts the containers with it: pulls the image, reads secrets, writes logs.
    Execution,
}

impl Purpose {
    /// Both.
    pub(crate) const ALL: [Purpose; 2] = [Purpose::Task, Purpose::Execution];

    /// As it stands in names.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Purpose::Task => "task",
            Purpose::Execution => "execution",
        }
    }
}

/// Makes a role.
pub(crate) struct CreateRole(pub(crate) Purpose);

impl Resource for CreateRole {
    type Cx = HeritageCx;
    /// The role's ARN.
    type Output = Named<String>;
    const NAME: &'static str = "create_role";

    fn of(&self) -> Option<&str> {
        Some(self.0.as_str())
    }

    fn ids(output: &Named<String>) -> Vec<String> {
        vec![output.thing.clone()]
    }

    async fn find(&self, cx: &HeritageCx) -> Result<Found<Named<String>>, Failure> {
        let role = cx.aws.iam.find_role(&cx.role(self.0.as_str())).await?;
        Ok(Named::of_heritage(cx, role.map(|role| Seen { thing: role.arn, tags: role.tags, going: false })))
    }

    async fn create(&self, cx: &HeritageCx) -> Result<Named<String>, Failure> {
        let name = cx.role(self.0.as_str());
        Ok(Named::new(cx.aws.iam.create_role(&name, TRUSTED, &cx.owner.tags(&name)).await?))
    }

    /// Policies take calls of their own, which a crash may have come before; setting them again changes nothing.
    async fn ready(&self, cx: &HeritageCx, role: &Named<String>) -> Result<Ready, Failure> {
        let name = cx.role(self.0.as_str());
        let ready = role.ready(&format!("role {name}"))?;
        match self.0 {
            Purpose::Task => {}
            Purpose::Execution => execution_policy::put(cx, &role.thing).await?,
        }
        Ok(ready)
    }

    async fn delete(&self, cx: &HeritageCx, _role: Named<String>) -> Result<(), Failure> {
        Ok(cx.aws.iam.delete_role(&cx.role(self.0.as_str())).await?)
    }
}
