//! `bcn` as it is shipped, against an API that plays a script.

mod fake;
mod refusals;
mod sending;
mod watching;
