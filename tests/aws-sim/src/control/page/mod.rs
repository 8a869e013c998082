//! A page for people at `/_sim`: what exists, what was called, what shall go wrong, and the clock.
//!
//! Rendered here, without scripts and without anything from elsewhere; what is changed is changed by plain forms.

mod sections;

use axum::extract::{Form, Path, Query, State};
use axum::response::Redirect;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Deserialize;

use super::clock::{Advance, Pace};
use super::refusal::Refusal;
use crate::model::inventory::{Item, Wanted, take};
use crate::sim::Sim;

/// How many things one page lists.
const PAGE: usize = 100;
/// How many calls are shown.
const CALLS: usize = 40;

/// Which things are listed: those of one kind, in pages.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Chosen {
    service: String,
    kind: String,
    page: usize,
}

/// What a form asks for.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    seconds: Option<f64>,
    speed: Option<f64>,
    id: u64,
}

pub(super) async fn show(State(sim): State<Sim>, Query(chosen): Query<Chosen>) -> Markup {
    let mut world = sim.world();
    world.settle();
    let items = take(&world, &Wanted::default());
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "aws-sim" }
                style { (PreEscaped(include_str!("style.css"))) }
            }
            body {
                header {
                    h1 { a href="/_sim" { "aws-sim" } }
                    span.pale { "a simulated AWS with " (items.len()) " things in it" }
                }
                (sections::clock(&world))
                (sections::services(&items, &chosen))
                @if !chosen.kind.is_empty() { (things(&items, &chosen)) }
                (sections::calls(&world))
                (sections::faults(&world))
                (sections::unknown(&world))
            }
        }
    }
}

/// Does what a form asks for, and goes back to the page.
pub(super) async fn act(
    State(sim): State<Sim>,
    Path(action): Path<String>,
    Form(asked): Form<Asked>,
) -> Result<Redirect, Refusal> {
    let mut world = sim.world();
    let advance = |seconds, to_next_event| Advance { seconds, to_next_event, until_idle: false, at_most_seconds: None };
    match action.as_str() {
        "advance" => drop(advance(asked.seconds, false).apply(&mut world)?),
        "next" => drop(advance(None, true).apply(&mut world)?),
        "pace" => drop(Pace { speed: asked.speed, step: None }.apply(&mut world)?),
        "stop" => drop(Pace { speed: None, step: Some(true) }.apply(&mut world)?),
        "run" => drop(Pace { speed: None, step: Some(false) }.apply(&mut world)?),
        "heal" if asked.id == 0 => world.faults.clear(),
        "heal" => drop(world.faults.remove(asked.id)),
        _ => return Err(Refusal::not_found(format!("there is nothing called {action} to do"))),
    }
    Ok(Redirect::to("/_sim"))
}

/// The things of the chosen kind, a page of them.
fn things(items: &[Item], chosen: &Chosen) -> Markup {
    let of_kind = || items.iter().filter(|item| item.service == chosen.service && item.kind == chosen.kind);
    let (all, first) = (of_kind().count(), chosen.page.saturating_mul(PAGE));
    let to = |page: usize| format!("/_sim?service={}&kind={}&page={page}", chosen.service, chosen.kind);
    html! {
        h2 #things { (chosen.service) " " (chosen.kind.replace('_', " ")) }
        @if all == 0 { p.pale { "There are none." } }
        @else {
            div.wide { table {
                thead { tr { th { "id" } th { "name" } th { "state" } th { "where" } th { "tags" } } }
                tbody { @for item in of_kind().skip(first).take(PAGE) { (sections::thing(item)) } }
            } }
            nav {
                span.pale { (first.min(all) + usize::from(first < all)) "–" (all.min(first.saturating_add(PAGE))) " of " (all) }
                @if chosen.page > 0 { a href=(to(chosen.page - 1)) { "before" } }
                @if first.saturating_add(PAGE) < all { a href=(to(chosen.page + 1)) { "after" } }
            }
        }
    }
}
