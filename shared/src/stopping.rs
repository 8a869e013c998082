//! Being asked to stop: the first `SIGTERM` or Ctrl-C asks a process to end in order, the second to end at once.

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

/// What a process is asked for. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Stopping {
    /// Cancelled when it is asked to stop.
    pub asked: CancellationToken,
    /// Cancelled when it is asked once more: whoever asks does not want to wait.
    pub again: CancellationToken,
}

impl Stopping {
    /// Hears the process' signals from now on.
    pub fn by_signals() -> std::io::Result<Self> {
        let (mut terminate, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
        let stopping = Stopping::default();
        let told = stopping.clone();
        tokio::spawn(async move {
            for token in [told.asked, told.again] {
                tokio::select! {
                    _ = terminate.recv() => {}
                    _ = interrupt.recv() => {}
                }
                token.cancel();
            }
        });
        Ok(stopping)
    }
}
