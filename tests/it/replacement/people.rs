//! People who work with whichever API stands, and watch what they have asked for.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tests::{Answer, Client};
use tokio::sync::mpsc;

use crate::frames::{self, Frame};

/// How long anybody tries to get an answer, and how long an operation may take.
const LONG: Duration = Duration::from_secs(120);

/// The APIs that stand, as their clients know them. Clones are the same.
#[derive(Clone)]
pub(super) struct Apis(Arc<Inner>);

struct Inner {
    standing: Mutex<Vec<Client>>,
    turn: AtomicUsize,
    is_closed: AtomicBool,
    reconnected: AtomicUsize,
    repeated: AtomicUsize,
}

impl Apis {
    pub(super) fn new(standing: [Client; 2]) -> Apis {
        let standing = Mutex::new(standing.to_vec());
        let (turn, reconnected, repeated) = Default::default();
        Apis(Arc::new(Inner { standing, turn, is_closed: AtomicBool::new(false), reconnected, repeated }))
    }

    pub(super) fn add(&self, client: Client) {
        self.0.standing.lock().unwrap().push(client);
    }

    pub(super) fn remove_oldest(&self) {
        self.0.standing.lock().unwrap().remove(0);
    }

    /// Nobody begins anything more.
    pub(super) fn close_shop(&self) {
        self.0.is_closed.store(true, Ordering::SeqCst);
    }

    /// Streams that were opened again.
    pub(super) fn reconnected(&self) -> usize {
        self.0.reconnected.load(Ordering::SeqCst)
    }

    /// Requests that went to another API, because the first did not answer.
    pub(super) fn repeated(&self) -> usize {
        self.0.repeated.load(Ordering::SeqCst)
    }

    fn next(&self) -> Client {
        let standing = self.0.standing.lock().unwrap();
        standing[self.0.turn.fetch_add(1, Ordering::SeqCst) % standing.len()].clone()
    }

    /// Asks one API after the other until one answers. Only connections may fail: whatever answers must answer well.
    async fn send(&self, method: Method, path: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Answer {
        let begun = Instant::now();
        loop {
            match self.next().send(method.clone(), path, headers, body).await {
                Ok(answer) => {
                    assert!([200, 202, 304].contains(&answer.status), "{path}: {} {:#}", answer.status, answer.body);
                    return answer;
                }
                Err(error) if begun.elapsed() > LONG => panic!("{path}: nobody answers: {error:#}"),
                Err(_) => self.0.repeated.fetch_add(1, Ordering::SeqCst),
            };
        }
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, &[], None).await
    }

    /// Waits by long-polls until the operation has succeeded.
    pub(super) async fn succeeded(&self, id: &str) {
        let (begun, mut etag) = (Instant::now(), "\"0\"".to_owned());
        loop {
            let headers = [("prefer", "wait=5"), ("if-none-match", etag.as_str())];
            let answer = self.send(Method::GET, &format!("/v1/operations/{id}"), &headers, None).await;
            let operation = &answer.body["operation"];
            match operation["state"].as_str() {
                Some("succeeded") => return,
                Some("queued" | "running" | "waiting") | None => {}
                Some(_) => panic!("{operation:#}"),
            }
            assert!(begun.elapsed() < LONG, "{id} does not end: {operation:#}");
            if let Some(tag) = answer.headers.get("etag") {
                etag = tag.to_str().unwrap().to_owned();
            }
        }
    }

    /// Reads a stream to its end, over as many connections as it takes.
    async fn follow(&self, path: &str, mut last: Option<String>, mut enough: impl FnMut(&Frame) -> bool) {
        let begun = Instant::now();
        let mut is_over = false;
        while !is_over {
            let known = last.clone();
            let each = |frame: Frame| {
                last = frame.id.clone().or(last.take());
                is_over = enough(&frame);
                is_over
            };
            if let Ok(status) = frames::read(&self.next(), path, known.as_deref(), each).await {
                assert!([200, 204].contains(&status), "{status}: {path} after {known:?}");
                // Cut between the last entry and `end`: there is nothing more to come.
                is_over |= status == 204;
            }
            self.0.reconnected.fetch_add(usize::from(!is_over), Ordering::SeqCst);
            assert!(begun.elapsed() < LONG * 3, "{path} does not end");
        }
    }

