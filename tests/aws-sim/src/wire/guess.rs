//! Which service a request is for: by its signature, and of one that nobody signed by what it asks.

use axum::http::request::Parts;
use serde_json::Value;
use strum::VariantArray;

use super::protocol::target;
use super::{form, routes};
use crate::model::service::Service;
use crate::model::shape::{Protocol, Table};

/// The service that a credential scope names. Classic and newer load balancers share a scope: the version tells.
pub(super) fn named(scope: &str, parts: &Parts, body: &[u8]) -> Option<Service> {
    let service = scope.parse().ok()?;
    let newer = || parameter(parts, body, "Version").is_some_and(|it| it == Table::of(Service::ElbV2).version);
    Some(if service == Service::Elb && newer() { Service::ElbV2 } else { service })
}

/// The service that would know what to do with the request.
pub(super) fn meant(parts: &Parts, body: &[u8]) -> Option<Service> {
    let prefix = target(parts).and_then(|target| target.split('.').next());
    let (action, version) = (parameter(parts, body, "Action"), parameter(parts, body, "Version"));
    Service::VARIANTS.iter().copied().find(|service| {
        let table = Table::of(*service);
        match table.protocol {
            Protocol::Ec2Query | Protocol::Query => {
                let has_action = action.as_deref().is_some_and(|action| table.has(action));
                has_action && version.as_deref().is_some_and(|version| version == table.version)
            }
            Protocol::Json | Protocol::JsonOrCbor => prefix == Some(table.target.as_str()),
            Protocol::RestJson | Protocol::RestXml => {
                routes::find(*service, parts.method.as_str(), parts.uri.path()).is_some()
            }
        }
    })
}

/// The operation's name, as far as it can be told without knowing the service.
pub(super) fn operation(parts: &Parts, body: &[u8]) -> String {
    let target = target(parts).map(str::to_owned);
    let action = || parameter(parts, body, "Action");
    target.or_else(action).unwrap_or_else(|| format!("{} {}", parts.method, parts.uri.path()))
}

/// A parameter of a form, or of a query.
fn parameter(parts: &Parts, body: &[u8], name: &str) -> Option<String> {
    let form = if body.is_empty() { parts.uri.query().unwrap_or_default().as_bytes() } else { body };
    match form::parse(form)?.remove(name)? {
        Value::String(text) => Some(text),
        _ => None,
    }
}
