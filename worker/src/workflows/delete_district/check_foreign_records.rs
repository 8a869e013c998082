//! Records that somebody else put into the district's private zone.
//!
//! Makes        nothing; lists them and refuses, unless they were asked to go too
//! Repeat-safe  reads only
//! Undo         none

use shared::problem::{Code, Problem};

use super::asked;
use super::delete_private_zone::PrivateZones;
use crate::engine::{Class, Failure, Step, Turn, Undone};
use crate::workflows::DistrictCx;

pub(super) struct CheckForeignRecords;

impl Step for CheckForeignRecords {
    type Cx = DistrictCx;
    type Output = ();
    const NAME: &'static str = "check_foreign_records";

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<()>, Failure> {
        let mut foreign = vec![];
        for zone in PrivateZones::all(cx).await? {
            foreign.extend(cx.aws.route53.records_in(&zone).await?);
        }
        if foreign.is_empty() || asked(cx).force { Ok(Turn::Done(())) } else { Err(refusal(foreign)) }
    }

    async fn undo(&self, _cx: &DistrictCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(vec![]))
    }
}

fn refusal(foreign: Vec<String>) -> Failure {
    let detail = format!("the private zone has {} records that Barcelona did not make", foreign.len());
    let problem = Problem::new(Code::InUse, detail).advised("Delete these records, or pass ?force=true.");
    let listed = foreign.into_iter().fold(problem, |problem, record| problem.with_evidence("record", record));
    Failure::new(Class::Permanent, listed)
}
