//! Reading: resources, operations and journals as recorded.

use std::str::FromStr;

use super::{Store, StoreError};
use crate::district::District;
use crate::heritage::{Heritage, HeritageSpec};
use crate::ids::OperationId;
use crate::journal::Entry;
use crate::names::{DistrictName, HeritageName};
use crate::operation::{Kind, Operation, State};
use crate::payload::Payload;
use crate::time::Timestamp;

/// An operation that has a place in a resource's order: not ended yet.
#[derive(Clone, Debug)]
pub struct Unfinished {
    /// Its id.
    pub id: OperationId,
    /// Where it stands.
    pub state: State,
    /// Its patch.
    pub payload: Payload,
}

/// A resource with what is on its way to it.
#[derive(Clone, Debug)]
pub struct HeritageView {
    /// As recorded.
    pub heritage: Heritage,
    /// Its revision, for [`super::Expect`].
    pub revision: u64,
    /// Operations on it that have not ended, in the order of acceptance.
    pub unfinished: Vec<Unfinished>,
}

impl HeritageView {
    /// What it is to be once everything accepted has succeeded; `None` when it is to be gone.
    pub fn desired(&self) -> Option<HeritageSpec> {
        self.unfinished.iter().fold(self.heritage.applied.clone(), |spec, next| next.payload.fold(spec))
    }
}

/// Which operations to list; all fields that are given must match.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// One of these states.
    pub states: Vec<State>,
    /// One of these kinds.
    pub kinds: Vec<Kind>,
    /// On this district or a heritage in it.
    pub district: Option<DistrictName>,
    /// On a heritage of this name.
    pub heritage: Option<HeritageName>,
    /// Asked for by.
    pub actor: Option<String>,
    /// Accepted at or after.
    pub since: Option<Timestamp>,
    /// Accepted before.
    pub until: Option<Timestamp>,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// What is on it.
    pub items: Vec<T>,
    /// Where the next one begins, when there is one.
    pub next: Option<String>,
}

impl Store {
    /// An operation, with its steps.
    pub async fn operation(&self, id: &OperationId) -> Result<Option<Operation>, StoreError> {
        let _ = id;
        todo!()
    }

    /// Operations, newest first. `cursor` is the `next` of the page before.
    pub async fn operations(
        &self,
        filter: &Filter,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<Page<Operation>, StoreError> {
        let _ = (filter, cursor, limit);
        todo!()
    }

    /// Journal entries after sequence number `after`, oldest first.
    pub async fn journal(&self, id: &OperationId, after: u64, limit: usize) -> Result<Vec<Entry>, StoreError> {
        let _ = (id, after, limit);
        todo!()
    }

    /// Entries of all journals after `cursor` (an id of the events stream; `None`: only new ones from now on), with the
    /// cursor to go on from. `Err(Refused(Stale))` when the cursor was trimmed.
    pub async fn all_events(
        &self,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<(String, Entry)>, String), StoreError> {
        let _ = (cursor, limit);
        todo!()
    }

    /// A district, its revision, and the district operations that have not ended.
    pub async fn district(&self, name: &DistrictName) -> Result<Option<(District, u64, Vec<Unfinished>)>, StoreError> {
        let _ = name;
        todo!()
    }

    /// All districts by name.
    pub async fn districts(&self) -> Result<Vec<District>, StoreError> {
        todo!()
    }

    /// A heritage with what is on its way to it.
    pub async fn heritage(
        &self,
        district: &DistrictName,
        name: &HeritageName,
    ) -> Result<Option<HeritageView>, StoreError> {
        let _ = (district, name);
        todo!()
    }

    /// The heritages of a district by name.
    pub async fn heritages(&self, district: &DistrictName) -> Result<Vec<HeritageView>, StoreError> {
        let _ = district;
        todo!()
    }

    /// The districts in which a heritage of this name stands.
    pub async fn districts_with(&self, heritage: &HeritageName) -> Result<Vec<DistrictName>, StoreError> {
        let _ = heritage;
        todo!()
    }

    /// Host ports taken in a district.
    pub async fn ports(&self, district: &DistrictName) -> Result<Vec<u16>, StoreError> {
        let _ = district;
        todo!()
    }

    /// Address ranges taken by districts.
    pub async fn cidrs(&self) -> Result<Vec<String>, StoreError> {
        todo!()
    }

    /// What remembers the hash of the current bootstrap token, and replaces it when it changed.
    pub async fn remember_bootstrap_token(&self, hash: Option<&str>) -> Result<(), StoreError> {
        let _ = (hash, OperationId::from_str);
        todo!()
    }

    /// Who a token belongs to, by its hash.
    pub async fn token_owner(&self, hash: &str) -> Result<Option<String>, StoreError> {
        let _ = hash;
        todo!()
    }
}
