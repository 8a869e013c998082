//! The calls about attributes of container instances.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attribute.html>

use serde_json::{Value, json};

use super::container_instance::ContainerInstance;
use super::reference::{cluster_name, short};
use super::refusal::invalid;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;

/// As many attributes of its own an instance may have.
const MOST: usize = 10;

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutAttributes.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let mut shown = Vec::new();
    for part in named(input)? {
        let instance = target(context, input, &part)?;
        let name = checked(&part, instance)?;
        let value = part.text("value").map(str::to_owned);
        if instance.attributes.len() == MOST && !instance.attributes.contains_key(name) {
            let message = "You can apply up to 10 custom attributes for each resource.";
            return Err(AwsError::new("AttributeLimitExceededException", message));
        }
        shown.push(render(name, value.as_deref(), &instance.arn));
        instance.attributes.insert(name.to_owned(), value);
    }
    Ok(json!({ "attributes": shown }))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteAttributes.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let mut shown = Vec::new();
    for part in named(input)? {
        let instance = target(context, input, &part)?;
        let name = checked(&part, instance)?;
        let value = instance.attributes.remove(name).flatten();
        shown.push(render(name, value.as_deref(), &instance.arn));
    }
    Ok(json!({ "attributes": shown }))
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ListAttributes.html>
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    if input.required("targetType")? != "container-instance" {
        return Err(invalid("Attribute target type should be one of [container-instance]."));
    }
    let limit = input.int("maxResults")?.unwrap_or(100);
    if !(1..=100).contains(&limit) {
        return Err(invalid("maxResults must be between 1 and 100."));
    }
    let (name, value) = (input.text("attributeName"), input.text("attributeValue"));
    let cluster = context.region().ecs.living_cluster(input)?;
    let mut rows = Vec::new();
    for instance in cluster.instances.values().filter(|instance| instance.is_registered()) {
        for (one, has) in instance.all_attributes() {
            let wanted = name.is_none_or(|name| name == one);
            if wanted && value.is_none_or(|value| has.as_deref() == Some(value)) {
                rows.push((format!("{} {one}", instance.arn), render(&one, has.as_deref(), &instance.arn)));
            }
        }
    }
    rows.sort_by(|one, other| one.0.cmp(&other.0));
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("nextToken").filter(|token| !token.is_empty()));
    let (page, next) = page.ok_or_else(|| invalid("Invalid token."))?;
    Ok(json!({"attributes": page, "nextToken": next}))
}

fn named<'a>(input: &Input<'a>) -> Result<Vec<Input<'a>>, AwsError> {
    let parts = input.parts("attributes");
    match parts.len() {
        0 => Err(invalid("Attributes can not be empty.")),
        count if count > MOST => Err(invalid(format!("Attributes can have at most {MOST} items."))),
        _ => Ok(parts),
    }
}

fn target<'c>(
    context: &'c mut Context<'_>,
    input: &Input<'_>,
    part: &Input<'_>,
) -> Result<&'c mut ContainerInstance, AwsError> {
    let id = part.text("targetId").unwrap_or_default();
    if id.is_empty() {
        return Err(invalid("Target ID can not be blank."));
    }
    let cluster = context.region().ecs.living_cluster(input)?;
    let found = cluster.instances.get_mut(short(id)).filter(|instance| instance.is_registered());
    found.ok_or_else(|| {
        let message = format!("Could not find target {id} in cluster {}.", cluster_name(input));
        AwsError::new("TargetNotFoundException", message)
    })
}

fn checked<'a>(part: &Input<'a>, instance: &ContainerInstance) -> Result<&'a str, AwsError> {
    let name = part.text("name").unwrap_or_default();
    let good = |one: char| one.is_ascii_alphanumeric() || "-_/\\.".contains(one);
    if name.is_empty() || name.len() > 128 || !name.chars().all(good) {
        return Err(invalid(format!("The attribute name '{name}' is not valid.")));
    }
    let value = part.text("value").unwrap_or_default();
    let fits = |one: char| one.is_ascii_alphanumeric() || "-_.@:/\\ ".contains(one);
    if value.len() > 128 || !value.chars().all(fits) || value != value.trim() {
        return Err(invalid(format!("The attribute value '{value}' is not valid.")));
    }
    if !instance.attributes.contains_key(name) && instance.attribute(name).is_some() {
        return Err(invalid(format!("The attribute '{name}' is reserved and can not be changed.")));
    }
    Ok(name)
}

fn render(name: &str, value: Option<&str>, target: &str) -> Value {
    json!({"name": name, "value": value, "targetId": target})
}
