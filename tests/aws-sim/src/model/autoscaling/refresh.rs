//! Instance refreshes: the instances of a group are replaced a few at a time, from what the group launches now.
//!
//! <https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-overview.html>

use std::collections::BTreeSet;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::activity::at;
use super::group::Group;
use super::launch_spec::Source;
use super::member::{self, Member, Stage};
use super::refresh_preferences::Preferences;
use super::{Event, group_calls};
use crate::model::clock::{Moment, iso};
use crate::model::context::Context;
use crate::model::event;
use crate::model::timing;

/// A refresh, past or under way.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Refresh {
    pub(super) id: String,
    pub(super) status: Status,
    pub(super) reason: Option<String>,
    pub(super) asked: Moment,
    pub(super) ended: Option<Moment>,
    pub(super) preferences: Preferences,
    /// What the group shall launch from now on, if that changes.
    pub(super) desired: Option<Source>,
    /// What it launched before.
    pub(super) previous: Source,
    /// Instances that are to be replaced and have not begun to go.
    pub(super) queue: Vec<String>,
    /// How many there were in the queue at first.
    pub(super) total: usize,
    /// Percentages at which it has rested.
    pub(super) rested_at: BTreeSet<i64>,
    pub(super) rests_until: Option<Moment>,
    /// When it last got on.
    pub(super) got_on: Moment,
    pub(super) rollback: Option<Rollback>,
}

/// Why and when a refresh began to go back.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Rollback {
    pub(super) reason: String,
    pub(super) started: Moment,
    pub(super) percent: i64,
    pub(super) left: usize,
}

/// <https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_InstanceRefresh.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, serde::Serialize, serde::Deserialize)]
pub(super) enum Status {
    Pending,
    InProgress,
    Successful,
    Failed,
    Cancelling,
    Cancelled,
    RollbackInProgress,
    RollbackFailed,
    RollbackSuccessful,
}

impl Refresh {
    pub(super) fn is_active(&self) -> bool {
        matches!(self.status, Status::Pending | Status::InProgress | Status::Cancelling | Status::RollbackInProgress)
    }

    /// How much is done: what is replaced and warm.
    pub(super) fn percent(&self, group: &Group, now: Moment) -> i64 {
        if self.total == 0 {
            return if self.status == Status::Pending { 0 } else { 100 };
        }
        let done = self.total - self.left(group, now).min(self.total);
        i64::try_from(done * 100 / self.total).unwrap_or_default()
    }

    /// Instances that are in the queue, on their way out, or not replaced by one that is warm.
    pub(super) fn left(&self, group: &Group, now: Moment) -> usize {
        if matches!(self.status, Status::Successful | Status::RollbackSuccessful) {
            return 0;
        }
        let ready = i64::try_from(self.ready(group, now)).unwrap_or(i64::MAX);
        let short = usize::try_from((group.size.desired - ready).max(0)).unwrap_or_default();
        (self.queue.len() + short).min(self.total)
    }

    /// Instances in service that have been so for the warmup's time, or that the refresh did not launch.
    pub(super) fn ready(&self, group: &Group, now: Moment) -> usize {
        group.staying().filter(|member| self.is_ready(member, now)).count()
    }

    fn is_ready(&self, member: &Member, now: Moment) -> bool {
        let since = member.in_service_since.filter(|_| member.stage == Stage::InService);
        let warm = |since| since + TimeDelta::seconds(self.preferences.warmup) <= now;
        since.is_some_and(|since| member.launched < self.asked || warm(since))
    }

    pub(super) fn render(&self, group: &Group, now: Moment) -> Value {
        let status: &str = self.status.into();
        let rollback = self.rollback.as_ref().map(|back| {
            json!({
                "RollbackReason": back.reason, "RollbackStartTime": iso(back.started),
                "PercentageCompleteOnRollback": back.percent, "InstancesToUpdateOnRollback": back.left,
            })
        });
        let started = self.status != Status::Pending;
        json!({
            "InstanceRefreshId": self.id,
            "AutoScalingGroupName": group.name,
            "Status": status,
            "StatusReason": self.reason,
            "StartTime": started.then(|| iso(self.asked)),
            "EndTime": self.ended.map(iso),
            "PercentageComplete": started.then(|| self.percent(group, now)),
            "InstancesToUpdate": started.then(|| self.left(group, now)),
            "Preferences": self.preferences.render(),
            "DesiredConfiguration": self.desired.as_ref().map(|source| Value::Object(source.render())),
            "RollbackDetails": rollback,
            "Strategy": "Rolling",
        })
    }
}

