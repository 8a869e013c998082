//! What stands around every page.

use maud::{DOCTYPE, Markup, html};

use super::assets::{ICON_PATH, SCRIPT_PATH, STYLE_PATH};
use super::visitor::Visitor;

/// The parts of the dashboard.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Operations.
    Operations,
    /// Districts and their heritages.
    Districts,
}

/// A page: what it is called, where it is, and what keeps it fresh.
pub(super) struct Page<'a> {
    /// Its title.
    pub(super) title: &'a str,
    /// Which part of the dashboard it belongs to.
    pub(super) place: Place,
    /// Who looks at it.
    pub(super) visitor: &'a Visitor,
    /// The stream that tells when it is not fresh; none for what does not change any more.
    pub(super) changes: Option<String>,
}

impl Page<'_> {
    /// The page around `fixed`, which stays as the visitor left it, and `live`, which is kept fresh.
    pub(super) fn around(&self, fixed: &Markup, live: &Markup) -> Markup {
        let current = |place| (self.place == place).then_some("page");
        document(
            self.title,
            &html! {
                a.skip href="#live" { "To the content" }
                header.top {
                    a.brand href="/ui/operations" { "Barcelona" }
                    nav aria-label="Parts" {
                        a href="/ui/operations" aria-current=[current(Place::Operations)] { "Operations" }
                        a href="/ui/districts" aria-current=[current(Place::Districts)] { "Districts" }
                    }
                    form method="post" action="/ui/logout" {
                        span.who { (self.visitor.caller.actor) }
                        @if self.visitor.has_signed_in {
                            button.quiet type="submit" { "Sign out" }
                        }
                    }
                }
                main {
                    (fixed)
                    div #live data-changes=[self.changes.as_deref()] tabindex="-1" { (live) }
                    p #stale .stale hidden role="status" { "Not connected: what you see may be old. Trying again …" }
                }
            },
        )
    }
}

/// A page without anything around it.
pub(super) fn bare(title: &str, content: Markup) -> Markup {
    document(title, &content)
}

fn document(title: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Barcelona" }
                link rel="icon" href=(*ICON_PATH);
                link rel="stylesheet" href=(*STYLE_PATH);
                script src=(*SCRIPT_PATH) defer {}
            }
            body { (body) }
        }
    }
}
