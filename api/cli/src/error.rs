//! Why a request came to nothing.

use shared::problem::Problem;

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// No answer came.
    #[error("cannot reach Barcelona at {endpoint}")]
    Unreachable {
        /// Where it was looked for.
        endpoint: String,
        /// Whether the request may have arrived all the same.
        may_have_arrived: bool,
        /// What the connection said.
        #[source]
        source: reqwest::Error,
    },
    /// Barcelona said no, and why.
    #[error("{0}")]
    Refused(Box<Problem>),
    /// Something answered that is not Barcelona, or not one of this version.
    #[error("{endpoint} answered {status}, but not as Barcelona does: {body}")]
    Unexpected {
        /// Who answered.
        endpoint: String,
        /// HTTP status.
        status: u16,
        /// The beginning of what it said.
        body: String,
    },
    /// An answer that cannot be read.
    #[error("the answer to {path} cannot be read")]
    Unreadable {
        /// What was asked for.
        path: String,
        /// What is wrong with it.
        #[source]
        source: serde_json::Error,
    },
}
