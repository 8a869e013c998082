//! Rules of security groups as things of their own: listed, changed and described anew by their ids.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html>

use serde_json::json;

use super::filter::Filters;
use super::security_group_rule::{self as rule, Rule};
use super::{describing, permission, security_group};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let owner = context.place.account.clone();
    let ec2 = &context.region().ec2;
    let (filters, ids) = (Filters::read(input), input.texts("SecurityGroupRuleId"));
    for id in &ids {
        if !ec2.security_groups.values().any(|group| group.rules.contains_key(*id)) {
            return Err(rule::unknown(id));
        }
    }
    let mut rows = Vec::new();
    for group in ec2.security_groups.values() {
        for (id, rule) in &group.rules {
            let kept = filters.keep_with(&rule.tags, |name| match name {
                "group-id" => Some(vec![group.id.clone()]),
                "security-group-rule-id" => Some(vec![id.clone()]),
                _ => None,
            });
            if kept && (ids.is_empty() || ids.contains(&id.as_str())) {
                rows.push((id.clone(), rule::render(&group.id, id, rule, &owner)));
            }
        }
    }
    rows.sort_by(|a, b| a.0.cmp(&b.0));
    describing::paged(input, "securityGroupRuleSet", rows, |row| row)
}

/// Exchanges what rules say; their ids and tags stay. All of a call's rules, or none of them.
pub(super) fn modify(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let group_id = input.required("GroupId")?;
    let ec2 = &mut context.region().ec2;
    let mut rules = ec2.security_groups.find(group_id)?.rules.clone();
    let parts = input.parts("SecurityGroupRule");
    if parts.is_empty() {
        return Err(input.missing("SecurityGroupRules"));
    }
    for part in parts {
        let id = part.required("SecurityGroupRuleId")?;
        let before = rules.remove(id).ok_or_else(|| rule::unknown(id))?;
        let wanted = permission::read_one(&part.part("SecurityGroupRule"), before.egress)?;
        if let rule::Peer::Group(peer) = &wanted.peer {
            ec2.security_groups.find(peer)?;
        }
        if rules.values().any(|other| other.is_same(&wanted)) {
            let message = format!("the specified rule \"{}\" already exists", wanted.describe());
            return Err(AwsError::new("InvalidPermission.Duplicate", message));
        }
        rules.insert(id.to_owned(), Rule { tags: before.tags, ..wanted });
    }
    ec2.security_groups.find_mut(group_id)?.rules = rules;
    Ok(json!({"return": true}))
}

pub(super) fn describe_ingress_anew(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    describe_anew(context, input, false)
}

pub(super) fn describe_egress_anew(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    describe_anew(context, input, true)
}

/// Gives rules another description, or none: the rules are told by what they allow, or by their ids.
fn describe_anew(context: &mut Context<'_>, input: &Input<'_>, egress: bool) -> Answer {
    let group_id = security_group::named(&context.region().ec2, input)?;
    let wanted = rule::read(input, egress)?;
    let by_id = input.parts("SecurityGroupRuleDescription");
    if wanted.is_empty() && by_id.is_empty() {
        return Err(input.missing("ipPermissions"));
    }
    let group = context.region().ec2.security_groups.find_mut(&group_id)?;
    for one in wanted {
        let found = group.rules.values_mut().find(|rule| rule.is_same(&one));
        let missing = || {
            let message = "The specified rule does not exist in this security group.";
            AwsError::new("InvalidPermission.NotFound", message)
        };
        found.ok_or_else(missing)?.description = one.description;
    }
    for part in by_id {
        let id = part.required("SecurityGroupRuleId")?;
        let found = group.rules.get_mut(id).filter(|rule| rule.egress == egress);
        found.ok_or_else(|| rule::unknown(id))?.description = part.text("Description").map(str::to_owned);
    }
    Ok(json!({"return": true}))
}

/// Groups of other VPCs that refer to these ones; without peering there are none.
pub(super) fn references(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ids = input.texts("GroupId");
    if ids.is_empty() {
        return Err(input.missing("GroupId"));
    }
    context.region().ec2.security_groups.find_all(&ids)?;
    Ok(json!({ "securityGroupReferenceSet": [] }))
}

/// Rules that refer to groups of peered VPCs that are gone; without peering there are none.
pub(super) fn stale(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    context.region().ec2.vpcs.find(input.required("VpcId")?)?;
    Ok(json!({ "staleSecurityGroupSet": [] }))
}
