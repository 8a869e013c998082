//! Whether a request was signed with the secret that belongs to its access key: Signature Version 4.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>

use std::collections::HashMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};

use axum::http::HeaderMap;
use axum::http::request::Parts;
use chrono::{NaiveDateTime, TimeDelta};
use hmac::{Hmac, KeyInit, Mac};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use sha2::{Digest, Sha256};

use super::credential::{ALGORITHM, Signed, moment};

/// How far a request's time may be from the real one.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>
const SKEW: TimeDelta = TimeDelta::minutes(5);

/// All but what RFC 3986 does not reserve is escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The path is escaped once more than the client sent it; its slashes stay.
const ESCAPED_IN_PATHS: &AsciiSet = &ESCAPED.remove(b'/');

/// How many derived keys are kept.
const KEYS: usize = 1024;

/// Why a signature does not hold.
#[derive(Debug, PartialEq)]
pub(super) enum Flaw {
    /// Not the secret, or not this request.
    Mismatch(String),
    /// Signed too long ago.
    Late(String),
}

/// Signing keys by secret, date, region and service: deriving one costs four rounds of HMAC.
#[derive(Debug, Default)]
pub(crate) struct Keys(Mutex<HashMap<String, [u8; 32]>>);

/// Compares a signature with the one that the secret gives, at a moment of real time.
pub(super) fn verify(
    signed: &Signed,
    (parts, body): (&Parts, &[u8]),
    secret: &str,
    keys: &Keys,
    now: NaiveDateTime,
) -> Result<(), Flaw> {
    in_time(signed, now)?;
    well_scoped(signed)?;
    let string = string_to_sign(signed, &canonical_request(signed, parts, body));
    let expected = hex::encode(hmac(&keys.get(signed, secret), string.as_bytes()));
    if expected == signed.signature {
        return Ok(());
    }
    let words = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                 Access Key and signing method. Consult the service documentation for details.";
    Err(Flaw::Mismatch(words.to_owned()))
}

fn in_time(signed: &Signed, now: NaiveDateTime) -> Result<(), Flaw> {
    let at = moment(&signed.at).unwrap_or(now);
    let basic = |at: NaiveDateTime| at.format("%Y%m%dT%H%M%SZ");
    let (skewed, written) = (at - SKEW, &signed.at);
    if skewed > now {
        let limit = basic(now + SKEW);
        let words =
            format!("Signature not yet current: {written} is still later than {limit} ({} + 5 min.)", basic(now));
        return Err(Flaw::Mismatch(words));
    }
    // A presigned request says itself how long it lasts.
    let earliest = signed.lasts.map_or(now - SKEW, |seconds| now - TimeDelta::seconds(seconds));
    if at < earliest {
        let span = signed.lasts.map_or_else(|| "5 min".to_owned(), |seconds| format!("{seconds} sec"));
        let (limit, now) = (basic(earliest), basic(now));
        return Err(Flaw::Late(format!("Signature expired: {written} is now earlier than {limit} ({now} - {span}.)")));
    }
    Ok(())
}

fn well_scoped(signed: &Signed) -> Result<(), Flaw> {
    let (scope, day) = (&signed.scope, signed.at.get(..8).unwrap_or_default());
    if scope.date != day {
        let words = "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP:";
        return Err(Flaw::Mismatch(format!("{words} '{}' != '{day}', from '{}'.", scope.date, signed.at)));
    }
    if scope.terminator != "aws4_request" {
        let words = "Credential should be scoped with a valid terminator: 'aws4_request', not";
        return Err(Flaw::Mismatch(format!("{words} '{}'.", scope.terminator)));
    }
    if signed.headers.iter().any(|name| name == "host" || name == ":authority") {
        return Ok(());
    }
    let words = "'Host' or ':authority' must be a 'SignedHeader' in the AWS Authorization.";
    Err(Flaw::Mismatch(words.to_owned()))
}

fn canonical_request(signed: &Signed, parts: &Parts, body: &[u8]) -> String {
    let mut out = String::with_capacity(512);
    out.push_str(parts.method.as_str());
    out.push('\n');
    out.push_str(&canonical_path(parts.uri.path()));
    out.push('\n');
    out.push_str(&canonical_query(parts.uri.query().unwrap_or_default()));
    out.push('\n');
    for name in &signed.headers {
        write!(out, "{name}:").ok();
        push_header(&mut out, &parts.headers, name);
        out.push('\n');
    }
    out.push('\n');
    out.push_str(&signed.headers.join(";"));
    out.push('\n');
    let claimed = parts.headers.get("x-amz-content-sha256").and_then(|value| value.to_str().ok());
    match claimed {
        Some(unsigned @ "UNSIGNED-PAYLOAD") => out.push_str(unsigned),
        Some(_) | None => out.push_str(&hex::encode(Sha256::digest(body))),
    }
    out
}

/// The path without dots and doubled slashes, escaped.
fn canonical_path(path: &str) -> String {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            other => segments.push(other),
        }
    }
    let mut out = format!("/{}", segments.join("/"));
    if path.ends_with('/') && !segments.is_empty() {
        out.push('/');
    }
    utf8_percent_encode(&out, ESCAPED_IN_PATHS).to_string()
}

