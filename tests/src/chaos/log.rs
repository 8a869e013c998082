//! Files of one JSON document a line, which the checker reads later.

use std::fs::File;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Mutex, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::Result;
use serde::Serialize;

/// A log that many tasks write to.
#[derive(Debug)]
pub struct Log {
    file: Mutex<File>,
}

impl Log {
    /// Begins one.
    pub fn create(dir: &Path, name: &str) -> Result<Log> {
        Ok(Log { file: Mutex::new(File::create(dir.join(name))?) })
    }

    /// Goes on with one.
    pub fn append(dir: &Path, name: &str) -> Result<Log> {
        Ok(Log { file: Mutex::new(File::options().append(true).open(dir.join(name))?) })
    }

    /// Writes a line down.
    pub fn write(&self, line: &impl Serialize) -> Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(file.write_all(text.as_bytes())?)
    }
}

/// Milliseconds since 1970, by the clock of this process and of Redis.
pub fn now_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