/// The refresh of a group that is under way.
pub(super) fn active(group: &Group) -> Option<&Refresh> {
    group.refreshes.last().filter(|refresh| refresh.is_active())
}

pub(super) fn active_mut(group: &mut Group) -> Option<&mut Refresh> {
    group.refreshes.last_mut().filter(|refresh| refresh.is_active())
}

/// What new instances are launched from: during a refresh that changes it, already the new.
pub(super) fn launching_source(group: &Group) -> Source {
    let changing = active(group).filter(|refresh| refresh.status != Status::RollbackInProgress);
    changing.and_then(|refresh| refresh.desired.clone()).unwrap_or_else(|| group.launch.source.clone())
}

/// How many instances more than desired there may be, so that old ones go only when new ones are there.
pub(super) fn surplus(group: &Group) -> i64 {
    let Some(refresh) = active(group).filter(|refresh| refresh.status == Status::InProgress) else { return 0 };
    let over = group.size.desired * (refresh.preferences.most_healthy - 100) / 100;
    let most = if refresh.preferences.most_healthy > 100 { over.max(1) } else { 0 };
    most.min(i64::try_from(refresh.queue.len()).unwrap_or(i64::MAX))
}

/// Lets the refresh go on in a while.
pub(super) fn step_soon(context: &mut Context<'_>, group: &str) {
    let step = Event::RefreshSteps { group: group.to_owned() };
    context.schedule(timing::REFRESH_STEPS, event::Event::AutoScaling(step));
}

/// One look at a refresh: it starts, parts with instances, rests, or comes to its end.
pub(super) fn step(context: &mut Context<'_>, name: &str) {
    let now = context.now;
    let Some(group) = context.region().autoscaling.groups.get_mut(name) else { return };
    let (runs, snapshot) = (group.runs("InstanceRefresh"), group.clone());
    let Some(refresh) = active_mut(group) else { return };
    match refresh.status {
        Status::Pending => (refresh.status, refresh.got_on) = (Status::InProgress, now),
        Status::Cancelling => {
            (refresh.status, refresh.ended) = (Status::Cancelled, Some(now));
            return;
        }
        Status::InProgress | Status::RollbackInProgress if runs => advance(context, &snapshot),
        Status::InProgress
        | Status::RollbackInProgress
        | Status::Successful
        | Status::Failed
        | Status::Cancelled
        | Status::RollbackFailed
        | Status::RollbackSuccessful => {}
    }
    group_calls::balance_soon(context, name);
    step_soon(context, name);
}

fn advance(context: &mut Context<'_>, group: &Group) {
    let now = context.now;
    let Some(refresh) = active(group) else { return };
    if refresh.left(group, now) == 0 {
        return succeed(context, &group.name);
    }
    if now - refresh.got_on > timing::REFRESH_GIVES_UP {
        return fail(context, &group.name);
    }
    if refresh.rests_until.is_some_and(|until| until > now) {
        return;
    }
    if let Some(percent) = checkpoint_reached(refresh, group, now) {
        let until = now + TimeDelta::seconds(refresh.preferences.checkpoint_delay);
        return with_active(context, &group.name, |refresh| {
            refresh.rested_at.insert(percent);
            (refresh.rests_until, refresh.got_on) = (Some(until), until);
        });
    }
    let leaving = next_to_go(refresh, group, now);
    for id in &leaving {
        with_active(context, &group.name, |refresh| {
            refresh.queue.retain(|queued| queued != id);
            refresh.got_on = now;
        });
        let cause = format!("At {} an instance was taken out of service in response to an instance refresh.", at(now));
        member::dismiss(context, id, cause);
    }
    let warming = group.staying().find(|member| member.launched >= refresh.asked && !refresh.is_ready(member, now));
    let reason = warming.map(|member| {
        format!(
            "Waiting for instances to warm up before continuing. For example: {} is warming up.",
            member.instance_id
        )
    });
    with_active(context, &group.name, |refresh| refresh.reason = reason);
}

