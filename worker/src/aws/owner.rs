//! Ownership: the tags that say which operation made a thing, and what follows from them.

use shared::ids::OperationId;
use shared::names::{DistrictName, HeritageName};

use super::names::DEFAULT_NAMESPACE;
use crate::engine::Found;

/// Tag with the district's name.
pub const DISTRICT: &str = "barcelona:district";
/// Tag with the heritage's name.
pub const HERITAGE: &str = "barcelona:heritage";
/// Tag with the id of the operation that made the thing.
pub const OPERATION: &str = "barcelona:operation";
/// Tag with the namespace, where it is not the default one.
pub const NAMESPACE: &str = "barcelona:namespace";
/// Tag that AWS's console shows as the name.
pub const NAME: &str = "Name";

/// One tag. Adapters turn it into the tag type of their SDK.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    /// `barcelona:district`
    pub key: String,
    /// `dev`
    pub value: String,
}

impl Tag {
    /// A tag.
    pub fn new(key: impl Into<String>, value: impl Into<String>) -> Self {
        Tag { key: key.into(), value: value.into() }
    }
}

/// A thing that AWS showed, as far as ownership is decided by it.
#[derive(Clone, Debug)]
pub struct Seen<T> {
    /// What names it.
    pub thing: T,
    /// Its tags.
    pub tags: Vec<Tag>,
    /// Whether it is being deleted.
    pub going: bool,
}

impl<T> Seen<T> {
    /// The same sight, of what `part` makes of the thing.
    pub fn map<U>(self, part: impl FnOnce(T) -> U) -> Seen<U> {
        Seen { thing: part(self.thing), tags: self.tags, going: self.going }
    }
}

/// On whose behalf things are made.
#[derive(Clone, Debug)]
pub struct Owner {
    /// The installation.
    pub namespace: String,
    /// The district.
    pub district: DistrictName,
    /// The heritage, when the thing belongs to one.
    pub heritage: Option<HeritageName>,
    /// The operation.
    pub operation: OperationId,
}

impl Owner {
    /// The tags of a thing that this owner makes and that people are to see under `name`.
    pub fn tags(&self, name: &str) -> Vec<Tag> {
        let mut tags = vec![Tag::new(NAME, name)];
        tags.extend(self.scope());
        tags.push(Tag::new(OPERATION, self.operation.as_str()));
        tags
    }

    /// The tags that all things of the district, or of the heritage, have in common: what to search by.
    pub fn scope(&self) -> Vec<Tag> {
        let mut tags = vec![Tag::new(DISTRICT, self.district.as_str())];
        if let Some(heritage) = &self.heritage {
            tags.push(Tag::new(HERITAGE, heritage.as_str()));
        }
        if self.namespace != DEFAULT_NAMESPACE {
            tags.push(Tag::new(NAMESPACE, &self.namespace));
        }
        tags
    }

    /// Whether these tags are of a thing in this owner's scope, whichever operation made it.
    pub fn covers(&self, tags: &[Tag]) -> bool {
        let same_namespace = match tags.iter().find(|tag| tag.key == NAMESPACE) {
            Some(tag) => tag.value == self.namespace,
            None => self.namespace == DEFAULT_NAMESPACE,
        };
        same_namespace && self.scope().iter().all(|tag| tags.contains(tag))
    }

    /// Whether these tags are of a thing that this very operation made.
    pub fn made(&self, tags: &[Tag]) -> bool {
        tags.iter().any(|tag| tag.key == OPERATION && tag.value == self.operation.as_str())
    }

    /// What `find` saw, from everything that could be it, oldest first.
    pub fn found<T: Clone>(&self, seen: &[Seen<T>]) -> Found<T> {
        let standing = || seen.iter().filter(|seen| !seen.going);
        let ours: Vec<T> = standing().filter(|seen| self.made(&seen.tags)).map(|seen| seen.thing.clone()).collect();
        if !ours.is_empty() {
            return Found::Ours(ours);
        }
        match standing().next() {
            Some(earlier) => Found::Earlier(earlier.thing.clone()),
            None if seen.is_empty() => Found::Absent,
            None => Found::Going,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(namespace: &str) -> Owner {
        Owner {
            namespace: namespace.to_owned(),
            district: DistrictName::parse("dev").unwrap(),
            heritage: None,
            operation: OperationId::draw(),
        }
    }

    fn seen(thing: u32, tags: Vec<Tag>, going: bool) -> Seen<u32> {
        Seen { thing, tags, going }
    }

    #[test]
    fn what_this_operation_made_is_ours_and_what_another_made_stood_before() {
        let (ours, other) = (owner("barcelona"), owner("barcelona"));
        let both = [seen(1, other.tags("x"), false), seen(2, ours.tags("x"), false)];
        assert_eq!(ours.found(&both), Found::Ours(vec![2]));
        assert_eq!(ours.found(&both[..1]), Found::Earlier(1));
        assert_eq!(ours.found::<u32>(&[]), Found::Absent);
    }

    #[test]
    fn a_thing_that_is_being_deleted_is_waited_for() {
        let ours = owner("barcelona");
        assert_eq!(ours.found(&[seen(1, ours.tags("x"), true)]), Found::Going);
    }

    #[test]
    fn installations_that_share_an_account_do_not_touch_each_others_things() {
        let (one, two) = (owner("barcelona"), owner("other"));
        assert!(one.covers(&one.tags("x")) && two.covers(&two.tags("x")));
        assert!(!one.covers(&two.tags("x")) && !two.covers(&one.tags("x")));
    }
}