/// The query's parameters in order, each escaped alike; the signature is not in it.
fn canonical_query(query: &str) -> String {
    let escape = |text: &str| {
        let bytes: Vec<u8> = percent_decode_str(text).collect();
        percent_encoding::percent_encode(&bytes, ESCAPED).to_string()
    };
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let mut pairs: Vec<(String, String)> = pairs
        .filter(|(name, _)| *name != "X-Amz-Signature")
        .map(|(name, value)| (escape(name), escape(value)))
        .collect();
    pairs.sort();
    let pairs: Vec<String> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

/// All values of a header, runs of blanks as one.
fn push_header(out: &mut String, headers: &HeaderMap, name: &str) {
    for (at, value) in headers.get_all(name).iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        let value = String::from_utf8_lossy(value.as_bytes());
        for (at, word) in value.split_ascii_whitespace().enumerate() {
            if at > 0 {
                out.push(' ');
            }
            out.push_str(word);
        }
    }
}

fn string_to_sign(signed: &Signed, request: &str) -> String {
    let scope = &signed.scope;
    format!(
        "{ALGORITHM}\n{}\n{}/{}/{}/aws4_request\n{}",
        signed.at,
        scope.date,
        scope.region,
        scope.service,
        hex::encode(Sha256::digest(request))
    )
}

impl Keys {
    fn get(&self, signed: &Signed, secret: &str) -> [u8; 32] {
        let scope = &signed.scope;
        let name = format!("{secret}\n{}\n{}\n{}", scope.date, scope.region, scope.service);
        let mut keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(key) = keys.get(&name) {
            return *key;
        }
        let mut key = hmac(format!("AWS4{secret}").as_bytes(), scope.date.as_bytes());
        for part in [&*scope.region, &*scope.service, "aws4_request"] {
            key = hmac(&key, part.as_bytes());
        }
        if keys.len() == KEYS {
            keys.clear();
        }
        keys.insert(name, key);
        key
    }
}

fn hmac(key: &[u8], data: &[u8]) -> [u8; 32] {
    // A key of any length will do, so that there is no error to tell.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return [0; 32] };
    mac.update(data);
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;
    use crate::wire::credential;

    /// AWS's example key, as its documentation and its test suite use it.
    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    fn check(request: &str, service: &str, signature: &str) -> Result<(), Flaw> {
        let (head, body) = request.split_once("\n\n").unwrap_or((request, ""));
        let mut lines = head.lines();
        let (method, uri) = lines.next().unwrap().split_once(' ').unwrap();
        let mut builder = Request::builder().method(method).uri(uri);
        let mut names = Vec::new();
        for (name, value) in lines.map(|line| line.split_once(':').unwrap()) {
            builder = builder.header(name, value);
            names.push(name.to_lowercase());
        }
        names.sort();
        names.dedup();
        let credential = format!("AKIDEXAMPLE/20150830/us-east-1/{service}/aws4_request");
        let header =
            format!("{ALGORITHM} Credential={credential}, SignedHeaders={}, Signature={signature}", names.join(";"));
        let parts = builder.header("authorization", header).body(()).unwrap().into_parts().0;
        let now = moment("20150830T123600Z").unwrap();
        verify(&credential::read(&parts).unwrap(), (&parts, body.as_bytes()), SECRET, &Keys::default(), now)
    }

    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html>, and the suite of test
    /// vectors that AWS gives to writers of SDKs.
    #[test]
    fn signatures_that_aws_published_hold() {
        let host = "host:example.amazonaws.com\nx-amz-date:20150830T123600Z";
        let iam = "GET /?Action=ListUsers&Version=2010-05-08\ncontent-type:application/x-www-form-urlencoded; charset=utf-8\n\
                   host:iam.amazonaws.com\nx-amz-date:20150830T123600Z";
        let form = format!("POST /\ncontent-type:application/x-www-form-urlencoded\n{host}\n\nParam1=value1");
        for (request, service, signature) in [
            (iam, "iam", "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"),
            (&format!("GET /\n{host}"), "service", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
            (&format!("POST /\n{host}"), "service", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
            (
                &format!("GET /?Param2=value2&Param1=value1\n{host}"),
                "service",
                "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500",
            ),
            (&form, "service", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"),
        ] {
            assert_eq!(check(request, service, signature), Ok(()), "{request}");
        }
    }

    #[test]
    fn another_body_another_time_and_an_unsigned_host_do_not_hold() {
        let signature = "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b";
        let host = "host:example.amazonaws.com";
        let said = |request: &str| match check(request, "service", signature) {
            Err(Flaw::Mismatch(words) | Flaw::Late(words)) => words,
            Ok(()) => String::new(),
        };
        assert!(
            said(&format!("POST /\n{host}\nx-amz-date:20150830T123600Z\n\nx")).starts_with("The request signature we")
        );
        let late = said(&format!("POST /\n{host}\nx-amz-date:20150830T123059Z"));
        assert_eq!(
            late,
            "Signature expired: 20150830T123059Z is now earlier than 20150830T123100Z (20150830T123600Z - 5 min.)"
        );
        let early = said(&format!("POST /\n{host}\nx-amz-date:20150830T124101Z"));
        assert_eq!(
            early,
            "Signature not yet current: 20150830T124101Z is still later than 20150830T124100Z (20150830T123600Z + 5 min.)"
        );
        assert!(said("POST /\nx-amz-date:20150830T123600Z").starts_with("'Host' or ':authority'"));
    }

    #[test]
    fn paths_are_made_simple_and_escaped_again() {
        assert_eq!(canonical_path("/"), "/");
        assert_eq!(canonical_path("//a/./b/../c%20d/"), "/a/c%2520d/");
        assert_eq!(canonical_path("/.."), "/");
    }
}
