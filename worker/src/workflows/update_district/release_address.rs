//! The public address of a NAT gateway that is gone.
//!
//! Makes        nothing; releases the elastic IP address
//! Repeat-safe  absent is fine
//! Undo         allocates one in its place; the address is another one, which the operation warns of

use crate::engine::{Failure, Step, Turn, Undone, put_back};
use crate::workflows::DistrictCx;
use crate::workflows::provision_district::AllocateAddress;
use crate::workflows::provision_district::layout::Zone;

/// Releases the address of a zone's NAT gateway.
pub(crate) struct ReleaseAddress(pub(crate) Zone);

impl Step for ReleaseAddress {
    type Cx = DistrictCx;
    /// The ids of what was released.
    type Output = Vec<String>;
    const NAME: &'static str = "release_address";

    fn of(&self) -> Option<&str> {
        Some(self.0.name())
    }

    fn resources(released: &Vec<String>) -> Vec<String> {
        released.clone()
    }

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<Vec<String>>, Failure> {
        let seen = cx.aws.ec2.find_addresses(&cx.owner, Some(&AllocateAddress::name(self.0, cx))).await?;
        cx.run.intent(self, seen.iter().map(|seen| &seen.thing).collect::<Vec<_>>()).await?;
        for address in &seen {
            cx.aws.ec2.release_address(&address.thing).await?;
        }
        Ok(Turn::Done(cx.run.note_of(self)?.unwrap_or_default()))
    }

    async fn undo(&self, cx: &DistrictCx) -> Result<Undone, Failure> {
        let released: Vec<String> = cx.run.note_of(self)?.unwrap_or_default();
        if released.is_empty() {
            return Ok(Undone::Done(vec![]));
        }
        match put_back(self, &AllocateAddress(self.0), cx).await? {
            Turn::Wait(wait) => Ok(Undone::Wait(wait)),
            Turn::Done(standing) if released.contains(&standing) => Ok(Undone::Done(vec![])),
            Turn::Done(another) => {
                cx.run.warn(format!("zone {} goes out through another public address than before", self.0.name()));
                Ok(Undone::Done(vec![another]))
            }
        }
    }
}