    /// Watches one operation from the first entry to its end: each entry comes once, in order.
    async fn watch(self, id: String) {
        let mut seen = vec![];
        let ends = |frame: &Frame| {
            if !["snapshot", "end"].contains(&frame.event.as_str()) {
                seen.push(frame.seq().unwrap());
            }
            frame.event == "end"
        };
        self.follow(&format!("/v1/operations/{id}/events"), None, ends).await;
        assert_eq!(seen, (1..=seen.len() as u64).collect::<Vec<_>>(), "{id}");
    }
}

/// Somebody with one application, who changes it again and again.
pub(super) struct Person {
    apis: Apis,
    pub(super) heritage: String,
    /// Idempotency key to operation.
    pub(super) accepted: BTreeMap<String, String>,
    pub(super) scale: i32,
    pub(super) tag: String,
}

impl Person {
    pub(super) fn new(apis: &Apis, heritage: &str) -> Person {
        let (apis, heritage, tag) = (apis.clone(), heritage.to_owned(), "0".to_owned());
        Person { apis, heritage, accepted: BTreeMap::new(), scale: 1, tag }
    }

    /// Asks for a change, and once more with the same key, as somebody does who lost the answer.
    pub(super) async fn ask(&mut self, method: Method, path: &str, body: &Value) -> String {
        let key = format!("{}-{}", self.heritage, self.accepted.len());
        let headers = [("idempotency-key", key.as_str())];
        let id = self.apis.send(method.clone(), path, &headers, Some(body)).await.operation().unwrap();
        let again = self.apis.send(method, path, &headers, Some(body)).await;
        assert_eq!(
            (again.operation().unwrap(), &again.headers["idempotency-replayed"]),
            (id.clone(), &"true".parse().unwrap())
        );
        self.accepted.insert(key, id.clone());
        id
    }

    /// Makes the application, deploys and scales it until the shop closes, and watches every change to its end.
    pub(super) async fn work(mut self) -> Person {
        let name = self.heritage.clone();
        let services = json!([{"name": "web", "cpu": 16, "memory": 16}]);
        let body = json!({"name": name, "image_name": "nginx", "image_tag": self.tag, "services": services});
        self.change(Method::POST, "/v1/districts/dev/heritages", &body).await;
        let path = format!("/v1/districts/dev/heritages/{name}");
        for nth in 1.. {
            if self.apis.0.is_closed.load(Ordering::SeqCst) {
                break;
            }
            if nth % 2 == 0 {
                self.tag = nth.to_string();
                let body = json!({"image_tag": self.tag});
                self.change(Method::PATCH, &path, &body).await;
            } else {
                self.scale = 1 + nth % 3;
                let body = json!({"scale": self.scale});
                self.change(Method::POST, &format!("{path}/services/web/scale"), &body).await;
            }
        }
        self
    }

    async fn change(&mut self, method: Method, path: &str, body: &Value) {
        let id = self.ask(method, path, body).await;
        let watching = tokio::spawn(self.apis.clone().watch(id.clone()));
        self.apis.succeeded(&id).await;
        watching.await.unwrap();
    }
}

/// What the watcher of all journals has seen: operation and sequence number.
pub(super) struct Watched(mpsc::UnboundedReceiver<(String, u64)>);

/// Watches all journals, from now on.
pub(super) async fn watch_all(apis: &Apis) -> Watched {
    let cursor = apis.get("/v1/events").await.body["next"].as_str().unwrap().to_owned();
    let (sender, seen) = mpsc::unbounded_channel();
    let apis = apis.clone();
    tokio::spawn(async move {
        let each = |frame: &Frame| {
            let seen = (frame.data["op"].as_str().unwrap().to_owned(), frame.data["seq"].as_u64().unwrap());
            sender.send(seen).is_err()
        };
        apis.follow("/v1/events", Some(cursor), each).await;
    });
    Watched(seen)
}

impl Watched {
    /// Waits until so many entries were seen, and returns all that were.
    pub(super) async fn until(mut self, count: usize) -> Vec<(String, u64)> {
        let mut all = vec![];
        while all.len() < count {
            all.push(tokio::time::timeout(LONG, self.0.recv()).await.unwrap().unwrap());
        }
        while let Ok(more) = self.0.try_recv() {
            all.push(more);
        }
        all
    }
}
