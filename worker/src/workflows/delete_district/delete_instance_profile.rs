//! How the instances came by their role.
//!
//! Makes        nothing; removes what carries the district's tags
//! Repeat-safe  looks again what is left; absent is fine
//! Undo         none: a deletion stops where it is and can be repeated

use super::removal::{Removal, owned};
use crate::aws::Seen;
use crate::engine::Failure;
use crate::workflows::DistrictCx;
use crate::workflows::provision_district::Role;

pub(super) struct InstanceProfiles;

impl Removal for InstanceProfiles {
    const NAME: &'static str = "delete_instance_profile";
    const WHAT: &'static str = "instance profiles";

    async fn find(&self, cx: &DistrictCx) -> Result<Vec<Seen<String>>, Failure> {
        let name = cx.aws.names.role(&cx.district, &cx.aws.region, Role::EcsInstance.purpose());
        let profile = cx.aws.iam.find_profile(&name).await?;
        let seen = profile.map(|profile| Seen { thing: name, tags: profile.tags, going: false });
        Ok(owned(cx, "instance profile", seen).into_iter().collect())
    }

    async fn delete(&self, cx: &DistrictCx, id: &str) -> Result<(), Failure> {
        Ok(cx.aws.iam.delete_profile(id).await?)
    }
}
