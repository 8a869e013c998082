//! What accounts looked like a moment ago, for reads that lag behind writes.
//!
//! Before a write changes an account, and only while a lag is asked for, a copy of the account is kept. What was true
//! at a moment is the copy that the first write after it made.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::model::world::Account;

/// Copies of accounts, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Past {
    copies: VecDeque<(Instant, Arc<str>, Account)>,
}

impl Past {
    /// Keeps a copy, and forgets those that are older than anybody asks for.
    pub(crate) fn keep(&mut self, id: &Arc<str>, account: &Account, for_how_long: Duration) {
        self.forget(for_how_long);
        self.copies.push_back((Instant::now(), id.clone(), account.clone()));
    }

    /// The account as it was `ago`; none if nothing has been written since.
    pub(crate) fn look_back(&self, id: &Arc<str>, ago: Duration) -> Option<&Account> {
        let same = self.copies.iter().filter(|(_, owner, _)| owner == id);
        same.into_iter().find(|(at, _, _)| at.elapsed() <= ago).map(|(_, _, account)| account)
    }

    fn forget(&mut self, older_than: Duration) {
        while self.copies.front().is_some_and(|(at, _, _)| at.elapsed() > older_than) {
            self.copies.pop_front();
        }
    }
}
