//! Whose a record is: records carry no tags.
//!
//! A record of our name and value is ours when the intent to write it stands; one that says something else is somebody's,
//! and is neither overwritten nor deleted. Route53 takes five calls a second, so it is asked only where that can matter.

use serde_json::Value;
use shared::problem::Code;

use crate::aws::route53::{Answer, Record};
use crate::engine::{Class, Failure, Found, Ready, Step};
use crate::workflows::HeritageCx;

/// Whether a step may have written its record before.
pub(crate) fn is_noted<S: Step>(cx: &HeritageCx, step: &S) -> Result<bool, Failure> {
    Ok(cx.run.note_of::<S, Value>(step)?.is_some())
}

/// What stands under the name of a record that may have been written before.
pub(crate) async fn find(cx: &HeritageCx, wanted: &Record) -> Result<Found<Record>, Failure> {
    Ok(match cx.aws.route53.find_record(&wanted.zone_id, &wanted.name).await? {
        None => Found::Absent,
        Some(standing) if standing == *wanted => Found::Ours(vec![standing]),
        Some(standing) => Found::Earlier(standing),
    })
}

/// Makes a record where none is. Where Route53 refuses, it is asked what stands there.
pub(crate) async fn create(cx: &HeritageCx, wanted: Record) -> Result<Record, Failure> {
    let refused = match cx.aws.route53.create_record(&wanted).await {
        Ok(()) => return Ok(wanted),
        Err(refused) if refused.is("InvalidChangeBatch") => refused,
        Err(other) => return Err(other.into()),
    };
    match cx.aws.route53.find_record(&wanted.zone_id, &wanted.name).await? {
        Some(standing) => check(&standing, &wanted.answer).map(|_| standing),
        // The read is older than the record.
        None if refused.message().contains("already exists") => {
            Err(Failure { class: Class::NotYetConsistent, ..refused.into() })
        }
        None => Err(refused.into()),
    }
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
