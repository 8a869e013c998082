//! Describing, getting and deleting certificates.

use serde_json::{Value, json};

use super::certificate::Status;
use super::{named, usage};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let certificate = named(context, input)?.clone();
    let used_by = usage::of(context, &certificate.arn);
    Ok(json!({ "Certificate": certificate.render(&used_by, context.now) }))
}

/// <https://docs.aws.amazon.com/acm/latest/APIReference/API_GetCertificate.html>
pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let certificate = named(context, input)?;
    match (&certificate.issued, certificate.status) {
        (Some(issued), _) => Ok(json!({"Certificate": issued.pem, "CertificateChain": issued.chain})),
        (None, Status::PendingValidation) => {
            Err(AwsError::new("RequestInProgressException", "The certificate request is in progress."))
        }
        (None, _) => {
            let message = format!("Could not find certificate {}: it was not issued.", certificate.arn);
            Err(AwsError::new("ResourceNotFoundException", message))
        }
    }
}

/// <https://docs.aws.amazon.com/acm/latest/APIReference/API_DeleteCertificate.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = named(context, input)?.arn.clone();
    if !usage::of(context, &arn).is_empty() {
        let message = format!("Certificate {arn} in account {} is in use.", context.place.account);
        return Err(AwsError::new("ResourceInUseException", message));
    }
    let state = &mut context.region().acm;
    state.certificates.remove(&arn);
    state.pending.remove(&arn);
    Ok(Value::Null)
}
