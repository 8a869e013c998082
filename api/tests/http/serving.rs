//! The API as a server: on a port of its own, until it is asked to stop.

use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::oneshot;

use crate::stack::{Stack, TOKEN};

#[tokio::test]
async fn it_serves_on_its_port_and_stops_although_a_stream_is_open() {
    let stack = Stack::start().await;
    let app = stack.app().await;
    let address = app.address();
    let (stop, stopped) = oneshot::channel::<()>();
    let served = tokio::spawn(app.run(async move { drop(stopped.await) }));

    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET /v1/events/ HTTP/1.1\r\nhost: api\r\nauthorization: Bearer {TOKEN}\r\naccept: text/event-stream\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut head = [0; 12];
    stream.read_exact(&mut head).await.unwrap();
    assert_eq!(&head, b"HTTP/1.1 200");

    stop.send(()).unwrap();
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
