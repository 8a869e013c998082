//! Parts of which pages are made.

pub(super) mod conditions;
pub(super) mod dead_letter;
pub(super) mod limits;
pub(super) mod link;
pub(super) mod moment;
pub(super) mod operations;
pub(super) mod problem;
pub(super) mod state;
