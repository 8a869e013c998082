//! The parts of the page, from the clock down to what is not simulated.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde_json::Value;

use super::{CALLS, Chosen};
use crate::model::call_log::Entry;
use crate::model::clock::iso;
use crate::model::inventory::Item;
use crate::model::world::World;

/// How far the clock's buttons go, in seconds.
const STEPS: [(&str, u32); 4] = [("10 s", 10), ("1 min", 60), ("10 min", 600), ("1 h", 3600)];

pub(super) fn clock(world: &World) -> Markup {
    let (pending, next) = world.pending();
    html! {
        div.clock {
            time { (iso(world.clock.now())) }
            @if world.clock.is_stopped() {
                @for (label, seconds) in STEPS {
                    form method="post" action="/_sim/page/advance" {
                        input type="hidden" name="seconds" value=(seconds);
                        button { "+ " (label) }
                    }
                }
                (button("next", "next event"))
                (button("run", "let it run"))
            } @else {
                form method="post" action="/_sim/page/pace" {
                    input type="number" name="speed" min="0.1" step="any" value=(world.clock.speed())
                        aria-label="simulated seconds in one second";
                    button { "set speed" }
                }
                (button("stop", "stop"))
            }
            span {
                (pending) " scheduled"
                @if let Some(next) = next { ", next at " (iso(next)) }
            }
        }
    }
}

fn button(action: &str, label: &str) -> Markup {
    html! { form method="post" action={ "/_sim/page/" (action) } { button { (label) } } }
}

/// How many things there are of which kind.
pub(super) fn services(items: &[Item], chosen: &Chosen) -> Markup {
    let mut counts: BTreeMap<&str, BTreeMap<&str, usize>> = BTreeMap::new();
    for item in items {
        *counts.entry(item.service).or_default().entry(item.kind).or_default() += 1;
    }
    html! {
        h2 { "What exists" }
        @if counts.is_empty() { p.pale { "Nothing yet." } }
        div.services {
            @for (service, kinds) in &counts {
                section {
                    h3 { (service) }
                    @for (kind, count) in kinds {
                        a href={ "/_sim?service=" (service) "&kind=" (kind) "#things" }
                            .chosen[chosen.service == *service && chosen.kind == *kind] {
                            span { (kind.replace('_', " ")) } span { (count) }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn thing(item: &Item) -> Markup {
    html! {
        tr {
            td { code { (item.id) } }
            td { (item.name) }
            td { (item.state) }
            td.moment { (item.account) @if !item.region.is_empty() { " " (item.region) } }
            td {
                @for (key, value) in item.tags.as_object().into_iter().flatten() {
                    span.tag { (key) "=" (value.as_str().unwrap_or_default()) }
                }
            }
        }
    }
}

pub(super) fn calls(world: &World) -> Markup {
    let last: Vec<&Entry> = world.calls.after(0).rev().take(CALLS).collect();
    html! {
        h2 { "Last calls" }
        @if last.is_empty() { p.pale { "None." } }
        @else {
            div.wide { table {
                thead { tr {
                    th { "at" } th { "call" } th { "about" } th { "outcome" } th.number { "ms" } th { "by" } th { "in" }
                } }
                tbody { @for entry in last { (call(entry)) } }
            } }
            nav { a href="/_sim/calls" { "all of them, as JSON" } }
        }
    }
}

fn call(entry: &Entry) -> Markup {
    let about: Vec<String> = entry.ids().values().map(text).collect();
    html! {
        tr {
            td.moment title=(iso(entry.at)) { (entry.at.format("%H:%M:%S%.3f")) }
            td.moment { (entry.service.to_string()) " " b { (entry.operation) } }
            td { code { (about.join(" ")) } }
            td { span.good[*entry.outcome == *"ok"].bad[*entry.outcome != *"ok"] { (entry.outcome) } }
            td.number { (format!("{:.1}", entry.latency_ms())) }
            td.moment { code title=(entry.principal) { (entry.access_key) } }
            td.moment { (entry.region) }
        }
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(values) => values.iter().map(text).collect::<Vec<_>>().join(" "),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => value.to_string(),
    }
}

pub(super) fn faults(world: &World) -> Markup {
    html! {
        h2 { "Faults" }
        @if world.faults.iter().next().is_none() { p.pale { "None are asked for." } }
        @else {
            div.wide { table {
                thead { tr { th { "id" } th { "kind" } th { "which calls" } th.number { "hit" } th {} } }
                tbody {
                    @for armed in world.faults.iter() {
                        tr {
                            td { (armed.id) }
                            td { (<&'static str>::from(armed.rule.kind)) }
                            td { code { (serde_json::to_string(&armed.rule).unwrap_or_default()) } }
                            td.number { (armed.hit) " of " (armed.seen) }
                            td {
                                form method="post" action="/_sim/page/heal" {
                                    input type="hidden" name="id" value=(armed.id);
                                    button { "remove" }
                                }
                            }
                        }
                    }
                }
            } }
            (button("heal", "remove all"))
        }
    }
}

pub(super) fn unknown(world: &World) -> Markup {
    html! {
        h2 { "Asked for, but not simulated" }
        @if world.calls.unknown().next().is_none() { p.pale { "Nothing." } }
        @else {
            div.wide { table {
                thead { tr { th { "service" } th { "operation" } th.number { "times" } } }
                tbody {
                    @for (service, operation, count) in world.calls.unknown() {
                        tr { td { (service) } td { (operation) } td.number { (count) } }
                    }
                }
            } }
        }
    }
}
