//! The version of what operations are written as: payload, plan, steps and journal.
//!
//! Each operation carries the version of the code that accepted it, or took it up again; workers take what they understand
//! and leave newer ones to others. Raise it when a worker of the version before could not run, or would run wrongly, what is
//! written now; before, keep a namespace of the version that ends (`tests/store/versions.rs`).
//!
//! - 1: before versions were written down; an operation without one is of this version.
//! - 2: journals have `abandoned`; operations remember their last worker.

/// The version that this code writes, and the newest that it understands.
pub const FORMAT: u32 = 2;
