//! Attributes of load balancers: how connections are handled.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{conflicting, invalid};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// How requests that might be an attack are treated.
const MODES: [&str; 3] = ["monitor", "defensive", "strictest"];

/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_LoadBalancerAttributes.html>
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Attributes {
    cross_zone: bool,
    /// Seconds that connections to a deregistered instance may go on, if they may.
    draining: Option<i64>,
    draining_seconds: i64,
    idle_seconds: i64,
    /// Members as they came; there is no S3 to write to.
    access_log: Value,
    additional: BTreeMap<String, String>,
}

impl Default for Attributes {
    fn default() -> Self {
        Self {
            cross_zone: false,
            draining: None,
            draining_seconds: 300,
            idle_seconds: 60,
            access_log: json!({"Enabled": false}),
            additional: BTreeMap::from([("elb.http.desyncmitigationmode".to_owned(), "defensive".to_owned())]),
        }
    }
}

impl Attributes {
    fn changed(mut self, input: &Input<'_>) -> Result<Self, AwsError> {
        self.cross_zone = input.part("CrossZoneLoadBalancing").flag("Enabled")?.unwrap_or(self.cross_zone);
        let draining = input.part("ConnectionDraining");
        self.draining_seconds = draining.int("Timeout")?.unwrap_or(self.draining_seconds);
        if let Some(enabled) = draining.flag("Enabled")? {
            self.draining = enabled.then_some(self.draining_seconds);
        }
        self.idle_seconds = input.part("ConnectionSettings").int("IdleTimeout")?.unwrap_or(self.idle_seconds);
        if !(1..=3600).contains(&self.draining_seconds) || !(1..=4000).contains(&self.idle_seconds) {
            return Err(invalid(
                "ConnectionDraining Timeout must be 1 to 3600, ConnectionSettings IdleTimeout 1 to 4000",
            ));
        }
        if let Some(access_log) = input.get("AccessLog") {
            check_access_log(&input.part("AccessLog"))?;
            self.access_log = access_log.clone();
        }
        for attribute in input.parts("AdditionalAttributes") {
            let key = attribute.required("Key")?;
            if !self.additional.contains_key(key) {
                let message = format!("Attribute {key} is not supported");
                return Err(AwsError::new("LoadBalancerAttributeNotFound", message));
            }
            let value = attribute.text("Value").unwrap_or_default();
            if !MODES.contains(&value) {
                return Err(invalid(format!("Attribute {key} must be one of {}", MODES.join(", "))));
            }
            self.additional.insert(key.to_owned(), attribute.text("Value").unwrap_or_default().to_owned());
        }
        Ok(self)
    }

    fn render(&self) -> Value {
        let additional = self.additional.iter().map(|(key, value)| json!({"Key": key, "Value": value}));
        json!({
            "CrossZoneLoadBalancing": {"Enabled": self.cross_zone},
            "AccessLog": self.access_log,
            "ConnectionDraining": {"Enabled": self.draining.is_some(), "Timeout": self.draining_seconds},
            "ConnectionSettings": {"IdleTimeout": self.idle_seconds},
            "AdditionalAttributes": additional.collect::<Vec<_>>(),
        })
    }
}

/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_AccessLog.html>
fn check_access_log(log: &Input<'_>) -> Result<(), AwsError> {
    if log.flag("Enabled")? == Some(true) && log.text("S3BucketName").is_none_or(str::is_empty) {
        return Err(conflicting("Access logs need the name of a bucket"));
    }
    if log.int("EmitInterval")?.is_some_and(|minutes| !matches!(minutes, 5 | 60)) {
        return Err(invalid("AccessLog EmitInterval must be 5 or 60 minutes"));
    }
    Ok(())
}

pub(super) fn modify(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let balancer = context.region().elb.named_mut(input)?;
    let given = input.part("LoadBalancerAttributes");
    balancer.attributes = balancer.attributes.clone().changed(&given)?;
    let all = balancer.attributes.render();
    let shown = all.as_object().into_iter().flatten().filter(|(name, _)| given.has(name));
    let shown: serde_json::Map<_, _> = shown.map(|(name, value)| (name.clone(), value.clone())).collect();
    Ok(json!({ "LoadBalancerName": balancer.name, "LoadBalancerAttributes": shown }))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    Ok(json!({ "LoadBalancerAttributes": context.region().elb.named(input)?.attributes.render() }))
}
