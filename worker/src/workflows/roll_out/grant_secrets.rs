//! The secrets of others that new containers refer to can be read when they start.
//!
//! Makes        the execution role's policy, for what the environment refers to before and after
//! Repeat-safe  writes the same policy again
//! Undo         writes the policy for what the environment referred to before

use shared::outline::roll_out::sources;

use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;
use crate::workflows::create_heritage::create_role::Purpose;
use crate::workflows::create_heritage::execution_policy;
use crate::workflows::create_heritage::parts::role_arn;

/// Lets the execution role read other secrets.
pub(crate) struct GrantSecrets;

impl Step for GrantSecrets {
    type Cx = HeritageCx;
    /// The role's ARN.
    type Output = String;
    const NAME: &'static str = "grant_secrets";

    fn resources(arn: &String) -> Vec<String> {
        vec![arn.clone()]
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<String>, Failure> {
        let arn = role_arn(cx, Purpose::Execution).await?;
        cx.run.intent(self, &arn).await?;
        execution_policy::put(cx, &arn).await?;
        Ok(Turn::Done(arn))
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        let Some(arn): Option<String> = cx.run.note_of(self)? else { return Ok(Undone::Done(Vec::new())) };
        let before = cx.target.before.as_ref().map(sources).unwrap_or_default();
        execution_policy::put_for(cx, &arn, &before).await?;
        Ok(Undone::Done(vec![arn]))
    }
}
