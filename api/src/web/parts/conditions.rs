//! Conditions of resources: what is so, since when, and which operation said so.

use maud::{Markup, html};
use shared::resource::Condition;

use super::{link, moment};

/// Conditions as a table; nothing when there are none.
pub(in crate::web) fn block(conditions: &[Condition]) -> Markup {
    html! {
        @if !conditions.is_empty() {
            h2 { "Conditions" }
            table.cards {
                thead { tr { th { "Condition" } th { "Holds" } th { "Why" } th { "Since" } th { "Operation" } } }
                tbody {
                    @for condition in conditions {
                        tr {
                            td data-label="Condition" { (condition.kind) }
                            td data-label="Holds" {
                                span class={ "state " (if condition.status { "good" } else { "odd" }) } {
                                    (if condition.status { "yes" } else { "no" })
                                }
                            }
                            td data-label="Why" {
                                (if condition.message.is_empty() { &condition.reason } else { &condition.message })
                            }
                            td data-label="Since" { (moment::ago(condition.at)) }
                            td data-label="Operation" {
                                @if let Some(id) = &condition.operation { (link::operation(id)) }
                            }
                        }
                    }
                }
            }
        }
    }
}
