//! The whole of Barcelona on free loopback ports: a real Redis, AWS (the simulator or moto), one API and workers, each a
//! process of its own that can be killed.
//!
//! A [`Stack`] ends what it started when it is dropped, and prints the end of every log when the test failed.

pub mod aws;
pub mod chaos;
pub mod client;
pub mod process;
pub mod redis_server;
pub mod stack;
pub mod topology;

pub use aws::{Aws, Simulator};
pub use client::{Answer, Client};
pub use process::Process;
pub use redis_server::RedisServer;
pub use stack::{Settings, Stack};
pub use topology::{Servers, TOPOLOGIES, Topology};
