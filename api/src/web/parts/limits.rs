//! What new changes are refused with now, above what is live, so that nobody wonders why nothing begins.

use maud::{Markup, html};

use super::problem;
use crate::app::Api;
use crate::limits;
use crate::web::sorry::Sorry;

/// A box for each limit that is reached; nothing while there is room.
pub(in crate::web) async fn notice(api: &Api) -> Result<Markup, Sorry> {
    let health = api.store.health().await?;
    let reached = limits::reached(api, &health).await?;
    Ok(html! { @for limit in &reached { (problem::block(limit)) } })
}
