//! How Barcelona's processes log: one line an event on standard error, filtered by `RUST_LOG`.

use std::io::IsTerminal as _;

use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

/// What is logged when `RUST_LOG` is not set.
const DEFAULT_FILTER: &str = "info,aws_config=warn,aws_smithy_runtime=warn,hyper=warn";

/// Why logging could not be started.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// `RUST_LOG` cannot be read.
    #[error("RUST_LOG cannot be read")]
    Filter(#[source] tracing_subscriber::filter::ParseError),
    /// Logging was started before.
    #[error("logging was started already")]
    Started(#[source] tracing_subscriber::util::TryInitError),
}

/// Starts logging. `filter` is the value of `RUST_LOG`; lines are for people on a terminal and JSON elsewhere.
pub fn start(filter: Option<&str>) -> Result<(), TelemetryError> {
    let filter = EnvFilter::try_new(filter.unwrap_or(DEFAULT_FILTER)).map_err(TelemetryError::Filter)?;
    let people = std::io::stderr().is_terminal();
    let lines = people.then(|| tracing_subscriber::fmt::layer().with_writer(std::io::stderr));
    let json =
        (!people).then(|| tracing_subscriber::fmt::layer().json().flatten_event(true).with_writer(std::io::stderr));
    tracing_subscriber::registry().with(filter).with(lines).with(json).try_init().map_err(TelemetryError::Started)
}
