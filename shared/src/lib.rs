//! The contract between Barcelona's API, its workers and its command line.
//!
//! Here lives what two of them name: ids and names, the resources, operations and their journal, the table of error
//! codes, the outline of each workflow, and (feature `store`) the operation store on Redis. No AWS, no HTTP, no queue
//! runtime.

pub mod district;
pub mod format;
pub mod heritage;
pub mod ids;
pub mod journal;
pub mod names;
pub mod narrate;
pub mod operation;
pub mod outline;
pub mod payload;
pub mod problem;
pub mod resource;
#[cfg(feature = "seal")]
pub mod seal;
#[cfg(feature = "stopping")]
pub mod stopping;
#[cfg(feature = "store")]
pub mod store;
#[cfg(feature = "telemetry")]
pub mod telemetry;
pub mod time;
