//! Whether a service of AWS can take a role on, or hand it to what it runs: what other services ask IAM.
//!
//! Roles are known everywhere only seconds after they were made.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency>

use super::InstanceProfile;
use crate::model::clock::Moment;
use crate::model::context::Context;
use crate::model::world::World;

/// The service that takes the roles of tasks on.
pub(crate) const TASKS: &str = "ecs-tasks.amazonaws.com";

/// Why a role cannot be taken on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unassumable {
    /// There is no such role.
    Missing,
    /// Its trust policy does not name the service.
    NotTrusted,
    /// It was made a moment ago, and the news has not got around.
    NotYet,
}

/// Whether a service may take a role on now, given by its ARN, in whatever account.
pub(crate) fn can_be_assumed_by(context: &Context<'_>, role_arn: &str, service: &str) -> Result<(), Unassumable> {
    let now = context.now;
    let role = super::role_anywhere(context.world, role_arn).ok_or(Unassumable::Missing)?;
    let (created, trusted) = (role.created, role.trusts(service));
    if !is_known_everywhere(context.world, created, now) {
        return Err(Unassumable::NotYet);
    }
    if trusted { Ok(()) } else { Err(Unassumable::NotTrusted) }
}

/// The instance profile that EC2 finds by name or ARN; one that was made a moment ago it does not find.
pub(crate) fn profile_known_to_ec2<'a>(context: &'a mut Context<'_>, name_or_arn: &str) -> Option<&'a InstanceProfile> {
    let (now, propagation) = (context.now, context.world.iam_propagation);
    let profile = context.account().iam.instance_profile(name_or_arn)?;
    (profile.created + propagation <= now).then_some(profile)
}

/// Whether what was created then is known to all services now.
pub(crate) fn is_known_everywhere(world: &World, created: Moment, now: Moment) -> bool {
    created + world.iam_propagation <= now
}
