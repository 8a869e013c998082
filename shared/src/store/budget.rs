//! Budgets: how many calls a second all workers together make to one API class of one account and region.

use super::script::{self, Arguments};
use super::{Store, StoreError};

/// A token bucket.
#[derive(Clone, Debug)]
pub struct Budget {
    /// `123456789012:us-east-1:ec2-mutating`
    pub name: String,
    /// Calls a second.
    pub per_second: f64,
    /// Calls at once.
    pub burst: f64,
}

/// What came of asking for a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Take {
    /// Go ahead.
    Granted,
    /// Not before so many milliseconds have passed.
    After(u64),
}

impl Store {
    /// Takes one call from a budget.
    pub async fn take(&self, budget: &Budget) -> Result<Take, StoreError> {
        let arguments = Arguments::default().one(&budget.name).one(budget.per_second).one(budget.burst);
        let mut reply = self.call(&script::TAKE, arguments).await?;
        Ok(if reply.status == "granted" { Take::Granted } else { Take::After(reply.next()?) })
    }

    /// AWS throttled a call: the budget's rate is halved and recovers over a minute.
    pub async fn shrink(&self, budget: &Budget) -> Result<(), StoreError> {
        self.call(&script::SHRINK, Arguments::default().one(&budget.name)).await?;
        Ok(())
    }
}
