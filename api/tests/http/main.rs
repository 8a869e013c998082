//! The API over a real Redis: what it answers, and what it records.

mod deploys;
mod districts;
mod heritages;
mod idempotency;
mod openapi;
mod operations;
mod refusals;
mod stack;
mod streams;
