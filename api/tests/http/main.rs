//! The API over a real Redis: what it answers, and what it records.

#![cfg(test)]

mod dashboard;
mod dead_letters;
mod deploys;
mod districts;
mod heritages;
mod idempotency;
mod limits;
mod openapi;
mod operations;
mod refusals;
mod serving;
mod stack;
mod streams;
