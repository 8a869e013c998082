//! The step engine: runs a plan of steps so that each takes effect once, through crashes, retries, cancel and undo.
//!
//! It knows no AWS: steps bring that.

mod budget;
mod current;
mod failure;
mod resource;
mod run;
mod step;
mod workflow;

pub use budget::Budgets;
pub use current::{CurrentStep, as_step, current_step};
pub use failure::{Class, Failure};
pub use resource::{Found, Ready, Resource};
pub use run::{Context, Run};
pub use step::{Step, Turn, Undone, Wait};
pub use workflow::{Ending, Plan, Planned, Workflow};
