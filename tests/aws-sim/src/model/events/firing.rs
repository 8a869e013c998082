//! Events and times that meet their rules: targets are called, and called again when that fails.

use chrono_tz::Tz;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::rule::Rule;
use super::{DEFAULT_BUS, pattern, payload};
use crate::model::clock::iso_seconds;
use crate::model::context::Context;
use crate::model::schedule_expression::Expression;
use crate::model::{delivery, event, timing};

/// How often a target is called again. A day holds no more tries than this at their growing distance.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html>
const TRIES: i64 = 185;

/// What happens by itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Event {
    /// A rule's time has come.
    Due { rule: String, version: u64 },
    /// A target that could not be called is called again.
    Call { target: Value, payload: String, by: String, attempt: i64 },
}

pub(crate) fn on_event(context: &mut Context<'_>, event: Event) {
    match event {
        Event::Due { rule, version } => due(context, &rule, version),
        Event::Call { target, payload, by, attempt } => call(context, target, payload, by, attempt),
    }
}

/// Sets a rule's next time. A rate counts from when the rule was made.
/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rate-expressions.html>
pub(super) fn wait(context: &mut Context<'_>, bus: &str, name: &str) {
    let now = context.now;
    let Some(rule) = context.region().events.buses.get(bus).and_then(|bus| bus.rules.get(name)) else { return };
    let times = rule.expression.as_deref().and_then(Expression::parse).filter(|_| rule.is_enabled());
    if let Some(next) = times.and_then(|times| times.next(now, rule.created, Tz::UTC)) {
        let due = Event::Due { rule: name.to_owned(), version: rule.version };
        context.schedule(next - now, event::Event::Events(due));
    }
}

fn due(context: &mut Context<'_>, name: &str, version: u64) {
    let bus = context.region().events.buses.get(DEFAULT_BUS);
    let rule = bus.and_then(|bus| bus.rules.get(name)).filter(|rule| rule.version == version);
    let Some(rule) = rule.cloned() else { return };
    let resources = [rule.arn.clone()];
    let event = written(context, "aws.events", "Scheduled Event", &resources, json!({}));
    notify(context, &rule, &event);
    wait(context, DEFAULT_BUS, name);
}

/// Whether a rule would hear of what AWS's own services tell: whoever has a lot to tell asks before it is written.
pub(crate) fn is_heard(context: &mut Context<'_>) -> bool {
    let rules = context.region().events.buses.get(DEFAULT_BUS).map(|bus| &bus.rules);
    rules.into_iter().flat_map(|rules| rules.values()).any(|rule| rule.pattern.is_some() && rule.is_enabled())
}

/// Gives an event to the rules of a bus whose patterns it fits, and tells its id.
pub(crate) fn publish(
    context: &mut Context<'_>,
    bus: &str,
    source: &str,
    kind: &str,
    resources: &[String],
    detail: Value,
) -> String {
    let event = written(context, source, kind, resources, detail);
    let rules = context.region().events.buses.get(bus).map(|bus| &bus.rules);
    let fits = |rule: &&Rule| {
        let pattern = rule.pattern.as_deref().filter(|_| rule.is_enabled());
        pattern.and_then(|pattern| pattern::check(pattern).ok()).is_some_and(|pattern| pattern::fits(&pattern, &event))
    };
    let rules: Vec<Rule> = rules.into_iter().flat_map(|rules| rules.values()).filter(fits).cloned().collect();
    for rule in rules {
        notify(context, &rule, &event);
    }
    event["id"].as_str().unwrap_or_default().to_owned()
}

/// <https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-structure.html>
fn written(context: &mut Context<'_>, source: &str, kind: &str, resources: &[String], detail: Value) -> Value {
    json!({
        "version": "0",
        "id": context.world.ids.uuid(),
        "detail-type": kind,
        "source": source,
        "account": &*context.place.account,
        "time": iso_seconds(context.now),
        "region": &*context.place.region,
        "resources": resources,
        "detail": detail,
    })
}

fn notify(context: &mut Context<'_>, rule: &Rule, event: &Value) {
    for target in rule.targets.values() {
        let payload = payload::of(target, event, &rule.arn);
        call(context, target.clone(), payload, format!("events-rule/{}", rule.name), 0);
    }
}

fn call(context: &mut Context<'_>, target: Value, payload: String, by: String, attempt: i64) {
    let Err(error) = delivery::deliver(context, &target, &payload, &by) else { return };
    tracing::debug!(by, attempt, %error, "a target could not be called");
    if attempt < target["RetryPolicy"]["MaximumRetryAttempts"].as_i64().unwrap_or(TRIES) {
        let pause = timing::DELIVERY_TRIED_AGAIN * i32::try_from(attempt + 1).unwrap_or(i32::MAX).min(60);
        let again = Event::Call { target, payload, by, attempt: attempt + 1 };
        context.schedule(pause, event::Event::Events(again));
    }
}
