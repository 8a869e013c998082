//! Listing records, in the order of their names from the end.

use serde_json::{Value, json};

use super::record_set::{Key, RecordSet};
use super::{domain_name, invalid, page_size};
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListResourceRecordSets.html>
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let zone = context.account().route53.zone(input, "HostedZoneId")?;
    let size = page_size(input, 300)?;
    let start = match (input.text("name"), input.text("type"), input.text("identifier")) {
        (None, None, None) => None,
        (Some(name), None, None) => Some(Key::new(&domain_name::normal(name)?, "", None)),
        (Some(name), Some(kind), identifier) => Some(Key::new(&domain_name::normal(name)?, kind, identifier)),
        (None, Some(_), _) => return Err(invalid("The input is not valid: type was given without name")),
        (_, None, Some(_)) => return Err(invalid("The input is not valid: identifier was given without type")),
    };
    let mut rest = zone.records.values().filter(|record| start.as_ref().is_none_or(|start| record.key >= *start));
    let page: Vec<Value> = rest.by_ref().take(size).map(RecordSet::render).collect();
    let next = rest.next().map(|record| &record.key);
    Ok(json!({
        "ResourceRecordSets": {"ResourceRecordSet": page},
        "IsTruncated": next.is_some(),
        "NextRecordName": next.map(|key| &key.name),
        "NextRecordType": next.map(|key| &key.kind),
        "NextRecordIdentifier": next.and_then(|key| key.identifier.as_ref()),
        "MaxItems": size.to_string(),
    }))
}
