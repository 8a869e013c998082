//! The operation store against a real Redis: what each transition does, and what must hold whatever happens.

#![cfg(test)]

mod abandon;
mod accept;
mod cancel;
mod chaos;
mod claim;
mod corrupt;
mod dangling;
mod deletion;
mod failing;
mod finish;
mod fixture;
mod given;
mod limits;
mod namespace;
mod order;
mod outage;
mod populated;
mod protocol;
mod read;
mod replicas;
mod retention;
mod retry;
mod versions;
