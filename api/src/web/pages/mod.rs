//! The pages.

pub(super) mod districts;
pub(super) mod heritages;
mod journal;
mod operation;
pub(super) mod operations;
mod steps;