/// As many as may go without the group falling below the least that must be healthy; one at least, if nothing else is
/// under way.
fn next_to_go(refresh: &Refresh, group: &Group, now: Moment) -> Vec<String> {
    let desired = group.size.desired;
    let ready = i64::try_from(refresh.ready(group, now)).unwrap_or(i64::MAX);
    let least = (desired * refresh.preferences.least_healthy + 99) / 100;
    let may_go = if surplus(group) > 0 || refresh.preferences.most_healthy > 100 {
        ready - least.min(desired)
    } else {
        let at_once = (desired - least).max(1);
        at_once - (desired - ready)
    };
    let room = room_to_checkpoint(refresh);
    let may_go = usize::try_from(may_go.max(0)).unwrap_or_default().min(room);
    let is_free = |id: &&String| {
        let member = group.members.get(*id);
        member.is_none_or(|member| refresh.preferences.may_replace(member))
    };
    refresh.queue.iter().filter(is_free).take(may_go).cloned().collect()
}

/// How many may be replaced until the next checkpoint.
fn room_to_checkpoint(refresh: &Refresh) -> usize {
    let begun = refresh.total - refresh.queue.len();
    let ahead = refresh.preferences.checkpoints.iter().find(|percent| !refresh.rested_at.contains(percent));
    let bound = ahead.and_then(|percent| usize::try_from(*percent).ok());
    bound.map_or(usize::MAX, |percent| (refresh.total * percent).div_ceil(100).saturating_sub(begun))
}

/// The checkpoint at which the refresh rests now. At the last it has nothing to wait for.
fn checkpoint_reached(refresh: &Refresh, group: &Group, now: Moment) -> Option<i64> {
    let percent = refresh.percent(group, now);
    let ahead = refresh.preferences.checkpoints.iter().find(|one| !refresh.rested_at.contains(one));
    ahead.copied().filter(|checkpoint| *checkpoint <= percent && *checkpoint < 100)
}

fn succeed(context: &mut Context<'_>, name: &str) {
    let now = context.now;
    let Some(group) = context.region().autoscaling.groups.get_mut(name) else { return };
    let Some(refresh) = active_mut(group) else { return };
    let back = refresh.status == Status::RollbackInProgress;
    refresh.status = if back { Status::RollbackSuccessful } else { Status::Successful };
    (refresh.ended, refresh.reason) = (Some(now), None);
    if let Some(desired) = refresh.desired.clone().filter(|_| !back) {
        group.launch.source = desired;
    }
}

/// Nothing has moved for too long.
fn fail(context: &mut Context<'_>, name: &str) {
    let now = context.now;
    let reason = "The instance refresh could not go on for an hour.";
    let Some(group) = context.region().autoscaling.groups.get_mut(name) else { return };
    let Some(refresh) = active_mut(group) else { return };
    if refresh.preferences.auto_rollback && refresh.status == Status::InProgress {
        return roll_back(context, name, reason);
    }
    let back = refresh.status == Status::RollbackInProgress;
    refresh.status = if back { Status::RollbackFailed } else { Status::Failed };
    (refresh.ended, refresh.reason) = (Some(now), Some(reason.to_owned()));
}

/// What has been replaced is replaced again, by what the group launched before.
pub(super) fn roll_back(context: &mut Context<'_>, name: &str, reason: &str) {
    let now = context.now;
    let Some(group) = context.region().autoscaling.groups.get_mut(name) else { return };
    let snapshot = group.clone();
    let Some(refresh) = active_mut(group) else { return };
    let (percent, left) = (refresh.percent(&snapshot, now), refresh.left(&snapshot, now));
    let new = snapshot.staying().filter(|member| member.launched >= refresh.asked);
    refresh.queue = new.map(|member| member.instance_id.clone()).collect();
    refresh.total = refresh.queue.len();
    refresh.rollback = Some(Rollback { reason: reason.to_owned(), started: now, percent, left });
    (refresh.status, refresh.got_on, refresh.asked) = (Status::RollbackInProgress, now, now);
    group.launch.source = group.refreshes.last().map_or(snapshot.launch.source, |refresh| refresh.previous.clone());
}

fn with_active(context: &mut Context<'_>, name: &str, change: impl FnOnce(&mut Refresh)) {
    if let Some(refresh) = context.region().autoscaling.groups.get_mut(name).and_then(active_mut) {
        change(refresh);
    }
}
