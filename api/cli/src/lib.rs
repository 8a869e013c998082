//! A typed client of Barcelona's HTTP API; the program `bcn` is made of it.
//!
//! It sends changes with an idempotency key, so that a resend is safe, and watches operations over server-sent events
//! through cut connections. It sees `shared` and HTTP, nothing else of Barcelona.

pub mod change;
pub mod client;
pub mod error;
pub mod fold;
pub mod request;
pub mod sse;
pub mod view;
pub mod watch;

pub use change::Change;
pub use client::{Answer, Client, Outcome};
pub use error::ClientError;
