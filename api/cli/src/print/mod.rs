//! How things are printed for people. Functions return text; colours are in it only where a terminal shows them.

pub(crate) mod app;
pub(crate) mod conditions;
pub(crate) mod district;
pub(crate) mod ending;
pub(crate) mod error;
pub(crate) mod moment;
pub(crate) mod operation;
pub(crate) mod paint;
pub(crate) mod plan;
pub(crate) mod problem;
pub(crate) mod table;

use std::io::{ErrorKind, Write as _};

use anyhow::Result;

/// Prints a result. A reader that went away (`bcn op list | head -1`) is not an error.
pub(crate) fn out(text: &str) -> Result<()> {
    let mut stdout = std::io::stdout().lock();
    match stdout.write_all(text.trim_end().as_bytes()).and_then(|()| stdout.write_all(b"\n")) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        written => Ok(written?),
    }
}
