//! The container instances, of another kind or in other subnets.
//!
//! Makes        new instances from the new template version, one at a time, and ends the old ones after draining
//! Repeat-safe  the next action follows from what is seen
//! Undo         the template version, subnets and number before, noted in the intent: replaced again the same way

use std::time::Duration;

use super::CreateLaunchTemplateVersion;
use super::fleet::{self, Shape};
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::DistrictCx;
use crate::workflows::provision_district::parts;

/// Replaces the instances.
pub(crate) struct ReplaceInstances;

impl Step for ReplaceInstances {
    type Cx = DistrictCx;
    type Output = ();
    const NAME: &'static str = "replace_instances";
    const LIMIT: Duration = Duration::from_secs(4 * 3600);

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<()>, Failure> {
        fleet::before(cx, self).await?;
        let spec = &cx.target.spec;
        let wanted = Shape {
            template: cx.run.output_of(&CreateLaunchTemplateVersion)?,
            subnet_ids: parts::instance_subnets(cx, spec.nat_type)?,
            size: spec.cluster_size,
        };
        fleet::converge(cx, &wanted).await
    }

    async fn undo(&self, cx: &DistrictCx) -> Result<Undone, Failure> {
        fleet::restore(cx, self).await
    }
}
