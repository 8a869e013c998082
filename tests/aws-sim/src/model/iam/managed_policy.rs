//! Policies that AWS manages, with AWS's own documents, as far as users of a container platform attach them.
//!
//! `managed_policies.json` holds them as AWS publishes them:
//! <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What all their ARNs begin with.
const START: &str = "arn:aws:iam::aws:policy";

static KNOWN: LazyLock<BTreeMap<String, Managed>> = LazyLock::new(|| {
    let all: Vec<Managed> = serde_json::from_str(include_str!("managed_policies.json")).unwrap_or_default();
    all.into_iter().map(|policy| (policy.arn(), policy)).collect()
});

/// A policy that AWS manages.
#[derive(Debug, Deserialize)]
pub(super) struct Managed {
    pub(super) name: String,
    pub(super) path: String,
    pub(super) version: String,
    created: String,
    updated: String,
    document: Value,
}

impl Managed {
    pub(super) fn arn(&self) -> String {
        format!("{START}{}{}", self.path, self.name)
    }

    /// Policies of service-linked roles are for those alone.
    pub(super) fn is_attachable(&self) -> bool {
        self.path != "/aws-service-role/"
    }

    pub(super) fn document(&self) -> String {
        format!("{:#}", self.document)
    }

    /// As `GetPolicy` shows it; `attached` says how many things of the account it is attached to.
    pub(super) fn render(&self, attached: usize, bounded: usize) -> Value {
        let arn = self.arn();
        let digest = Sha256::digest(&arn);
        let letters = digest.iter().take(17).map(|byte| char::from(b'A' + byte % 26));
        json!({
            "PolicyName": self.name,
            "PolicyId": "ANPA".chars().chain(letters).collect::<String>(),
            "Arn": arn,
            "Path": self.path,
            "DefaultVersionId": self.version,
            "AttachmentCount": attached,
            "PermissionsBoundaryUsageCount": bounded,
            "IsAttachable": true,
            "CreateDate": self.created,
            "UpdateDate": self.updated,
        })
    }

    /// As lists of versions show the one that is known.
    pub(super) fn render_version(&self) -> Value {
        json!({"VersionId": self.version, "IsDefaultVersion": true, "CreateDate": self.updated})
    }
}

/// The policy with that ARN.
pub(super) fn find(arn: &str) -> Option<&'static Managed> {
    KNOWN.get(arn)
}

/// All of them, by ARN.
pub(super) fn all() -> impl Iterator<Item = (&'static String, &'static Managed)> {
    KNOWN.iter()
}

/// Whether an ARN is that of a policy that AWS manages, known or not.
pub(super) fn is_of_aws(arn: &str) -> bool {
    arn.starts_with(START)
}

/// The name at the end of a policy's ARN.
pub(super) fn name_of(arn: &str) -> &str {
    arn.rsplit('/').next().unwrap_or_default()
}

/// The path in a policy's ARN.
pub(super) fn path_of(arn: &str) -> &str {
    let resource = arn.split_once(":policy").map_or("/", |(_, resource)| resource);
    resource.rfind('/').map_or("/", |end| &resource[..=end])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_read_and_paths_are_part_of_arns() {
        let arn = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy";
        assert!(find(arn).is_some() && find("arn:aws:iam::aws:policy/AmazonECSTaskExecutionRolePolicy").is_none());
        assert_eq!((name_of(arn), path_of(arn)), ("AmazonECSTaskExecutionRolePolicy", "/service-role/"));
    }
}
