//! Tags of zones and health checks.

use serde_json::{Value, json};

use super::{State, health_check, invalid, no_such_zone, zone_id};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// The most resources that one call lists tags of, and the most tags that one call adds.
const MOST_RESOURCES: usize = 10;
const MOST_TAGS: usize = 10;

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeTagsForResource.html>
pub(super) fn change(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let given = Tags::read(&input.part("AddTags").parts("Tag"), "Key", "Value")?;
    let removed = input.part("RemoveTagKeys").texts("Key");
    if given.iter().count() > MOST_TAGS || removed.len() > MOST_TAGS {
        return Err(invalid("A request can add at most 10 tags and remove at most 10."));
    }
    let tags = tags_of(&mut context.account().route53, input.required("ResourceType")?, input.required("ResourceId")?)?;
    if tags.too_many_with(&given) {
        return Err(invalid("The number of tags exceeds the limit of 50."));
    }
    removed.into_iter().for_each(|key| tags.remove(key));
    tags.merge(&given);
    Ok(Value::Null)
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (kind, id) = (input.required("ResourceType")?, input.required("ResourceId")?);
    Ok(json!({ "ResourceTagSet": tag_set(&mut context.account().route53, kind, id)? }))
}

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListTagsForResources.html>
pub(super) fn list_several(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let kind = input.required("ResourceType")?;
    let ids = input.part("ResourceIds").texts("ResourceId");
    if ids.is_empty() || ids.len() > MOST_RESOURCES {
        return Err(invalid(format!("ResourceIds must have between 1 and {MOST_RESOURCES} entries")));
    }
    let route53 = &mut context.account().route53;
    let sets: Vec<Value> = ids.into_iter().map(|id| tag_set(route53, kind, id)).collect::<Result<_, _>>()?;
    Ok(json!({ "ResourceTagSets": {"ResourceTagSet": sets} }))
}

fn tag_set(route53: &mut State, kind: &str, id: &str) -> Answer {
    let tags = tags_of(route53, kind, id)?;
    Ok(json!({"ResourceType": kind, "ResourceId": zone_id(id), "Tags": {"Tag": tags.write("Key", "Value")}}))
}

fn tags_of<'a>(route53: &'a mut State, kind: &str, id: &str) -> Result<&'a mut Tags, AwsError> {
    match kind {
        "hostedzone" => {
            let id = zone_id(id);
            route53.zones.get_mut(id).map(|zone| &mut zone.tags).ok_or_else(|| no_such_zone(id))
        }
        "healthcheck" => {
            let check = route53.health_checks.get_mut(id);
            check.map(|check| &mut check.tags).ok_or_else(|| health_check::no_such(id))
        }
        other => Err(invalid(format!("Invalid resource type '{other}'"))),
    }
}
