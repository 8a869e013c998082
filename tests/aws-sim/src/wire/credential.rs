//! Who says that he signed a request: what Signature Version 4 puts into a header or, presigned, into the query.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html>

use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

/// The only algorithm; AWS's other one, for several regions at once, is asymmetric.
pub(super) const ALGORITHM: &str = "AWS4-HMAC-SHA256";

/// A signature with what it is said to cover.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Signed {
    pub(super) scope: Scope,
    /// In the order in which they were signed.
    pub(super) headers: Vec<String>,
    pub(super) signature: String,
    /// When it was signed, as the request says it: ISO 8601's basic form.
    pub(super) at: String,
    /// The token of a session.
    pub(super) token: Option<String>,
    /// For how many seconds a presigned request may be sent.
    pub(super) lasts: Option<i64>,
}

/// `Credential=<access key>/<date>/<region>/<service>/aws4_request`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scope {
    pub(super) access_key: String,
    pub(super) date: String,
    pub(super) region: String,
    pub(super) service: String,
    pub(super) terminator: String,
}

/// Why there is no signature to look at.
#[derive(Debug, PartialEq)]
pub(super) enum Unsigned {
    /// There is none.
    Missing,
    /// It lacks something; AWS says what.
    Incomplete(String),
}

/// Reads the signature of a request.
pub(super) fn read(parts: &Parts) -> Result<Signed, Unsigned> {
    match parts.headers.get(AUTHORIZATION) {
        Some(header) => from_header(parts, &String::from_utf8_lossy(header.as_bytes())),
        None => from_query(parts.uri.query().unwrap_or_default()),
    }
}

fn from_header(parts: &Parts, header: &str) -> Result<Signed, Unsigned> {
    let fields = header.strip_prefix(ALGORITHM).unwrap_or_default();
    let field = |name: &str| {
        let mut pairs = fields.split([',', ' ']).filter_map(|field| field.split_once('='));
        pairs.find(|(key, _)| *key == name).map(|(_, value)| value.to_owned()).filter(|value| !value.is_empty())
    };
    let text = |name: &str| parts.headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (credential, signature, headers) = (field("Credential"), field("Signature"), field("SignedHeaders"));
    let at = text("x-amz-date").or_else(|| text("date").map(|date| basic(&date)));
    let mut lacking = Vec::new();
    for (name, is_there) in
        [("Credential", credential.is_some()), ("Signature", signature.is_some()), ("SignedHeaders", headers.is_some())]
    {
        if !is_there {
            lacking.push(format!("Authorization header requires '{name}' parameter."));
        }
    }
    if at.is_none() {
        let either = "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
        lacking.push(either.to_owned());
    }
    let (Some(credential), Some(signature), Some(headers), Some(at)) = (credential, signature, headers, at) else {
        let hash = BASE64_STANDARD.encode(Sha256::digest(header));
        lacking.push(format!("(Hashed with SHA-256 and encoded with Base64) Authorization={hash}"));
        return Err(Unsigned::Incomplete(lacking.join(" ")));
    };
    let token = text("x-amz-security-token").filter(|token| !token.is_empty());
    Ok(Signed { scope: scope(&credential)?, headers: names(&headers), signature, at: dated(at)?, token, lasts: None })
}

fn from_query(query: &str) -> Result<Signed, Unsigned> {
    let field = |name: &str| {
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).filter(|value| !value.is_empty())
    };
    if field("X-Amz-Algorithm").is_none() && field("X-Amz-Credential").is_none() {
        return Err(Unsigned::Missing);
    }
    let required = |name: &str| {
        field(name).ok_or_else(|| {
            Unsigned::Incomplete(format!(
                "AWS query-string parameters must include '{name}'. Re-examine the query-string parameters."
            ))
        })
    };
    if required("X-Amz-Algorithm")? != ALGORITHM {
        return Err(Unsigned::Incomplete(format!("X-Amz-Algorithm only supports \"{ALGORITHM}\"")));
    }
    let lasts = required("X-Amz-Expires")?.parse().ok().filter(|seconds| (1..=604_800).contains(seconds));
    Ok(Signed {
        scope: scope(&required("X-Amz-Credential")?)?,
        headers: names(&required("X-Amz-SignedHeaders")?),
        signature: required("X-Amz-Signature")?,
        at: dated(required("X-Amz-Date")?)?,
        token: field("X-Amz-Security-Token"),
        lasts: Some(lasts.ok_or_else(|| {
            Unsigned::Incomplete("X-Amz-Expires must be a number between 1 and 604800 seconds".to_owned())
        })?),
    })
}

