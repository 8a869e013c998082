//! The reaper: no operation is in limbo for longer than a lease, whatever broke.

use super::claim::ids;
use super::script::{self, Arguments};
use super::{Store, StoreError, error, keys};
use crate::ids::OperationId;

/// How many operations one call looks at, so that none holds Redis up.
const AT_ONCE: u32 = 200;

impl Store {
    /// Looks at every unfinished operation and puts back those that are nowhere: not ready, not leased, not on a timer, not
    /// behind another. Scripts keep this true by themselves; this repairs what a script that broke off, or a backup that
    /// was restored, left. Part of [`Store::upkeep`].
    pub async fn reap(&self) -> Result<Vec<OperationId>, StoreError> {
        let (mut cursor, mut repaired) = ("0".to_owned(), vec![]);
        loop {
            let mut reply = self.call(&script::REAP, Arguments::default().one(&cursor).one(AT_ONCE)).await?;
            cursor = reply.next()?;
            repaired.extend(ids(reply.next()?)?);
            for (id, why) in broken(reply.next()?) {
                self.set_aside(&id, None, &error::corrupt(&format!("{}:{id}", keys::OPERATION), &why)).await?;
            }
            if cursor == "0" {
                break;
            }
        }
        for id in &repaired {
            tracing::warn!(operation = %id, "an operation was in limbo and is ready again");
        }
        Ok(repaired)
    }
}

/// Operations at which a script failed, each with why, from a list of both in turn; an error of Redis may quote what is no text.
pub(super) fn broken(told: Vec<Vec<u8>>) -> Vec<(String, String)> {
    let text = |bytes: &Vec<u8>| String::from_utf8_lossy(bytes).into_owned();
    told.as_chunks::<2>().0.iter().map(|[id, why]| (text(id), text(why))).collect()
}
