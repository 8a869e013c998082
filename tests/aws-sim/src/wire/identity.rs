//! Whether the caller is who the signature says, refused in the service's own words.

use axum::http::request::Parts;

use super::credential::{Signed, Unsigned};
use super::signature::{self, Flaw};
use crate::model::error::AwsError;
use crate::model::service::Service;
use crate::model::sts::Credential;
use crate::sim::{Signatures, Sim};

/// Lets a caller in, or says why not.
///
/// # Errors
///
/// The service's refusal of a key that no account has, of a session's key without its token, and of a signature that
/// does not hold.
pub(super) fn admit(sim: &Sim, service: Service, signed: &Signed, request: (&Parts, &[u8])) -> Result<(), AwsError> {
    let credential = sim.world().credentials.get(signed.scope.access_key.as_str()).cloned();
    let Credential { secret, token, .. } = credential.ok_or_else(|| service.unknown_key())?;
    if sim.signatures() == Signatures::Ignore {
        return Ok(());
    }
    if token != signed.token {
        return Err(service.unknown_key());
    }
    // The clock of the simulation may be far ahead; that of the caller is the real one.
    let flaw = signature::verify(signed, request, &secret, sim.keys(), chrono::Utc::now().naive_utc());
    flaw.map_err(|flaw| match flaw {
        Flaw::Mismatch(message) => service.badly_signed(&message),
        Flaw::Late(message) => service.signed_too_long_ago(&message),
    })
}

/// The refusal of a request without a signature that could be looked at.
pub(super) fn refuse(service: Service, unsigned: &Unsigned) -> AwsError {
    match unsigned {
        Unsigned::Missing => service.unsigned(),
        Unsigned::Incomplete(message) => service.half_signed(message),
    }
}
