//! What a role may do.
//!
//! Makes        attachments of AWS' managed policies to the role
//! Repeat-safe  attaching again changes nothing
//! Undo         detaches those that were not attached before

use super::{Role, parts};
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::DistrictCx;

/// What ECS needs to register tasks with load balancers.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-iam-awsmanpol.html>
pub(crate) const OF_ECS: [&str; 1] = ["arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceRole"];
/// As the original, with SSM's present policy instead of the one that AWS gave up.
/// <https://docs.aws.amazon.com/systems-manager/latest/userguide/security-iam-awsmanpol.html>
const OF_INSTANCES: [&str; 3] = [
    "arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role",
    "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore",
    "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy",
];

/// Attaches policies to a role.
pub(crate) struct AttachPolicies(pub(crate) Role);

impl Step for AttachPolicies {
    type Cx = DistrictCx;
    type Output = Vec<String>;
    const NAME: &'static str = "attach_policies";

    fn of(&self) -> Option<&str> {
        Some(self.0.label())
    }

    fn resources(policies: &Vec<String>) -> Vec<String> {
        policies.clone()
    }

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<Vec<String>>, Failure> {
        let name = parts::own_role(cx, self.0).await?;
        let standing = cx.aws.iam.attached_policies(&name).await?;
        let missing: Vec<&str> =
            policies(self.0).iter().copied().filter(|arn| standing.iter().all(|have| have != arn)).collect();
        cx.run.intent(self, &missing).await?;
        for policy in missing {
            cx.aws.iam.attach_policy(&name, policy).await?;
        }
        Ok(Turn::Done(policies(self.0).iter().map(|&arn| arn.to_owned()).collect()))
    }

    async fn undo(&self, cx: &DistrictCx) -> Result<Undone, Failure> {
        let attached: Vec<String> = cx.run.note_of(self)?.unwrap_or_default();
        for policy in &attached {
            cx.aws.iam.detach_policy(&parts::role_name(cx, self.0), policy).await?;
        }
        Ok(Undone::Done(attached))
    }
}

fn policies(role: Role) -> &'static [&'static str] {
    match role {
        Role::EcsService => &OF_ECS,
        Role::EcsInstance => &OF_INSTANCES,
    }
}
