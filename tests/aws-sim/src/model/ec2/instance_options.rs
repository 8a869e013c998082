//! What can be set about an instance: how its metadata is read, what protects it, what it is watched by.

use serde_json::{Value, json};

use crate::model::error::AwsError;
use crate::model::input::Input;

/// How programs on an instance read its metadata.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceMetadataOptionsResponse.html>
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Metadata {
    pub(super) tokens: String,
    hops: i64,
    pub(super) endpoint: String,
    ipv6: String,
    tags: String,
}

/// What protects an instance, and the like.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Options {
    pub(super) termination_disabled: bool,
    pub(super) stop_disabled: bool,
    /// Whether a shutdown from within terminates it.
    pub(super) terminates_itself: bool,
    pub(super) ebs_optimized: bool,
    pub(super) monitored: bool,
    /// `standard` or `unlimited`, for burstable instances.
    pub(super) credits: Option<String>,
}

impl Default for Metadata {
    /// What images of Amazon Linux 2023 ask for.
    fn default() -> Self {
        let text = str::to_owned;
        Self {
            tokens: text("required"),
            hops: 2,
            endpoint: text("enabled"),
            ipv6: text("disabled"),
            tags: text("disabled"),
        }
    }
}

impl Metadata {
    /// Takes over what a call says.
    pub(super) fn change(&mut self, input: &Input<'_>) -> Result<(), AwsError> {
        let members = [
            ("HttpTokens", &mut self.tokens, ["optional", "required"]),
            ("HttpEndpoint", &mut self.endpoint, ["enabled", "disabled"]),
            ("HttpProtocolIpv6", &mut self.ipv6, ["enabled", "disabled"]),
            ("InstanceMetadataTags", &mut self.tags, ["enabled", "disabled"]),
        ];
        for (name, place, allowed) in members {
            match input.text(name) {
                None => {}
                Some(value) if allowed.contains(&value) => value.clone_into(place),
                Some(other) => return Err(invalid(name, other)),
            }
        }
        match input.int("HttpPutResponseHopLimit")? {
            None => {}
            Some(hops @ 1..=64) => self.hops = hops,
            Some(other) => return Err(invalid("HttpPutResponseHopLimit", &other.to_string())),
        }
        Ok(())
    }

    pub(super) fn render(&self, state: &str) -> Value {
        json!({
            "state": state,
            "httpTokens": self.tokens,
            "httpPutResponseHopLimit": self.hops,
            "httpEndpoint": self.endpoint,
            "httpProtocolIpv6": self.ipv6,
            "instanceMetadataTags": self.tags,
        })
    }
}

impl Options {
    /// What RunInstances says.
    pub(super) fn read(input: &Input<'_>) -> Result<Self, AwsError> {
        Ok(Self {
            termination_disabled: input.flag("DisableApiTermination")?.unwrap_or(false),
            stop_disabled: input.flag("DisableApiStop")?.unwrap_or(false),
            terminates_itself: shutdown_behavior(input.text("InstanceInitiatedShutdownBehavior"))?,
            ebs_optimized: input.flag("EbsOptimized")?.unwrap_or(false),
            monitored: input.part("Monitoring").flag("Enabled")?.unwrap_or(false),
            credits: input.part("CreditSpecification").text("CpuCredits").map(str::to_owned),
        })
    }

    pub(super) fn monitoring_state(&self) -> &'static str {
        if self.monitored { "enabled" } else { "disabled" }
    }
}

/// Whether a shutdown from within terminates.
pub(super) fn shutdown_behavior(text: Option<&str>) -> Result<bool, AwsError> {
    match text {
        None | Some("stop") => Ok(false),
        Some("terminate") => Ok(true),
        Some(other) => Err(invalid("instanceInitiatedShutdownBehavior", other)),
    }
}

fn invalid(name: &str, value: &str) -> AwsError {
    AwsError::new("InvalidParameterValue", format!("Value ({value}) for parameter {name} is invalid."))
}
