//! What the tasks of a heritage that stands need besides their roles: somebody may have removed it since.
//!
//! Without it no new task would start, and an undo could not start the old ones either: so this fails before anything is
//! changed, and names what is missing.

use shared::heritage::{EnvValue, HeritageSpec};
use shared::problem::Code;

use super::parts::not_ours;
use crate::engine::Failure;
use crate::workflows::HeritageCx;

/// Sees that the log group and the secrets stand that earlier operations made.
pub(crate) async fn check_parts(cx: &HeritageCx) -> Result<(), Failure> {
    let Some(before) = &cx.target.before else { return Ok(()) };
    let name = cx.log_group();
    let group = cx.aws.logs.find_log_group(&name).await?.ok_or_else(|| missing(&format!("log group {name}")))?;
    if !cx.owner.covers(&group.tags) {
        return Err(not_ours(&format!("log group {name}")));
    }
    let needed = secrets(cx, before);
    if needed.is_empty() {
        return Ok(());
    }
    let standing = cx.aws.ssm.find_parameters(&cx.aws.names.parameter_path(cx.district(), &cx.heritage)).await?;
    match needed.into_iter().find(|name| standing.iter().all(|it| it != name)) {
        Some(gone) => Err(missing(&format!("parameter {gone}"))),
        None => Ok(()),
    }
}

/// Parameters that were written before and are read still.
fn secrets<'a>(cx: &'a HeritageCx, before: &'a HeritageSpec) -> Vec<&'a str> {
    let after = cx.target.after.as_ref();
    let is_kept = |name: &str| {
        after.is_some_and(|after| {
            after
                .environment
                .values()
                .any(|value| matches!(value, EnvValue::Sealed { parameter, .. } if parameter == name))
        })
    };
    let written = before.environment.values().filter_map(|value| match value {
        EnvValue::Sealed { parameter, .. } => Some(parameter.as_str()),
        EnvValue::Plain(_) | EnvValue::From(_) => None,
    });
    written.filter(|name| is_kept(name)).collect()
}

fn missing(what: &str) -> Failure {
    let detail = format!("{what}, which the heritage's tasks need, is not there: somebody removed it");
    Failure::not_seen_yet(Code::ResourceFailed, detail)
}
