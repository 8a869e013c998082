//! Who signed a request, and for which service and region: the credential scope of Signature Version 4.
//!
//! The signature itself is not checked: clients that cannot sign would not get far on AWS, and every client tried here
//! can. If it is to be checked, this is the place; the secret belongs to the access key in the world's credentials.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html>

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use serde_json::Value;

use crate::model::call_log::Call;
use crate::model::error::AwsError;
use crate::model::service::Service;

/// `Credential=<access key>/<date>/<region>/<service>/aws4_request`.
#[derive(Debug, PartialEq)]
pub(super) struct Scope {
    access_key: String,
    region: String,
    pub(super) service: String,
}

impl Scope {
    pub(super) fn call(self, service: Service, operation: String, input: Value) -> Call {
        Call { service, operation, access_key: self.access_key, region: self.region, user_agent: String::new(), input }
    }
}

/// Reads the scope from the `Authorization` header.
pub(super) fn scope(parts: &Parts) -> Result<Scope, AwsError> {
    let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let header = header
        .ok_or_else(|| AwsError::new("MissingAuthenticationToken", "Request is missing Authentication Token"))
        .map_err(|error| error.with_status(403))?;
    parse(header).ok_or_else(|| {
        AwsError::new("IncompleteSignature", "Authorization header requires 'Credential' parameter with a full scope.")
    })
}

fn parse(header: &str) -> Option<Scope> {
    let (_, after) = header.split_once("Credential=")?;
    let credential = after.split([',', ' ']).next()?;
    // An access key may hold slashes, the scope after it may not.
    let mut fields = credential.rsplitn(5, '/');
    let (_terminator, service, region, _date) = (fields.next()?, fields.next()?, fields.next()?, fields.next()?);
    let access_key = fields.next().filter(|key| !key.is_empty())?;
    Some(Scope { access_key: access_key.to_owned(), region: region.to_owned(), service: service.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_is_read_from_a_signed_header() {
        let header = "AWS4-HMAC-SHA256 Credential=test/20261123/eu-west-1/ec2/aws4_request, SignedHeaders=host, \
                      Signature=00";
        let expected = Scope { access_key: "test".into(), region: "eu-west-1".into(), service: "ec2".into() };
        assert_eq!(parse(header), Some(expected));
    }

    #[test]
    fn half_a_scope_is_none() {
        assert_eq!(parse("AWS4-HMAC-SHA256 Credential=test/20261123"), None);
        assert_eq!(parse("Bearer abc"), None);
    }
}
