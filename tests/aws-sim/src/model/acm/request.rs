//! Asking for a certificate.
//!
//! <https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html>

use std::collections::BTreeMap;

use serde_json::json;

use super::certificate::{Certificate, Domain, Method, Status};
use super::{Event, domain, tagging, unfit, validation};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::{event, timing};

/// <https://docs.aws.amazon.com/acm/latest/userguide/acm-limits.html>
const MOST_DOMAINS: usize = 10;
const MOST_CERTIFICATES: usize = 2500;
const ALGORITHMS: [&str; 7] =
    ["RSA_1024", "RSA_2048", "RSA_3072", "RSA_4096", "EC_prime256v1", "EC_secp384r1", "EC_secp521r1"];

/// Repeated with the same token within an hour it answers the same certificate.
pub(super) fn request(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let certificate = read(context, input)?;
    let (names, now) =
        (certificate.domains.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(" "), context.now);
    let token = input.text("IdempotencyToken").map(checked_token).transpose()?;
    let state = &mut context.region().acm;
    let known = token.and_then(|token| state.tokens.get(token)).filter(|(asked, arn, at)| {
        *asked == names && now < *at + timing::CERTIFICATE_TOKEN_LASTS && state.certificates.contains_key(arn)
    });
    if let Some((_, arn, _)) = known {
        return Ok(json!({ "CertificateArn": arn }));
    }
    if state.certificates.len() >= MOST_CERTIFICATES {
        let message = format!("Error: you have reached your limit of {MOST_CERTIFICATES} certificates.");
        return Err(AwsError::new("LimitExceededException", message));
    }
    let arn = certificate.arn.clone();
    if let Some(token) = token {
        state.tokens.insert(token.to_owned(), (names, arn.clone(), now));
    }
    state.certificates.insert(arn.clone(), certificate);
    state.pending.insert(arn.clone());
    context.schedule(timing::VALIDATION_LOOKS_AT_FIRST, event::Event::Acm(Event::Look(arn.clone())));
    context.schedule(timing::VALIDATION_TIMES_OUT, event::Event::Acm(Event::TimeOut(arn.clone())));
    Ok(json!({ "CertificateArn": arn }))
}

fn read(context: &mut Context<'_>, input: &Input<'_>) -> Result<Certificate, AwsError> {
    if input.has("CertificateAuthorityArn") {
        let message = "aws-sim does not know private certificate authorities";
        return Err(AwsError::new("NotSimulated", message).with_status(501));
    }
    let mut names = vec![domain::read(input.required("DomainName")?, "domainName")?];
    for name in input.texts("SubjectAlternativeNames") {
        let name = domain::read(name, "subjectAlternativeNames")?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    if names.len() > MOST_DOMAINS {
        let message =
            format!("The number of domain names exceeds the limit of {MOST_DOMAINS} domain names per certificate.");
        return Err(AwsError::new("LimitExceededException", message));
    }
    let method = match input.text("ValidationMethod") {
        Some("DNS") => Method::Dns,
        None | Some("EMAIL") => Method::Email,
        Some(other) => {
            return Err(unfit(other, "validationMethod", "satisfy enum value set: [EMAIL, DNS, HTTP]"));
        }
    };
    let algorithm = input.text("KeyAlgorithm").unwrap_or("RSA_2048");
    if !ALGORITHMS.contains(&algorithm) {
        return Err(unfit(algorithm, "keyAlgorithm", &format!("satisfy enum value set: [{}]", ALGORITHMS.join(", "))));
    }
    let validation_domains = validation_domains(input, &names)?;
    let (tags, options) = (tagging::read(input)?, input.part("Options"));
    let domains = names.into_iter().map(|name| {
        let base = domain::base(&name);
        let validation_domain = validation_domains.get(&name).cloned().unwrap_or_else(|| base.to_owned());
        let record = validation::record(&context.place.account, base);
        Domain { name, validation_domain, is_validated: false, record }
    });
    let domains: Vec<Domain> = domains.collect();
    let id = context.world.ids.uuid();
    Ok(Certificate {
        arn: context.arn("acm", &format!("certificate/{id}")),
        domains,
        method,
        status: Status::PendingValidation,
        failure: None,
        algorithm: algorithm.to_owned(),
        logs_transparency: options.text("CertificateTransparencyLoggingPreference") != Some("DISABLED"),
        is_exportable: options.text("Export") == Some("ENABLED"),
        created: context.now,
        issued_at: None,
        issued: None,
        renewed: None,
        tags,
    })
}

/// Mails may go to a domain above the one that is validated.
fn validation_domains(input: &Input<'_>, names: &[String]) -> Result<BTreeMap<String, String>, AwsError> {
    let mut found = BTreeMap::new();
    for part in input.parts("DomainValidationOptions") {
        let name = domain::read(part.required("DomainName")?, "domainValidationOptions.1.member.domainName")?;
        let above =
            domain::read(part.required("ValidationDomain")?, "domainValidationOptions.1.member.validationDomain")?;
        let base = domain::base(&name);
        if !names.contains(&name) || !(base == above || base.ends_with(&format!(".{above}"))) {
            let message = format!("Validation domain {above} is not the domain {name} or a superdomain of it.");
            return Err(AwsError::new("InvalidDomainValidationOptionsException", message));
        }
        found.insert(name, above);
    }
    Ok(found)
}

fn checked_token(token: &str) -> Result<&str, AwsError> {
    if token.is_empty() || token.len() > 32 {
        return Err(unfit(token, "idempotencyToken", "have length less than or equal to 32"));
    }
    if !token.chars().all(|one| one.is_ascii_alphanumeric() || one == '_') {
        return Err(unfit(token, "idempotencyToken", "satisfy regular expression pattern: \\w+"));
    }
    Ok(token)
}
