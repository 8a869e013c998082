//! What each kind of operation does: a folder each, `mod.rs` = the plan, one step a file.

mod condition;
mod context;
mod create_heritage;
mod delete_district;
mod delete_heritage;
mod dispatch;
mod provision_district;
mod roll_out;
mod scale_service;
mod update_district;

use shared::seal::Keys;

pub use context::{DistrictCx, DistrictTarget, HeritageCx, HeritageTarget};
pub use create_heritage::CreateHeritage;
pub use delete_district::DeleteDistrict;
pub use delete_heritage::DeleteHeritage;
pub use dispatch::run;
pub use provision_district::ProvisionDistrict;
pub use roll_out::RollOut;
pub use scale_service::ScaleService;
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
