//! Allowing and revoking: the calls that give rules to security groups and take them away.

use serde_json::{Value, json};

use super::security_group_rule::{self as rule, Peer, Rule};
use super::{State, security_group, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

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

/// All of a call's rules, or none of them.
fn authorize(context: &mut Context<'_>, input: &Input<'_>, egress: bool) -> Answer {
    let owner = context.place.account.clone();
    let tags = tagging::of_new(input, "security-group-rule")?;
    let group_id = security_group::named(&context.region().ec2, input)?;
    let rules = rules(&context.region().ec2, &group_id, input, egress)?;
    let ids: Vec<String> = rules.iter().map(|_| context.id("sgr")).collect();
    let ec2 = &mut context.region().ec2;
    check(ec2, &group_id, &rules)?;
    let group = ec2.security_groups.find_mut(&group_id)?;
    let mut shown: Vec<Value> = Vec::new();
    for (id, rule) in ids.into_iter().zip(rules) {
        let rule = Rule { tags: tags.clone(), ..rule };
        shown.push(rule::render(&group_id, &id, &rule, &owner));
        group.rules.insert(id, rule);
    }
    Ok(json!({ "return": true, "securityGroupRuleSet": shown }))
}

/// The rules that a call spells out. Peers that are given by name are looked up in the group's VPC.
fn rules(ec2: &State, group_id: &str, input: &Input<'_>, egress: bool) -> Result<Vec<Rule>, AwsError> {
    let vpc_id = &ec2.security_groups.find(group_id)?.vpc_id;
    let mut rules = rule::read(input, egress)?;
    for rule in &mut rules {
        if let Peer::GroupName(name) = &rule.peer {
            rule.peer = Peer::Group(security_group::id_of(ec2, vpc_id, name)?);
        }
    }
    Ok(rules)
}

/// Refuses rules that the group has, peers that do not exist, and more rules than a group may have.
pub(super) fn check(ec2: &State, group_id: &str, rules: &[Rule]) -> Result<(), AwsError> {
    let group = ec2.security_groups.find(group_id)?;
    let Some(first) = rules.first() else {
        return Err(AwsError::new("MissingParameter", "The request must contain the parameter ipPermissions"));
    };
    for (place, rule) in rules.iter().enumerate() {
        if let Peer::Group(peer) = &rule.peer {
            let peer = ec2.security_groups.find(peer)?;
            if peer.vpc_id != group.vpc_id {
                let message = format!(
                    "You have specified two resources that belong to different networks: {} and {group_id}",
                    peer.id
                );
                return Err(AwsError::new("InvalidGroup.NotFound", message));
            }
        }
        let before = &rules[..place];
        if group.rules.values().chain(before).any(|other| other.is_same(rule)) {
            let message = format!("the specified rule \"{}\" already exists", rule.describe());
            return Err(AwsError::new("InvalidPermission.Duplicate", message));
        }
    }
    let same_direction = group.rules.values().filter(|rule| rule.egress == first.egress).count();
    if same_direction + rules.len() > ec2.quotas.rules_in_group {
        let message = "The maximum number of rules per security group has been reached.";
        return Err(AwsError::new("RulesPerSecurityGroupLimitExceeded", message));
    }
    Ok(())
}

/// All of a call's rules, or none of them.
fn revoke(context: &mut Context<'_>, input: &Input<'_>, egress: bool) -> Answer {
    let group_id = security_group::named(&context.region().ec2, input)?;
    let owner = context.place.account.clone();
    let unwanted = rules(&context.region().ec2, &group_id, input, egress)?;
    let group = context.region().ec2.security_groups.find_mut(&group_id)?;
    let mut ids: Vec<String> = input.strings("SecurityGroupRuleId");
    if let Some(unknown) = ids.iter().find(|id| group.rules.get(*id).is_none_or(|rule| rule.egress != egress)) {
        return Err(rule::unknown(unknown));
    }
    for rule in &unwanted {
        let found = group.rules.iter().find(|(_, have)| have.is_same(rule));
        let missing =
            || AwsError::new("InvalidPermission.NotFound", "The specified rule does not exist in this security group.");
        ids.push(found.ok_or_else(missing)?.0.clone());
    }
    if ids.is_empty() {
        return Err(input.missing("ipPermissions"));
    }
    let revoked = ids.into_iter().filter_map(|id| group.rules.remove(&id).map(|rule| (id, rule)));
    let shown: Vec<Value> = revoked.map(|(id, rule)| rule::render_revoked(&group_id, &id, &rule, &owner)).collect();
    Ok(json!({"return": true, "revokedSecurityGroupRuleSet": shown}))
}
