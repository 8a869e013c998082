//! Tags of zones.

use serde_json::{Value, json};

use super::zone::Zone;
use super::{State, invalid, no_such_zone, zone_id};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

/// The most resources that one call lists tags of.
const MOST_RESOURCES: usize = 10;

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeTagsForResource.html>
pub(super) fn change(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    check_type(input)?;
    let given = Tags::read(&input.part("AddTags").parts("Tag"), "Key", "Value")?;
    let zone = context.account().route53.zone_mut(input, "ResourceId")?;
    if zone.tags.too_many_with(&given) {
        return Err(invalid("The number of tags exceeds the limit of 50."));
    }
    input.part("RemoveTagKeys").texts("Key").into_iter().for_each(|key| zone.tags.remove(key));
    zone.tags.merge(&given);
    Ok(Value::Null)
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    check_type(input)?;
    Ok(json!({ "ResourceTagSet": tag_set(context.account().route53.zone(input, "ResourceId")?) }))
}

pub(super) fn list_several(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    check_type(input)?;
    let ids = input.part("ResourceIds").texts("ResourceId");
    if ids.is_empty() || ids.len() > MOST_RESOURCES {
        return Err(invalid(format!("ResourceIds must have between 1 and {MOST_RESOURCES} entries")));
    }
    let zones = |route53: &State| {
        let find = |id: &str| route53.zones.get(zone_id(id)).map(tag_set).ok_or_else(|| no_such_zone(id));
        ids.iter().map(|id| find(id)).collect::<Result<Vec<_>, _>>()
    };
    Ok(json!({ "ResourceTagSets": {"ResourceTagSet": zones(&context.account().route53)?} }))
}

fn tag_set(zone: &Zone) -> Value {
    json!({"ResourceType": "hostedzone", "ResourceId": zone.id, "Tags": {"Tag": zone.tags.write("Key", "Value")}})
}

/// Health checks have tags too, but there are none here.
fn check_type(input: &Input<'_>) -> Result<(), AwsError> {
    match input.required("ResourceType")? {
        "hostedzone" => Ok(()),
        "healthcheck" => {
            let message = "The health check does not exist";
            Err(AwsError::new("NoSuchHealthCheck", message).with_status(404))
        }
        other => Err(invalid(format!("Invalid resource type '{other}'"))),
    }
}
