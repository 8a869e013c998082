//! The API as a server: on a port of its own, until it is asked to stop.

use std::time::Duration;

use shared::stopping::Stopping;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

use crate::stack::{Stack, TOKEN};

#[tokio::test]
async fn it_serves_on_its_port_and_stops_although_a_stream_is_open() {
    let stack = Stack::start().await;
    let app = stack.app_with(&["--bootstrap-token", TOKEN, "--unready-ms", "0"]).await;
    let address = app.address();
    let stopping = Stopping::default();
    let served = tokio::spawn(app.run(stopping.clone()));

    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /v1/events/ HTTP/1.1\r\nhost: api\r\nauthorization: Bearer {TOKEN}\r\naccept: text/event-stream\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");

    stopping.asked.cancel();
    tokio::time::timeout(Duration::from_secs(5), served).await.unwrap().unwrap().unwrap();
}

#[tokio::test]
async fn an_api_without_a_token_leaves_the_token_of_others_alone_and_a_new_token_replaces_it() {
    let stack = Stack::start().await;
    stack.app_with(&["--insecure-no-auth"]).await;
    assert_eq!(stack.get("/v1/districts").await.status, 200);
    stack.app_with(&["--bootstrap-token", "another"]).await;
    assert_eq!(stack.get("/v1/districts").await.problem(), (401, "unauthorized", ""));
    let another = [("authorization", "Bearer another")];
    assert_eq!(stack.send("GET", "/v1/districts", &another, None).await.status, 200);
}

/// Sends a request on a connection that stays open, and reads its answer's head and body.
async fn asked(stream: &mut TcpStream, path: &str) -> (String, String) {
    let request = format!("GET {path} HTTP/1.1\r\nhost: api\r\nauthorization: Bearer {TOKEN}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert_ne!(reader.read_line(&mut head).await.unwrap(), 0, "the connection ended: {head}");
    }
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    let mut body = vec![0; length.parse().unwrap()];
    reader.read_exact(&mut body).await.unwrap();
    (head, String::from_utf8(body).unwrap())
}

#[tokio::test]
async fn an_api_that_is_asked_to_stop_sends_others_elsewhere_before_it_refuses_anything() {
    let stack = Stack::start().await;
    let app = stack.app().await;
    let (address, stop) = (app.address(), app.api().stop.clone());
    let stopping = Stopping::default();
    let served = tokio::spawn(app.run(stopping.clone()));
    let mut kept = TcpStream::connect(address).await.unwrap();
    let (head, _) = asked(&mut kept, "/readyz").await;
    assert!(head.starts_with("HTTP/1.1 200") && !head.contains("connection: close"), "{head}");

    stopping.asked.cancel();
    let (mut head, mut body) = asked(&mut kept, "/readyz").await;
    while head.starts_with("HTTP/1.1 200") {
        tokio::task::yield_now().await;
        (head, body) = asked(&mut kept, "/readyz").await;
    }
    assert!(head.starts_with("HTTP/1.1 503") && head.contains("connection: close"), "{head}");
    assert!(head.contains("retry-after: 1") && body.contains("\"shutting_down\""), "{head}{body}");
    assert_eq!(kept.read(&mut [0; 1]).await.unwrap(), 0, "the connection is closed in order");

    let mut another = TcpStream::connect(address).await.unwrap();
    let (head, _) = asked(&mut another, "/v1/districts").await;
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("connection: close"), "it still serves: {head}");
    assert!(!stop.is_cancelled() && !served.is_finished());

    stopping.again.cancel();
    tokio::time::timeout(Duration::from_secs(5), served).await.unwrap().unwrap().unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}
