//! A NAT gateway that nothing goes out through any more.
//!
//! Makes        nothing; deletes the NAT gateway and waits until it is gone
//! Repeat-safe  looks again what is left; absent is fine
//! Undo         makes one in its place

use crate::engine::{Failure, Ready, Resource as _, Step, Turn, Undone, Wait, put_back};
use crate::workflows::DistrictCx;
use crate::workflows::provision_district::layout::Zone;
use crate::workflows::provision_district::{AllocateAddress, CreateNatGateway};

/// Deletes the NAT gateway of a zone.
pub(crate) struct DeleteNatGateway(pub(crate) Zone);

impl Step for DeleteNatGateway {
    type Cx = DistrictCx;
    /// The ids of what was deleted.
    type Output = Vec<String>;
    const NAME: &'static str = "delete_nat_gateway";

    fn of(&self) -> Option<&str> {
        Some(self.0.name())
    }

    fn resources(deleted: &Vec<String>) -> Vec<String> {
        deleted.clone()
    }

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<Vec<String>>, Failure> {
        let seen = cx.aws.ec2.find_nat_gateways(&cx.owner, Some(&AllocateAddress::name(self.0, cx))).await?;
        if seen.is_empty() {
            return Ok(Turn::Done(cx.run.note_of(self)?.unwrap_or_default()));
        }
        cx.run.intent(self, seen.iter().map(|seen| &seen.thing.id).collect::<Vec<_>>()).await?;
        for gateway in seen.iter().filter(|seen| !seen.going) {
            cx.aws.ec2.delete_nat_gateway(&gateway.thing.id).await?;
        }
        Ok(Turn::Wait(Wait::for_aws(format!("the NAT gateway of zone {} is being deleted", self.0.name()))))
    }

    async fn undo(&self, cx: &DistrictCx) -> Result<Undone, Failure> {
        if cx.run.note_of::<_, Vec<String>>(self)?.is_none() {
            return Ok(Undone::Done(vec![]));
        }
        let gateway = CreateNatGateway(self.0);
        let id = match put_back(self, &gateway, cx).await? {
            Turn::Done(id) => id,
            Turn::Wait(wait) => return Ok(Undone::Wait(wait)),
        };
        match gateway.ready(cx, &id).await? {
            Ready::Yes => Ok(Undone::Done(vec![id])),
            Ready::NotYet(wait) => Ok(Undone::Wait(wait)),
        }
    }
}
