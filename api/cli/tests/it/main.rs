//! `bcn` as it is shipped, against an API that plays a script.

// Clippy lets tests unwrap, and knows them by this.
#[cfg(test)]
mod fake;
mod refusals;
mod sending;
mod watching;
