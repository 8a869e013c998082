//! A client that costs little: requests are signed beforehand, and answers are read no further than need be.

use std::net::SocketAddr;

use anyhow::{Context as _, Result, bail};
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const REGION: &str = "eu-west-1";

/// One connection that is kept.
pub(crate) struct Connection {
    stream: TcpStream,
    /// What was read, of which the last answer is the beginning.
    buffer: Vec<u8>,
}

/// Calls, one after the other, as the account `test`.
pub(crate) struct Caller(Connection);

impl Connection {
    /// Connects.
    pub(crate) async fn open(to: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(to).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: Vec::with_capacity(16 * 1024) })
    }

    /// Sends a whole request; the body of the answer, which must be 200.
    pub(crate) async fn exchange(&mut self, request: &[u8]) -> Result<&[u8]> {
        self.stream.write_all(request).await?;
        self.buffer.clear();
        let mut length = None;
        loop {
            if self.stream.read_buf(&mut self.buffer).await? == 0 {
                bail!("the simulator has closed the connection");
            }
            if length.is_none() {
                length = extent(&self.buffer)?;
            }
            if let Some((head, end)) = length.filter(|(_, end)| self.buffer.len() >= *end) {
                let (head, body) = (&self.buffer[..head], &self.buffer[head..end]);
                if !head.starts_with(b"HTTP/1.1 200") {
                    bail!("{}{}", String::from_utf8_lossy(head), String::from_utf8_lossy(body));
                }
                return Ok(body);
            }
        }
    }
}

/// Where the body of an answer begins and ends, once its head has come.
fn extent(buffer: &[u8]) -> Result<Option<(usize, usize)>> {
    let Some(end) = buffer.windows(4).position(|window| window == b"\r\n\r\n") else { return Ok(None) };
    let head = std::str::from_utf8(&buffer[..end])?;
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).context("an answer's length")?;
    Ok(Some((end + 4, end + 4 + length.parse::<usize>()?)))
}

impl Caller {
    /// Connects.
    pub(crate) async fn open(to: SocketAddr) -> Result<Self> {
        Ok(Self(Connection::open(to).await?))
    }

    /// Calls ECS.
    pub(crate) async fn ecs(&mut self, operation: &str, input: &Value) -> Result<Value> {
        self.json("ecs", &format!("AmazonEC2ContainerServiceV20141113.{operation}"), input).await
    }

    /// Calls a service that speaks JSON.
    pub(crate) async fn json(&mut self, service: &str, target: &str, input: &Value) -> Result<Value> {
        let answer = self.0.exchange(&json_request(service, target, input)).await;
        Ok(serde_json::from_slice(answer.with_context(|| target.to_owned())?)?)
    }

    /// Calls a service that speaks forms; the text of the first element of that name in the answer.
    pub(crate) async fn form(
        &mut self,
        service: &str,
        version: &str,
        parameters: &str,
        element: &str,
    ) -> Result<String> {
        let body = format!("{parameters}&Version={version}");
        let kind = [("content-type", "application/x-www-form-urlencoded")];
        let answer = self.0.exchange(&signed(service, &kind, &body)).await.with_context(|| parameters.to_owned())?;
        let answer = std::str::from_utf8(answer)?;
        let after = answer.split_once(&format!("<{element}>")).map(|(_, after)| after);
        Ok(after.and_then(|after| after.split('<').next()).unwrap_or_default().to_owned())
    }

    /// Lets simulated time pass; how many events have happened since the simulator was started.
    pub(crate) async fn advance(&mut self, seconds: u32) -> Result<u64> {
        let (route, body) = ("POST /_sim/clock/advance", json!({"seconds": seconds}).to_string());
        let clock: Value = serde_json::from_slice(self.control(route, body.as_bytes()).await?)?;
        clock["happened_events"].as_u64().context("the number of events")
    }

    /// Calls the control API.
    pub(crate) async fn control(&mut self, route: &str, body: &[u8]) -> Result<&[u8]> {
        let length = body.len();
        let head = format!("{route} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {length}");
        self.0.exchange(&[head.as_bytes(), b"\r\n\r\n", body].concat()).await
    }
}

/// A request to a service that speaks JSON.
pub(crate) fn json_request(service: &str, target: &str, input: &Value) -> Vec<u8> {
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
    signed(service, &headers, &input.to_string())
}

/// A request as SDKs send it, signed with Signature Version 4. `headers` are in order, and before `host` or after
/// `x-amz-date`.
fn signed(service: &str, headers: &[(&str, &str)], body: &str) -> Vec<u8> {
    let now = chrono::Utc::now();
    let (at, day) = (now.format("%Y%m%dT%H%M%SZ").to_string(), now.format("%Y%m%d").to_string());
    let mut all = headers.to_vec();
    all.extend([("host", "127.0.0.1"), ("x-amz-date", &at)]);
    all.sort_unstable();
    let names = all.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let canonical: String = all.iter().map(|(name, value)| format!("{name}:{value}\n")).collect();
    let payload = hex::encode(Sha256::digest(body));
    let request = format!("POST\n/\n\n{canonical}\n{names}\n{payload}");
    let scope = format!("{day}/{REGION}/{service}/aws4_request");
    let text = format!("AWS4-HMAC-SHA256\n{at}\n{scope}\n{}", hex::encode(Sha256::digest(request)));
    let parts = [REGION, service, "aws4_request"];
    let key = parts.iter().fold(hmac(b"AWS4test", &day), |key, part| hmac(&key, part));
    let signature = hex::encode(hmac(&key, &text));
    let sent: String = all.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let agent =
        "Boto3/1.40.0 md/Botocore#1.40.0 ua/2.1 os/linux#6.1 md/arch#x86_64 lang/python#3.11 cfg/retry-mode#legacy";
    format!(
        "POST / HTTP/1.1\r\n{sent}user-agent: {agent}\r\nauthorization: AWS4-HMAC-SHA256 Credential=test/{scope}, \
         SignedHeaders={names}, Signature={signature}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn hmac(key: &[u8], data: &str) -> Vec<u8> {
    // A key of any length will do, so that there is no error to tell.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(data.as_bytes());
    mac.finalize().into_bytes().to_vec()
}
