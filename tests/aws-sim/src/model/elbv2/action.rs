//! Actions: what is done with a request that a rule or a listener takes.
//!
//! <https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html>

use serde_json::{Value, json};

/// One action.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Action {
    pub(super) order: Option<i64>,
    pub(super) deed: Deed,
}

/// What an action does.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum Deed {
    Forward(Forward),
    Redirect(Redirect),
    FixedResponse {
        status: String,
        content_type: Option<String>,
        body: Option<String>,
    },
    /// Only recorded. The settings are as they are described.
    Authenticate {
        kind: Authenticator,
        settings: Value,
    },
}

/// Sends the request on.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Forward {
    /// ARN and weight.
    pub(super) groups: Vec<(String, i64)>,
    /// Whether clients stay with a group, and for how many seconds.
    pub(super) sticky: bool,
    pub(super) sticky_seconds: Option<i64>,
}

/// Sends the client elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Redirect {
    pub(super) protocol: String,
    pub(super) port: String,
    pub(super) host: String,
    pub(super) path: String,
    pub(super) query: String,
    pub(super) status: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) enum Authenticator {
    Oidc,
    Cognito,
}

impl Action {
    pub(super) fn forward(&self) -> Option<&Forward> {
        match &self.deed {
            Deed::Forward(forward) => Some(forward),
            Deed::Redirect(_) | Deed::FixedResponse { .. } | Deed::Authenticate { .. } => None,
        }
    }

    pub(super) fn authenticates(&self) -> bool {
        matches!(self.deed, Deed::Authenticate { .. })
    }

    pub(super) fn render(&self) -> Value {
        let mut tree = match &self.deed {
            Deed::Forward(forward) => forward.render(),
            Deed::Redirect(redirect) => json!({"Type": "redirect", "RedirectConfig": redirect.render()}),
            Deed::FixedResponse { status, content_type, body } => json!({
                "Type": "fixed-response",
                "FixedResponseConfig": {"MessageBody": body, "StatusCode": status, "ContentType": content_type},
            }),
            Deed::Authenticate { kind: Authenticator::Oidc, settings } => {
                json!({"Type": "authenticate-oidc", "AuthenticateOidcConfig": settings})
            }
            Deed::Authenticate { kind: Authenticator::Cognito, settings } => {
                json!({"Type": "authenticate-cognito", "AuthenticateCognitoConfig": settings})
            }
        };
        tree["Order"] = json!(self.order);
        tree
    }
}

impl Forward {
    /// A single group is named twice, as older clients know but one.
    fn render(&self) -> Value {
        let single = match self.groups.as_slice() {
            [(arn, _)] => Some(arn),
            _ => None,
        };
        let groups: Vec<Value> =
            self.groups.iter().map(|(arn, weight)| json!({"TargetGroupArn": arn, "Weight": weight})).collect();
        json!({
            "Type": "forward",
            "TargetGroupArn": single,
            "ForwardConfig": {
                "TargetGroups": groups,
                "TargetGroupStickinessConfig": {"Enabled": self.sticky, "DurationSeconds": self.sticky_seconds},
            },
        })
    }
}

impl Redirect {
    fn render(&self) -> Value {
        json!({
            "Protocol": self.protocol,
            "Port": self.port,
            "Host": self.host,
            "Path": self.path,
            "Query": self.query,
            "StatusCode": self.status,
        })
    }
}
