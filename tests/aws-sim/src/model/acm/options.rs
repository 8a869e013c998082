//! What can be done to a certificate after its request.

use serde_json::Value;

use super::certificate::{Method, Status};
use super::{domain, named, unfit};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// Whether the certificate is recorded in transparency logs; nothing else can be changed.
/// <https://docs.aws.amazon.com/acm/latest/APIReference/API_UpdateCertificateOptions.html>
pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let certificate = named(context, input)?;
    if !input.has("Options") {
        return Err(input.missing("Options"));
    }
    let preference = input.part("Options").text("CertificateTransparencyLoggingPreference");
    if certificate.is_imported() || certificate.status != Status::Issued {
        return Err(AwsError::new(
            "InvalidStateException",
            format!("Certificate {} is not an issued certificate of ACM.", certificate.arn),
        ));
    }
    match preference {
        Some("ENABLED") => certificate.logs_transparency = true,
        Some("DISABLED") => certificate.logs_transparency = false,
        Some(other) => {
            let member = "options.certificateTransparencyLoggingPreference";
            return Err(unfit(other, member, "satisfy enum value set: [ENABLED, DISABLED]"));
        }
        None => {
            return Err(AwsError::new("ValidationException", "The export option of a certificate cannot be updated."));
        }
    }
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/acm/latest/APIReference/API_ResendValidationEmail.html>
pub(super) fn resend_email(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let certificate = named(context, input)?;
    let (name, above) = (input.required("Domain")?, input.required("ValidationDomain")?);
    if certificate.method != Method::Email || certificate.status != Status::PendingValidation {
        return Err(AwsError::new(
            "InvalidStateException",
            format!("Certificate {} is not waiting for validation by email.", certificate.arn),
        ));
    }
    let base = domain::base(name);
    let known = certificate.domains.iter().any(|one| one.name == name);
    if !known || !(base == above || base.ends_with(&format!(".{above}"))) {
        let message = format!("Validation domain {above} is not the domain {name} or a superdomain of it.");
        return Err(AwsError::new("InvalidDomainValidationOptionsException", message));
    }
    Ok(Value::Null)
}

/// Exported certificates of private authorities alone can be renewed by a call, and there are none here.
/// <https://docs.aws.amazon.com/acm/latest/APIReference/API_RenewCertificate.html>
pub(super) fn renew(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let certificate = named(context, input)?;
    if certificate.status == Status::PendingValidation {
        return Err(AwsError::new("RequestInProgressException", "The certificate request is in progress."));
    }
    let message = format!("Certificate {} is not a private certificate and cannot be renewed.", certificate.arn);
    Err(AwsError::new("ValidationException", message))
}
