//! Whether a caller may do what it asks for: the one question that is put before every operation.
//!
//! A principal that is known, whose session lasts, and whose account has the region may do everything in its account.
//! What policies say narrows this here: everything that a policy can speak of is in [`Asked`].

use std::sync::Arc;

use serde_json::Value;

use super::clock::Moment;
use super::context::Place;
use super::error::AwsError;
use super::region;
use super::service::Service;
use super::world::World;

/// What is asked, in the terms of a policy: principal, action, resource and context.
pub(crate) struct Asked<'a> {
    /// The access key that stands for the principal.
    pub(crate) access_key: &'a str,
    /// With the operation the action, as in `ecs:UpdateService`.
    pub(crate) service: Service,
    pub(crate) operation: &'a str,
    /// Where it shall happen; resources are of this region and of the principal's account.
    pub(crate) region: &'a str,
    /// The parameters, which name the resources.
    pub(crate) input: &'a Value,
    /// The time, as a condition of a policy sees it.
    pub(crate) now: Moment,
}

/// Whom a call is made for, and where.
#[derive(Debug, Clone)]
pub(crate) struct Allowed {
    pub(crate) access_key: Arc<str>,
    pub(crate) place: Place,
}

/// Lets a caller pass, or refuses it as its service does.
pub(crate) fn authorize(world: &World, asked: &Asked<'_>) -> Result<Allowed, AwsError> {
    let known = world.credentials.get_key_value(asked.access_key);
    let (access_key, credential) = known.ok_or_else(|| asked.service.unknown_key())?;
    if credential.expires.is_some_and(|expires| expires <= asked.now) {
        return Err(asked.service.expired_key());
    }
    let region = region::find(asked.region).ok_or_else(|| asked.service.unknown_region(asked.region))?;
    if region.by_opt_in && !world.has_opted_in(&credential.account, region.name) {
        // A region that is off knows none of the account's keys.
        // <https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>
        return Err(asked.service.unknown_key());
    }
    tracing::trace!(
        principal = credential.arn, service = %asked.service, operation = asked.operation, input = %asked.input, "allowed"
    );
    let place = Place { account: credential.account.clone(), region: asked.region.into() };
    Ok(Allowed { access_key: access_key.clone(), place })
}
