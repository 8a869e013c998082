//! Certificate Manager: certificates that are issued once their records are in DNS, and imported ones.
//!
//! Validation is looked at on the agenda (`validation`): often at first, seldom later, and soon after any change of
//! records. A certificate that nothing validates within 72 hours times out.

mod account_configuration;
mod certificate;
mod certificate_calls;
mod domain;
mod import;
mod listing;
mod options;
mod request;
mod tagging;
mod usage;
mod validation;
mod x509;

use std::collections::{BTreeMap, BTreeSet};

use certificate::{Certificate, Status};
pub(crate) use validation::records_changed;

use super::clock::Moment;
use super::context::{Context, Handler};
use super::error::AwsError;
use super::input::Input;
use super::inventory::Item;

/// What ACM has in one region.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct State {
    /// By ARN.
    certificates: BTreeMap<String, Certificate>,
    /// ARNs of those that wait for validation.
    pending: BTreeSet<String>,
    /// For each idempotency token: what it asked for, the ARN that it got, and when.
    tokens: BTreeMap<String, (String, String, Moment)>,
    /// How many days before a certificate expires events tell of it, if that was changed.
    expiry_days: Option<i64>,
}

/// What happens by itself.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) enum Event {
    /// A pending certificate is looked at, and again later.
    Look(String),
    /// A pending certificate is looked at once more, because records have changed.
    LookOnce(String),
    /// The time for validation is over.
    TimeOut(String),
    /// A certificate that was issued then is near its end, and is renewed if it is used.
    Renew(String, Moment),
    /// A certificate that was issued then is at its end.
    Expire(String, Moment),
}

/// What a load balancer can do with a certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Usability {
    Usable,
    /// It is not issued.
    Unusable,
    Missing,
}

/// Whether a load balancer of this account and region may use a certificate.
pub(crate) fn usability(context: &mut Context<'_>, arn: &str) -> Usability {
    match context.region().acm.certificates.get(arn).map(|certificate| certificate.status) {
        Some(Status::Issued) => Usability::Usable,
        Some(Status::PendingValidation | Status::ValidationTimedOut | Status::Failed | Status::Expired) => {
            Usability::Unusable
        }
        None => Usability::Missing,
    }
}

/// Lets an event happen.
pub(crate) fn on_event(context: &mut Context<'_>, event: Event) {
    match event {
        Event::Look(arn) => validation::look_and_again(context, &arn),
        Event::LookOnce(arn) => validation::look(context, &arn),
        Event::TimeOut(arn) => validation::time_out(context, &arn),
        Event::Renew(arn, issued) => validation::renew(context, &arn, issued),
        Event::Expire(arn, issued) => validation::expire(context, &arn, issued),
    }
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    Some(match operation {
        "RequestCertificate" => request::request,
        "ImportCertificate" => import::import,
        "DescribeCertificate" => certificate_calls::describe,
        "GetCertificate" => certificate_calls::get,
        "DeleteCertificate" => certificate_calls::delete,
        "ListCertificates" => listing::list,
        "UpdateCertificateOptions" => options::update,
        "ResendValidationEmail" => options::resend_email,
        "RenewCertificate" => options::renew,
        "AddTagsToCertificate" => tagging::add,
        "RemoveTagsFromCertificate" => tagging::remove,
        "ListTagsForCertificate" => tagging::list,
        "GetAccountConfiguration" => account_configuration::get,
        "PutAccountConfiguration" => account_configuration::put,
        _ => return None,
    })
}

/// What exists.
pub(crate) fn inventory(state: &State) -> Vec<Item> {
    state.certificates.values().map(Certificate::item).collect()
}

/// The certificate that the member `CertificateArn` names.
fn named<'c>(context: &'c mut Context<'_>, input: &Input<'_>) -> Result<&'c mut Certificate, AwsError> {
    let arn = input.required("CertificateArn")?;
    let account = context.place.account.clone();
    if !arn.starts_with("arn:") || !arn.contains(":acm:") || !arn.contains(":certificate/") {
        return Err(AwsError::new("InvalidArnException", format!("Invalid Arn: {arn}")));
    }
    let missing = format!("Could not find certificate {arn} in account {account}.");
    let found = context.region().acm.certificates.get_mut(arn);
    found.ok_or_else(|| AwsError::new("ResourceNotFoundException", missing))
}

/// The refusal of a value that the model of the API does not allow.
fn unfit(value: &str, member: &str, constraint: &str) -> AwsError {
    AwsError::new(
        "ValidationException",
        format!(
            "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must \
             {constraint}"
        ),
    )
}
