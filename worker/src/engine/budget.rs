//! Budgets: calls wait here until all workers together may make one more.

use std::time::Duration;

use shared::store::{Budget, Store, StoreError, Take};

/// Budgets shared through the store, or none.
#[derive(Clone)]
pub struct Budgets {
    store: Option<Store>,
}

impl Budgets {
    /// Budgets that all workers on this store share.
    pub fn shared(store: Store) -> Self {
        Budgets { store: Some(store) }
    }

    /// No budgets: every call goes at once.
    pub fn off() -> Self {
        Budgets { store: None }
    }

    /// Waits until one more call fits the budget, and takes it.
    pub async fn take(&self, budget: &Budget) -> Result<(), StoreError> {
        let Some(store) = &self.store else { return Ok(()) };
        while let Take::After(ms) = store.take(budget).await? {
            tokio::time::sleep(Duration::from_millis(ms)).await;
        }
        Ok(())
    }

    /// The other side asked for fewer calls.
    pub async fn shrink(&self, budget: &Budget) -> Result<(), StoreError> {
        match &self.store {
            Some(store) => store.shrink(budget).await,
            None => Ok(()),
        }
    }
}
