//! A role of the district.
//!
//! Makes        one IAM role: for ECS, which registers tasks with load balancers, or for the container instances
//! Repeat-safe  found again by its name and tags
//! Undo         deletes the one that this operation made

use super::parts;
use crate::aws::Seen;
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;

/// One of the two roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// ECS takes it on to register tasks with classic load balancers.
    EcsService,
    /// The container instances'.
    EcsInstance,
}

impl Role {
    /// Both.
    pub(crate) const ALL: [Role; 2] = [Role::EcsService, Role::EcsInstance];

    /// What it is called in steps.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Role::EcsService => "ecs_service",
            Role::EcsInstance => "ecs_instance",
        }
    }

    /// What its name on AWS ends in.
    pub(crate) fn purpose(self) -> &'static str {
        match self {
            Role::EcsService => "ecs-service",
            Role::EcsInstance => "ecs-instance",
        }
    }

    /// Who takes it on.
    pub(crate) fn service(self) -> &'static str {
        match self {
            Role::EcsService => "ecs.amazonaws.com",
            Role::EcsInstance => "ec2.amazonaws.com",
        }
    }
}

/// Makes a role.
pub(crate) struct CreateRole(pub(crate) Role);

impl Resource for CreateRole {
    type Cx = DistrictCx;
    /// The role's ARN.
    type Output = String;
    const NAME: &'static str = "create_role";

    fn of(&self) -> Option<&str> {
        Some(self.0.label())
    }

    fn ids(arn: &String) -> Vec<String> {
        vec![arn.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<String>, Failure> {
        let role = cx.aws.iam.find_role(&parts::role_name(cx, self.0)).await?;
        let seen = role.map(|role| Seen { thing: role.arn, tags: role.tags, going: false });
        Ok(parts::found_by_name(cx, seen))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<String, Failure> {
        let name = parts::role_name(cx, self.0);
        Ok(cx.aws.iam.create_role(&name, self.0.service(), &cx.owner.tags(&name)).await?)
    }

    async fn ready(&self, _cx: &DistrictCx, _arn: &String) -> Result<Ready, Failure> {
        // A new role cannot be assumed for some seconds; what needs it is refused as not yet consistent, and repeated.
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, arn: String) -> Result<(), Failure> {
        Ok(cx.aws.iam.delete_role(parts::name_in(&arn)).await?)
    }
}
