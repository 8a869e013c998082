//! The name under which the world finds a public service.
//!
//! Makes        one A record in the district's public zone, an alias of the service's load balancer
//! Repeat-safe  found again by name and value
//! Undo         deletes the record, if this operation wrote it

use shared::heritage::ServiceSpec;
use shared::problem::Code;

use super::{CreateLoadBalancer, record};
use crate::aws::elb::LoadBalancer;
use crate::aws::route53::{Answer, Record};
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::HeritageCx;

/// Makes the public record of a service.
pub(crate) struct CreatePublicRecord(pub(crate) ServiceSpec);

impl CreatePublicRecord {
    async fn wanted(&self, cx: &HeritageCx) -> Result<Record, Failure> {
        let gone = || invalid("the public zone of the district is not there");
        let (zone_id, name) = cx.public_record(&self.0.name).await?.ok_or_else(gone)?;
        Ok(Record { zone_id, name, answer: self.answer(cx)? })
    }

    fn answer(&self, cx: &HeritageCx) -> Result<Answer, Failure> {
        public_answer(&cx.run.output_of(&CreateLoadBalancer(self.0.clone()))?.thing)
    }
}

/// What the public record of a service behind this load balancer says.
pub(crate) fn public_answer(balancer: &LoadBalancer) -> Result<Answer, Failure> {
    let zone_id = balancer.zone_id.clone().ok_or_else(|| invalid("the load balancer tells no zone for aliases"))?;
    Ok(Answer::Alias { target: balancer.dns_name.to_ascii_lowercase(), zone_id })
}

fn invalid(detail: &str) -> Failure {
    Failure::permanent(Code::GivenResourceInvalid, detail)
}

impl Resource for CreatePublicRecord {
    type Cx = HeritageCx;
    type Output = Record;
    const NAME: &'static str = "create_public_record";

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
        record::find(cx, &self.wanted(cx).await?).await
    }

    async fn create(&self, cx: &HeritageCx) -> Result<Record, Failure> {
        record::create(cx, self.wanted(cx).await?).await
    }

    async fn ready(&self, cx: &HeritageCx, standing: &Record) -> Result<Ready, Failure> {
        record::check(standing, &self.answer(cx)?)
    }

    async fn delete(&self, cx: &HeritageCx, record: Record) -> Result<(), Failure> {
        Ok(cx.aws.route53.delete_record(&record).await?)
    }
}
