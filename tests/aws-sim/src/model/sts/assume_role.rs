//! AssumeRole: credentials for a role, for whoever its trust policy lets in.
//!
//! <https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html>

use serde_json::{Value, json};

use super::credential::issue;
use super::{Credential, Principal, Session, denied, duration, invalid, unfit};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::iam::{self, Caller, Facts, Role};
use crate::model::input::Input;
use crate::model::tags::Tags;
use crate::model::timing;

/// The most that session policies and tags may take up together, in characters.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const PACKED: usize = 2048;

pub(super) fn assume_role(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let asked = Asked::read(input)?;
    let caller = context.caller();
    let role = iam::role_anywhere(context.world, asked.role_arn).cloned();
    let role = role.ok_or_else(|| not_authorized(&caller, "sts:AssumeRole", asked.role_arn))?;
    check_let_in(context, &caller, &role, &asked)?;
    check_duration(&caller, &role, &asked)?;
    let session = session(&caller, &role, &asked, input);
    if session.tags.too_many_with(&Tags::default()) {
        return Err(invalid("The number of session tags exceeds the limit of 50."));
    }
    let packed = packed_size(&session);
    let account = account_of(&role.arn);
    let arn = format!("arn:aws:sts::{account}:assumed-role/{}/{}", role.name, asked.session_name);
    let user_id = format!("{}:{}", role.id, asked.session_name);
    let source = session.source_identity.clone();
    let owner = Credential::lasting(account.into(), &arn, &user_id, "", Principal::Session(Box::new(session)));
    let (at, owner_account) = (context.now, owner.account.clone());
    let credentials = issue(context, owner, asked.lasts);
    iam::role_used(context, &owner_account, &role.name, at);
    Ok(json!({
        "Credentials": credentials,
        "AssumedRoleUser": {"Arn": arn, "AssumedRoleId": user_id},
        "PackedPolicySize": packed,
        "SourceIdentity": source,
    }))
}

/// The parameters, checked as far as that needs nobody else.
struct Asked<'a> {
    role_arn: &'a str,
    session_name: &'a str,
    external_id: Option<&'a str>,
    source_identity: Option<&'a str>,
    tags: Tags,
    lasts: i64,
}

impl<'a> Asked<'a> {
    fn read(input: &Input<'a>) -> Result<Self, AwsError> {
        let (role_arn, session_name) = (input.required("RoleArn")?, input.required("RoleSessionName")?);
        if role_arn.len() < 20 {
            return Err(unfit("roleArn", role_arn, "Member must have length greater than or equal to 20"));
        }
        check_name("roleSessionName", session_name)?;
        let lasts = duration(input, timing::SESSION_LASTS.num_seconds(), 43_200)?;
        if !role_arn.starts_with("arn:aws:iam::") || !role_arn.contains(":role/") {
            return Err(invalid(format!("{role_arn} is invalid")));
        }
        let source_identity = input.text("SourceIdentity");
        source_identity.map_or(Ok(()), |name| check_name("sourceIdentity", name))?;
        let tags = Tags::read(&input.parts("Tags"), "Key", "Value")?;
        Ok(Self { role_arn, session_name, external_id: input.text("ExternalId"), source_identity, tags, lasts })
    }
}

fn check_name(member: &str, name: &str) -> Result<(), AwsError> {
    if !name.chars().all(|one| one.is_ascii_alphanumeric() || "_+=,.@-".contains(one)) {
        return Err(unfit(member, name, "Member must satisfy regular expression pattern: [\\w+=,.@-]*"));
    }
    match name.len() {
        ..2 => Err(unfit(member, name, "Member must have length greater than or equal to 2")),
        65.. => Err(unfit(member, name, "Member must have length less than or equal to 64")),
        2..=64 => Ok(()),
    }
}

/// Asks the role's trust policy. A role that was made a moment ago lets nobody in.
fn check_let_in(
    context: &mut Context<'_>,
    caller: &Credential,
    role: &Role,
    asked: &Asked<'_>,
) -> Result<(), AwsError> {
    let facts = facts(context, caller, asked);
    let known = iam::is_known_everywhere(context.world, role.created, context.now);
    let somebody = Caller::Somebody { account: &caller.account, arn: &caller.arn, role_arn: caller.role_arn() };
    let mut actions = vec!["sts:AssumeRole"];
    if !asked.tags.is_empty() {
        actions.push("sts:TagSession");
    }
    if asked.source_identity.is_some() {
        actions.push("sts:SetSourceIdentity");
    }
    let refused = actions.into_iter().find(|action| !known || !iam::lets_in(&role.trust, somebody, action, &facts));
    refused.map_or(Ok(()), |action| Err(not_authorized(caller, action, &role.arn)))
}

