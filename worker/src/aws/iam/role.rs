//! Roles and their policies.

use serde_json::json;

use super::{ABSENT, Iam, read, written};
use crate::aws::answer::present;
use crate::aws::{AbsentOk, NotCalled, Tag};

/// A role.
#[derive(Clone, Debug)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl Iam {
    /// A role by its name.
    pub async fn find_role(&self, name: &str) -> Result<Option<Role>, NotCalled> {
        let request = self.client.get_role().role_name(name);
        let answer = self.calls.call("iam", "GetRole", request.send()).await.absent_ok(&ABSENT)?;
        let role = answer.and_then(|answer| answer.role);
        Ok(role.map(|role| Role { tags: read(role.tags()), name: role.role_name, arn: role.arn }))
    }

    /// Makes a role that the service (`ecs.amazonaws.com`) takes on; its ARN.
    pub async fn create_role(&self, name: &str, service: &str, tags: &[Tag]) -> Result<String, NotCalled> {
        let trust = json!({
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}],
        });
        let request = self.client.create_role().role_name(name).assume_role_policy_document(trust.to_string());
        let request = request.set_tags(written(tags)?);
        let answer = self.calls.call("iam", "CreateRole", request.send()).await?;
        present(answer.role.map(|role| role.arn), "CreateRole", "Role")
    }

    /// ARNs of the managed policies of a role; none when there is no such role.
    pub async fn attached_policies(&self, role: &str) -> Result<Vec<String>, NotCalled> {
        let request = self.client.list_attached_role_policies().role_name(role).max_items(100);
        let answer = self.calls.call("iam", "ListAttachedRolePolicies", request.send()).await.absent_ok(&ABSENT)?;
        let policies = answer.and_then(|answer| answer.attached_policies).unwrap_or_default();
        Ok(policies.into_iter().filter_map(|policy| policy.policy_arn).collect())
    }

    /// Gives a role a managed policy; again is fine.
    pub async fn attach_policy(&self, role: &str, policy_arn: &str) -> Result<(), NotCalled> {
        let request = self.client.attach_role_policy().role_name(role).policy_arn(policy_arn);
        self.calls.call("iam", "AttachRolePolicy", request.send()).await.map(|_| ())
    }

    /// Takes a managed policy from a role.
    pub async fn detach_policy(&self, role: &str, policy_arn: &str) -> Result<(), NotCalled> {
        let request = self.client.detach_role_policy().role_name(role).policy_arn(policy_arn);
        self.calls.call("iam", "DetachRolePolicy", request.send()).await.absent_ok(&ABSENT).map(|_| ())
    }

    /// Writes an inline policy of a role, new or anew.
    pub async fn put_policy(&self, role: &str, policy: &str, document: &str) -> Result<(), NotCalled> {
        let request = self.client.put_role_policy().role_name(role).policy_name(policy).policy_document(document);
        self.calls.call("iam", "PutRolePolicy", request.send()).await.map(|_| ())
    }

    /// Names of the inline policies of a role; none when there is no such role.
    pub async fn inline_policies(&self, role: &str) -> Result<Vec<String>, NotCalled> {
        let request = self.client.list_role_policies().role_name(role).max_items(100);
        let answer = self.calls.call("iam", "ListRolePolicies", request.send()).await.absent_ok(&ABSENT)?;
        Ok(answer.map(|answer| answer.policy_names).unwrap_or_default())
    }

    /// Removes an inline policy of a role.
    pub async fn delete_policy(&self, role: &str, policy: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_role_policy().role_name(role).policy_name(policy);
        self.calls.call("iam", "DeleteRolePolicy", request.send()).await.absent_ok(&ABSENT).map(|_| ())
    }

    /// Deletes a role, its policies first: IAM deletes none that has some.
    pub async fn delete_role(&self, name: &str) -> Result<(), NotCalled> {
        for policy in self.attached_policies(name).await? {
            self.detach_policy(name, &policy).await?;
        }
        for policy in self.inline_policies(name).await? {
            self.delete_policy(name, &policy).await?;
        }
        let request = self.client.delete_role().role_name(name);
        self.calls.call("iam", "DeleteRole", request.send()).await.absent_ok(&ABSENT).map(|_| ())
    }
}
