//! Changes, which take a while until all name servers know them.

use serde_json::{Value, json};

use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::timing;

/// Something that was changed.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Change {
    id: String,
    submitted: Moment,
    comment: Option<String>,
}

impl Change {
    /// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeInfo.html>
    fn render(&self, now: Moment) -> Value {
        let known = now >= self.submitted + timing::NAME_SERVERS_LEARN;
        json!({
            "Id": format!("/change/{}", self.id),
            "Status": if known { "INSYNC" } else { "PENDING" },
            "SubmittedAt": iso(self.submitted),
            "Comment": self.comment,
        })
    }
}

/// Remembers a change that has just been made, and shows it.
pub(super) fn submit(context: &mut Context<'_>, comment: Option<&str>) -> Value {
    let id = context.world.ids.capitals("C", 20);
    let change = Change { id: id.clone(), submitted: context.now, comment: comment.map(str::to_owned) };
    let shown = change.render(context.now);
    context.account().route53.changes.insert(id, change);
    shown
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let now = context.now;
    let id = input.required("Id")?;
    let id = id.trim_start_matches('/').trim_start_matches("change/");
    let change = context.account().route53.changes.get(id).ok_or_else(|| {
        AwsError::new("NoSuchChange", format!("Could not find resource with ID: {id}")).with_status(404)
    })?;
    Ok(json!({ "ChangeInfo": change.render(now) }))
}
