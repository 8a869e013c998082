//! A request to change something, as it was sent and not checked yet.

use axum::extract::{FromRequest, FromRequestParts as _, Request};
use serde_json::{Map, Value};

use crate::accept::How;
use crate::body::Body;
use crate::problem::{Refused, Result};
use crate::sender::Sender;
use crate::validate::Findings;
use crate::validate::fields::Fields;
use crate::validate::query::Query;

/// What every change has: a sender, options and perhaps a body.
pub struct ChangeRequest {
    /// Who sent it.
    pub sender: Sender,
    /// How it is wanted.
    pub how: How,
    /// Its body.
    pub body: Map<String, Value>,
}

/// A change that has no body and may have options of its own: a deletion.
pub struct Bodiless {
    /// Who sent it.
    pub sender: Sender,
    /// How it is wanted.
    pub how: How,
    /// Its other options, which the handler takes and finishes.
    pub query: Query,
}

/// A request that has nothing but its sender: to cancel, to retry.
pub struct Plain {
    /// Who sent it.
    pub sender: Sender,
}

/// A request that may say why: to abandon.
pub struct Reasoned {
    /// Who sent it.
    pub sender: Sender,
    /// Why.
    pub reason: Option<String>,
}

/// The longest reason, in bytes: it is kept in the journal.
const LONGEST_REASON: usize = 1000;

impl<S: Send + Sync> FromRequest<S> for Reasoned {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let (sender, body) = plain(request, state).await?;
        let (mut found, mut fields) = (Findings::default(), Fields::new("", body));
        let short = |text: &str| match text.len() {
            0..=LONGEST_REASON => Ok(()),
            _ => Err(format!("must have at most {LONGEST_REASON} bytes")),
        };
        let reason = fields.take(&["reason"], &mut found).and_then(|field| field.keeping(short, &mut found));
        fields.finish(&mut found);
        found.unless_any(Some(()))?;
        Ok(Reasoned { sender, reason })
    }
}

async fn plain<S: Send + Sync>(request: Request, state: &S) -> Result<(Sender, Map<String, Value>)> {
    let (mut parts, body) = request.into_parts();
    let sender = Sender::from_request_parts(&mut parts, state).await?;
    Query::from_request_parts(&mut parts, state).await?.finish()?;
    let Body(body) = Body::from_request(Request::from_parts(parts, body), state).await?;
    Ok((sender, body))
}

impl<S: Send + Sync> FromRequest<S> for Plain {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let (sender, body) = plain(request, state).await?;
        nothing_in(body)?;
        Ok(Plain { sender })
    }
}

impl<S: Send + Sync> FromRequest<S> for ChangeRequest {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let (sender, how, query, body) = read(request, state).await?;
        query.finish()?;
        Ok(ChangeRequest { sender, how, body })
    }
}

impl<S: Send + Sync> FromRequest<S> for Bodiless {
    type Rejection = Refused;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let (sender, how, query, body) = read(request, state).await?;
        nothing_in(body)?;
        Ok(Bodiless { sender, how, query })
    }
}

/// What a body asks for where none is read must not be dropped silently.
fn nothing_in(body: Map<String, Value>) -> Result<()> {
    let mut found = Findings::default();
    Fields::new("", body).finish(&mut found);
    found.unless_any(Some(()))
}

async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<(Sender, How, Query, Map<String, Value>)> {
    let (mut parts, body) = request.into_parts();
    let sender = Sender::from_request_parts(&mut parts, state).await?;
    let mut query = Query::from_request_parts(&mut parts, state).await?;
    let on_failure = query.word("on_failure").unwrap_or_default();
    let how = How { dry_run: query.flag("dry_run"), on_failure };
    let Body(body) = Body::from_request(Request::from_parts(parts, body), state).await?;
    Ok((sender, how, query, body))
}
