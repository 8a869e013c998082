//! Chaos: clients that ask for everything, while processes die, connections break, AWS fails and clocks disagree; then a
//! checker that knows nothing of the code under test decides whether the promises were kept.
//!
//! ```text
//! options   what was asked for: length, seed, which Redis
//! world     Redis, AWS, APIs and workers, each behind proxies of its own
//! proxy     a TCP proxy whose connections can be cut, stalled, slowed down, or left half open
//! trouble   what goes wrong when: kills, broken connections, failures of AWS
//! client    clients that change things and write down what they sent and what was answered
//! settle    the end of the trouble: what is stuck is retried, what is left is waited for
//! gather    writes down what the checker reads
//! checker   the verdict, from these files alone
//! ```

pub mod checker;
pub mod client;
pub mod gather;
pub mod log;
pub mod options;
pub mod proxy;
pub mod run;
pub mod settle;
pub mod trouble;
pub mod world;
