//! The roles; given ones stay.
//!
//! Makes        nothing; removes what carries the district's tags
//! Repeat-safe  looks again what is left; absent is fine
//! Undo         none: a deletion stops where it is and can be repeated

use super::removal::{Removal, owned};
use crate::aws::Seen;
use crate::engine::Failure;
use crate::workflows::DistrictCx;
use crate::workflows::provision_district::Role;

pub(super) struct Roles;

impl Removal for Roles {
    const NAME: &'static str = "delete_roles";
    const WHAT: &'static str = "roles";

    async fn find(&self, cx: &DistrictCx) -> Result<Vec<Seen<String>>, Failure> {
        let mut roles = vec![];
        for role in Role::ALL {
            let name = cx.aws.names.role(&cx.district, &cx.aws.region, role.purpose());
            let seen = cx.aws.iam.find_role(&name).await?;
            let seen = seen.map(|role| Seen { thing: name, tags: role.tags, going: false });
            roles.extend(owned(cx, "role", seen));
        }
        Ok(roles)
    }

    async fn delete(&self, cx: &DistrictCx, id: &str) -> Result<(), Failure> {
        Ok(cx.aws.iam.delete_role(id).await?)
    }
}
