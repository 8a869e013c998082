//! DNS in the VPC: the private zone answers only where it is on.
//!
//! Makes        nothing; turns on DNS support and hostnames of the VPC
//! Repeat-safe  setting them again changes nothing
//! Undo         none: they go with the VPC

use super::parts;
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::DistrictCx;

/// Turns on DNS support and hostnames.
pub(crate) struct EnableDns;

impl Step for EnableDns {
    type Cx = DistrictCx;
    type Output = ();
    const NAME: &'static str = "enable_dns";

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<()>, Failure> {
        cx.aws.ec2.enable_dns(&parts::vpc(cx)?).await?;
        Ok(Turn::Done(()))
    }

    async fn undo(&self, _cx: &DistrictCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(vec![]))
    }
}
