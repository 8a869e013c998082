//! What keeps the queue, and each who asks, within limits.

use clap::Args;

use super::script::Arguments;

/// How much is accepted. Cancels, deletions and the children of operations always are: they make room, or end what began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Args)]
pub struct Limits {
    /// Operations that may be unfinished at once; more are refused until one ends.
    #[arg(long, env = "BARCELONA_QUEUE_LIMIT", default_value_t = 10_000, value_parser = clap::value_parser!(u64).range(1..))]
    pub queue_limit: u64,
    /// Changes that one token may make in a minute, in the long run.
    #[arg(long, env = "BARCELONA_CHANGES_PER_MINUTE", default_value_t = 1_200, value_parser = clap::value_parser!(u32).range(1..))]
    pub changes_per_minute: u32,
    /// Changes that one token may make at once, before the rate counts.
    #[arg(long, env = "BARCELONA_CHANGES_AT_ONCE", default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(1..))]
    pub changes_at_once: u32,
}

/// Adds the limits to the arguments of a script, with who asks.
pub(super) fn given_to(limits: Option<&Limits>, actor: &str, arguments: Arguments) -> Arguments {
    match limits {
        Some(limits) => {
            arguments.one(limits.queue_limit).one(actor).one(limits.changes_per_minute).one(limits.changes_at_once)
        }
        None => arguments.one(""),
    }
}
