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
                Answer::Cname { .. } => {
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

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        final_once_begun(cx, self)
    }
}
