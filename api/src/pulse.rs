//! Whether the store answers, as of just now: a request that would only wait for it is refused at once.

use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use shared::problem::Code;
use shared::store::Store;
use tokio::sync::watch;

use crate::app::Api;
use crate::problem::{Refused, Result};

/// How often the store is asked.
const RHYTHM: Duration = Duration::from_millis(500);
/// For how long it may be silent; longer than Redis takes for any script.
const PATIENCE: Duration = Duration::from_secs(2);

/// The store's pulse.
#[derive(Clone)]
pub struct Pulse(watch::Receiver<bool>);

impl Pulse {
    /// Feels the store's pulse from now on, until nobody is left who asks.
    pub fn of(store: Store) -> Self {
        let (is_silent, told) = watch::channel(false);
        tokio::spawn(feel(store, is_silent));
        Pulse(told)
    }

    /// What `answer` gives, or a refusal as soon as the store is silent: nobody knows then whether a change was accepted.
    pub async fn or_silent<T>(&self, answer: impl Future<Output = T>) -> Result<T> {
        let mut told = self.0.clone();
        tokio::select! {
            biased;
            Ok(_) = told.wait_for(|is_silent| *is_silent) => {
                Err(Refused::new(Code::StoreUnavailable, "Redis does not answer"))
            }
            answer = answer => Ok(answer),
        }
    }
}

async fn feel(store: Store, is_silent: watch::Sender<bool>) {
    loop {
        let asked = tokio::time::timeout(PATIENCE, store.ping()).await;
        let silent = !matches!(asked, Ok(Ok(())));
        if is_silent.send_if_modified(|was| std::mem::replace(was, silent) != silent) {
            tracing::warn!(silent, "the store's pulse has changed");
        }
        tokio::select! {
            () = tokio::time::sleep(RHYTHM) => {}
            () = is_silent.closed() => return,
        }
    }
}

/// Refuses what the store cannot answer.
pub async fn require(State(api): State<Api>, request: Request, next: Next) -> Response {
    api.pulse.or_silent(next.run(request)).await.unwrap_or_else(|refused| refused.into_response())
}
