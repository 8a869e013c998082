//! Links from one page to another.

use maud::{Markup, html};
use shared::ids::OperationId;
use shared::narrate;
use shared::operation::Target;

/// To an operation, by the end of its id, which is what tells ids apart.
pub(in crate::web) fn operation(id: &OperationId) -> Markup {
    html! { a.id href={ "/ui/operations/" (id) } title=(id) { "…" (short(id)) } }
}

fn short(id: &OperationId) -> &str {
    id.as_str().get(id.as_str().len().saturating_sub(6)..).unwrap_or_default()
}

/// To what an operation changes.
pub(in crate::web) fn target(target: &Target) -> Markup {
    let district = format!("/ui/districts/{}", target.district);
    let path = target.heritage.as_ref().map_or(district.clone(), |heritage| format!("{district}/heritages/{heritage}"));
    html! { a href=(path) { (narrate::target(target)) } }
}
