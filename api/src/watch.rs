//! Waiting until a journal may have grown. Notices are hints: whoever waits reads the journal afterwards.

use std::time::Duration;

use shared::ids::OperationId;
use shared::store::Notice;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::{Instant, sleep_until, timeout_at};
use tokio_util::sync::CancellationToken;

/// When no notice came, the journal is read all the same.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Waits until `is_news` holds for a notice, something may have been missed, or `until` has come, at most [`LOOK_AGAIN`].
/// False when the API is to stop.
pub async fn news(
    notices: &mut Receiver<Option<Notice>>,
    is_news: impl Fn(&Notice) -> bool,
    until: Option<Instant>,
    stop: &CancellationToken,
) -> bool {
    let again = Instant::now() + LOOK_AGAIN;
    let until = until.map_or(again, |until| until.min(again));
    let heard = async {
        loop {
            match timeout_at(until, notices.recv()).await {
                Ok(Ok(Some(notice))) if !is_news(&notice) => {}
                Ok(Ok(Some(_) | None) | Err(RecvError::Lagged(_))) | Err(_) => return,
                Ok(Err(RecvError::Closed)) => return sleep_until(until).await,
            }
        }
    };
    tokio::select! {
        () = heard => true,
        () = stop.cancelled() => false,
    }
}

/// Whether a notice tells that an operation's journal grew past `seq`.
pub fn grew_past(id: &OperationId, seq: u64) -> impl Fn(&Notice) -> bool {
    let id = id.clone();
    move |notice| notice.op == id && notice.seq > seq
}
