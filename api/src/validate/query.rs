//! The query of a request, as strict as a body: an option that is misspelt must not be dropped.

use std::fmt::Display;
use std::str::FromStr;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde_json::{Map, Value};
use shared::problem::{Code, Problem};
use shared::store::{Refusal, StoreError};
use shared::time::Timestamp;
use strum::VariantNames;

use super::Findings;
use super::fields::Fields;
use crate::problem::{Refused, Result};

/// The parameters of a query, taken one by one.
pub struct Query {
    fields: Fields,
    found: Findings,
}

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Refused;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self> {
        Ok(Query::read(parts.uri.query().unwrap_or_default()))
    }
}

impl Query {
    fn read(query: &str) -> Self {
        let mut values: Map<String, Value> = Map::new();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            match values.get_mut(name.as_ref()) {
                Some(Value::String(before)) => before.extend([",", value.as_ref()]),
                Some(_) | None => {
                    values.insert(name.into_owned(), Value::String(value.into_owned()));
                }
            }
        }
        Query { fields: Fields::new("?", values), found: Findings::default() }
    }

    /// A switch: `?dry_run` and `?dry_run=true` are on.
    pub fn flag(&mut self, name: &'static str) -> bool {
        let Some(field) = self.fields.take(&[name], &mut self.found) else { return false };
        match field.value.as_str() {
            Some("" | "true" | "1") => true,
            Some("false" | "0") => false,
            Some(_) | None => {
                self.found.invalid(field.pointer, "must be true or false");
                false
            }
        }
    }

    /// A parameter that may be given once.
    pub fn one<T: FromStr<Err: Display>>(&mut self, name: &'static str) -> Option<T> {
        self.fields.take(&[name], &mut self.found)?.parse(&mut self.found)
    }

    /// One of the words of an enum, given once.
    pub fn word<T: FromStr + VariantNames>(&mut self, name: &'static str) -> Option<T> {
        self.words(name).pop()
    }

    /// Words of an enum, given again and again, or as a list with commas.
    pub fn words<T: FromStr + VariantNames>(&mut self, name: &'static str) -> Vec<T> {
        let Some(field) = self.fields.take(&[name], &mut self.found) else { return Vec::new() };
        let text = field.value.as_str().unwrap_or_default();
        let words = text.split(',').filter(|word| !word.is_empty());
        let mut values = Vec::new();
        for word in words {
            match word.parse() {
                Ok(value) => values.push(value),
                Err(_) => {
                    let known = T::VARIANTS.join(", ");
                    self.found.invalid(field.pointer.clone(), format!("has {word:?}, which is none of {known}"));
                }
            }
        }
        values
    }

    /// A moment as RFC 3339 writes it.
    pub fn moment(&mut self, name: &'static str) -> Option<Timestamp> {
        let field = self.fields.take(&[name], &mut self.found)?;
        let moment = serde_json::from_value(field.value).ok();
        if moment.is_none() {
            self.found.invalid(field.pointer, "is not a moment such as 2026-11-23T10:00:00Z");
        }
        moment
    }

    /// Refuses what is wrong and what is unknown.
    pub fn finish(mut self) -> Result<()> {
        self.fields.finish(&mut self.found);
        self.found.unless_any(Some(()))
    }
}

/// What the store says to a page that begins at a cursor: one that it did not give is the caller's mistake.
pub fn of_page(error: StoreError) -> Refused {
    match error {
        StoreError::Refused(Refusal::Stale) => {
            let detail = "is no cursor; send the `next` of the page before";
            Problem::new(Code::InvalidField, format!("cursor {detail}")).at("?cursor", detail).into()
        }
        StoreError::Refused(_)
        | StoreError::Unavailable(_)
        | StoreError::Full(_)
        | StoreError::Unconfirmed { .. }
        | StoreError::Rejected(_)
        | StoreError::Corrupt(..)
        | StoreError::Fenced => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use shared::operation::State;

    use super::*;

    #[test]
    fn parameters_are_read_once_or_as_lists() {
        let mut query = Query::read("state=queued,running&state=failed&limit=5&dry_run");
        assert_eq!(query.words::<State>("state"), [State::Queued, State::Running, State::Failed]);
        assert_eq!(query.one::<usize>("limit"), Some(5));
        assert!(query.flag("dry_run"));
        query.finish().unwrap();
    }

    #[test]
    fn a_misspelt_option_is_refused() {
        let mut query = Query::read("casade=true");
        assert!(!query.flag("cascade"));
        let refused = query.finish().unwrap_err();
        assert_eq!((refused.0.code, refused.0.errors[0].pointer.as_str()), (Code::UnknownField, "?casade"));
    }
}
