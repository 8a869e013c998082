//! Tags of groups, which new instances may inherit.

use serde_json::{Value, json};

use super::paging::paged;
use super::{invalid, no_such_group};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// A tag's value, and whether new instances get it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct GroupTag {
    pub(super) value: String,
    pub(super) propagated: bool,
}

impl GroupTag {
    pub(super) fn render(&self, group: &str, key: &str) -> Value {
        json!({
            "ResourceId": group, "ResourceType": "auto-scaling-group", "Key": key, "Value": self.value,
            "PropagateAtLaunch": self.propagated,
        })
    }
}

/// The tags of a call: the group they are for, if it says one, their key, and the rest.
pub(super) fn read(input: &Input<'_>) -> Result<Vec<(Option<String>, String, GroupTag)>, AwsError> {
    let mut tags = Vec::new();
    for tag in input.parts("Tags") {
        let key = tag.required("Key")?;
        if key.starts_with("aws:") {
            return Err(invalid("Tag keys starting with 'aws:' are reserved for internal use"));
        }
        let value = tag.text("Value").unwrap_or_default().to_owned();
        let propagated = tag.flag("PropagateAtLaunch")?.unwrap_or(false);
        tags.push((tag.text("ResourceId").map(str::to_owned), key.to_owned(), GroupTag { value, propagated }));
    }
    Ok(tags)
}

pub(super) fn create_or_update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags = read(input)?;
    let groups = &mut context.region().autoscaling.groups;
    for (group, _, _) in &tags {
        let name = group.as_deref().ok_or_else(|| input.missing("ResourceId"))?;
        groups.get(name).ok_or_else(|| no_such_group(name))?;
    }
    for (group, key, tag) in tags {
        if let Some(group) = group.and_then(|name| groups.get_mut(&name)) {
            group.tags.insert(key, tag);
        }
    }
    Ok(Value::Null)
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    for (group, key, _) in read(input)? {
        let name = group.ok_or_else(|| input.missing("ResourceId"))?;
        context.region().autoscaling.group_mut(&name)?.tags.remove(&key);
    }
    Ok(Value::Null)
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let mut rows = Vec::new();
    for group in context.region().autoscaling.groups.values() {
        for (key, tag) in &group.tags {
            if is_asked(input, &group.name, key, tag)? {
                rows.push((format!("{} {key}", group.name), tag.render(&group.name, key)));
            }
        }
    }
    paged(input, "Tags", rows, 50)
}

fn is_asked(input: &Input<'_>, group: &str, key: &str, tag: &GroupTag) -> Result<bool, AwsError> {
    for filter in input.parts("Filters") {
        let have = match filter.required("Name")? {
            "auto-scaling-group" => group.to_owned(),
            "key" => key.to_owned(),
            "value" => tag.value.clone(),
            "propagate-at-launch" => tag.propagated.to_string(),
            other => return Err(invalid(format!("Filter type {other} is not correct."))),
        };
        if !filter.texts("Values").contains(&have.as_str()) {
            return Ok(false);
        }
    }
    Ok(true)
}
