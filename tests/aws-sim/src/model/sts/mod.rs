//! STS: who calls, and credentials that last for a while.

mod assume_role;
mod credential;
mod identity;
mod session_token;

pub(crate) use credential::{Credential, Principal, Session};

use super::context::{Context, Handler};
use super::error::AwsError;
use super::input::Input;
use super::world::World;

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "GetCallerIdentity" => identity::get_caller,
        "GetAccessKeyInfo" => identity::get_access_key_info,
        "AssumeRole" => assume_role::assume_role,
        "GetSessionToken" => session_token::get,
        _ => return None,
    })
}

/// A role is gone: its sessions are nobody any more.
pub(crate) fn end_sessions_of(world: &mut World, role_id: &str) {
    world.credentials.retain(|_, credential| match &credential.principal {
        Principal::Session(session) => session.role_id != role_id,
        Principal::Root | Principal::User { .. } => true,
    });
}

/// The seconds that a call wants credentials to last, within bounds that the API checks before anything else.
fn duration(input: &Input<'_>, usual: i64, longest: i64) -> Result<i64, AwsError> {
    let asked = input.int("DurationSeconds")?.unwrap_or(usual);
    if asked < 900 {
        return Err(unfit("durationSeconds", asked, "Member must have value greater than or equal to 900"));
    }
    if asked > longest {
        let constraint = format!("Member must have value less than or equal to {longest}");
        return Err(unfit("durationSeconds", asked, &constraint));
    }
    Ok(asked)
}

fn unfit(member: &str, value: impl std::fmt::Display, constraint: &str) -> AwsError {
    invalid(format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"
    ))
}

fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationError", message)
}

fn denied(message: impl Into<String>) -> AwsError {
    AwsError::new("AccessDenied", message).with_status(403)
}

impl Context<'_> {
    /// Who calls. What happens by itself happens as the account.
    pub(crate) fn caller(&mut self) -> Credential {
        let known = self.world.credentials.get(&self.access_key).cloned();
        known.unwrap_or_else(|| Credential::root(self.place.account.clone(), ""))
    }
}
