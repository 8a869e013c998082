//! Bringing in a certificate that another authority issued.
//!
//! <https://docs.aws.amazon.com/acm/latest/APIReference/API_ImportCertificate.html>

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;

use super::certificate::{Certificate, Domain, Method, Status};
use super::x509::{self, Imported};
use super::{named, tagging, validation};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// With an ARN it takes the place of an imported certificate, whose load balancers and tags stay.
pub(super) fn import(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let body = blob(input, "Certificate")?.ok_or_else(|| input.missing("Certificate"))?;
    let key = blob(input, "PrivateKey")?.ok_or_else(|| input.missing("PrivateKey"))?;
    let chain = blob(input, "CertificateChain")?;
    let imported = x509::read(&body, &key, chain.as_deref(), context.now).map_err(invalid)?;
    let tags = tagging::read(input)?;
    let (arn, created, tags) = if input.has("CertificateArn") {
        if !tags.is_empty() {
            let message = "Tags cannot be added while a certificate is being reimported.";
            return Err(AwsError::new("InvalidParameterException", message));
        }
        replaced(context, input, &imported)?
    } else {
        let id = context.world.ids.uuid();
        (context.arn("acm", &format!("certificate/{id}")), context.now, tags)
    };
    let domains = imported.names.into_iter().map(|name| Domain {
        validation_domain: name.clone(),
        name,
        is_validated: true,
        record: Default::default(),
    });
    let certificate = Certificate {
        arn: arn.clone(),
        domains: domains.collect(),
        method: Method::None,
        status: Status::Issued,
        failure: None,
        algorithm: imported.algorithm,
        logs_transparency: false,
        is_exportable: false,
        created,
        issued_at: Some(context.now),
        issued: Some(imported.issued),
        renewed: None,
        tags,
    };
    validation::plan_expiry(context, &certificate);
    context.region().acm.certificates.insert(arn.clone(), certificate);
    Ok(json!({ "CertificateArn": arn }))
}

/// What stays of the certificate that is replaced.
/// <https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html>
fn replaced(
    context: &mut Context<'_>,
    input: &Input<'_>,
    by: &Imported,
) -> Result<(String, crate::model::clock::Moment, Tags), AwsError> {
    let before = named(context, input)?;
    if !before.is_imported() {
        return Err(invalid(format!("The certificate {} was not imported and cannot be replaced.", before.arn)));
    }
    if before.algorithm != by.algorithm {
        return Err(invalid("The new certificate must have the key algorithm of the one that it replaces.".to_owned()));
    }
    Ok((before.arn.clone(), before.created, before.tags.clone()))
}

fn blob(input: &Input<'_>, member: &str) -> Result<Option<Vec<u8>>, AwsError> {
    let Some(text) = input.text(member) else { return Ok(None) };
    let bytes = BASE64_STANDARD.decode(text);
    bytes.map(Some).map_err(|_| AwsError::new("SerializationException", format!("{member} is not base64.")))
}

fn invalid(message: String) -> AwsError {
    AwsError::new("ValidationException", message)
}
