//! The elastic network interface of a task in network mode `awsvpc`, as the task shows it.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking.html>

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// An interface that a task has, is getting, or had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Attachment {
    pub(super) id: String,
    pub(super) status: Status,
    pub(super) subnet_id: String,
    pub(super) groups: Vec<String>,
    pub(super) is_public: bool,
    /// None until EC2 has made it.
    pub(super) interface: Option<Made>,
}

/// What EC2 has made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Made {
    pub(super) id: String,
    pub(super) mac: String,
    pub(super) dns_name: String,
    pub(super) ip: String,
}

/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Attachment.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, Serialize, Deserialize)]
#[strum(serialize_all = "UPPERCASE")]
pub(super) enum Status {
    Precreated,
    Attaching,
    Attached,
    Detaching,
    Deleted,
}

impl Attachment {
    pub(super) fn render(&self) -> Value {
        let status: &str = self.status.into();
        let detail = |name: &str, value: &str| json!({"name": name, "value": value});
        let mut details = vec![detail("subnetId", &self.subnet_id)];
        if let Some(made) = &self.interface {
            details.extend([
                detail("networkInterfaceId", &made.id),
                detail("macAddress", &made.mac),
                detail("privateDnsName", &made.dns_name),
                detail("privateIPv4Address", &made.ip),
            ]);
        }
        json!({"id": self.id, "type": "ElasticNetworkInterface", "status": status, "details": details})
    }

    /// As containers show it.
    pub(super) fn render_for_container(&self) -> Value {
        let ip = self.interface.as_ref().map(|made| &made.ip);
        json!({"attachmentId": self.id, "privateIpv4Address": ip})
    }
}
