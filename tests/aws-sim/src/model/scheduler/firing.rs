//! What happens at a schedule's times: its target is called, tried again when that fails, and the next time is set.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::state;
use crate::model::clock::Moment;
use crate::model::context::Context;
use crate::model::{delivery, event, timing};

/// What happens by itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Event {
    /// A schedule's time has come.
    Due { key: String, version: u64 },
    /// A target is called that was due at `since`, for the `attempt`th time.
    Call { key: String, version: u64, since: Moment, attempt: i64 },
    /// A schedule that is deleted after its last time has had it.
    Completed { key: String, version: u64 },
    /// A group has lost its schedules.
    GroupGone { name: String },
}

pub(crate) fn on_event(context: &mut Context<'_>, event: Event) {
    match event {
        Event::Due { key, version } => due(context, &key, version),
        Event::Call { key, version, since, attempt } => call(context, &key, version, since, attempt),
        Event::Completed { key, version } => {
            state(context).schedules.retain(|at, schedule| *at != key || schedule.version != version);
        }
        Event::GroupGone { name } => {
            let state = state(context);
            state.groups.remove(&name);
            state.schedules.retain(|_, schedule| schedule.group != name);
        }
    }
}

/// A new or changed schedule waits for its first time. A rate without a start date begins at once.
/// <https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html#rate-based>
pub(super) fn begin(context: &mut Context<'_>, key: &str) {
    let now = context.now;
    let Some(schedule) = state(context).schedules.get(key) else { return };
    let at_once = schedule.wish.start.is_none() && schedule.wish.expression.starts_with("rate(");
    let after = if at_once { now - TimeDelta::milliseconds(1) } else { now };
    wait(context, key, after);
}

fn wait(context: &mut Context<'_>, key: &str, after: Moment) {
    let now = context.now;
    let Some(schedule) = state(context).schedules.get(key) else { return };
    let (key, version) = (key.to_owned(), schedule.version);
    let (wait, event) = match schedule.wish.next(after, schedule.modified) {
        Some(next) => (next - now, Event::Due { key, version }),
        // Its last time is behind it, its last call perhaps not.
        None if schedule.wish.is_deleted_after && schedule.wish.is_enabled => {
            (TimeDelta::minutes(schedule.wish.slack()), Event::Completed { key, version })
        }
        None => return,
    };
    context.schedule(wait, event::Event::Scheduler(event));
}

fn due(context: &mut Context<'_>, key: &str, version: u64) {
    let now = context.now;
    let Some(schedule) = state(context).schedules.get(key).filter(|schedule| schedule.version == version) else {
        return;
    };
    if schedule.wish.is_enabled {
        match schedule.wish.slack() {
            0 => call(context, key, version, now, 0),
            minutes => {
                // Anywhere in the window: the middle is as good as any, and the same in every run.
                let event = Event::Call { key: key.to_owned(), version, since: now, attempt: 0 };
                context.schedule(TimeDelta::seconds(minutes * 30), event::Event::Scheduler(event));
            }
        }
    }
    wait(context, key, now);
}

/// A target that fails is called again, later each time, until its retry policy is used up.
/// <https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html>
fn call(context: &mut Context<'_>, key: &str, version: u64, since: Moment, attempt: i64) {
    let Some(schedule) = state(context).schedules.get(key).filter(|schedule| schedule.version == version) else {
        return;
    };
    let (target, by) = (schedule.wish.target.clone(), format!("chronos-schedule/{}", schedule.name));
    let payload = target["Input"].as_str().unwrap_or("{}");
    let Err(error) = delivery::deliver(context, &target, payload, &by) else { return };
    tracing::debug!(schedule = key, attempt, %error, "a target could not be called");
    let policy = |member: &str| target["RetryPolicy"][member].as_i64().unwrap_or(0);
    let pause = timing::DELIVERY_TRIED_AGAIN * i32::try_from(attempt + 1).unwrap_or(i32::MAX).min(60);
    let is_too_old = context.now + pause > since + TimeDelta::seconds(policy("MaximumEventAgeInSeconds"));
    if attempt < policy("MaximumRetryAttempts") && !is_too_old {
        let event = Event::Call { key: key.to_owned(), version, since, attempt: attempt + 1 };
        context.schedule(pause, event::Event::Scheduler(event));
    }
}
