//! The name inside the district goes.
//!
//! Makes        nothing: deletes the service's CNAME in the private zone
//! Repeat-safe  a record that is gone is done
//! Undo         cannot be undone

use shared::heritage::ServiceSpec;

use super::final_once_begun;
use crate::aws::route53::Answer;
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;

/// Deletes the private record of a service.
pub(crate) struct DeleteRecord(pub(crate) ServiceSpec);

impl DeleteRecord {
    /// The zone is the district's own, so that the record goes wherever it leads; where somebody else pointed it is told.
    fn tell_whither(&self, cx: &HeritageCx, name: &str, target: &str) {
        let recorded = cx.target.services.get(self.0.name.as_str()).and_then(|ids| ids.load_balancer.as_ref());
        if recorded.is_some_and(|balancer| !balancer.eq_ignore_ascii_case(target)) {
            cx.run.warn(format!("{name} was changed by somebody else and led to {target}; it was removed"));
        }
    }
}

impl Step for DeleteRecord {
    type Cx = HeritageCx;
    type Output = String;
    const NAME: &'static str = "delete_record";

    fn of(&self) -> Option<&str> {
        Some(self.0.name.as_str())
    }

    fn resources(name: &String) -> Vec<String> {
        vec![name.clone()]
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<String>, Failure> {
        let (zone_id, name) = cx.private_record(&self.0.name)?;
        if let Some(record) = cx.aws.route53.find_record(&zone_id, &name).await? {
            match record.answer {
                Answer::Cname { ref target, .. } => {
                    self.tell_whither(cx, &name, target);
                    cx.run.intent(self, &name).await?;
                    cx.aws.route53.delete_record(&record).await?;
                }
                Answer::Alias { .. } | Answer::Other => {
                    cx.run.warn(format!("{name} is not a record that Barcelona made; it stays"));
                }
            }
        }
        Ok(Turn::Done(name))
    }

    async fn left(&self, cx: &HeritageCx) -> Result<Option<Vec<String>>, Failure> {
        let (zone_id, name) = cx.private_record(&self.0.name)?;
        let record = cx.aws.route53.find_record(&zone_id, &name).await?;
        Ok(Some(record.map(|_| name).into_iter().collect()))
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        final_once_begun(cx, self)
    }
}
