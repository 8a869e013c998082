//! Private hosted zones.

use aws_sdk_route53::types::{
    Change, ChangeAction, ChangeBatch, HostedZoneConfig, ResourceRecordSet, RrType, TagResourceType, Vpc,
};
use uuid::Uuid;

use super::Route53;
use crate::aws::answer::present;
use crate::aws::{AbsentOk, NotCalled, Tag};

/// The code for "there is no such zone".
const ABSENT: [&str; 1] = ["NoSuchHostedZone"];
/// How many records one call changes.
/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/DNSLimitations.html#limits-api-requests-changeresourcerecordsets>
const CHANGED: usize = 500;

/// A private hosted zone.
#[derive(Clone, Debug)]
pub struct Zone {
    /// `Z…`
    pub id: String,
    /// `dev.bcn`
    pub name: String,
    /// What the creating call named itself by.
    pub caller_reference: String,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl Route53 {
    /// The private zones of this name (without the dot at its end), whoever made them.
    pub async fn find_private_zones(&self, name: &str) -> Result<Vec<Zone>, NotCalled> {
        let request = self.client.list_hosted_zones_by_name().dns_name(name);
        let answer = self.calls.call("route53", "ListHostedZonesByName", request.send()).await?;
        let named = answer.hosted_zones().iter().filter(|zone| zone.name().trim_end_matches('.') == name);
        let mut zones = vec![];
        for zone in named.filter(|zone| zone.config().is_some_and(HostedZoneConfig::private_zone)) {
            let id = zone.id().trim_start_matches("/hostedzone/").to_owned();
            let caller_reference = zone.caller_reference().to_owned();
            zones.push(Zone { tags: self.zone_tags(&id).await?, id, name: name.to_owned(), caller_reference });
        }
        Ok(zones)
    }

    async fn zone_tags(&self, id: &str) -> Result<Vec<Tag>, NotCalled> {
        let request = self.client.list_tags_for_resource().resource_type(TagResourceType::Hostedzone).resource_id(id);
        let answer = self.calls.call("route53", "ListTagsForResource", request.send()).await.absent_ok(&ABSENT)?;
        let tags = answer.and_then(|answer| answer.resource_tag_set).and_then(|set| set.tags).unwrap_or_default();
        Ok(tags.iter().filter_map(|tag| Some(Tag::new(tag.key()?, tag.value()?))).collect())
    }

    /// Makes a private zone that a VPC sees; the same token makes it once. Its id.
    pub async fn create_private_zone(
        &self,
        name: &str,
        vpc_id: &str,
        region: &str,
        token: Uuid,
    ) -> Result<String, NotCalled> {
        let vpc = Vpc::builder().vpc_id(vpc_id).vpc_region(region.into()).build();
        let config = HostedZoneConfig::builder().private_zone(true).build();
        let request = self.client.create_hosted_zone().name(name).caller_reference(token).vpc(vpc);
        let answer = self.calls.call("route53", "CreateHostedZone", request.hosted_zone_config(config).send()).await?;
        let id = present(answer.hosted_zone, "CreateHostedZone", "HostedZone")?.id;
        Ok(id.trim_start_matches("/hostedzone/").to_owned())
    }

    /// Tags a zone: the creating call takes no tags.
    pub async fn tag_zone(&self, id: &str, tags: &[Tag]) -> Result<(), NotCalled> {
        let tags =
            tags.iter().map(|tag| aws_sdk_route53::types::Tag::builder().key(&tag.key).value(&tag.value).build());
        let request = self.client.change_tags_for_resource().resource_type(TagResourceType::Hostedzone).resource_id(id);
        let request = request.set_add_tags(Some(tags.collect()));
        self.calls.call("route53", "ChangeTagsForResource", request.send()).await.map(|_| ())
    }

    /// Type and name of each record that is not the zone's own.
    pub async fn records_in(&self, zone: &Zone) -> Result<Vec<String>, NotCalled> {
        let records = self.added_records(zone).await?;
        Ok(records.iter().map(|record| format!("{} {}", record.r#type().as_str(), record.name())).collect())
    }

    /// Removes every record that is not the zone's own.
    pub async fn clear_zone(&self, zone: &Zone) -> Result<(), NotCalled> {
        let records = self.added_records(zone).await?;
        let deletions = records.into_iter().map(deletion).collect::<Result<Vec<_>, _>>()?;
        for some in deletions.chunks(CHANGED) {
            let batch = ChangeBatch::builder().set_changes(Some(some.to_vec())).build()?;
            let request = self.client.change_resource_record_sets().hosted_zone_id(&zone.id).change_batch(batch);
            self.calls.call("route53", "ChangeResourceRecordSets", request.send()).await?;
        }
        Ok(())
    }

    /// All records but the two that the zone itself has at its top. AWS pages them by name, type and identifier.
    async fn added_records(&self, zone: &Zone) -> Result<Vec<ResourceRecordSet>, NotCalled> {
        let mut records = vec![];
        let mut request = self.client.list_resource_record_sets().hosted_zone_id(&zone.id);
        loop {
            let answer =
                self.calls.call("route53", "ListResourceRecordSets", request.send()).await.absent_ok(&ABSENT)?;
            let Some(answer) = answer else { return Ok(records) };
            records.extend(answer.resource_record_sets.into_iter().filter(|record| !is_of_zone(zone, record)));
            if !answer.is_truncated {
                return Ok(records);
            }
            request = self.client.list_resource_record_sets().hosted_zone_id(&zone.id);
            request = request.set_start_record_name(answer.next_record_name);
            request = request.set_start_record_type(answer.next_record_type);
            request = request.set_start_record_identifier(answer.next_record_identifier);
        }
    }

    /// Deletes a zone without records of others.
    pub async fn delete_zone(&self, id: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_hosted_zone().id(id);
        self.calls.call("route53", "DeleteHostedZone", request.send()).await.absent_ok(&ABSENT).map(|_| ())
    }
}

fn is_of_zone(zone: &Zone, record: &ResourceRecordSet) -> bool {
    record.name().trim_end_matches('.') == zone.name && matches!(record.r#type(), RrType::Ns | RrType::Soa)
}

fn deletion(record: ResourceRecordSet) -> Result<Change, NotCalled> {
    let change = Change::builder().action(ChangeAction::Delete).resource_record_set(record).build();
    change.map_err(NotCalled::from)
}
