//! Barcelona's REST API: checks requests, accepts operations into the store, and tells how far they are.
//!
//! A change goes `router` → `auth` → `routes::<resource>` → `validate` (everything that the body alone shows) → `accept`
//! (what stands, draws, one script of the store) → `answer`. Nothing here calls AWS or holds a credential of it.

pub mod accept;
pub mod answer;
mod app;
pub mod auth;
pub mod body;
pub mod change_request;
mod config;
pub mod draw;
pub mod idempotency;
pub mod leaving;
pub mod limits;
pub mod observe;
pub mod place;
pub mod problem;
pub mod pulse;
pub mod router;
pub mod routes;
pub mod sender;
pub mod sse;
pub mod standing;
pub mod validate;
pub mod views;
pub mod watch;
pub mod web;

pub use app::{Api, App, StartError, build};
pub use config::{Config, Secret};
pub use sender::Sender;
