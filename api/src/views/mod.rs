//! Resources as the API shows them: what they are to be, where they stand, and what AWS calls their parts.

mod district;
mod heritage;

pub use district::DistrictDocument;
pub use heritage::{HeritageDocument, PortDocument, ServiceDocument};

use serde::Serialize;
use utoipa::ToSchema;

/// Where to go from a resource.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ResourceLinks {
    /// The resource.
    #[serde(rename = "self")]
    pub itself: String,
    /// Operations on it, newest first.
    pub operations: String,
}
