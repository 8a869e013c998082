//! The queue: brings claimed operations to the engine, keeps their leases, and gives them back when the worker stops.
//!
//! apalis runs the worker; its `Backend` stands here on the operation store. A fetcher claims on demand, a renewer keeps
//! leases, each a task of its own that retries what Redis does not answer: no error of Redis reaches apalis, which would
//! drop what runs.

mod backend;
mod fetcher;
mod leases;
mod renewer;
mod upkeep;
mod worker;

pub use worker::{ServeError, Settings, serve};
