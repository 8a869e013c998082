//! What an answer of AWS must have.

use aws_smithy_types::error::operation::BuildError;
use shared::problem::{Code, Problem};

use super::NotCalled;
use crate::engine::{Class, Failure};

/// The field of an answer that AWS documents as always there.
pub(super) fn present<T>(field: Option<T>, action: &str, name: &str) -> Result<T, NotCalled> {
    field.ok_or_else(|| {
        let detail = format!("AWS answered {action} without {name}");
        NotCalled::Held(Failure::new(Class::Unknown, Problem::new(Code::AwsRefused, detail)))
    })
}

/// A request that the SDK would not build.
impl From<BuildError> for NotCalled {
    fn from(error: BuildError) -> NotCalled {
        let detail = format!("a request to AWS is not complete: {error}");
        NotCalled::Held(Failure::new(Class::Unknown, Problem::new(Code::Internal, detail)))
    }
}
