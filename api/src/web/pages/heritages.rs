//! Heritages: as a table in their district, and one with its services.

use axum::extract::State;
use maud::{Markup, html};
use shared::heritage::Command;
use shared::operation::Operation;
use shared::store::{Filter, HeritageView};

use crate::app::Api;
use crate::place::Place as Named;
use crate::standing;
use crate::views::{HeritageDocument, ServiceDocument};
use crate::web::layout::{Page, Place};
use crate::web::parts::{conditions, moment, operations, state};
use crate::web::sorry::Sorry;
use crate::web::visitor::Visitor;

/// Operations on the page of a heritage.
const NEWEST: usize = 10;

/// Heritages as a table.
pub(super) fn table(heritages: &[HeritageView]) -> Markup {
    html! {
        table.cards {
            thead { tr { th { "Heritage" } th { "State" } th { "Image" } th { "Services" } } }
            tbody {
                @for heritage in heritages.iter().map(HeritageDocument::of) {
                    tr {
                        td data-label="Heritage" {
                            a href={ "/ui/districts/" (heritage.district) "/heritages/" (heritage.name) } { (heritage.name) }
                        }
                        td data-label="State" { (state::of_lifecycle(heritage.state)) }
                        td data-label="Image" { code { (image(&heritage)) } }
                        td data-label="Services" {
                            @for service in &heritage.services { span.service { (service.name) " " (tasks(service)) } }
                        }
                    }
                }
                @if heritages.is_empty() { tr.empty { td colspan="4" { "No heritages." } } }
            }
        }
    }
}

/// Shows a heritage.
pub(in crate::web) async fn show(State(api): State<Api>, visitor: Visitor, named: Named) -> Result<Markup, Sorry> {
    let heritage = HeritageDocument::of(&standing::heritage(&api, &named).await?);
    let (district, name) = (Some(named.district), Some(named.heritage));
    let filter = Filter { district, heritage: name, ..Filter::default() };
    let newest = api.store.operations(&filter, None, NEWEST).await?.items;
    let title = format!("{}/{}", heritage.district, heritage.name);
    let changes = Some("/ui/changes".to_owned());
    let page = Page { title: &title, place: Place::Districts, visitor: &visitor, changes };
    Ok(page.around(&html! {}, &sheet(&heritage, &newest)))
}

fn sheet(heritage: &HeritageDocument, newest: &[Operation]) -> Markup {
    html! {
        header.heading { h1 { "Heritage " (heritage.name) } (state::of_lifecycle(heritage.state)) }
        dl.facts {
            div { dt { "District" } dd { a href={ "/ui/districts/" (heritage.district) } { (heritage.district) } } }
            div { dt { "Image" } dd { code { (image(heritage)) } } }
            div { dt { "Made" } dd { (moment::ago(heritage.created_at)) } }
        }
        (conditions::block(&heritage.conditions))
        h2 { "Services" }
        (services(&heritage.services))
        h2 { "Environment" }
        dl.facts.aws {
            @for (name, value) in &heritage.env_vars { dt { code { (name) } } dd { code { (value) } } }
            @if heritage.env_vars.is_empty() { dt { "Empty" } dd {} }
        }
        h2 { "Newest operations" }
        (operations::table(newest))
        p {
            a href={ "/ui/operations?district=" (heritage.district) "&heritage=" (heritage.name) } { "All operations on it" }
        }
    }
}

fn services(services: &[ServiceDocument]) -> Markup {
    html! {
        table.cards {
            thead {
                tr { th { "Service" } th { "Status" } th { "Tasks" } th { "CPU" } th { "Memory" } th { "Ports" } th { "Command" } th { "Found at" } }
            }
            tbody {
                @for service in services {
                    tr {
                        td data-label="Service" { (service.name) }
                        td data-label="Status" { (service.status.replace('_', " ")) }
                        td.number data-label="Tasks" { (tasks(service)) }
                        td.number data-label="CPU" { (service.cpu) }
                        td.number data-label="Memory" { (service.memory) " MiB" }
                        td data-label="Ports" {
                            @for port in &service.port_mappings { span.service { (port.lb_port) " → " (port.container_port) } }
                            @if service.public { span.note { "public" } }
                        }
                        td data-label="Command" {
                            @match &service.command {
                                Some(Command::Line(line)) => code { (line) },
                                Some(Command::Words(words)) => code { (words.join(" ")) },
                                None => span.note { "the image's" },
                            }
                        }
                        td.resources data-label="Found at" {
                            @for name in service.endpoints.iter().chain(&service.endpoint) { code { (name) } }
                        }
                    }
                }
            }
        }
    }
}

/// `2 of 2`: running, when that was observed, and desired.
fn tasks(service: &ServiceDocument) -> String {
    match service.running_count {
        Some(running) => format!("{running} of {}", service.desired_count),
        None => format!("{} wanted", service.desired_count),
    }
}

fn image(heritage: &HeritageDocument) -> String {
    let parts = heritage.image_name.iter().chain(&heritage.image_tag).map(String::as_str);
    parts.collect::<Vec<_>>().join(":")
}
