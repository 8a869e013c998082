//! Which instance goes when there are too many.
//!
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-termination-policies.html>

use std::collections::BTreeMap;

use super::group::Group;
use super::member::Member;
use crate::model::clock::Moment;

/// The fullest zone first; in it the group's policies narrow the choice one after the other; of what is left the first.
/// Protected instances stay, unless the whole group goes.
pub(super) fn choose(group: &Group, now: Moment) -> Option<&Member> {
    let mut candidates: Vec<&Member> =
        group.staying().filter(|member| !member.is_protected || group.is_going).collect();
    let mut crowd: BTreeMap<&str, i64> = BTreeMap::new();
    group.staying().for_each(|member| *crowd.entry(&member.zone).or_default() += member.weight);
    let fullest = candidates.iter().map(|member| crowd.get(member.zone.as_str()).copied().unwrap_or_default()).max()?;
    candidates.retain(|member| crowd.get(member.zone.as_str()).copied() == Some(fullest));
    for policy in &group.settings.termination_policies {
        candidates = narrowed(candidates, policy, group, now);
    }
    candidates.into_iter().next()
}

fn narrowed<'a>(candidates: Vec<&'a Member>, policy: &str, group: &Group, now: Moment) -> Vec<&'a Member> {
    match policy {
        "OldestInstance" => least(candidates, |member| member.launched.timestamp_millis()),
        "NewestInstance" => least(candidates, |member| -member.launched.timestamp_millis()),
        "ClosestToNextInstanceHour" => least(candidates, |member| to_next_hour(member, now)),
        "OldestLaunchConfiguration" | "OldestLaunchTemplate" => {
            least(candidates, |member| age_of_source(member, group))
        }
        "Default" => {
            let oldest = least(candidates, |member| age_of_source(member, group));
            least(oldest, |member| to_next_hour(member, now))
        }
        // Functions of the caller's own, and the allocation strategy, prefer nobody here.
        _ => candidates,
    }
}

/// Those for which a value is the least.
fn least(candidates: Vec<&Member>, value: impl Fn(&Member) -> i64) -> Vec<&Member> {
    let least = candidates.iter().map(|member| value(member)).min();
    candidates.into_iter().filter(|member| Some(value(member)) == least).collect()
}

/// Seconds until another hour of the instance has begun.
fn to_next_hour(member: &Member, now: Moment) -> i64 {
    3600 - (now - member.launched).num_seconds() % 3600
}

/// Instances of another source than the group's come first, then those of older versions.
fn age_of_source(member: &Member, group: &Group) -> i64 {
    let Some(origin) = &member.origin else { return 0 };
    if !origin.is_like(&group.launch.source) {
        return 0;
    }
    origin.template().and_then(|template| template.version.parse().ok()).unwrap_or(i64::MAX)
}
