//! Records of a hosted zone.

use aws_sdk_route53::types::{
    AliasTarget, Change, ChangeAction, ChangeBatch, ResourceRecord, ResourceRecordSet, RrType,
};
use serde::{Deserialize, Serialize};

use super::Route53;
use crate::aws::{AbsentOk, NotCalled};

const NO_ZONE: [&str; 1] = ["NoSuchHostedZone"];

/// What a record says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Answer {
    /// Another name.
    Cname {
        /// The name, without a dot at its end.
        target: String,
        /// Seconds that resolvers may keep it.
        ttl: i64,
    },
    /// The addresses of a load balancer: AWS looks them up.
    Alias {
        /// DNS name of the load balancer, without a dot at its end.
        target: String,
        /// Zone id of the load balancer.
        zone_id: String,
    },
    /// Something that we do not make.
    Other,
}

/// A record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its zone.
    pub zone_id: String,
    /// Its name, without the dot at its end.
    pub name: String,
    /// What it says.
    pub answer: Answer,
}

impl Answer {
    /// The name that it leads to.
    pub fn target(&self) -> Option<&str> {
        match self {
            Answer::Cname { target, .. } | Answer::Alias { target, .. } => Some(target),
            Answer::Other => None,
        }
    }
}

impl Route53 {
    /// The name of a zone, without the dot at its end.
    pub async fn zone_name(&self, id: &str) -> Result<Option<String>, NotCalled> {
        let request = self.client.get_hosted_zone().id(id);
        let answer = self.calls.call("route53", "GetHostedZone", request.send()).await.absent_ok(&NO_ZONE)?;
        Ok(answer.and_then(|answer| answer.hosted_zone).map(|zone| bare(zone.name())))
    }

    /// The CNAME, or the A record, of this name.
    pub async fn find_record(&self, zone_id: &str, name: &str) -> Result<Option<Record>, NotCalled> {
        let named = self.find_records(zone_id, name).await?;
        Ok(named.into_iter().find(|record| record.name == name))
    }

    /// CNAME and A records of up to a hundred record sets from this name on, in the order of Route53.
    async fn find_records(&self, zone_id: &str, from: &str) -> Result<Vec<Record>, NotCalled> {
        let request = self.client.list_resource_record_sets().hosted_zone_id(zone_id).start_record_name(from);
        let answer = self.calls.call("route53", "ListResourceRecordSets", request.send()).await.absent_ok(&NO_ZONE)?;
        let sets = answer.map(|answer| answer.resource_record_sets).unwrap_or_default();
        Ok(sets.iter().filter_map(|set| read(zone_id, set)).collect())
    }

    /// Makes a record; refused as `InvalidChangeBatch` where one stands.
    pub async fn create_record(&self, record: &Record) -> Result<(), NotCalled> {
        self.change(ChangeAction::Create, record).await
    }

    /// Deletes a record that says just this.
    pub async fn delete_record(&self, record: &Record) -> Result<(), NotCalled> {
        match self.change(ChangeAction::Delete, record).await.absent_ok(&NO_ZONE) {
            // The only answer that Route53 has for a record that is not there.
            // https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
            Err(error) if error.is("InvalidChangeBatch") && error.message().contains("not found") => Ok(()),
            other => other.map(|_| ()),
        }
    }

    async fn change(&self, action: ChangeAction, record: &Record) -> Result<(), NotCalled> {
        let change = Change::builder().action(action).resource_record_set(write(record)?).build()?;
        let batch = ChangeBatch::builder().changes(change).build()?;
        let request = self.client.change_resource_record_sets().hosted_zone_id(&record.zone_id).change_batch(batch);
        self.calls.call("route53", "ChangeResourceRecordSets", request.send()).await.map(|_| ())
    }
}

fn read(zone_id: &str, set: &ResourceRecordSet) -> Option<Record> {
    let answer = match (set.r#type(), set.alias_target(), set.resource_records()) {
        (RrType::A, Some(alias), _) => {
            Answer::Alias { target: bare(alias.dns_name()), zone_id: alias.hosted_zone_id().to_owned() }
        }
        (RrType::Cname, None, [record]) => {
            Answer::Cname { target: bare(record.value()), ttl: set.ttl().unwrap_or_default() }
        }
        (RrType::A | RrType::Cname, _, _) => Answer::Other,
        _ => return None,
    };
    Some(Record { zone_id: zone_id.to_owned(), name: bare(set.name()), answer })
}

fn write(record: &Record) -> Result<ResourceRecordSet, NotCalled> {
    let set = ResourceRecordSet::builder().name(&record.name);
    let set = match &record.answer {
        Answer::Cname { target, ttl } => {
            set.r#type(RrType::Cname).ttl(*ttl).resource_records(ResourceRecord::builder().value(target).build()?)
        }
        Answer::Alias { target, zone_id } => {
            let alias = AliasTarget::builder().dns_name(target).hosted_zone_id(zone_id).evaluate_target_health(false);
            set.r#type(RrType::A).alias_target(alias.build()?)
        }
        Answer::Other => set,
    };
    Ok(set.build()?)
}

/// A DNS name as Route53 shows it, in lower case and without the dot at its end.
fn bare(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}
