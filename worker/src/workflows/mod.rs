//! What each kind of operation does: a folder each, `mod.rs` = the plan, one step a file.

mod condition;
mod context;
mod delete_district;
mod dispatch;
mod provision_district;
mod update_district;

use shared::seal::Keys;

pub use context::{DistrictCx, DistrictTarget, HeritageCx, HeritageTarget};
pub use delete_district::DeleteDistrict;
pub use dispatch::run;
pub use provision_district::ProvisionDistrict;
pub use update_district::UpdateDistrict;

use crate::aws::Aws;

/// What workflows are given.
#[derive(Clone)]
pub struct Services {
    /// AWS.
    pub aws: Aws,
    /// Opens sealed secrets.
    pub keys: Keys,
}
