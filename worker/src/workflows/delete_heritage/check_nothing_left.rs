//! Nothing of the heritage is left.
//!
//! Makes        nothing: looks, by tag and by name, for what should be gone
//! Repeat-safe  only looks
//! Undo         nothing

use shared::problem::{Code, Problem};

use super::delete_roles::standing_roles;
use super::deregister_task_definitions::revisions;
use crate::aws::ecs::Status;
use crate::engine::{Class, Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;

/// Looks for what is left.
pub(crate) struct CheckNothingLeft {
    /// Whether the log group is to stay.
    pub(crate) keep_logs: bool,
}

impl CheckNothingLeft {
    async fn all(&self, cx: &HeritageCx) -> Result<Vec<String>, Failure> {
        let mut left = Vec::new();
        let services = cx.aws.ecs.find_services(&cx.cluster()).await?;
        let standing = services.into_iter().filter(|it| it.status != Status::Inactive && cx.owner.covers(&it.tags));
        left.extend(standing.map(|service| service.arn));
        let balancers = cx.aws.elb.find_load_balancers().await?;
        let balancers = balancers.into_iter().filter(|seen| cx.owner.covers(&seen.tags));
        left.extend(balancers.map(|seen| seen.thing.name));
        left.extend(revisions(cx).await?);
        left.extend(standing_roles(cx).await?);
        left.extend(cx.aws.ssm.find_parameters(&cx.aws.names.parameter_path(cx.district(), &cx.heritage)).await?);
        if !self.keep_logs {
            let group = cx.aws.logs.find_log_group(&cx.log_group()).await?;
            let group = group.filter(|seen| cx.owner.covers(&seen.tags));
            left.extend(group.map(|seen| seen.thing.name));
        }
        Ok(left)
    }
}

impl Step for CheckNothingLeft {
    type Cx = HeritageCx;
    type Output = ();
    const NAME: &'static str = "check_nothing_left";

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<()>, Failure> {
        let left = self.all(cx).await?;
        if left.is_empty() {
            return Ok(Turn::Done(()));
        }
        let detail = format!("{} things of heritage {} are left", left.len(), cx.heritage);
        let problem = Problem::new(Code::ResidueLeft, detail);
        let problem = left.iter().fold(problem, |problem, thing| problem.with_evidence("residue", thing));
        // Lists lag behind deletions, so it is looked again for a while.
        Err(Failure::new(Class::NotYetConsistent, problem))
    }

    async fn left(&self, cx: &HeritageCx) -> Result<Option<Vec<String>>, Failure> {
        self.all(cx).await.map(Some)
    }

    async fn undo(&self, _cx: &HeritageCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(Vec::new()))
    }
}
