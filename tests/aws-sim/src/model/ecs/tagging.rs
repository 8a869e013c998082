//! Tags of everything that ECS has.

use serde_json::json;

use super::State;
use super::reference::short;
use super::refusal::invalid;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// The tags that a call gives, checked. <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Tag.html>
pub(super) fn read(input: &Input<'_>) -> Result<Tags, AwsError> {
    let tags = Tags::read(&input.parts("tags"), "key", "value")?;
    if tags.iter().any(|(key, _)| key.to_ascii_lowercase().starts_with("aws:")) {
        return Err(invalid("Tag keys can not start with aws:."));
    }
    if tags.iter().any(|(key, value)| key.chars().count() > 128 || value.chars().count() > 256) {
        return Err(invalid("Tag keys have at most 128 characters and tag values at most 256."));
    }
    if Tags::default().too_many_with(&tags) {
        return Err(too_many());
    }
    Ok(tags)
}

pub(super) fn tag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let given = read(input)?;
    let tags = tags_of(context, input)?;
    if tags.too_many_with(&given) {
        return Err(too_many());
    }
    tags.merge(&given);
    Ok(json!({}))
}

pub(super) fn untag(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags = tags_of(context, input)?;
    input.texts("tagKeys").into_iter().for_each(|key| tags.remove(key));
    Ok(json!({}))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let tags = tags_of(context, input)?;
    Ok(json!({ "tags": tags.write("key", "value") }))
}

fn too_many() -> AwsError {
    invalid("The number of tags exceeds the limit of 50.")
}

fn tags_of<'a>(context: &'a mut Context<'_>, input: &Input<'_>) -> Result<&'a mut Tags, AwsError> {
    let arn = input.required("resourceArn")?;
    let found = context.region().ecs.tags_of(arn);
    found.ok_or_else(|| invalid(format!("The specified resource is not valid or does not exist: {arn}")))
}

impl State {
    /// The tags of whatever has that ARN.
    fn tags_of(&mut self, arn: &str) -> Option<&mut Tags> {
        let resource = arn.splitn(6, ':').nth(5)?;
        let (kind, rest) = resource.split_once('/')?;
        if kind == "cluster" {
            return self.clusters.get_mut(rest).filter(|cluster| cluster.is_active).map(|cluster| &mut cluster.tags);
        }
        if kind == "task-definition" {
            return self.definition_mut(rest).map(|definition| &mut definition.tags);
        }
        let cluster = self.clusters.get_mut(rest.split_once('/')?.0)?;
        match kind {
            "service" => cluster.services.get_mut(short(rest)).map(|service| &mut service.tags),
            "task" => cluster.tasks.get_mut(short(rest)).map(|task| &mut task.tags),
            "container-instance" => cluster.instances.get_mut(short(rest)).map(|instance| &mut instance.tags),
            _ => None,
        }
    }
}
