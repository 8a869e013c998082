//! The name in the public zone goes.
//!
//! Makes        nothing: deletes the service's A record, if it leads to the service's load balancer
//! Repeat-safe  a record that is gone is done
//! Undo         cannot be undone

use shared::heritage::ServiceSpec;

use super::final_once_begun;
use crate::aws::route53::Record;
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;

/// Deletes the public record of a service.
pub(crate) struct DeletePublicRecord(pub(crate) ServiceSpec);

impl DeletePublicRecord {
    /// The zone is its user's: a record that leads elsewhere is his.
    async fn is_ours(&self, cx: &HeritageCx, record: &Record) -> Result<bool, Failure> {
        let recorded = cx.target.services.get(self.0.name.as_str()).and_then(|ids| ids.load_balancer.clone());
        let balancer = match recorded {
            Some(dns_name) => Some(dns_name),
            None => {
                let standing = cx.aws.elb.find_load_balancer(&cx.load_balancer(&self.0.name)).await?;
                standing.filter(|seen| cx.owner.covers(&seen.tags)).map(|seen| seen.thing.dns_name)
            }
        };
        Ok(balancer.is_some_and(|dns_name| record.answer.target() == Some(&dns_name.to_ascii_lowercase())))
    }
}

impl Step for DeletePublicRecord {
    type Cx = HeritageCx;
    /// The name; none when the zone is gone.
    type Output = Option<String>;
    const NAME: &'static str = "delete_public_record";

    fn of(&self) -> Option<&str> {
        Some(self.0.name.as_str())
    }

    fn resources(name: &Option<String>) -> Vec<String> {
        name.iter().cloned().collect()
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<Option<String>>, Failure> {
        let Some((zone_id, name)) = cx.public_record(&self.0.name).await? else { return Ok(Turn::Done(None)) };
        if let Some(record) = cx.aws.route53.find_record(&zone_id, &name).await? {
            if self.is_ours(cx, &record).await? {
                cx.run.intent(self, &name).await?;
                cx.aws.route53.delete_record(&record).await?;
            } else {
                cx.run.warn(format!("{name} does not lead to the load balancer of {}; it stays", self.0.name));
            }
        }
        Ok(Turn::Done(Some(name)))
    }

    async fn left(&self, cx: &HeritageCx) -> Result<Option<Vec<String>>, Failure> {
        let Some((zone_id, name)) = cx.public_record(&self.0.name).await? else { return Ok(Some(vec![])) };
        Ok(Some(match cx.aws.route53.find_record(&zone_id, &name).await? {
            Some(record) if self.is_ours(cx, &record).await? => vec![name],
            Some(_) | None => vec![],
        }))
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        final_once_begun(cx, self)
    }
}
