//! How the instances come by their role.
//!
//! Makes        one instance profile with the role in it, unless the role was given and has one
//! Repeat-safe  found again by its name and tags; the role is added when a crash came between
//! Undo         deletes the one that this operation made

use super::{Role, parts};
use crate::aws::Seen;
use crate::aws::iam::InstanceProfile;
use crate::engine::{Failure, Found, Ready, Resource, Wait};
use crate::workflows::DistrictCx;

/// Makes the instance profile.
pub(crate) struct CreateInstanceProfile;

impl CreateInstanceProfile {
    fn name(cx: &DistrictCx) -> String {
        cx.aws.names.role(&cx.district, &cx.aws.region, Role::EcsInstance.purpose())
    }
}

impl Resource for CreateInstanceProfile {
    type Cx = DistrictCx;
    /// The profile's ARN.
    type Output = String;
    const NAME: &'static str = "create_instance_profile";

    fn ids(arn: &String) -> Vec<String> {
        vec![arn.clone()]
    }

    async fn find(&self, cx: &DistrictCx) -> Result<Found<String>, Failure> {
        if let Some(role) = parts::given_role(cx, Role::EcsInstance) {
            let profiles = cx.aws.iam.profiles_of(&role).await?;
            if let Some(theirs) = profiles.into_iter().find(|profile| !cx.owner.made(&profile.tags)) {
                return Ok(Found::Earlier(theirs.arn));
            }
        }
        let profile = cx.aws.iam.find_profile(&Self::name(cx)).await?;
        let seen = profile.map(|InstanceProfile { arn, tags, .. }| Seen { thing: arn, tags, going: false });
        Ok(parts::found_by_name(cx, seen))
    }

    async fn create(&self, cx: &DistrictCx) -> Result<String, Failure> {
        let name = Self::name(cx);
        let arn = cx.aws.iam.create_profile(&name, &cx.owner.tags(&name)).await?;
        cx.aws.iam.add_role(&name, &parts::own_role(cx, Role::EcsInstance).await?).await?;
        Ok(arn)
    }

    async fn ready(&self, cx: &DistrictCx, arn: &String) -> Result<Ready, Failure> {
        let name = parts::name_in(arn);
        match cx.aws.iam.find_profile(name).await? {
            Some(profile) if profile.role.is_none() => {
                match cx.aws.iam.add_role(name, &parts::role_name(cx, Role::EcsInstance)).await {
                    // A profile holds one role at most: it has it already, and the read was older.
                    Err(error) if error.is("LimitExceeded") => {
                        Ok(Ready::NotYet(Wait::for_aws(format!("the role in instance profile {name} becomes visible"))))
                    }
                    added => Ok(added.map(|()| Ready::Yes)?),
                }
            }
            Some(_) => Ok(Ready::Yes),
            None => Ok(Ready::NotYet(Wait::for_aws(format!("instance profile {name} becomes visible")))),
        }
    }

    async fn delete(&self, cx: &DistrictCx, arn: String) -> Result<(), Failure> {
        Ok(cx.aws.iam.delete_profile(parts::name_in(&arn)).await?)
    }
}
