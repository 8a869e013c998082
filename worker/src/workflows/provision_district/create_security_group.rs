//! A security group of the district.
//!
//! Makes        one security group, which lets everything out (as AWS makes them) and nothing in
//! Repeat-safe  found again by the tags set in the creating call
//! Undo         deletes the one that this operation made

use super::parts;
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::DistrictCx;

/// One of the three security groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Group {
    /// Of internet-facing load balancers.
    PublicElb,
    /// Of internal load balancers.
    PrivateElb,
    /// Of container instances.
    Instance,
}

impl Group {
    /// What it is called in steps.
    pub(crate) fn label(self) -> &'static str {
        match self {
            Group::PublicElb => "public_elb",
            Group::PrivateElb => "private_elb",
            Group::Instance => "instance",
        }
    }

    /// What it is called on AWS.
    pub(crate) fn name(self, cx: &DistrictCx) -> String {
        match self {
            Group::PublicElb => parts::name(cx, "public-elb"),
            Group::PrivateElb => parts::name(cx, "private-elb"),
            Group::Instance => parts::name(cx, "instance"),
        }
    }
}

/// Makes a security group.
pub(crate) struct CreateSecurityGroup(pub(crate) Group);

impl Resource for CreateSecurityGroup {
    type Cx = DistrictCx;
    type Output = String;
    const NAME: &'static str = "create_security_group";

    fn of(&self) -> Option<&str> {
        Some(self.0.label())
    }

    fn ids(group: &String) -> Vec<String> {
        vec![group.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<String>, Failure> {
        let seen = cx.aws.ec2.find_security_groups(&cx.owner, Some(&self.0.name(cx))).await?;
        let ids: Vec<_> = seen.into_iter().map(|seen| seen.map(|group| group.id)).collect();
        Ok(cx.owner.found(&ids))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<String, Failure> {
        let name = self.0.name(cx);
        // AWS refuses names that begin with `sg-`, as those of a district called `sg` would.
        let group_name = format!("barcelona-{name}");
        Ok(cx.aws.ec2.create_security_group(&parts::vpc(cx)?, &group_name, &cx.owner.tags(&name)).await?)
    }

    async fn ready(&self, _cx: &DistrictCx, _group: &String) -> Result<Ready, Failure> {
        Ok(Ready::Yes)
    }

    async fn delete(&self, cx: &DistrictCx, group: String) -> Result<(), Failure> {
        Ok(cx.aws.ec2.delete_security_group(&group).await?)
    }
}
