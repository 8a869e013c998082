//! Certificates of secure listeners, which must be issued.

use serde_json::{Value, json};

use super::listing::paged;
use super::{account_limits, invalid};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::{acm, elb};

/// Whether a listener may have the certificate.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html>
pub(super) fn check(context: &mut Context<'_>, arn: &str) -> Result<(), AwsError> {
    match elb::certificate_state(context, arn) {
        acm::Usability::Usable => Ok(()),
        acm::Usability::Unusable => Err(AwsError::new(
            "UnsupportedCertificate",
            format!(
                "The certificate '{arn}' must have a fully-qualified domain name, a supported signature, and a supported \
                 key size."
            ),
        )),
        acm::Usability::Missing => Err(AwsError::new("CertificateNotFound", format!("Certificate '{arn}' not found"))),
    }
}

/// One that the listener has already is no error.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AddListenerCertificates.html>
pub(super) fn add(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("ListenerArn")?;
    let listener = context.region().elbv2.listener(arn)?;
    let protocol = listener.protocol;
    if !protocol.is_secure() {
        return Err(invalid(format!("Certificates cannot be specified for {protocol} listeners")));
    }
    let given = named(input)?;
    for certificate in &given {
        check(context, certificate)?;
    }
    let certificates = &mut context.region().elbv2.listener_mut(arn)?.certificates;
    let new: Vec<String> = given.iter().filter(|one| !certificates.contains(one)).cloned().collect();
    account_limits::check_certificates(certificates.len().saturating_sub(1) + new.len())?;
    certificates.extend(new);
    let shown: Vec<Value> = given.iter().map(|one| json!({"CertificateArn": one, "IsDefault": false})).collect();
    Ok(json!({ "Certificates": shown }))
}

/// The default certificate cannot be removed, only replaced.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RemoveListenerCertificates.html>
pub(super) fn remove(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let listener = context.region().elbv2.listener_mut(input.required("ListenerArn")?)?;
    let given = named(input)?;
    if listener.certificates.first().is_some_and(|default| given.contains(default)) {
        let message = "You cannot remove the default certificate from a listener";
        return Err(AwsError::new("OperationNotPermitted", message));
    }
    listener.certificates.retain(|certificate| !given.contains(certificate));
    Ok(Value::Null)
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DescribeListenerCertificates.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let listener = context.region().elbv2.listener(input.required("ListenerArn")?)?;
    let certificates = listener.certificates.iter().enumerate();
    let rows = certificates
        .map(|(place, arn)| (format!("{place:04}"), json!({"CertificateArn": arn, "IsDefault": place == 0})));
    paged(input, "Certificates", rows.collect())
}

fn named(input: &Input<'_>) -> Result<Vec<String>, AwsError> {
    let parts = input.parts("Certificates");
    if parts.is_empty() {
        return Err(input.missing("Certificates"));
    }
    parts.iter().map(|part| part.required("CertificateArn").map(str::to_owned)).collect()
}
