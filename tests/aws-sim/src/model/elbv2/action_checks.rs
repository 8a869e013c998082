//! Reading actions, and what of them is refused.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html>

use serde_json::{Value, json};

use super::action::{Action, Authenticator, Deed, Forward, Redirect};
use super::constraint::{self, unfit};
use super::protocol::Protocol;
use super::{invalid, not_simulated};
use crate::model::error::AwsError;
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html>
const MOST_GROUPS: usize = 5;
const MOST_ACTIONS: usize = 5;
const CONTENT_TYPES: [&str; 5] = ["text/html", "application/json", "application/javascript", "text/css", "text/plain"];

/// The actions that a member lists, for a listener of that protocol.
pub(super) fn read(input: &Input<'_>, member: &str, protocol: Protocol) -> Result<Vec<Action>, AwsError> {
    let mut actions = Vec::new();
    for part in input.parts(member) {
        let order = constraint::number(&part, "Order", 1, 50_000)?;
        actions.push(Action { order, deed: read_deed(&part, protocol)? });
    }
    if actions.is_empty() {
        return Err(input.missing(member));
    }
    check_together(&actions)?;
    actions.sort_by_key(|action| action.order);
    Ok(actions)
}

/// One action ends the request, and is the last.
fn check_together(actions: &[Action]) -> Result<(), AwsError> {
    if actions.len() > MOST_ACTIONS {
        let message = format!("The maximum number of actions per rule is {MOST_ACTIONS}");
        return Err(AwsError::new("TooManyActions", message));
    }
    if actions.len() > 1 && actions.iter().any(|action| action.order.is_none()) {
        return Err(action_refused("An action order must be specified when there is more than one action"));
    }
    let ending = actions.iter().filter(|action| !action.authenticates());
    let last = actions.iter().max_by_key(|action| action.order);
    if ending.count() != 1 || last.is_none_or(Action::authenticates) {
        return Err(action_refused(
            "Exactly one action of type forward, redirect or fixed-response is needed, and it must be the last",
        ));
    }
    Ok(())
}

fn read_deed(part: &Input<'_>, protocol: Protocol) -> Result<Deed, AwsError> {
    let kind = part.required("Type")?;
    if kind != "forward" && !protocol.is_http() {
        let message = format!("Action type '{kind}' is not supported for listeners with the protocol '{protocol}'");
        return Err(action_refused(message));
    }
    match kind {
        "forward" => Ok(Deed::Forward(read_forward(part)?)),
        "redirect" => Ok(Deed::Redirect(read_redirect(&part.part("RedirectConfig"))?)),
        "fixed-response" => read_fixed_response(&part.part("FixedResponseConfig")),
        "authenticate-oidc" | "authenticate-cognito" if protocol != Protocol::Https => {
            Err(action_refused(format!("Actions of type '{kind}' are supported only on HTTPS listeners")))
        }
        "authenticate-oidc" => read_authentication(part, Authenticator::Oidc),
        "authenticate-cognito" => read_authentication(part, Authenticator::Cognito),
        "jwt-validation" => Err(not_simulated("actions of type jwt-validation")),
        other => {
            let kinds = "[forward, authenticate-oidc, authenticate-cognito, redirect, fixed-response, jwt-validation]";
            Err(unfit(other, "actions.1.member.type", &format!("satisfy enum value set: {kinds}")))
        }
    }
}

