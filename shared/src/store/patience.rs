//! Waiting for a store that does not answer yet: a process that starts in a bad moment must not end for it.

use std::time::{Duration, Instant};

use super::StoreError;

/// Pause between two tries.
const ASK_AGAIN: Duration = Duration::from_millis(250);

/// Tries again while the store does not answer, for `patience` at most. What is tried must be fit to be repeated.
pub async fn patiently<T, F>(patience: Duration, ask: impl Fn() -> F) -> Result<T, StoreError>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let begun = Instant::now();
    loop {
        match ask().await {
            Err(StoreError::Unavailable(error)) if begun.elapsed() < patience => {
                tracing::warn!(%error, "the store broke off: it is opened again");
                tokio::time::sleep(ASK_AGAIN).await;
            }
            answer => return answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use redis::{ErrorKind, RedisError};

    use super::*;

    fn broken() -> StoreError {
        StoreError::Unavailable(RedisError::from((ErrorKind::Io, "broken pipe")))
    }

    #[tokio::test]
    async fn a_store_that_breaks_off_is_asked_again_and_one_that_refuses_is_not() {
        let asked = AtomicU32::new(0);
        let second = || {
            let first = asked.fetch_add(1, Ordering::SeqCst) == 0;
            async move { if first { Err(broken()) } else { Ok(7) } }
        };
        assert_eq!(patiently(Duration::from_secs(5), second).await.unwrap(), 7);
        assert_eq!(asked.load(Ordering::SeqCst), 2);
        let refused = patiently(Duration::from_secs(5), || async { Err::<(), _>(StoreError::Fenced) }).await;
        assert!(matches!(refused, Err(StoreError::Fenced)));
    }

    #[tokio::test]
    async fn patience_ends() {
        let refused = patiently(Duration::ZERO, || async { Err::<(), _>(broken()) }).await;
        assert!(matches!(refused, Err(StoreError::Unavailable(_))));
    }
}
