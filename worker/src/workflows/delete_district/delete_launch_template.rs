//! What instances were made of.
//!
//! Makes        nothing; removes what carries the district's tags
//! Repeat-safe  looks again what is left; absent is fine
//! Undo         none: a deletion stops where it is and can be repeated

use super::removal::Removal;
use crate::aws::Seen;
use crate::engine::Failure;
use crate::workflows::DistrictCx;

pub(super) struct LaunchTemplates;

impl Removal for LaunchTemplates {
    const NAME: &'static str = "delete_launch_template";
    const WHAT: &'static str = "launch templates";

    async fn find(&self, cx: &DistrictCx) -> Result<Vec<Seen<String>>, Failure> {
        let seen = cx.aws.ec2.find_launch_templates(&cx.owner).await?;
        Ok(seen.into_iter().map(|seen| seen.map(|template| template.id)).collect())
    }

    async fn delete(&self, cx: &DistrictCx, id: &str) -> Result<(), Failure> {
        Ok(cx.aws.ec2.delete_launch_template(id).await?)
    }
}
