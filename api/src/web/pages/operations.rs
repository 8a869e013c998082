//! Operations: the list with its filters, one of them live, and the forms that cancel, retry
//! and abandon it.

use axum::extract::{RawQuery, State};
use axum::response::Redirect;
use maud::{Markup, html};
use shared::ids::OperationId;
use shared::narrate;
use shared::operation::{Kind, State as Standing};
use shared::store::Filter;
use strum::VariantNames;

use super::operation;
use crate::app::Api;
use crate::change_request::{Plain, Reasoned};
use crate::place::OfOperation;
use crate::routes;
use crate::web::form::FromOurPage;
use crate::web::layout::{Page, Place};
use crate::web::parts::dead_letter;
use crate::web::parts::limits;
use crate::web::parts::operations::table;
use crate::web::sorry::Sorry;
use crate::web::visitor::Visitor;

/// Operations on a page of the list.
const PAGE: usize = 50;
/// Entries of the journal that are shown.
const TAIL: u64 = 100;

/// What the filter's form sends; an empty field filters nothing.
#[derive(Default)]
struct Wanted {
    state: String,
    kind: String,
    district: String,
    heritage: String,
    cursor: String,
}

impl Wanted {
    fn read(query: Option<String>) -> Self {
        let mut wanted = Wanted::default();
        for (name, value) in form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            let field = match name.as_ref() {
                "state" => &mut wanted.state,
                "kind" => &mut wanted.kind,
                "district" => &mut wanted.district,
                "heritage" => &mut wanted.heritage,
                "cursor" => &mut wanted.cursor,
                _unknown => continue,
            };
            value.trim().clone_into(field);
        }
        wanted
    }

    fn is_empty(&self) -> bool {
        [&self.state, &self.kind, &self.district, &self.heritage, &self.cursor].iter().all(|field| field.is_empty())
    }

    /// What no operation can have is a filter that finds nothing, and says so.
    fn filter(&self) -> Option<Filter> {
        Some(Filter {
            states: given(&self.state)?.into_iter().collect(),
            kinds: given(&self.kind)?.into_iter().collect(),
            district: given(&self.district)?,
            heritage: given(&self.heritage)?,
            ..Filter::default()
        })
    }

    fn next(&self, cursor: &str) -> String {
        let fields =
            [("state", &self.state), ("kind", &self.kind), ("district", &self.district), ("heritage", &self.heritage)];
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(fields.into_iter().filter(|(_, value)| !value.is_empty())).append_pair("cursor", cursor);
        format!("/ui/operations?{}", query.finish())
    }
}

/// The value of a field: `Some(None)` when it is empty, `None` when it cannot be read.
fn given<T: std::str::FromStr>(text: &str) -> Option<Option<T>> {
    if text.is_empty() { Some(None) } else { text.parse().ok().map(Some) }
}

/// Lists operations, newest first.
pub(in crate::web) async fn list(
    State(api): State<Api>,
    visitor: Visitor,
    RawQuery(query): RawQuery,
) -> Result<Markup, Sorry> {
    let wanted = Wanted::read(query);
    let cursor = Some(wanted.cursor.as_str()).filter(|cursor| !cursor.is_empty());
    let (found, next) = match wanted.filter() {
        Some(filter) => {
            let page = api.store.operations(&filter, cursor, PAGE).await?;
            (page.items, page.next)
        }
        None => (vec![], None),
    };
    let needy = Filter { states: vec![Standing::Stuck], ..Filter::default() };
    let needy = match wanted.is_empty() {
        true => api.store.operations(&needy, None, PAGE).await?.items,
        false => vec![],
    };
    let changes = cursor.is_none().then(|| "/ui/changes".to_owned());
    let page = Page { title: "Operations", place: Place::Operations, visitor: &visitor, changes };
    let live = html! {
        (limits::notice(&api).await?)
        (dead_letter::section(&needy))
        (table(&found))
        @if let Some(next) = next { p { a href=(wanted.next(&next)) rel="next" { "Older operations" } } }
    };
    Ok(page.around(&html! { h1 { "Operations" } (filters(&wanted)) }, &live))
}

fn filters(wanted: &Wanted) -> Markup {
    html! {
        form.filters method="get" action="/ui/operations" role="search" {
            (select("state", "State", Standing::VARIANTS, &wanted.state))
            (select("kind", "Kind", Kind::VARIANTS, &wanted.kind))
            label { "District" input name="district" value=(wanted.district) autocomplete="off" spellcheck="false"; }
            label { "Heritage" input name="heritage" value=(wanted.heritage) autocomplete="off" spellcheck="false"; }
            button type="submit" { "Filter" }
            a.quiet href="/ui/operations" { "Clear" }
        }
    }
}

fn select(name: &str, label: &str, words: &[&str], chosen: &str) -> Markup {
    html! {
        label {
            (label)
            select name=(name) {
                option value="" { "any" }
                @for word in words {
                    option value=(word) selected[*word == chosen] { (word.replace('_', " ")) }
                }
            }
        }
    }
}

/// Shows an operation with its steps and the end of its journal.
pub(in crate::web) async fn show(
    State(api): State<Api>,
    visitor: Visitor,
    OfOperation(id): OfOperation,
) -> Result<Markup, Sorry> {
    let missing = || Sorry(routes::operations::missing(&api, &id));
    let operation = api.store.operation(&id).await?.ok_or_else(missing)?;
    let after = operation.seq.saturating_sub(TAIL);
    let entries = api.store.journal(&id, after, usize::try_from(TAIL).unwrap_or(usize::MAX)).await?;
    let title = format!("{} {}", operation.kind.to_string().replace('_', " "), narrate::target(&operation.target));
    let changes = (!operation.state.is_terminal()).then(|| format!("/ui/operations/{id}/changes"));
    let page = Page { title: &title, place: Place::Operations, visitor: &visitor, changes };
    Ok(page.around(&html! {}, &operation::live(&operation, &entries)))
}

/// Cancels an operation.
pub(in crate::web) async fn cancel(
    api: State<Api>,
    _ours: FromOurPage,
    visitor: Visitor,
    OfOperation(id): OfOperation,
) -> Result<Redirect, Sorry> {
    routes::operations::cancel(api, OfOperation(id.clone()), Plain { sender: visitor.sender() }).await?;
    Ok(back_to(&id))
}

/// Retries an operation.
pub(in crate::web) async fn retry(
    api: State<Api>,
    _ours: FromOurPage,
    visitor: Visitor,
    OfOperation(id): OfOperation,
) -> Result<Redirect, Sorry> {
    routes::operations::retry(api, OfOperation(id.clone()), Plain { sender: visitor.sender() }).await?;
    Ok(back_to(&id))
}

/// Gives an operation up for good.
pub(in crate::web) async fn abandon(
    api: State<Api>,
    _ours: FromOurPage,
    visitor: Visitor,
    OfOperation(id): OfOperation,
) -> Result<Redirect, Sorry> {
    let reasoned = Reasoned { sender: visitor.sender(), reason: None };
    routes::operations::abandon(api, OfOperation(id.clone()), reasoned).await?;
    Ok(back_to(&id))
}

fn back_to(id: &OperationId) -> Redirect {
    Redirect::to(&format!("/ui/operations/{id}"))
}