/// What conditions of the trust policy may ask about.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html>
fn facts(context: &Context<'_>, caller: &Credential, asked: &Asked<'_>) -> Facts {
    let (kind, name, tags) = match &caller.principal {
        Principal::Root => ("Account", None, None),
        Principal::User { name } => ("User", Some(name), None),
        Principal::Session(session) => ("AssumedRole", None, Some(&session.tags)),
    };
    let mut facts = Facts::from([
        ("aws:principalarn".to_owned(), caller.role_arn().unwrap_or(&caller.arn).to_owned()),
        ("aws:principalaccount".to_owned(), caller.account.to_string()),
        ("aws:principaltype".to_owned(), kind.to_owned()),
        ("aws:userid".to_owned(), caller.user_id.clone()),
        ("aws:requestedregion".to_owned(), context.place.region.to_string()),
        ("sts:rolesessionname".to_owned(), asked.session_name.to_owned()),
    ]);
    facts.extend(asked.external_id.map(|id| ("sts:externalid".to_owned(), id.to_owned())));
    facts.extend(asked.source_identity.map(|name| ("sts:sourceidentity".to_owned(), name.to_owned())));
    facts.extend(name.map(|name| ("aws:username".to_owned(), name.clone())));
    // Long-lived keys say nothing about a second factor.
    facts.extend(caller.is_temporary().then(|| ("aws:multifactorauthpresent".to_owned(), "false".to_owned())));
    let tagged = |kind: &str, key: &str| format!("aws:{kind}/{}", key.to_ascii_lowercase());
    facts.extend(asked.tags.iter().map(|(key, value)| (tagged("requesttag", key), value.to_owned())));
    let of_caller = tags.into_iter().flat_map(Tags::iter);
    facts.extend(of_caller.map(|(key, value)| (tagged("principaltag", key), value.to_owned())));
    facts
}

/// No longer than the role allows, and in a chain of roles one hour.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining>
fn check_duration(caller: &Credential, role: &Role, asked: &Asked<'_>) -> Result<(), AwsError> {
    if caller.role_arn().is_some() && asked.lasts > timing::LONGEST_CHAINED_SESSION.num_seconds() {
        return Err(invalid(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining",
        ));
    }
    if asked.lasts > role.longest_session {
        return Err(invalid("The requested DurationSeconds exceeds the MaxSessionDuration set for this role."));
    }
    Ok(())
}

fn session(caller: &Credential, role: &Role, asked: &Asked<'_>, input: &Input<'_>) -> Session {
    let mut tags = Tags::default();
    let mut transitive = input.strings("TransitiveTagKeys");
    let mut source_identity = asked.source_identity.map(str::to_owned);
    if let Principal::Session(before) = &caller.principal {
        for key in &before.transitive {
            tags.set(key, before.tags.get(key).unwrap_or_default());
        }
        transitive.extend(before.transitive.iter().cloned());
        source_identity = source_identity.or_else(|| before.source_identity.clone());
    }
    tags.merge(&asked.tags);
    Session {
        role_arn: role.arn.clone(),
        role_name: role.name.clone(),
        role_id: role.id.clone(),
        policy: input.text("Policy").map(str::to_owned),
        policy_arns: input.parts("PolicyArns").iter().filter_map(|one| one.text("arn")).map(str::to_owned).collect(),
        tags,
        transitive,
        source_identity,
    }
}

/// How much of their room policies and tags take up, in percent; nothing is said where there are none.
fn packed_size(session: &Session) -> Value {
    let policies = session.policy.iter().chain(&session.policy_arns).map(String::len).sum::<usize>();
    let size = policies + session.tags.iter().map(|(key, value)| key.len() + value.len()).sum::<usize>();
    if size == 0 { Value::Null } else { json!((size * 100).div_ceil(PACKED)) }
}

fn account_of(role_arn: &str) -> String {
    role_arn.split(':').nth(4).unwrap_or_default().to_owned()
}

fn not_authorized(caller: &Credential, action: &str, role_arn: &str) -> AwsError {
    denied(format!("User: {} is not authorized to perform: {action} on resource: {role_arn}", caller.arn))
}
