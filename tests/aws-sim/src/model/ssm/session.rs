//! Sessions on instances. They are opened and closed; nobody types in them.

use serde_json::{Value, json};

use super::{instance, listing, unfit};
use crate::model::clock::{Moment, epoch};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// What is opened when no document is named.
const SHELL: &str = "SSM-SessionManagerRunShell";

/// One session.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Session {
    id: String,
    target: String,
    document: String,
    reason: Option<String>,
    owner: String,
    started: Moment,
    ended: Option<Moment>,
}

impl Session {
    /// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Session.html>
    fn render(&self) -> Value {
        json!({
            "SessionId": self.id,
            "Target": self.target,
            "Status": if self.ended.is_some() { "Terminated" } else { "Connected" },
            "StartDate": epoch(self.started),
            "EndDate": self.ended.map(epoch),
            "DocumentName": self.document,
            "Owner": self.owner,
            "Reason": self.reason,
        })
    }
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_StartSession.html>
pub(super) fn start(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let target = input.required("Target")?;
    if !instance::is_managed(context, target) {
        return Err(AwsError::new("TargetNotConnected", format!("{target} is not connected.")));
    }
    let id = format!("root-{}", context.world.ids.hex(17));
    let token = context.world.ids.hex(64);
    let session = Session {
        id: id.clone(),
        target: target.to_owned(),
        document: input.text("DocumentName").unwrap_or(SHELL).to_owned(),
        reason: input.text("Reason").map(str::to_owned),
        owner: context.global_arn("iam", "root"),
        started: context.now,
        ended: None,
    };
    let url =
        format!("wss://ssmmessages.{}.amazonaws.com/v1/data-channel/{id}?role=publish_subscribe", context.place.region);
    context.region().ssm.sessions.insert(id.clone(), session);
    Ok(json!({"SessionId": id, "TokenValue": token, "StreamUrl": url}))
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_TerminateSession.html>
pub(super) fn terminate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, now) = (input.required("SessionId")?, context.now);
    let session = context.region().ssm.sessions.get_mut(id);
    let session =
        session.ok_or_else(|| AwsError::new("DoesNotExistException", format!("Session {id} does not exist.")))?;
    session.ended.get_or_insert(now);
    Ok(json!({ "SessionId": id }))
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_DescribeSessions.html>
pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let over = match input.required("State")? {
        "Active" => false,
        "History" => true,
        other => return Err(unfit("state", other, "Member must satisfy enum value set: [Active, History]")),
    };
    let filters = input.parts("Filters");
    let keeps = |session: &Session| {
        filters.iter().all(|filter| match (filter.text("key"), filter.text("value").unwrap_or_default()) {
            (Some("Target"), value) => session.target == value,
            (Some("SessionId"), value) => session.id == value,
            (Some("Owner"), value) => session.owner == value,
            _ => true,
        })
    };
    let sessions = context.region().ssm.sessions.values();
    let kept = sessions.filter(|session| session.ended.is_some() == over && keeps(session));
    let rows = kept.map(|session| (session.id.clone(), session.render())).collect();
    listing::paged(input, "Sessions", rows, 200)
}

/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetConnectionStatus.html>
pub(super) fn connection(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let target = input.required("Target")?;
    let status = if instance::is_managed(context, target) { "connected" } else { "notconnected" };
    Ok(json!({"Target": target, "Status": status}))
}
