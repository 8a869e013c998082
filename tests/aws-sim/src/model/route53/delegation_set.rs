//! Four name servers that several public zones share.
//!
//! <https://docs.aws.amazon.com/Route53/latest/APIReference/API_CreateReusableDelegationSet.html>

use serde_json::{Value, json};

use super::zone::public_name_servers;
use super::{State, page_size, zone_id};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html>
pub(super) const MOST: usize = 100;

/// A set that zones can be made with.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct DelegationSet {
    id: String,
    caller_reference: String,
    pub(super) name_servers: [String; 4],
}

impl DelegationSet {
    fn render(&self) -> Value {
        json!({
            "Id": format!("/delegationset/{}", self.id),
            "CallerReference": self.caller_reference,
            "NameServers": {"NameServer": self.name_servers},
        })
    }
}

impl State {
    pub(super) fn delegation_set(&self, id: &str) -> Result<&DelegationSet, AwsError> {
        self.delegation_sets.get(id).ok_or_else(|| AwsError::new("NoSuchDelegationSet", id))
    }
}

/// The id with or without the path before it.
pub(super) fn set_id(id_or_path: &str) -> &str {
    id_or_path.trim_start_matches('/').trim_start_matches("delegationset/")
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let reference = input.required("CallerReference")?;
    let route53 = &context.account().route53;
    if route53.delegation_sets.values().any(|set| set.caller_reference == reference) {
        let message = "A delegation set with the same owner and caller reference combination has already been created.";
        return Err(AwsError::new("DelegationSetAlreadyCreated", message));
    }
    if route53.delegation_sets.len() >= MOST {
        let message = "Limits Exceeded: MAX_REUSABLE_DELEGATION_SETS_BY_OWNER - Cannot create more delegation sets.";
        return Err(AwsError::new("LimitsExceeded", message));
    }
    let of_zone = match input.text("HostedZoneId") {
        None => None,
        Some(id) => {
            let id = zone_id(id);
            let zone = route53.zones.get(id).filter(|zone| !zone.is_private());
            let absent =
                || AwsError::new("HostedZoneNotFound", format!("The specified HostedZone {id} can't be found."));
            let zone = zone.ok_or_else(absent)?;
            if zone.delegation_set.is_some() {
                let message = "The specified delegation set has already been marked as reusable.";
                return Err(AwsError::new("DelegationSetAlreadyReusable", message));
            }
            Some((id.to_owned(), zone.name_servers.clone()))
        }
    };
    let id = context.world.ids.capitals("N", 20);
    let (zone, name_servers) = match of_zone {
        Some((zone, servers)) => (Some(zone), servers),
        None => (None, public_name_servers(&mut context.world.ids)),
    };
    let set = DelegationSet { id: id.clone(), caller_reference: reference.to_owned(), name_servers };
    let answer = json!({
        "DelegationSet": set.render(),
        "Location": format!("https://route53.amazonaws.com/2013-04-01/delegationset/{id}"),
    });
    let route53 = &mut context.account().route53;
    if let Some(zone) = zone.and_then(|zone| route53.zones.get_mut(&zone)) {
        zone.delegation_set = Some(id.clone());
    }
    route53.delegation_sets.insert(id, set);
    Ok(answer)
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let set = context.account().route53.delegation_set(set_id(input.required("Id")?))?;
    Ok(json!({ "DelegationSet": set.render() }))
}

pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let size = page_size(input, 100)?;
    let marker = input.text("marker").map(set_id);
    let sets = context.account().route53.delegation_sets.values();
    let mut rest = sets.filter(|set| marker.is_none_or(|marker| set.id.as_str() >= marker));
    let page: Vec<Value> = rest.by_ref().take(size).map(DelegationSet::render).collect();
    let next = rest.next();
    Ok(json!({
        "DelegationSets": {"DelegationSet": page},
        "Marker": marker.unwrap_or_default(),
        "IsTruncated": next.is_some(),
        "NextMarker": next.map(|set| &set.id),
        "MaxItems": size.to_string(),
    }))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = set_id(input.required("Id")?);
    let route53 = &mut context.account().route53;
    route53.delegation_set(id)?;
    if route53.zones.values().any(|zone| zone.delegation_set.as_deref() == Some(id)) {
        let message = "The specified delegation contains associated hosted zones which must be deleted before the \
                       reusable delegation set can be deleted.";
        return Err(AwsError::new("DelegationSetInUse", message));
    }
    route53.delegation_sets.remove(id);
    Ok(Value::Null)
}
