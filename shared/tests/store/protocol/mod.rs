//! The protocol of operations: its table of states, and what must hold whatever happens in whatever order.

mod check;
mod directed;
mod ending;
mod lockstep;
mod order;
mod real;
mod requests;
mod rules;
mod schedule;
mod system;
mod table;
mod worker;
mod world;
