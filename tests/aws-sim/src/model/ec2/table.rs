//! What all EC2 resources have in common: a table by id, finding, describing with filters and pages.

use std::collections::BTreeMap;
use std::collections::btree_map::{Values, ValuesMut};

use serde_json::Value;

use super::describing;
use super::filter::Filters;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// The names that EC2 gives to one kind of resource.
pub(crate) struct Kind {
    /// In the control API's inventory.
    pub(crate) plural: &'static str,
    /// In tag specifications and DescribeTags.
    pub(crate) tag_type: &'static str,
    /// The parameter that lists ids when describing.
    pub(crate) ids: &'static str,
    /// The list in the answer of the describing call.
    pub(crate) set: &'static str,
    /// Error code and noun of a resource that does not exist.
    pub(crate) not_found: (&'static str, &'static str),
}

/// A resource with an id, tags and fields that filters ask for.
pub(crate) trait Resource {
    const KIND: Kind;
    fn id(&self) -> &str;
    fn tags(&self) -> &Tags;
    fn tags_mut(&mut self) -> &mut Tags;
    /// The values under a filter's name; none if the resource knows no such filter.
    fn field(&self, filter: &str) -> Option<Vec<String>>;
    fn state(&self) -> &'static str {
        "available"
    }
    /// Whether it is only described any more.
    fn is_gone(&self) -> bool {
        false
    }
    /// Members of the inventory beside id, tags and state.
    fn inventory(&self, item: Item) -> Item {
        item
    }
}

/// The parts of [`Resource`] that read fields: the one that holds the id, and `tags`.
macro_rules! identified {
    ($id:ident) => {
        fn id(&self) -> &str {
            &self.$id
        }

        fn tags(&self) -> &Tags {
            &self.tags
        }

        fn tags_mut(&mut self) -> &mut Tags {
            &mut self.tags
        }
    };
}
pub(super) use identified;

/// All resources of a kind in a region.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Table<T>(BTreeMap<String, T>);

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

/// A filter's single value.
pub(crate) fn one(value: impl ToString) -> Option<Vec<String>> {
    Some(vec![value.to_string()])
}

/// The refusal of an id that nothing has.
pub(crate) fn not_found<T: Resource>(id: &str) -> AwsError {
    let (code, noun) = T::KIND.not_found;
    AwsError::new(code, format!("The {noun} '{id}' does not exist"))
}

impl<T: Resource> Table<T> {
    pub(crate) fn get(&self, id: &str) -> Option<&T> {
        self.0.get(id)
    }

    pub(crate) fn find(&self, id: &str) -> Result<&T, AwsError> {
        self.0.get(id).ok_or_else(|| not_found::<T>(id))
    }

    pub(crate) fn find_mut(&mut self, id: &str) -> Result<&mut T, AwsError> {
        self.0.get_mut(id).ok_or_else(|| not_found::<T>(id))
    }

    pub(crate) fn get_mut(&mut self, id: &str) -> Option<&mut T> {
        self.0.get_mut(id)
    }

    pub(crate) fn insert(&mut self, resource: T) {
        self.0.insert(resource.id().to_owned(), resource);
    }

    pub(crate) fn remove(&mut self, id: &str) -> Option<T> {
        self.0.remove(id)
    }

    /// Removes those that `keep` refuses.
    pub(crate) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.0.retain(|_, resource| keep(resource));
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    pub(crate) fn values(&self) -> Values<'_, String, T> {
        self.0.values()
    }

    pub(crate) fn values_mut(&mut self) -> ValuesMut<'_, String, T> {
        self.0.values_mut()
    }

    /// Those that the call asks for, by id and filter.
    pub(crate) fn select(&self, input: &Input<'_>) -> Result<Vec<&T>, AwsError> {
        let filters = Filters::read(input);
        let ids = input.texts(T::KIND.ids);
        let mut asked: Vec<&T> = if ids.is_empty() { self.0.values().collect() } else { self.find_all(&ids)? };
        asked.retain(|resource| filters.keep(*resource));
        Ok(asked)
    }

    /// Those with these ids, in the order of ids and each once.
    pub(crate) fn find_all(&self, ids: &[&str]) -> Result<Vec<&T>, AwsError> {
        let missing: Vec<&str> = ids.iter().copied().filter(|id| self.get(id).is_none()).collect();
        match missing.as_slice() {
            [] => {}
            [id] => return Err(not_found::<T>(id)),
            ids => {
                let (code, noun) = T::KIND.not_found;
                let message = format!("The {noun}s '{}' do not exist", ids.join(", "));
                return Err(AwsError::new(code, message));
            }
        }
        let mut found: Vec<&T> = ids.iter().filter_map(|id| self.get(id)).collect();
        found.sort_by_key(|resource| resource.id());
        found.dedup_by_key(|resource| resource.id());
        Ok(found)
    }

    /// The whole describing call.
    pub(crate) fn describe(&self, input: &Input<'_>, render: impl Fn(&T) -> Value) -> Answer {
        let selected = self.select(input)?.into_iter();
        let rows = selected.map(|resource| (resource.id().to_owned(), resource)).collect();
        describing::paged(input, T::KIND.set, rows, render)
    }

    /// What exists, for the control API.
    pub(crate) fn items(&self) -> impl Iterator<Item = Item> {
        self.0.values().filter(|resource| !resource.is_gone()).map(|resource| {
            resource.inventory(Item::new("ec2", T::KIND.plural, resource.id(), resource.tags(), resource.state()))
        })
    }
}
