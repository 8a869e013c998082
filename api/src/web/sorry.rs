//! Pages for what cannot be shown or done.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use maud::html;
use shared::problem::{Code, Problem};

use super::layout::bare;
use super::parts::problem;
use crate::app::Api;
use crate::problem::Refused;

/// A refusal as a page.
pub(super) struct Sorry(pub(super) Refused);

impl<E> From<E> for Sorry
where
    Refused: From<E>,
{
    fn from(error: E) -> Self {
        Sorry(error.into())
    }
}

impl IntoResponse for Sorry {
    fn into_response(self) -> Response {
        let refusal = &self.0.0;
        let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let page = bare(
            &refusal.title,
            html! {
                main.narrow {
                    (problem::block(refusal))
                    p { a href="/ui/operations" { "To the operations" } }
                }
            },
        );
        (status, page).into_response()
    }
}

/// The page instead of those that wait for a store that does not answer.
pub(super) async fn while_silent(State(api): State<Api>, request: Request, next: Next) -> Response {
    api.pulse.or_silent(next.run(request)).await.unwrap_or_else(|refused| Sorry(refused).into_response())
}

/// The page of addresses that lead nowhere.
pub(super) async fn no_such_page() -> Sorry {
    Sorry(Problem::new(Code::NotFound, "there is no such page").advised("Begin at the operations.").into())
}
