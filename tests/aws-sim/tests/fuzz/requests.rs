//! Requests as bytes, the whole way to their answers, and what an answer must be whatever was asked.
//!
//! A request is written as in `seeds/`: `METHOD path`, a line a header, an empty line, and the body.

use std::path::PathBuf;

use aws_sim::{Config, Signatures, Sim};
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, Uri};
use futures::executor::block_on;

/// After so many requests the world is made anew, so that it stays small.
const ROUND: u32 = 200;

/// One protocol, with a small world to call.
pub(crate) struct Target {
    seeds: Vec<Vec<u8>>,
    signatures: Signatures,
    sim: Sim,
    asked: u32,
}

impl Target {
    /// The target whose seeds are in this folder. Signatures are looked at where they are what is tried.
    pub(crate) fn named(name: &str) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let folder = if folder.ends_with("fuzz") { folder.join("seeds") } else { folder.join("fuzz/seeds") };
        let mut files: Vec<PathBuf> = std::fs::read_dir(folder.join(name))
            .unwrap_or_else(|error| panic!("no seeds of target {name:?}: {error}"))
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        let seeds = files.iter().map(|file| std::fs::read(file).unwrap()).collect();
        let signatures = if name == "signature" { Signatures::Verify } else { Signatures::Ignore };
        let mut target = Self { seeds, signatures, sim: world(signatures), asked: 0 };
        target.renew();
        target
    }

    #[allow(dead_code, reason = "libFuzzer reads the seeds itself")]
    pub(crate) fn seeds(&self) -> &[Vec<u8>] {
        &self.seeds
    }

    /// Sends one request, if the bytes are one, and looks at the answer.
    pub(crate) fn answer(&mut self, data: &[u8]) {
        let Some(request) = request(data) else { return };
        if self.asked == ROUND {
            self.renew();
        }
        self.asked += 1;
        let (head, body) = block_on(async {
            let (head, body) = self.sim.respond(request).await.into_parts();
            (Response::from_parts(head, ()), to_bytes(body, usize::MAX).await.unwrap())
        });
        check(&head, &body);
    }

    /// A world in which what the seeds ask for has been done.
    fn renew(&mut self) {
        (self.sim, self.asked) = (world(self.signatures), 0);
        for seed in std::mem::take(&mut self.seeds) {
            self.answer(&seed);
            self.seeds.push(seed);
        }
    }
}

fn world(signatures: Signatures) -> Sim {
    Sim::new(Config { step: true, signatures, ..Config::default() })
}

fn request(data: &[u8]) -> Option<Request<Body>> {
    let end = data.windows(2).position(|two| two == b"\n\n")?;
    let (head, body) = (data.get(..end)?, data.get(end + 2..)?);
    let now = chrono::Utc::now();
    let mut lines = head.split(|byte| *byte == b'\n').map(|line| {
        let line = replace(line, b"@TIME@", now.format("%Y%m%dT%H%M%SZ").to_string().as_bytes());
        replace(&line, b"@DAY@", now.format("%Y%m%d").to_string().as_bytes())
    });
    let first = lines.next()?;
    let space = first.iter().position(|byte| *byte == b' ')?;
    let mut request = Request::new(Body::from(Bytes::copy_from_slice(body)));
    *request.method_mut() = Method::from_bytes(first.get(..space)?).ok()?;
    *request.uri_mut() = Uri::from_maybe_shared(Bytes::copy_from_slice(first.get(space + 1..)?)).ok()?;
    for line in lines {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(line.get(..colon)?).ok()?;
        let value = HeaderValue::from_bytes(line.get(colon + 1..)?.trim_ascii()).ok()?;
        request.headers_mut().append(name, value);
    }
    Some(request)
}

fn replace(line: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    match line.windows(from.len()).position(|window| window == from) {
        Some(at) => [&line[..at], to, &line[at + from.len()..]].concat(),
        None => line.to_vec(),
    }
}

/// An answer is no failure of the simulator's own, and its body is what its type says.
fn check(head: &Response<()>, body: &[u8]) {
    assert_ne!(head.status(), StatusCode::INTERNAL_SERVER_ERROR, "{}", body.escape_ascii());
    let content_type = head.headers()["content-type"].to_str().unwrap();
    let well_formed = match content_type {
        it if it.starts_with("text/xml") => std::str::from_utf8(body).is_ok_and(is_xml),
        it if it.contains("json") => serde_json::from_slice::<serde_json::Value>(body).is_ok(),
        "application/cbor" => ciborium::from_reader::<ciborium::Value, _>(body).is_ok(),
        _ => false,
    };
    assert!(well_formed, "{content_type}: {}", body.escape_ascii());
}

fn is_xml(text: &str) -> bool {
    let allowed =
        |one: char| matches!(one, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    let mut reader = quick_xml::Reader::from_str(text);
    text.chars().all(allowed)
        && loop {
            match reader.read_event() {
                Ok(quick_xml::events::Event::Eof) => break true,
                Ok(_) => {}
                Err(_) => break false,
            }
        }
}
