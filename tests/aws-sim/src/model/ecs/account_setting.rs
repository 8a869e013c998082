//! Account settings: what an account, or one user or role in it, wants of ECS.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-account-settings.html>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::refusal::invalid;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;

/// Name, value without a word, and the values that there are.
const SETTINGS: [(&str, &str, &[&str]); 10] = [
    ("awsvpcTrunking", "disabled", &["enabled", "disabled"]),
    ("containerInsights", "disabled", &["enabled", "disabled", "enhanced"]),
    ("containerInstanceLongArnFormat", "enabled", &["enabled", "disabled"]),
    ("defaultLogDriverMode", "non-blocking", &["blocking", "non-blocking"]),
    ("fargateFIPSMode", "disabled", &["enabled", "disabled"]),
    ("fargateTaskRetirementWaitPeriod", "7", &["0", "7", "14"]),
    ("guardDutyActivate", "off", &["on", "off"]),
    ("serviceLongArnFormat", "enabled", &["enabled", "disabled"]),
    ("tagResourceAuthorization", "on", &["on", "off"]),
    ("taskLongArnFormat", "enabled", &["enabled", "disabled"]),
];

/// What was set, by name and principal. The root user's settings hold for all that have none of their own.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct AccountSettings(BTreeMap<String, BTreeMap<String, String>>);

/// The value that holds for the account.
pub(super) fn value(context: &mut Context<'_>, name: &str) -> String {
    let root = context.global_arn("iam", "root");
    context.region().ecs.settings.effective(name, &root, &root)
}

pub(super) fn is_on(context: &mut Context<'_>, name: &str) -> bool {
    ["enabled", "on"].contains(&value(context, name).as_str())
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAccountSetting.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let root = context.global_arn("iam", "root");
    set(context, input, input.text("principalArn").unwrap_or(&root))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAccountSettingDefault.html>
pub(super) fn put_default(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let root = context.global_arn("iam", "root");
    set(context, input, &root)
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteAccountSetting.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (name, _, _) = known(input.required("name")?)?;
    let root = context.global_arn("iam", "root");
    let principal = input.text("principalArn").unwrap_or(&root);
    let settings = &mut context.region().ecs.settings;
    if let Some(kept) = settings.0.get_mut(*name) {
        kept.remove(principal);
    }
    Ok(json!({ "setting": render(name, &settings.effective(name, principal, &root), principal) }))
}

/// What was set; with `effectiveSettings` everything that holds.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListAccountSettings.html>
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let root = context.global_arn("iam", "root");
    let principal = input.text("principalArn").unwrap_or(&root);
    let all = input.flag("effectiveSettings")?.unwrap_or(false);
    let limit = input.int("maxResults")?.unwrap_or(10);
    if !(1..=10).contains(&limit) {
        return Err(invalid("maxResults must be between 1 and 10."));
    }
    if let Some(name) = input.text("name") {
        known(name)?;
    } else if input.has("value") {
        return Err(invalid("You must also specify an account setting name when you filter by value."));
    }
    let settings = &context.region().ecs.settings;
    let mut rows = Vec::new();
    for (name, _, _) in SETTINGS.iter().filter(|(name, _, _)| input.text("name").is_none_or(|wanted| wanted == *name)) {
        let own = settings.0.get(*name).and_then(|kept| kept.get(principal)).cloned();
        let value = if all { Some(settings.effective(name, principal, &root)) } else { own };
        let value = value.filter(|value| input.text("value").is_none_or(|wanted| wanted == value));
        rows.extend(value.map(|value| ((*name).to_owned(), render(name, &value, principal))));
    }
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("nextToken").filter(|token| !token.is_empty()));
    let (page, next) = page.ok_or_else(|| invalid("Invalid token."))?;
    Ok(json!({"settings": page, "nextToken": next}))
}

fn set(context: &mut Context<'_>, input: &Input<'_>, principal: &str) -> Answer {
    let (name, _, values) = known(input.required("name")?)?;
    let value = input.required("value")?;
    if !values.contains(&value) {
        return Err(invalid(format!("Invalid value for setting {name}. Valid values: {values:?}.")));
    }
    if name.ends_with("LongArnFormat") && value == "disabled" {
        return Err(invalid("You can no longer disable Long Arn settings"));
    }
    let settings = &mut context.region().ecs.settings;
    settings.0.entry((*name).to_owned()).or_default().insert(principal.to_owned(), value.to_owned());
    Ok(json!({ "setting": render(name, value, principal) }))
}

fn known(name: &str) -> Result<&'static (&'static str, &'static str, &'static [&'static str]), AwsError> {
    let found = SETTINGS.iter().find(|(one, _, _)| *one == name);
    found.ok_or_else(|| invalid(format!("{name} is not a valid account setting name.")))
}

fn render(name: &str, value: &str, principal: &str) -> Value {
    let kind = if name == "guardDutyActivate" { "aws_managed" } else { "user" };
    json!({"name": name, "value": value, "principalArn": principal, "type": kind})
}

impl AccountSettings {
    fn effective(&self, name: &str, principal: &str, root: &str) -> String {
        let kept = self.0.get(name);
        let set = kept.and_then(|kept| kept.get(principal).or_else(|| kept.get(root)));
        let usual = || SETTINGS.iter().find(|(one, _, _)| *one == name).map(|(_, usual, _)| (*usual).to_owned());
        set.cloned().or_else(usual).unwrap_or_default()
    }
}
