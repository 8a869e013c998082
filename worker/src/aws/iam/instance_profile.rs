//! Instance profiles: how a role gets onto an instance.

use super::{ABSENT, Iam, read, written};
use crate::aws::answer::present;
use crate::aws::{AbsentOk, NotCalled, Tag};

/// An instance profile.
#[derive(Clone, Debug)]
pub struct InstanceProfile {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// Its role; a profile holds one at most.
    pub role: Option<String>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

impl Iam {
    /// An instance profile by its name.
    pub async fn find_profile(&self, name: &str) -> Result<Option<InstanceProfile>, NotCalled> {
        let request = self.client.get_instance_profile().instance_profile_name(name);
        let answer = self.calls.call("iam", "GetInstanceProfile", request.send()).await.absent_ok(&ABSENT)?;
        Ok(answer.and_then(|answer| answer.instance_profile).map(read_profile))
    }

    /// The instance profiles that hold a role.
    pub async fn profiles_of(&self, role: &str) -> Result<Vec<InstanceProfile>, NotCalled> {
        let request = self.client.list_instance_profiles_for_role().role_name(role);
        let answer = self.calls.call("iam", "ListInstanceProfilesForRole", request.send()).await;
        let profiles = answer.absent_ok(&ABSENT)?.map(|answer| answer.instance_profiles).unwrap_or_default();
        Ok(profiles.into_iter().map(read_profile).collect())
    }

    /// Makes an instance profile without a role; its ARN.
    pub async fn create_profile(&self, name: &str, tags: &[Tag]) -> Result<String, NotCalled> {
        let request = self.client.create_instance_profile().instance_profile_name(name).set_tags(written(tags)?);
        let answer = self.calls.call("iam", "CreateInstanceProfile", request.send()).await?;
        present(answer.instance_profile.map(|profile| profile.arn), "CreateInstanceProfile", "InstanceProfile")
    }

    /// Puts a role into an instance profile.
    pub async fn add_role(&self, profile: &str, role: &str) -> Result<(), NotCalled> {
        let request = self.client.add_role_to_instance_profile().instance_profile_name(profile).role_name(role);
        self.calls.call("iam", "AddRoleToInstanceProfile", request.send()).await.map(|_| ())
    }

    /// Deletes an instance profile, its role taken out first: IAM deletes none that holds one.
    pub async fn delete_profile(&self, name: &str) -> Result<(), NotCalled> {
        let Some(profile) = self.find_profile(name).await? else { return Ok(()) };
        if let Some(role) = profile.role {
            let request = self.client.remove_role_from_instance_profile().instance_profile_name(name).role_name(role);
            let answer = self.calls.call("iam", "RemoveRoleFromInstanceProfile", request.send()).await;
            answer.absent_ok(&ABSENT)?;
        }
        let request = self.client.delete_instance_profile().instance_profile_name(name);
        self.calls.call("iam", "DeleteInstanceProfile", request.send()).await.absent_ok(&ABSENT).map(|_| ())
    }
}

fn read_profile(profile: aws_sdk_iam::types::InstanceProfile) -> InstanceProfile {
    InstanceProfile {
        role: profile.roles.first().map(|role| role.role_name.clone()),
        tags: read(profile.tags()),
        name: profile.instance_profile_name,
        arn: profile.arn,
    }
}
