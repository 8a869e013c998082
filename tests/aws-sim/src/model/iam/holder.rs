//! What may hold policies: roles, users and groups. Inline policies belong to one holder, managed ones are attached.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::listing::{self, paged};
use super::policy_document::{self, Purpose};
use super::refusal::{delete_conflict, limit_exceeded, no_such_entity};
use super::{State, managed_policy, policy};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// Managed policies for one holder. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const ATTACHED: usize = 10;

/// The policies of one holder.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Permissions {
    /// Inline policies by name.
    pub(crate) inline: BTreeMap<String, String>,
    /// ARNs of managed policies.
    pub(crate) attached: Vec<String>,
}

/// A kind of thing that holds policies.
pub(super) trait Holder: Sized {
    /// `role`, as sentences name it.
    const KIND: &'static str;
    /// The member that names one.
    const MEMBER: &'static str;
    /// How large all its inline policies may be together, without white space.
    const INLINE_SIZE: usize;

    fn all(state: &State) -> &BTreeMap<String, Self>;
    fn all_mut(state: &mut State) -> &mut BTreeMap<String, Self>;
    fn permissions(&self) -> &Permissions;
    fn permissions_mut(&mut self) -> &mut Permissions;
    fn name(&self) -> &str;
    fn path(&self) -> &str;
    fn id(&self) -> &str;

    /// Whether its policies may be changed by its owner.
    fn check_changeable(&self) -> Result<(), AwsError> {
        Ok(())
    }

    fn missing(name: &str) -> AwsError {
        no_such_entity(format!("The {} with name {name} cannot be found.", Self::KIND))
    }

    /// The one that a call names.
    fn find<'a>(state: &'a State, input: &Input<'_>) -> Result<&'a Self, AwsError> {
        let name = input.required(Self::MEMBER)?;
        Self::all(state).get(name).ok_or_else(|| Self::missing(name))
    }

    /// The one that a call names, for a change.
    fn find_mut<'a>(state: &'a mut State, input: &Input<'_>) -> Result<&'a mut Self, AwsError> {
        let name = input.required(Self::MEMBER)?;
        let found = Self::all_mut(state).get_mut(name).ok_or_else(|| Self::missing(name))?;
        found.check_changeable().map(|()| found)
    }
}

impl Permissions {
    /// What holds policies cannot be deleted.
    pub(super) fn check_none(&self) -> Result<(), AwsError> {
        if !self.attached.is_empty() {
            return Err(delete_conflict("Cannot delete entity, must detach all policies first."));
        }
        if !self.inline.is_empty() {
            return Err(delete_conflict("Cannot delete entity, must delete policies first."));
        }
        Ok(())
    }
}

pub(super) fn put<H: Holder>(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = listing::name(input, "PolicyName", 128)?;
    let document = input.required("PolicyDocument")?;
    let holder = H::find_mut(&mut context.account().iam, input)?;
    policy_document::check(document, Purpose::Permissions)?;
    let others = holder.permissions().inline.iter().filter(|(other, _)| *other != name);
    let size: usize = others.map(|(_, document)| policy_document::size(document)).sum();
    if size + policy_document::size(document) > H::INLINE_SIZE {
        let (kind, owner) = (H::KIND, holder.name());
        return Err(limit_exceeded(&format!(
            "Maximum policy size of {} bytes exceeded for {kind} {owner}",
            H::INLINE_SIZE
        )));
    }
    holder.permissions_mut().inline.insert(name.to_owned(), document.to_owned());
    Ok(Value::Null)
}

pub(super) fn get<H: Holder>(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("PolicyName")?;
    let holder = H::find(&context.account().iam, input)?;
    let document = holder.permissions().inline.get(name).ok_or_else(|| no_such_policy::<H>(name))?;
    let document = policy_document::encoded(document);
    Ok(json!({ H::MEMBER: holder.name(), "PolicyName": name, "PolicyDocument": document }))
}

pub(super) fn delete<H: Holder>(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let name = input.required("PolicyName")?;
    let removed = H::find_mut(&mut context.account().iam, input)?.permissions_mut().inline.remove(name);
    removed.map(|_| Value::Null).ok_or_else(|| no_such_policy::<H>(name))
}

pub(super) fn list<H: Holder>(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let inline = &H::find(&context.account().iam, input)?.permissions().inline;
    paged(input, "PolicyNames", inline.keys().map(|name| (name.clone(), json!(name))).collect())
}

/// Attaching twice is no error.
pub(super) fn attach<H: Holder>(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("PolicyArn")?;
    let iam = &mut context.account().iam;
    H::find(iam, input)?;
    policy::check_arn(arn)?;
    if !policy::is_attachable(iam, arn) {
        return Err(no_such_entity(format!("Policy {arn} does not exist or is not attachable.")));
    }
    let attached = &mut H::find_mut(iam, input)?.permissions_mut().attached;
    if !attached.iter().any(|have| have == arn) {
        if attached.len() == ATTACHED {
            let mut kind = H::KIND.to_owned();
            kind[..1].make_ascii_uppercase();
            return Err(limit_exceeded(&format!("Cannot exceed quota for PoliciesPer{kind}: {ATTACHED}")));
        }
        attached.push(arn.to_owned());
    }
    Ok(Value::Null)
}

pub(super) fn detach<H: Holder>(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let arn = input.required("PolicyArn")?;
    let attached = &mut H::find_mut(&mut context.account().iam, input)?.permissions_mut().attached;
    let place = attached.iter().position(|have| have == arn);
    let place = place.ok_or_else(|| no_such_entity(format!("Policy {arn} was not found.")))?;
    attached.remove(place);
    Ok(Value::Null)
}

pub(super) fn list_attached<H: Holder>(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let prefix = input.text("PathPrefix").unwrap_or("/");
    let mut arns = H::find(&context.account().iam, input)?.permissions().attached.clone();
    arns.retain(|arn| managed_policy::path_of(arn).starts_with(prefix));
    arns.sort();
    let row = |arn: String| {
        let name = managed_policy::name_of(&arn);
        (arn.clone(), json!({ "PolicyName": name, "PolicyArn": arn }))
    };
    paged(input, "AttachedPolicies", arns.into_iter().map(row).collect())
}

fn no_such_policy<H: Holder>(name: &str) -> AwsError {
    no_such_entity(format!("The {} policy with name {name} cannot be found.", H::KIND))
}
