//! Listing certificates.
//!
//! <https://docs.aws.amazon.com/acm/latest/APIReference/API_ListCertificates.html>

use serde_json::json;

use super::certificate::Certificate;
use super::{unfit, usage};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;

/// The most on one page, and the default.
const LARGEST_PAGE: i64 = 1000;

/// What is listed unless key types are named.
/// <https://docs.aws.amazon.com/acm/latest/APIReference/API_Filters.html>
const USUAL_ALGORITHMS: [&str; 2] = ["RSA_1024", "RSA_2048"];

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let size = input.int("MaxItems")?.unwrap_or(LARGEST_PAGE);
    if !(1..=LARGEST_PAGE).contains(&size) {
        let bound = if size < 1 { "greater than or equal to 1" } else { "less than or equal to 1000" };
        return Err(unfit(&size.to_string(), "maxItems", &format!("have value {bound}")));
    }
    if input.has("SortBy") != input.has("SortOrder") {
        return Err(refused("SortBy and SortOrder must be specified together."));
    }
    let used = usage::all(context);
    let state = &context.region().acm;
    let mut found: Vec<&Certificate> =
        state.certificates.values().filter(|certificate| is_wanted(certificate, input)).collect();
    if input.has("SortBy") {
        found.sort_by_key(|certificate| certificate.created);
        if input.text("SortOrder") == Some("DESCENDING") {
            found.reverse();
        }
    }
    let rows = found.into_iter().enumerate().map(|(place, certificate)| {
        (format!("{place:06}"), certificate.render_summary(used.contains_key(&certificate.arn)))
    });
    let page = page::cut(rows.collect(), usize::try_from(size).ok(), input.text("NextToken"));
    let (page, next) = page.ok_or_else(|| refused("The next token is not valid."))?;
    Ok(json!({ "CertificateSummaryList": page, "NextToken": next }))
}

fn is_wanted(certificate: &Certificate, input: &Input<'_>) -> bool {
    let (statuses, includes) = (input.texts("CertificateStatuses"), input.part("Includes"));
    let algorithms = includes.texts("keyTypes");
    let algorithm = certificate.algorithm.as_str();
    let named =
        if algorithms.is_empty() { USUAL_ALGORITHMS.contains(&algorithm) } else { algorithms.contains(&algorithm) };
    let export = includes.text("exportOption").is_none_or(|export| (export == "ENABLED") == certificate.is_exportable);
    let usage = includes.texts("keyUsage");
    let extended = includes.texts("extendedKeyUsage");
    let knows = |wanted: &[&str], known: &[&str]| {
        wanted.iter().all(|one| *one == "ANY" || (certificate.issued.is_some() && known.contains(one)))
    };
    named
        && export
        && (statuses.is_empty() || statuses.contains(&certificate.status.into()))
        && knows(&usage, &["DIGITAL_SIGNATURE", "KEY_ENCIPHERMENT"])
        && knows(&extended, &["TLS_WEB_SERVER_AUTHENTICATION"])
        && includes.text("managedBy").is_none()
}

fn refused(message: &str) -> AwsError {
    AwsError::new("InvalidArgsException", message)
}
