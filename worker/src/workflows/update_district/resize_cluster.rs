//! The number of container instances.
//!
//! Makes        instances, or drains the surplus ones and terminates them when nothing runs on them
//! Repeat-safe  the next action follows from what is seen
//! Undo         the number before, noted in the intent

use std::time::Duration;

use super::fleet::{self, Shape};
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::DistrictCx;

/// Grows or shrinks the cluster.
pub(crate) struct ResizeCluster;

impl Step for ResizeCluster {
    type Cx = DistrictCx;
    type Output = ();
    const NAME: &'static str = "resize_cluster";
    const LIMIT: Duration = Duration::from_secs(3600);

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<()>, Failure> {
        let before = fleet::before(cx, self).await?;
        fleet::converge(cx, &Shape { size: cx.target.spec.cluster_size, ..before }).await
    }

    async fn undo(&self, cx: &DistrictCx) -> Result<Undone, Failure> {
        fleet::restore(cx, self).await
    }
}