fn scope(credential: &str) -> Result<Scope, Unsigned> {
    let incomplete = || {
        let words = "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got";
        Unsigned::Incomplete(format!("{words} '{credential}'"))
    };
    let mut fields = credential.split('/').map(str::to_owned);
    let mut next = || fields.next().filter(|field| !field.is_empty()).ok_or_else(incomplete);
    let scope = Scope { access_key: next()?, date: next()?, region: next()?, service: next()?, terminator: next()? };
    if fields.next().is_some() { Err(incomplete()) } else { Ok(scope) }
}

/// The headers that are signed, as they are written: lower case, in order.
fn names(list: &str) -> Vec<String> {
    list.split(';').map(str::to_owned).collect()
}

fn dated(at: String) -> Result<String, Unsigned> {
    if moment(&at).is_some() {
        return Ok(at);
    }
    let words = "Date must be in ISO-8601 'basic format'. Got";
    Err(Unsigned::Incomplete(format!("{words} '{at}'. See http://en.wikipedia.org/wiki/ISO_8601")))
}

/// A moment in ISO 8601's basic form.
pub(super) fn moment(at: &str) -> Option<chrono::NaiveDateTime> {
    chrono::NaiveDateTime::parse_from_str(at, "%Y%m%dT%H%M%SZ").ok().filter(|_| at.len() == 16)
}

/// A `Date` header in ISO 8601's basic form; what is neither stays as it is.
fn basic(date: &str) -> String {
    match chrono::DateTime::parse_from_rfc2822(date) {
        Ok(date) => date.to_utc().format("%Y%m%dT%H%M%SZ").to_string(),
        Err(_) => date.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(headers: &[(&str, &str)], uri: &str) -> Parts {
        let mut request = axum::http::Request::builder().uri(uri);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.body(()).unwrap().into_parts().0
    }

    const HEADER: &str = "AWS4-HMAC-SHA256 Credential=test/20261123/eu-west-1/ec2/aws4_request, \
                          SignedHeaders=host;x-amz-date, Signature=00";

    #[test]
    fn a_signature_is_read_from_a_header_and_from_a_query() {
        let signed = read(&parts(&[("authorization", HEADER), ("x-amz-date", "20261123T000000Z")], "/")).unwrap();
        assert_eq!((signed.scope.service.as_str(), signed.headers.len(), signed.lasts), ("ec2", 2, None));
        let query = "/?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=test%2F20261123%2Feu-west-1%2Fsts%2Faws4_request\
                     &X-Amz-Date=20261123T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host&X-Amz-Signature=00";
        let signed = read(&parts(&[], query)).unwrap();
        assert_eq!((signed.scope.service.as_str(), signed.lasts), ("sts", Some(60)));
    }

    #[test]
    fn what_is_lacking_is_named() {
        assert_eq!(read(&parts(&[], "/")), Err(Unsigned::Missing));
        let said = |header: &str| match read(&parts(&[("authorization", header)], "/")) {
            Err(Unsigned::Incomplete(words)) => words,
            other => format!("{other:?}"),
        };
        assert!(said("Bearer abc").starts_with("Authorization header requires 'Credential' parameter. Authorization"));
        assert!(said(HEADER).starts_with("Authorization header requires existence of either a 'X-Amz-Date'"));
        let short = [
            ("authorization", "AWS4-HMAC-SHA256 Credential=test/2026,SignedHeaders=host,Signature=0"),
            ("x-amz-date", "20261123T000000Z"),
        ];
        assert!(matches!(read(&parts(&short, "/")), Err(Unsigned::Incomplete(words)) if words.contains("exactly 5")));
    }
}