fn read_forward(part: &Input<'_>) -> Result<Forward, AwsError> {
    let config = part.part("ForwardConfig");
    let mut groups = Vec::new();
    for tuple in config.parts("TargetGroups") {
        let weight = tuple.int("Weight")?.unwrap_or(1);
        if !(0..=999).contains(&weight) {
            return Err(invalid(format!("The target group weight '{weight}' must be between '0-999' inclusive")));
        }
        groups.push((tuple.required("TargetGroupArn")?.to_owned(), weight));
    }
    match (part.text("TargetGroupArn"), groups.as_slice()) {
        (Some(arn), []) => groups.push((arn.to_owned(), 1)),
        (Some(arn), [(only, _)]) if only == arn => {}
        (Some(_), _) => {
            return Err(action_refused("The target group ARN must match the one of the forward configuration"));
        }
        (None, []) => return Err(action_refused("A target group ARN must be specified")),
        (None, _) => {}
    }
    if groups.len() > MOST_GROUPS {
        let message = format!("The maximum number of target groups per action is {MOST_GROUPS}");
        return Err(AwsError::new("TooManyTargetGroups", message));
    }
    let stickiness = config.part("TargetGroupStickinessConfig");
    let (sticky, seconds) = (stickiness.flag("Enabled")?.unwrap_or(false), stickiness.int("DurationSeconds")?);
    if seconds.is_some_and(|seconds| !(1..=604_800).contains(&seconds)) || (sticky && seconds.is_none()) {
        return Err(invalid("The target group stickiness duration must be between '1-604800' seconds"));
    }
    Ok(Forward { groups, sticky, sticky_seconds: seconds })
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html>
fn read_redirect(config: &Input<'_>) -> Result<Redirect, AwsError> {
    let text = |name: &str, default: &str| config.text(name).unwrap_or(default).to_owned();
    let redirect = Redirect {
        protocol: text("Protocol", "#{protocol}"),
        port: text("Port", "#{port}"),
        host: text("Host", "#{host}"),
        path: text("Path", "/#{path}"),
        query: text("Query", "#{query}"),
        status: config.required("StatusCode")?.to_owned(),
    };
    if !matches!(redirect.status.as_str(), "HTTP_301" | "HTTP_302") {
        let member = "actions.1.member.redirectConfig.statusCode";
        return Err(unfit(&redirect.status, member, "satisfy enum value set: [HTTP_301, HTTP_302]"));
    }
    if !matches!(redirect.protocol.as_str(), "HTTP" | "HTTPS" | "#{protocol}") {
        let pattern = "satisfy regular expression pattern: ^(HTTPS?|#\\{protocol\\})$";
        return Err(unfit(&redirect.protocol, "actions.1.member.redirectConfig.protocol", pattern));
    }
    let port = redirect.port.parse::<i64>().ok().filter(|port| (1..=65_535).contains(port));
    if redirect.port != "#{port}" && port.is_none() {
        return Err(action_refused("The redirect port must be a number between 1 and 65535 or '#{port}'"));
    }
    if !redirect.path.starts_with('/') {
        return Err(action_refused("The redirect path must begin with '/'"));
    }
    let same = |given: &str, default: &str| given == default;
    if same(&redirect.protocol, "#{protocol}")
        && same(&redirect.port, "#{port}")
        && same(&redirect.host, "#{host}")
        && same(&redirect.path, "/#{path}")
    {
        return Err(action_refused(
            "The redirect configuration is not valid because it creates a loop: at least one of protocol, port, \
             hostname and path must be modified",
        ));
    }
    Ok(redirect)
}

fn read_fixed_response(config: &Input<'_>) -> Result<Deed, AwsError> {
    let status = config.required("StatusCode")?;
    let good = status.len() == 3 && status.starts_with(['2', '4', '5']) && status.parse::<u16>().is_ok();
    if !good {
        let member = "actions.1.member.fixedResponseConfig.statusCode";
        return Err(unfit(status, member, "satisfy regular expression pattern: ^(2|4|5)\\d\\d$"));
    }
    let content_type = config.text("ContentType").filter(|text| !text.is_empty());
    if content_type.is_some_and(|text| !CONTENT_TYPES.contains(&text)) {
        let message = format!("The ContentType must be one of:'{}'", CONTENT_TYPES.join("', '"));
        return Err(action_refused(message));
    }
    let body = config.text("MessageBody");
    if body.is_some_and(|body| body.len() > 1024) {
        return Err(unfit(
            "…",
            "actions.1.member.fixedResponseConfig.messageBody",
            "have length less than or equal to 1024",
        ));
    }
    Ok(Deed::FixedResponse {
        status: status.to_owned(),
        content_type: content_type.map(str::to_owned),
        body: body.map(str::to_owned),
    })
}

/// The settings with the defaults, without the secret, which is never shown.
/// <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_AuthenticateOidcActionConfig.html>
fn read_authentication(part: &Input<'_>, kind: Authenticator) -> Result<Deed, AwsError> {
    let (member, needed): (_, &[&str]) = match kind {
        Authenticator::Oidc => (
            "AuthenticateOidcConfig",
            &["Issuer", "AuthorizationEndpoint", "TokenEndpoint", "UserInfoEndpoint", "ClientId"],
        ),
        Authenticator::Cognito => ("AuthenticateCognitoConfig", &["UserPoolArn", "UserPoolClientId", "UserPoolDomain"]),
    };
    let config = part.part(member);
    for name in needed {
        config.required(name)?;
    }
    let mut settings = json!({
        "SessionCookieName": "AWSELBAuthSessionCookie",
        "Scope": "openid",
        "SessionTimeout": "604800",
        "OnUnauthenticatedRequest": "authenticate",
    });
    if let (Some(members), Some(given)) = (settings.as_object_mut(), config.value().as_object()) {
        members.extend(given.clone());
        members.shift_remove("ClientSecret");
        if let Some(Value::Object(map)) = members.shift_remove("AuthenticationRequestExtraParams") {
            let entries = map.get("entry").cloned().unwrap_or_default();
            members.insert("AuthenticationRequestExtraParams/entry".to_owned(), entries);
        }
    }
    Ok(Deed::Authenticate { kind, settings })
}

fn action_refused(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidLoadBalancerAction", message)
}
