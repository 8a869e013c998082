//! Watching an operation to its end, over cut connections.

use std::collections::VecDeque;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use shared::ids::OperationId;
use shared::journal::Entry;
use shared::operation::Operation;
use tokio::time::{Instant, sleep, timeout};

use crate::client::{Answer, Client};
use crate::error::ClientError;
use crate::sse::{Decoder, Frame};
use crate::view::OperationDocument;

/// The API sends a heartbeat every 15 s; a stream that is silent for this long is dead.
const SILENCE: Duration = Duration::from_secs(40);
/// For how long a connection that was cut is tried again.
const GIVE_UP: Duration = Duration::from_secs(300);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What a watcher sees.
#[derive(Clone, Debug)]
pub enum Seen {
    /// The operation as it is now; once more after a cut before the first entry.
    Snapshot(Box<Operation>),
    /// One entry of its journal, from the first one on, each once.
    Entry(Box<Entry>),
    /// The connection was cut; it is made again after this pause.
    Cut(Duration),
    /// The operation has ended, and this is what became of it. Nothing follows.
    End(Box<Answer<OperationDocument>>),
}

/// One watcher of one operation.
#[derive(Debug)]
pub struct Watching<'a> {
    client: &'a Client,
    id: OperationId,
    /// The newest sequence number that was seen.
    last: Option<u64>,
    stream: Option<Stream>,
    pause: Duration,
    cut_since: Option<Instant>,
}

#[derive(Debug)]
struct Stream {
    response: reqwest::Response,
    decoder: Decoder,
    frames: VecDeque<Frame>,
}

impl Client {
    /// Watches an operation.
    pub fn watch(&self, id: &OperationId) -> Watching<'_> {
        Watching { client: self, id: id.clone(), last: None, stream: None, pause: FIRST_PAUSE, cut_since: None }
    }

    /// An operation as it is now.
    pub async fn operation(&self, id: &OperationId) -> Result<Answer<OperationDocument>, ClientError> {
        self.get(&format!("/v1/operations/{id}"), &[]).await
    }
}

impl Watching<'_> {
    /// What is seen next. May be dropped while it waits, and called again.
    pub async fn next(&mut self) -> Result<Seen, ClientError> {
        loop {
            let Some(stream) = &mut self.stream else {
                if let Some(seen) = self.connect().await? {
                    return Ok(seen);
                }
                continue;
            };
            let Some(frame) = stream.next().await else {
                return Ok(self.cut());
            };
            if let Some(seen) = self.read(&frame)? {
                return Ok(seen);
            }
        }
    }

    /// Opens the stream. Pauses first when it was cut, and gives up when that lasts too long.
    async fn connect(&mut self) -> Result<Option<Seen>, ClientError> {
        if self.cut_since.is_some() {
            sleep(self.pause).await;
            self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        }
        match self.client.stream(&format!("/v1/operations/{}/events", self.id), self.last).await {
            Ok(Some(response)) => {
                self.stream = Some(Stream { response, decoder: Decoder::default(), frames: VecDeque::new() });
                Ok(None)
            }
            Ok(None) => self.ended().await.map(Some),
            Err(error) if !passes(&error) || self.cut_for() > GIVE_UP => Err(error),
            Err(_) => Ok(Some(self.cut())),
        }
    }

    fn cut_for(&self) -> Duration {
        self.cut_since.map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn cut(&mut self) -> Seen {
        self.stream = None;
        self.cut_since.get_or_insert_with(Instant::now);
        Seen::Cut(self.pause)
    }

    fn end(&self, frame: &Frame) -> Result<Seen, ClientError> {
        let document = json!({"operation": self.parse::<Value>(frame)?});
        let value = OperationDocument { operation: self.parse(frame)? };
        Ok(Seen::End(Box::new(Answer { document, value })))
    }

    async fn ended(&self) -> Result<Seen, ClientError> {
        Ok(Seen::End(Box::new(self.client.operation(&self.id).await?)))
    }

    fn read(&mut self, frame: &Frame) -> Result<Option<Seen>, ClientError> {
        (self.cut_since, self.pause) = (None, FIRST_PAUSE);
        match frame.event.as_str() {
            "end" => self.end(frame).map(Some),
            "snapshot" => self.parse(frame).map(|operation| Some(Seen::Snapshot(Box::new(operation)))),
            _entry => {
                let seq = frame.id.as_ref().and_then(|id| id.parse().ok());
                if seq.is_none() || seq <= self.last {
                    return Ok(None);
                }
                self.last = seq;
                // A type that a newer API added is passed over: what it means is in the operation at the end.
                Ok(serde_json::from_str(&frame.data).ok().map(|entry| Seen::Entry(Box::new(entry))))
            }
        }
    }

    fn parse<T: DeserializeOwned>(&self, frame: &Frame) -> Result<T, ClientError> {
        serde_json::from_str(&frame.data)
            .map_err(|source| ClientError::Unreadable { path: format!("/v1/operations/{}/events", self.id), source })
    }
}

impl Stream {
    /// The next frame; `None` when the connection was cut or fell silent.
    async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.frames.pop_front() {
                return Some(frame);
            }
            let chunk = timeout(SILENCE, self.response.chunk()).await.ok()?.ok()??;
            self.frames.extend(self.decoder.feed(&chunk));
        }
    }
}

/// Whether another try may go better.
fn passes(error: &ClientError) -> bool {
    match error {
        ClientError::Unreachable { .. } => true,
        ClientError::Refused(problem) => matches!(problem.status, 429 | 502..=504),
        ClientError::Unexpected { status, .. } => matches!(status, 429 | 502..=504),
        ClientError::Unreadable { .. } => false,
    }
}
