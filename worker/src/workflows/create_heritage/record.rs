//! Whose a record is: records carry no tags.
//!
//! A record of our name and value is ours when the intent to write it stands; one that says something else is somebody's,
//! and is neither overwritten nor deleted.

use serde_json::Value;
use shared::problem::Code;

use crate::aws::route53::{Answer, Record};
use crate::engine::{Failure, Found, Ready, Step};
use crate::workflows::HeritageCx;

/// What stands under the name of `wanted`.
pub(crate) async fn find<S: Step>(cx: &HeritageCx, step: &S, wanted: &Record) -> Result<Found<Record>, Failure> {
    let noted: Option<Value> = cx.run.note_of(step)?;
    Ok(match cx.aws.route53.find_record(&wanted.zone_id, &wanted.name).await? {
        None => Found::Absent,
        Some(standing) if standing == *wanted && noted.is_some() => Found::Ours(vec![standing]),
        Some(standing) => Found::Earlier(standing),
    })
}

/// Ready, unless it says something else.
pub(crate) fn check(standing: &Record, wanted: &Answer) -> Result<Ready, Failure> {
    if standing.answer == *wanted {
        return Ok(Ready::Yes);
    }
    let leads = standing.answer.target().unwrap_or("something else");
    let detail = format!("there is a record {} already, and it leads to {leads}", standing.name);
    Err(Failure::permanent(Code::AlreadyExists, detail))
}
