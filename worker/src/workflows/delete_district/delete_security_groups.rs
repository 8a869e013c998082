//! The security groups.
//!
//! Makes        nothing; removes what carries the district's tags: rules first, since groups that name each other stay
//! Repeat-safe  looks again what is left; absent is fine
//! Undo         none: a deletion stops where it is and can be repeated

use super::removal::Removal;
use crate::aws::Seen;
use crate::engine::Failure;
use crate::workflows::DistrictCx;

pub(super) struct SecurityGroups;

impl Removal for SecurityGroups {
    const NAME: &'static str = "delete_security_groups";
    const WHAT: &'static str = "security groups";

    async fn find(&self, cx: &DistrictCx) -> Result<Vec<Seen<String>>, Failure> {
        let seen = cx.aws.ec2.find_security_groups(&cx.owner, None).await?;
        Ok(seen.into_iter().map(|seen| seen.map(|group| group.id)).collect())
    }

    async fn delete(&self, cx: &DistrictCx, id: &str) -> Result<(), Failure> {
        for group in cx.aws.ec2.find_security_groups(&cx.owner, None).await? {
            if group.thing.has_rules {
                cx.aws.ec2.revoke_all_ingress(&group.thing.id).await?;
            }
        }
        Ok(cx.aws.ec2.delete_security_group(id).await?)
    }
}
