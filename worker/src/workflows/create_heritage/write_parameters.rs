//! The secret values that the request brought.
//!
//! Makes        one SSM parameter (SecureString) for each, under a name that is written once
//! Repeat-safe  a name names its operation: a parameter that exists is ours
//! Undo         deletes these parameters

use shared::outline::roll_out::new_secrets;
use shared::problem::Code;

use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;

/// Writes the secrets.
pub(crate) struct WriteParameters;

impl Step for WriteParameters {
    type Cx = HeritageCx;
    /// Their names.
    type Output = Vec<String>;
    const NAME: &'static str = "write_parameters";

    fn resources(names: &Vec<String>) -> Vec<String> {
        names.clone()
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<Vec<String>>, Failure> {
        let secrets = cx.target.after.as_ref().map(|after| new_secrets(cx.target.before.as_ref(), after));
        let secrets = secrets.unwrap_or_default();
        let names: Vec<String> = secrets.iter().map(|(name, _)| (*name).to_owned()).collect();
        cx.run.intent(self, &names).await?;
        for (name, sealed) in secrets {
            let value = cx.keys.open(name, sealed).map_err(|error| {
                Failure::permanent(Code::SecretUnreadable, format!("the value of {name} cannot be opened: {error}"))
            })?;
            cx.aws.ssm.write_secret(name, &value, &cx.owner.tags(name)).await?;
        }
        Ok(Turn::Done(names))
    }

    async fn left(&self, cx: &HeritageCx) -> Result<Option<Vec<String>>, Failure> {
        let written: Vec<String> = cx.run.note_of(self)?.unwrap_or_default();
        let path = cx.aws.names.parameter_path(cx.district(), &cx.heritage);
        let mut standing = cx.aws.ssm.find_parameters(&path).await?;
        standing.retain(|name| written.contains(name));
        Ok(Some(standing))
    }

    async fn undo(&self, cx: &HeritageCx) -> Result<Undone, Failure> {
        let names: Vec<String> = cx.run.note_of(self)?.unwrap_or_default();
        cx.aws.ssm.delete_parameters(&names).await?;
        Ok(Undone::Done(names))
    }
}
