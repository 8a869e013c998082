//! Making, describing and deleting policies.

use serde_json::{Value, json};
use strum::VariantArray;

use super::policy::{Kind, Policy, SAMPLES};
use super::{State, conflicting, invalid};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancerPolicy.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let kind = read_kind(input.required("PolicyTypeName")?)?;
    let attributes = input.parts("PolicyAttributes").into_iter().map(|part| {
        let (name, value) = (part.required("AttributeName")?, part.text("AttributeValue").unwrap_or_default());
        Ok((name.to_owned(), value.to_owned()))
    });
    add(&mut context.region().elb, input, kind, attributes.collect::<Result<_, AwsError>>()?)
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateAppCookieStickinessPolicy.html>
pub(super) fn create_app_cookie(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let cookie = ("CookieName".to_owned(), input.required("CookieName")?.to_owned());
    add(&mut context.region().elb, input, Kind::AppCookie, vec![cookie])
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLBCookieStickinessPolicy.html>
pub(super) fn create_balancer_cookie(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let period = input.int("CookieExpirationPeriod")?;
    if period.is_some_and(|period| period <= 0) {
        return Err(invalid("CookieExpirationPeriod must be a positive number of seconds"));
    }
    let period = period.map(|period| ("CookieExpirationPeriod".to_owned(), period.to_string()));
    add(&mut context.region().elb, input, Kind::BalancerCookie, period.into_iter().collect())
}

/// Of a load balancer, or without one AWS's own.
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancerPolicies.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (all, of): (Vec<Policy>, _) = match input.text("LoadBalancerName") {
        Some(name) => (context.region().elb.named(input)?.policies.values().cloned().collect(), name),
        None => (SAMPLES.iter().map(|name| Policy::sample(name)).collect(), ""),
    };
    let names = input.texts("PolicyNames");
    if let Some(missing) = names.iter().find(|name| !all.iter().any(|policy| policy.name == **name)) {
        return Err(not_found(missing, of));
    }
    let wanted = all.iter().filter(|policy| names.is_empty() || names.contains(&policy.name.as_str()));
    Ok(json!({ "PolicyDescriptions": wanted.map(Policy::render).collect::<Vec<_>>() }))
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeLoadBalancerPolicyTypes.html>
pub(super) fn describe_types(_context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let names = input.texts("PolicyTypeNames");
    let kinds = if names.is_empty() {
        Kind::VARIANTS.to_vec()
    } else {
        names.into_iter().map(read_kind).collect::<Result<_, _>>()?
    };
    Ok(json!({ "PolicyTypeDescriptions": kinds.into_iter().map(Kind::render).collect::<Vec<_>>() }))
}

/// One that does not exist is no error, one that is used is.
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DeleteLoadBalancerPolicy.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let balancer = context.region().elb.named_mut(input)?;
    let name = input.required("PolicyName")?;
    let of_listener = balancer.listeners.values().any(|listener| listener.policies.iter().any(|one| one == name));
    let of_backend = balancer.backends.values().any(|policies| policies.iter().any(|one| one == name));
    if of_listener || of_backend {
        return Err(conflicting(format!("Policy {name} is enabled and cannot be deleted")));
    }
    balancer.policies.shift_remove(name);
    Ok(Value::Null)
}

pub(super) fn not_found(policy: &str, balancer: &str) -> AwsError {
    AwsError::new("PolicyNotFound", format!("There is no policy with name {policy} for load balancer {balancer}"))
}

fn add(state: &mut State, input: &Input<'_>, kind: Kind, attributes: Vec<(String, String)>) -> Answer {
    let balancer = state.named_mut(input)?;
    let name = input.required("PolicyName")?;
    let allowed = |one: char| one.is_ascii_alphanumeric() || one == '-';
    if !name.chars().all(allowed) {
        return Err(invalid(format!("Policy name '{name}' can only contain letters, digits and the dash")));
    }
    if balancer.policies.contains_key(name) {
        let message = format!("Policy with name {name} already exists for load balancer {}", balancer.name);
        return Err(AwsError::new("DuplicatePolicyName", message));
    }
    if kind == Kind::BackendAuthentication {
        for (_, key) in &attributes {
            if balancer.policies.get(key).is_none_or(|policy| policy.kind != Kind::PublicKey) {
                return Err(not_found(key, &balancer.name));
            }
        }
    }
    let policy = Policy::new(name, kind, attributes)?;
    balancer.policies.insert(name.to_owned(), policy);
    Ok(Value::Null)
}

fn read_kind(name: &str) -> Result<Kind, AwsError> {
    name.parse().map_err(|_| AwsError::new("PolicyTypeNotFound", format!("There is no policy type with name {name}")))
}
