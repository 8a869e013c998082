//! What Docker logs in with.

use base64::Engine;
use base64::prelude::BASE64_STANDARD as BASE64;
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::model::clock::epoch;
use crate::model::context::Context;
use crate::model::error::Answer;
use crate::model::input::Input;

/// <https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetAuthorizationToken.html>
const LASTS: TimeDelta = TimeDelta::hours(12);

/// One token for each registry that is asked for; the caller's own if none is.
pub(super) fn token(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let mut registries = input.strings("registryIds");
    if registries.is_empty() {
        registries.push(context.place.account.to_string());
    }
    let data: Vec<Value> = registries
        .into_iter()
        .map(|registry| {
            let password = BASE64.encode(context.world.ids.hex(64));
            json!({
                "authorizationToken": BASE64.encode(format!("AWS:{password}")),
                "expiresAt": epoch(context.now + LASTS),
                "proxyEndpoint": format!("https://{registry}.dkr.ecr.{}.amazonaws.com", context.place.region),
            })
        })
        .collect();
    Ok(json!({ "authorizationData": data }))
}
