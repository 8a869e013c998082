//! Whether a rule makes sense, so that a mistake in it is seen when it is asked for and not by nothing happening.

use strum::VariantArray;

use super::rule::{Kind, Rule};
use super::{capacity, rule};
use crate::model::region;
use crate::model::service::Service;

/// What is wrong with a rule, if anything is.
pub(crate) fn fault(rule: &Rule) -> Option<String> {
    match services(rule) {
        Err(unknown) => Some(unknown),
        Ok(services) => {
            operation(rule, &services).or_else(|| place(rule)).or_else(|| numbers(rule)).or_else(|| members(rule))
        }
    }
}

fn services(rule: &Rule) -> Result<Vec<Service>, String> {
    let services: Vec<Service> = Service::VARIANTS.iter().copied().filter(|service| rule.is_about(*service)).collect();
    match &rule.service {
        Some(name) if services.is_empty() => Err(format!("service: there is no service {name}")),
        Some(_) | None => Ok(services),
    }
}

fn operation(rule: &Rule, services: &[Service]) -> Option<String> {
    let pattern = rule.operation.as_deref()?;
    let known = match pattern.strip_suffix('*') {
        None => services.iter().any(|service| service.handler(pattern).is_some()),
        Some(start) => start.chars().all(|character| character.is_ascii_alphanumeric()),
    };
    let of = rule.service.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
    (!known).then(|| format!("operation: there is no operation {pattern}{of}"))
}

fn place(rule: &Rule) -> Option<String> {
    if let Some(name) = rule.region.as_deref().filter(|name| region::find(name).is_none()) {
        return Some(format!("region: there is no region {name}"));
    }
    let account = rule.account.as_deref()?;
    let is_id = account.len() == 12 && account.bytes().all(|byte| byte.is_ascii_digit());
    (!is_id).then(|| format!("account: {account} has not twelve digits"))
}

fn numbers(rule: &Rule) -> Option<String> {
    if !(0.0..=1.0).contains(&rule.probability) {
        return Some(format!("probability: {} is not between 0 and 1", rule.probability));
    }
    if let Some(rate) = rule.per_second.filter(|rate| !rate.is_finite() || *rate <= 0.0) {
        return Some(format!("per_second: {rate} is not above 0"));
    }
    if let Some(status) = rule.status.filter(|status| !(400..=599).contains(status)) {
        return Some(format!("status: {status} is not between 400 and 599"));
    }
    (rule.count == Some(0)).then(|| "count: a rule that hits no call does nothing".to_owned())
}

/// Members that say nothing for the rule's kind, and kinds that lack one or mean no operation.
fn members(rule: &Rule) -> Option<String> {
    let kind: &'static str = rule.kind.into();
    let waits = matches!(rule.kind, Kind::Slow | Kind::Lag);
    if waits && rule.delay_ms == 0 {
        return Some(format!("delay_ms: a fault of kind {kind} needs it"));
    }
    let refuses =
        rule.kind.ends_the_call() && !matches!(rule.kind, Kind::Timeout | Kind::ResetBefore | Kind::ResetAfter);
    for (name, is_there) in
        [("code", rule.code.is_some()), ("message", rule.message.is_some()), ("status", rule.status.is_some())]
    {
        if is_there && !refuses {
            return Some(format!("{name}: a fault of kind {kind} has none"));
        }
    }
    if rule.kind == Kind::Error && rule.code.is_none() {
        return Some("code: a fault of kind error needs it".to_owned());
    }
    let launches = capacity::LAUNCHES.iter().any(|(service, launch)| {
        rule.is_about(*service) && rule.operation.as_deref().is_none_or(|pattern| rule::named(pattern, launch))
    });
    let lacks = rule.kind == Kind::NoCapacity && !launches;
    lacks.then(|| "operation: only RunInstances of ec2 and RunTask of ecs can find no capacity".to_owned())
}
