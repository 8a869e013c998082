//! Ending an attempt: the terminal state, the records of what it changed, and the next in the order, in one script.

use serde_json::Value;

use super::fields::{Writing, json};
use super::{Checkpoint, Fence, Store, StoreError, checkpoint, records, script, why};
use crate::district::{DistrictIds, DistrictSpec};
use crate::heritage::{HeritageSpec, ServiceIds};
use crate::ids::OperationId;
use crate::journal::Event;
use crate::operation::State;
use crate::problem::Problem;
use crate::resource::{Condition, Lifecycle};
use indexmap::IndexMap;

/// What the end of an operation does to the record of its target.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "one is made per operation, and matched far more often than moved")]
pub enum RecordChange {
    /// The district's record is now this.
    District {
        /// Where it stands.
        state: Lifecycle,
        /// What it is; `None` keeps.
        spec: Option<DistrictSpec>,
        /// What AWS calls its parts; `None` keeps.
        ids: Option<DistrictIds>,
        /// Replaces the condition of the same type.
        condition: Condition,
    },
    /// The district is gone: record, name, address range and ports are free.
    DistrictRemoved,
    /// The heritage's record is now this; host ports that `spec` does not name are freed.
    Heritage {
        /// Where it stands.
        state: Lifecycle,
        /// What it is; `None` keeps.
        spec: Option<HeritageSpec>,
        /// What AWS calls the parts of its services; `None` keeps.
        services: Option<IndexMap<String, ServiceIds>>,
        /// Replaces the condition of the same type.
        condition: Condition,
    },
    /// The heritage is gone: record, name and ports are free.
    HeritageRemoved,
}

/// How an attempt ends.
#[derive(Clone, Debug)]
pub struct Finish {
    /// A terminal state.
    pub state: State,
    /// Why it failed.
    pub error: Option<Problem>,
    /// What came of it.
    pub result: Option<Value>,
    /// What is written with it.
    pub checkpoint: Checkpoint,
    /// What becomes of the record of its target.
    pub record: RecordChange,
}

impl Store {
    /// Ends the attempt: writes all of it and `finished`, gives lease and place in the order back, makes ready what waited
    /// behind it, wakes the parent. Sent again with the same fence after it was done, it does nothing.
    pub async fn finish(&self, id: &OperationId, fence: &Fence, finish: &Finish) -> Result<(), StoreError> {
        let fields = Writing::default()
            .json_if("error", finish.error.as_ref())?
            .json_if("result", finish.result.as_ref())?
            .done();
        let (becomes, record) = records::changed(&finish.record)?;
        let finished = Event::Finished { state: finish.state, error: finish.error.clone() };
        let arguments = checkpoint::held(id, fence, &finish.checkpoint)?
            .one(finish.state.to_string())
            .fields(fields)
            .one(json(&finished)?)
            .one(becomes.map_or_else(|| "removed".to_owned(), |state| state.to_string()))
            .fields(record);
        self.call_confirmed(&script::FINISH, why::orphaned().given_to(arguments)?).await?;
        Ok(())
    }
}
