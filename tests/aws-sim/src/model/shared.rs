//! Values that many things share, in a saved world: written with each of them, and shared again once they are read.
//!
//! Without this a thousand tasks of one definition would hold a thousand definitions after a snapshot was restored.

use std::any::Any;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::sync::Arc;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

thread_local! {
    /// What was read so far, by its text; none while no world is being read.
    static READ: RefCell<Option<BTreeMap<String, Arc<dyn Any + Send + Sync>>>> = const { RefCell::new(None) };
}

/// Runs what reads a world: equal values in it are shared.
pub(crate) fn reading<T>(read: impl FnOnce() -> T) -> T {
    READ.set(Some(BTreeMap::new()));
    let read = read();
    READ.set(None);
    read
}

pub(crate) fn serialize<T: Serialize, S: Serializer>(value: &Arc<T>, serializer: S) -> Result<S::Ok, S::Error> {
    value.serialize(serializer)
}

pub(crate) fn deserialize<'de, T, D>(deserializer: D) -> Result<Arc<T>, D::Error>
where
    T: Deserialize<'de> + Serialize + Send + Sync + 'static,
    D: Deserializer<'de>,
{
    let value = T::deserialize(deserializer)?;
    let text = serde_json::to_string(&value).map_err(D::Error::custom)?;
    READ.with_borrow_mut(|read| {
        let Some(read) = read else { return Ok(Arc::new(value)) };
        let known = read.get(&text).and_then(|known| known.clone().downcast::<T>().ok());
        Ok(known.unwrap_or_else(|| {
            let value = Arc::new(value);
            read.insert(text, value.clone());
            value
        }))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize, Deserialize)]
    struct Holder(#[serde(with = "super")] Arc<String>);

    #[test]
    fn equal_values_are_shared_while_a_world_is_read() {
        let text = r#"["a", "a", "b"]"#;
        let read = || serde_json::from_str::<Vec<Holder>>(text).unwrap();
        let holders = reading(read);
        assert!(Arc::ptr_eq(&holders[0].0, &holders[1].0) && !Arc::ptr_eq(&holders[0].0, &holders[2].0));
        let apart = read();
        assert!(!Arc::ptr_eq(&apart[0].0, &apart[1].0));
    }
}
