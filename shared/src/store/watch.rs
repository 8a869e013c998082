//! Watching: one subscriber connection of a process, fanned out to all who wait.

use std::time::Duration;

use futures::stream::{self, Stream, StreamExt};
use redis::aio::PubSub;
use tokio::sync::broadcast;

use super::{Store, StoreError, error, keys, pause};
use crate::ids::OperationId;

/// An operation's journal grew.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// Whose.
    pub op: OperationId,
    /// Sequence number of its newest entry.
    pub seq: u64,
}

/// Fans notices out. A receiver that lags, or any gap after a reconnect, is answered by reading the journal again: a
/// notice is a hint, the journal is the truth.
#[derive(Clone)]
pub struct Watcher {
    /// Notices of all operations; `None` after a reconnect: look again.
    pub notices: broadcast::Sender<Option<Notice>>,
}

/// A subscriber, and the number of the node that it listens to.
type Subscriber = (PubSub, u64);

/// How many notices a slow receiver may be behind before it is told to look again.
const BACKLOG: usize = 4096;
/// The pause before a subscriber connects again.
const PAUSE: Duration = Duration::from_millis(200);
/// How often a subscriber looks whether anybody is left to hear it, and whether our keys are where it listens.
const ROLL_CALL: Duration = Duration::from_secs(5);

impl Store {
    /// Starts the one subscriber of this process; it reconnects by itself and ends with the last `Watcher`.
    pub async fn watcher(&self) -> Result<Watcher, StoreError> {
        let first = self.subscribed(keys::NOTICES).await.map_err(error::of_redis)?;
        let notices = broadcast::Sender::new(BACKLOG);
        tokio::spawn(fan_out(self.clone(), first, notices.downgrade()));
        Ok(Watcher { notices })
    }

    /// Subscribes to the wake-up hints that follow everything that becomes ready; polling stays the guarantee.
    pub async fn wakeups(&self) -> Result<impl Stream<Item = ()> + Send + use<>, StoreError> {
        let first = self.subscribed(keys::WAKE).await.map_err(error::of_redis)?;
        let state = (self.clone(), Some(first));
        Ok(Box::pin(stream::unfold(state, async |(store, subscriber)| {
            let subscriber = next_wakeup(&store, subscriber).await;
            Some(((), (store, subscriber)))
        })))
    }
}

/// Waits for the next hint. Connecting again is one too: there may have been hints meanwhile.
async fn next_wakeup(store: &Store, subscriber: Option<Subscriber>) -> Option<Subscriber> {
    let Some((mut messages, number)) = subscriber else { return Some(reconnected(store, keys::WAKE).await) };
    loop {
        let hint = tokio::time::timeout(ROLL_CALL, messages.on_message().next()).await;
        match hint {
            Ok(hint) => return hint.map(|_| (messages, number)),
            Err(_) if store.link().is_current(number) => {}
            Err(_) => return None,
        }
    }
}

async fn reconnected(store: &Store, family: &str) -> Subscriber {
    loop {
        tokio::time::sleep(pause::drawn(PAUSE)).await;
        match store.subscribed(family).await {
            Ok(subscriber) => return subscriber,
            Err(refused) => tracing::debug!(error = %refused, "Redis takes no subscriber yet"),
        }
    }
}

async fn fan_out(store: Store, first: Subscriber, notices: broadcast::WeakSender<Option<Notice>>) {
    let mut subscriber = first;
    while forward(&store, &mut subscriber, &notices).await.is_some() {
        subscriber = reconnected(&store, keys::NOTICES).await;
        match notices.upgrade() {
            Some(sender) => drop(sender.send(None)),
            None => return,
        }
    }
}

/// Forwards notices until the connection breaks or leads elsewhere; `None` when nobody watches any longer.
async fn forward(
    store: &Store,
    (subscriber, number): &mut Subscriber,
    notices: &broadcast::WeakSender<Option<Notice>>,
) -> Option<()> {
    let mut messages = subscriber.on_message();
    loop {
        let message = tokio::time::timeout(ROLL_CALL, messages.next()).await;
        let sender = notices.upgrade()?;
        match message {
            Err(_) if store.link().is_current(*number) => {}
            Err(_) => return Some(()),
            Ok(None) => return Some(()),
            // Nobody listening just now is no error: whoever comes later reads the journal first.
            Ok(Some(message)) => drop(notice(&message).map(|notice| sender.send(Some(notice)))),
        }
    }
}

fn notice(message: &redis::Msg) -> Option<Notice> {
    let payload: String = message.get_payload().ok()?;
    let (op, seq) = payload.split_once(' ')?;
    Some(Notice { op: OperationId::parse(op).ok()?, seq: seq.parse().ok()? })
}
