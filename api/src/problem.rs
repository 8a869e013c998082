//! Every error answer of the API: RFC 9457 problem documents, and what the store's refusals mean to a caller.

use std::error::Error as _;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use shared::problem::{Code, Problem};
use shared::store::{Refusal, StoreError};

/// A request that is refused, with the problem document that says why.
#[derive(Debug)]
pub struct Refused(pub Box<Problem>);

/// What a handler gives back.
pub type Result<T> = std::result::Result<T, Refused>;

impl Refused {
    /// Refuses with this code; `detail` says what happened this time.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Problem::new(code, detail).into()
    }
}

impl From<Problem> for Refused {
    fn from(problem: Problem) -> Self {
        Refused(Box::new(problem))
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Refused(refusal) => of_refusal(refusal).into(),
            StoreError::Full(_) => {
                tracing::warn!(error = %error, "a request is refused");
                let problem = Problem::new(Code::StoreFull, "Redis has no memory left for it");
                Problem { retry_after: Some(AFTER_A_SWEEP), ..problem }.into()
            }
            StoreError::Unavailable(_) | StoreError::Unconfirmed { .. } | StoreError::Rejected(_) => {
                tracing::warn!(error = %error, cause = error.source().map(tracing::field::display), "a request fails");
                Refused::new(Code::StoreUnavailable, error.to_string())
            }
            StoreError::Corrupt(..) => {
                tracing::error!(error = %error, cause = error.source().map(tracing::field::display), "a corrupt record");
                Refused::new(Code::CorruptRecord, error.to_string())
            }
            StoreError::Fenced => {
                tracing::error!(error = %error, cause = error.source().map(tracing::field::display), "a defect");
                Refused::new(Code::Internal, "the records cannot be read as they should")
            }
        }
    }
}

/// Seconds after which the sweep has looked for what need not be kept any longer.
const AFTER_A_SWEEP: u64 = 60;

/// Whole seconds, rounded up, so that nobody comes back too early.
fn seconds(wait: Duration) -> Option<u64> {
    Some(wait.as_millis().div_ceil(1000).max(1)).and_then(|seconds| u64::try_from(seconds).ok())
}

fn of_refusal(refusal: Refusal) -> Problem {
    match refusal {
        Refusal::KeyReused(id) => {
            let detail = format!("the key was used for {id}, with another body");
            Problem { operation: Some(id), ..Problem::new(Code::IdempotencyKeyReused, detail) }
        }
        Refusal::Stale => Problem::new(Code::Conflict, "others changed it while the request was checked"),
        Refusal::Reserved(what) => Problem::new(Code::Conflict, format!("{what} was taken meanwhile")),
        Refusal::Exists => Problem::new(Code::AlreadyExists, "it was made meanwhile"),
        Refusal::Missing => Problem::new(Code::NotFound, "it does not exist"),
        Refusal::BeingDeleted => Problem::new(Code::BeingDeleted, "it is being deleted"),
        Refusal::HasHeritages(names) => {
            let names: Vec<_> = names.iter().map(ToString::to_string).collect();
            Problem::new(Code::HasHeritages, format!("it has {}", names.join(", ")))
        }
        Refusal::Newer(version) => {
            Problem::new(Code::NewerVersion, format!("it is of version {version} of the format"))
        }
        Refusal::Abandoned => Problem::new(Code::Abandoned, "the operation was given up for good"),
        Refusal::WrongState(state) => Problem::new(Code::Conflict, format!("the operation is {state}")),
        Refusal::SupersededByLater(id) => {
            let detail = format!("{id} was accepted since");
            Problem { operation: Some(id), ..Problem::new(Code::SupersededByLater, detail) }
        }
        Refusal::QueueFull { unfinished, limit, wait } => {
            let detail = format!("{unfinished} operations are unfinished, and {limit} may be");
            Problem { retry_after: seconds(wait), ..Problem::new(Code::QueueFull, detail) }
        }
        Refusal::BudgetSpent { wait } => {
            let detail = "this token has made as many changes as it may for now";
            Problem { retry_after: seconds(wait), ..Problem::new(Code::TooManyRequests, detail) }
        }
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let extra: Option<(HeaderName, HeaderValue)> = match status {
            StatusCode::UNAUTHORIZED => {
                Some((header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"barcelona\"")))
            }
            StatusCode::SERVICE_UNAVAILABLE | StatusCode::TOO_MANY_REQUESTS => {
                Some((header::RETRY_AFTER, HeaderValue::from(self.0.retry_after.unwrap_or(1))))
            }
            _ => None,
        };
        let mut response = (status, Json(self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some((name, value)) = extra {
            headers.insert(name, value);
        }
        response
    }
}
