//! The name under which a service is found inside its district.
//!
//! Makes        one CNAME in the private zone, to the service's load balancer
//! Repeat-safe  found again by name and value
//! Undo         deletes the record, if this operation wrote it

use shared::heritage::ServiceSpec;

use super::{CreateLoadBalancer, record};
use crate::aws::elb::LoadBalancer;
use crate::aws::route53::{Answer, Record};
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::HeritageCx;

/// Seconds that resolvers may keep it.
const TTL: i64 = 60;

/// Makes the private record of a service.
pub(crate) struct CreateRecord(pub(crate) ServiceSpec);

impl CreateRecord {
    fn wanted(&self, cx: &HeritageCx) -> Result<Record, Failure> {
        let (zone_id, name) = cx.private_record(&self.0.name)?;
        Ok(Record { zone_id, name, answer: self.answer(cx)? })
    }

    fn answer(&self, cx: &HeritageCx) -> Result<Answer, Failure> {
        Ok(private_answer(&cx.run.output_of(&CreateLoadBalancer(self.0.clone()))?.thing))
    }
}

/// What the private record of a service behind this load balancer says.
pub(crate) fn private_answer(balancer: &LoadBalancer) -> Answer {
    Answer::Cname { target: balancer.dns_name.to_ascii_lowercase(), ttl: TTL }
}

impl Resource for CreateRecord {
    type Cx = HeritageCx;
    type Output = Record;
    const NAME: &'static str = "create_record";

    fn of(&self) -> Option<&str> {
        Some(self.0.name.as_str())
    }

    fn ids(record: &Record) -> Vec<String> {
        vec![record.name.clone()]
    }

    async fn find(&self, cx: &HeritageCx) -> Result<Found<Record>, Failure> {
        if !record::is_noted(cx, self)? {
            return Ok(Found::Absent);
        }
        record::find(cx, &self.wanted(cx)?).await
    }

    async fn create(&self, cx: &HeritageCx) -> Result<Record, Failure> {
        record::create(cx, self.wanted(cx)?).await
    }

    async fn ready(&self, cx: &HeritageCx, standing: &Record) -> Result<Ready, Failure> {
        record::check(standing, &self.answer(cx)?)
    }

    async fn delete(&self, cx: &HeritageCx, record: Record) -> Result<(), Failure> {
        Ok(cx.aws.route53.delete_record(&record).await?)
    }
}
