//! The name that an account may have instead of its number: one account, one alias.

use serde_json::{Value, json};

use super::listing::paged;
use super::refusal::{already_exists, no_such_entity, validation};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::world::Account;

/// A new alias takes the place of the old one.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateAccountAlias.html>
pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let alias = checked(input)?;
    let own = context.place.account.clone();
    let taken = |(id, account): (&_, &Account)| *id != own && account.iam.alias.as_deref() == Some(alias);
    if context.world.accounts().any(taken) {
        return Err(already_exists(format!("The account alias {alias} already exists.")));
    }
    context.account().iam.alias = Some(alias.to_owned());
    Ok(Value::Null)
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let alias = context.account().iam.alias.clone();
    paged(input, "AccountAliases", alias.into_iter().map(|alias| (alias.clone(), json!(alias))).collect())
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let alias = checked(input)?;
    let have = &mut context.account().iam.alias;
    if have.as_deref() != Some(alias) {
        return Err(no_such_entity(format!("The account alias {alias} cannot be found.")));
    }
    *have = None;
    Ok(Value::Null)
}

fn checked<'a>(input: &Input<'a>) -> Result<&'a str, AwsError> {
    let alias = input.required("AccountAlias")?;
    let dashes = alias.starts_with('-') || alias.ends_with('-') || alias.contains("--");
    let fine = alias.chars().all(|one| one.is_ascii_lowercase() || one.is_ascii_digit() || one == '-');
    if fine && !dashes && (3..=63).contains(&alias.len()) {
        return Ok(alias);
    }
    let constraint = "Member must satisfy regular expression pattern: ^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$";
    Err(validation("accountAlias", alias, constraint))
}
