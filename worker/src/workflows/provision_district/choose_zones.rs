//! The two availability zones of the network.
//!
//! Makes        nothing; the first two zones by name that need no opting in, kept in the journal
//! Repeat-safe  reads only
//! Undo         none

use shared::problem::Code;

use super::layout::Zone;
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::DistrictCx;

/// Chooses two zones.
pub(crate) struct ChooseZones;

impl Step for ChooseZones {
    type Cx = DistrictCx;
    type Output = Vec<String>;
    const NAME: &'static str = "choose_zones";
    const LOOKS: bool = true;

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<Vec<String>>, Failure> {
        let mut zones = cx.aws.ec2.zones().await?;
        if zones.len() < Zone::ALL.len() {
            let detail = format!("the region {} has {} usable zones; a district takes 2", cx.aws.region, zones.len());
            return Err(Failure::permanent(Code::AwsRefused, detail));
        }
        zones.truncate(Zone::ALL.len());
        Ok(Turn::Done(zones))
    }

    async fn undo(&self, _cx: &DistrictCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(vec![]))
    }
}
