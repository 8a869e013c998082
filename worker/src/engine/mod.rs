//! The step engine: runs a plan of steps so that each takes effect once, through crashes, retries, cancel and undo.
//!
//! It knows no AWS: steps bring that. `drive` is the way in; `walk` runs steps in parallel along their arrows; `board` holds
//! what is known of them, `transitions` what happens to them, `journal` writes it down.

mod answer;
mod board;
mod budget;
mod current;
mod drive;
mod ending;
mod erased;
mod failure;
mod held;
mod journal;
mod lease;
mod resource;
mod retry;
mod run;
mod step;
mod survey;
#[cfg(test)]
mod tests;
mod timings;
mod transitions;
mod walk;
mod workflow;

pub use budget::Budgets;
pub use current::{CurrentStep, as_step, current_step};
pub use drive::{Departure, drive};
pub use failure::{Class, Failure};
pub use held::Held;
pub use lease::Lease;
pub use resource::{Found, Ready, Resource, put_back};
pub use run::{Context, Run};
pub use step::{Step, Turn, Undone, Wait};
pub use timings::Timings;
pub use workflow::{Ending, Plan, Planned, Workflow};
