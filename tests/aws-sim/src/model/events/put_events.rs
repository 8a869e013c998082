//! Events that callers send, and trying a pattern on one.

use serde_json::{Value, json};

use super::{bus_name, firing, pattern, state};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// Each entry is taken or refused for itself; the call succeeds.
/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html>
pub(super) fn put(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let entries = input.parts("Entries");
    let answers: Vec<Value> = entries.iter().map(|entry| accept(context, entry)).collect();
    let failed = answers.iter().filter(|answer| answer.get("ErrorCode").is_some()).count();
    Ok(json!({"FailedEntryCount": failed, "Entries": answers}))
}

fn accept(context: &mut Context<'_>, entry: &Input<'_>) -> Value {
    for member in ["Source", "DetailType", "Detail"] {
        if entry.text(member).is_none_or(str::is_empty) {
            let message = format!("Parameter {member} is not valid. Reason: {member} is a required argument.");
            return json!({"ErrorCode": "InvalidArgument", "ErrorMessage": message});
        }
    }
    let [source, kind, detail] = ["Source", "DetailType", "Detail"].map(|name| entry.text(name).unwrap_or_default());
    if source.starts_with("aws.") {
        let message = "Not authorized for the source.";
        return json!({"ErrorCode": "NotAuthorizedForSourceException", "ErrorMessage": message});
    }
    let Ok(detail @ Value::Object(_)) = serde_json::from_str(detail) else {
        return json!({"ErrorCode": "MalformedDetail", "ErrorMessage": "Detail is malformed."});
    };
    let bus = bus_name(entry, "EventBusName");
    // An event for a bus that is not there is taken, and lost.
    state(context);
    json!({"EventId": firing::publish(context, bus, source, kind, &entry.strings("Resources"), detail)})
}

/// <https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_TestEventPattern.html>
pub(super) fn test_pattern(_context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let pattern = pattern::check(input.required("EventPattern")?)?;
    let malformed = || AwsError::new("ValidationException", "Parameter Event is not valid.");
    let event: Value = serde_json::from_str(input.required("Event")?).map_err(|_| malformed())?;
    let needed = ["id", "account", "source", "time", "region", "resources", "detail-type"];
    if needed.iter().any(|member| event.get(member).is_none()) {
        return Err(malformed());
    }
    Ok(json!({"Result": pattern::fits(&pattern, &event)}))
}
