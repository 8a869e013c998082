//! The way out of a private subnet in which no instance stands any more.
//!
//! Makes        nothing; removes the route 0.0.0.0/0
//! Repeat-safe  absent is fine
//! Undo         points it where it led before

use shared::district::NatType;

use super::nat_before;
use super::point_route::set_way_out;
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::DistrictCx;
use crate::workflows::provision_district::layout::{Table, Zone};

/// Removes the way out of a zone's private subnet.
pub(crate) struct RemoveRoute(pub(crate) Zone);

impl Step for RemoveRoute {
    type Cx = DistrictCx;
    type Output = ();
    const NAME: &'static str = "remove_route";

    fn of(&self) -> Option<&str> {
        Some(Table::Private(self.0).name())
    }

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<()>, Failure> {
        cx.run.intent(self, nat_before(cx)).await?;
        set_way_out(cx, self.0, NatType::None).await?;
        Ok(Turn::Done(()))
    }

    async fn undo(&self, cx: &DistrictCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(vec![set_way_out(cx, self.0, nat_before(cx)).await?]))
    }
}
