//! A request's JSON, refused with the place and the reason when it does not fit.

use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;

use super::refusal::Refusal;

/// A body that was read; its content type does not matter, so that `curl -d` suffices.
pub(super) struct Body<T>(pub(super) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, state: &S) -> Result<Self, Refusal> {
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|error| Refusal::unprocessable(format!("the body cannot be read: {error}")))?;
        read(&bytes).map(Self)
    }
}

/// Reads JSON to its end; a refusal names the member that does not fit.
pub(super) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Refusal> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let value =
        serde_path_to_error::deserialize(&mut reader).map_err(|error| match error.path().to_string().as_str() {
            "." => Refusal::unprocessable(error.inner().to_string()),
            path => Refusal::unprocessable(format!("{path}: {}", error.inner())),
        })?;
    reader.end().map_err(|error| Refusal::unprocessable(error.to_string()))?;
    Ok(value)
}
