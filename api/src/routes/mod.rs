//! The routes, one file a resource. A handler reads the request, has it checked and accepted, and shapes the answer.

pub mod districts;
pub mod env_vars;
pub mod events;
pub mod health;
pub mod heritages;
pub mod openapi;
pub mod operations;
pub mod services;
pub mod unknown;

use serde::Deserialize;
use shared::operation::OnFailure;
use utoipa::{IntoParams, ToSchema};

use crate::accept::How;
use crate::validate::query::Query;

/// What every change takes besides its body.
#[derive(Deserialize, IntoParams, ToSchema)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "read by `how`; this is its documentation")]
pub struct ChangeParameters {
    /// Answers 200 with what would be done, and does nothing.
    dry_run: Option<bool>,
    /// What happens when a step fails for good.
    on_failure: Option<OnFailure>,
}

/// Reads [`ChangeParameters`].
fn how(query: &mut Query) -> How {
    How { dry_run: query.flag("dry_run"), on_failure: query.one("on_failure").unwrap_or_default() }
}
