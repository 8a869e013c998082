//! Allowing and revoking: the calls that change the rules of security groups, and the one that lists them.

use serde_json::{Value, json};

use super::filter::Filters;
use super::security_group_rule::{self as rule, Peer, Rule};
use super::{State, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;

/// The most rules that a group may have in one direction.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>
const RULES: usize = 60;

pub(super) fn authorize_ingress(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    authorize(context, input, false)
}

pub(super) fn authorize_egress(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    authorize(context, input, true)
}

pub(super) fn revoke_ingress(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    revoke(context, input, false)
}

pub(super) fn revoke_egress(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    revoke(context, input, true)
}

pub(super) fn describe_rules(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let owner = context.place.account.clone();
    let ec2 = &context.region().ec2;
    let (filters, ids) = (Filters::read(input), input.texts("SecurityGroupRuleId"));
    let mut rows = Vec::new();
    for group in ec2.security_groups.values() {
        for (id, rule) in &group.rules {
            let kept = filters.keep_by(|name| match name {
                "group-id" => Some(vec![group.id.clone()]),
                "security-group-rule-id" => Some(vec![id.clone()]),
                _ => name.strip_prefix("tag:").map(|key| rule.tags.get(key).map(str::to_owned).into_iter().collect()),
            })?;
            if kept && (ids.is_empty() || ids.contains(&id.as_str())) {
                rows.push((id.clone(), rule::render(&group.id, id, rule, &owner)));
            }
        }
    }
    if let Some(unknown) = ids.iter().find(|id| !rows.iter().any(|(have, _)| have == *id)) {
        return Err(no_such_rule(unknown));
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    let limit = input.int("MaxResults")?.and_then(|limit| usize::try_from(limit).ok());
    let page = page::cut(rows, limit, input.text("NextToken"));
    let (page, next) = page.ok_or_else(|| AwsError::new("InvalidNextToken", "The token is not valid."))?;
    Ok(json!({ "securityGroupRuleSet": page, "nextToken": next }))
}

/// All of a call's rules, or none of them.
fn authorize(context: &mut Context<'_>, input: &Input<'_>, egress: bool) -> Answer {
    let group_id = input.required("GroupId")?;
    let owner = context.place.account.clone();
    let tags = tagging::of_new(input, "security-group-rule")?;
    let rules = rule::read(input, egress)?;
    let ids: Vec<String> = rules.iter().map(|_| context.id("sgr")).collect();
    let ec2 = &mut context.region().ec2;
    check(ec2, group_id, &rules, input)?;
    let group = ec2.security_groups.find_mut(group_id)?;
    let mut shown: Vec<Value> = Vec::new();
    for (id, rule) in ids.into_iter().zip(rules) {
        let rule = Rule { tags: tags.clone(), ..rule };
        shown.push(rule::render(group_id, &id, &rule, &owner));
        group.rules.insert(id, rule);
    }
    Ok(json!({ "return": true, "securityGroupRuleSet": shown }))
}

fn check(ec2: &State, group_id: &str, rules: &[Rule], input: &Input<'_>) -> Result<(), AwsError> {
    let group = ec2.security_groups.find(group_id)?;
    let Some(first) = rules.first() else { return Err(input.missing("ipPermissions")) };
    for (place, rule) in rules.iter().enumerate() {
        if let Peer::Group(peer) = &rule.peer {
            ec2.security_groups.find(peer)?;
        }
        let before = &rules[..place];
        if group.rules.values().chain(before).any(|other| other.is_same(rule)) {
            let message = format!("the specified rule \"{}\" already exists", describe(rule));
            return Err(AwsError::new("InvalidPermission.Duplicate", message));
        }
    }
    let same_direction = group.rules.values().filter(|rule| rule.egress == first.egress).count();
    if same_direction + rules.len() > RULES {
        let message = "The maximum number of rules per security group has been reached.";
        return Err(AwsError::new("RulesPerSecurityGroupLimitExceeded", message));
    }
    Ok(())
}

fn revoke(context: &mut Context<'_>, input: &Input<'_>, egress: bool) -> Answer {
    let group_id = input.required("GroupId")?;
    let unwanted = rule::read(input, egress)?;
    let group = context.region().ec2.security_groups.find_mut(group_id)?;
    let mut ids: Vec<String> = input.strings("SecurityGroupRuleId");
    if let Some(unknown) = ids.iter().find(|id| group.rules.get(*id).is_none_or(|rule| rule.egress != egress)) {
        return Err(no_such_rule(unknown));
    }
    for rule in &unwanted {
        let found = group.rules.iter().find(|(_, have)| have.is_same(rule));
        let (id, _) = found.ok_or_else(|| {
            let message = format!("The specified rule does not exist in this security group: {}", describe(rule));
            AwsError::new("InvalidPermission.NotFound", message)
        })?;
        ids.push(id.clone());
    }
    if ids.is_empty() {
        return Err(input.missing("ipPermissions"));
    }
    ids.iter().for_each(|id| {
        group.rules.remove(id);
    });
    Ok(json!({"return": true}))
}

fn describe(rule: &Rule) -> String {
    let peer = match &rule.peer {
        Peer::Ipv4(text) | Peer::Ipv6(text) | Peer::Group(text) | Peer::PrefixList(text) => text,
    };
    let ports = rule.ports.map_or_else(|| "ALL".to_owned(), |(from, to)| format!("{from}-{to}"));
    format!("peer: {peer}, {}, {ports}, ALLOW", rule.protocol.to_ascii_uppercase())
}

fn no_such_rule(id: &str) -> AwsError {
    AwsError::new("InvalidSecurityGroupRuleId.NotFound", format!("The security group rule ID '{id}' does not exist"))
}
