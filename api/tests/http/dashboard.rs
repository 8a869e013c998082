//! The dashboard: who is let in, what pages show, and which forms are taken.

use axum::body::to_bytes;
use serde_json::json;
use shared::operation::State;

use crate::stack::{Stack, TOKEN};

/// What a browser sends besides: its cookie, and where a form comes from.
fn browser() -> [(&'static str, String); 3] {
    let cookie = format!("barcelona_token={}", hex::encode(TOKEN));
    [("authorization", "none".to_owned()), ("cookie", cookie), ("sec-fetch-site", "same-origin".to_owned())]
}

/// A page as the browser gets it: status, where it leads, and the text.
async fn visit(stack: &Stack, method: &str, path: &str, headers: &[(&str, String)]) -> (u16, String, String) {
    let headers: Vec<_> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let response = stack.respond(method, path, &headers, None).await;
    let (parts, body) = response.into_parts();
    let location = parts.headers.get("location").map_or("", |value| value.to_str().unwrap()).to_owned();
    let policy = parts.headers.get("content-security-policy").map_or("", |value| value.to_str().unwrap());
    assert!(policy.starts_with("default-src 'none'") && !policy.contains("unsafe"), "{path}: {policy}");
    let text = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    (parts.status.as_u16(), location, text)
}

#[tokio::test]
async fn who_is_not_known_is_led_to_the_login_page_and_back() {
    let stack = Stack::start().await;
    let nobody = [("authorization", format!("Bearer {TOKEN}"))];
    let (status, location, _) = visit(&stack, "GET", "/ui/operations?state=failed", &nobody).await;
    assert_eq!((status, location.as_str()), (303, "/ui/login?next=%2Fui%2Foperations%3Fstate%3Dfailed"));
    let stream = [("accept", "text/event-stream".to_owned())];
    assert_eq!(visit(&stack, "GET", "/ui/changes", &stream).await.0, 401);
    let (status, _, page) = visit(&stack, "GET", &location, &nobody).await;
    assert_eq!(status, 200);
    assert!(page.contains("value=\"/ui/operations?state=failed\""), "{page}");
}

#[tokio::test]
async fn pages_show_what_is_recorded_and_say_so_when_there_is_nothing() {
    let stack = Stack::start().await;
    let queued = stack.post("/districts", json!({"name": "dev", "cluster_size": 2})).await.operation();
    let pages = [
        ("/ui/operations".to_owned(), 200, "provision district"),
        ("/ui/operations?state=queued&district=dev".to_owned(), 200, "provision district"),
        ("/ui/operations?district=No%20Name".to_owned(), 200, "No operations."),
        (format!("/ui/operations/{queued}"), 200, "create_vpc"),
        ("/ui/districts".to_owned(), 200, "No heritages."),
        ("/ui/districts/dev".to_owned(), 200, "2 × t3.small"),
        ("/ui/districts/nowhere".to_owned(), 404, "there is no district nowhere"),
        ("/ui/districts/dev/heritages/nothing".to_owned(), 404, "there is no heritage nothing"),
        ("/ui/nowhere".to_owned(), 404, "there is no such page"),
    ];
    for (path, status, text) in pages {
        let (answered, _, page) = visit(&stack, "GET", &path, &browser()).await;
        assert_eq!(answered, status, "{path}: {page}");
        assert!(page.contains(text), "{path}: {page}");
    }
}

#[tokio::test]
async fn forms_are_taken_from_our_own_pages_alone() {
    let stack = Stack::start().await;
    let queued = stack.post("/districts", json!({"name": "dev"})).await.operation();
    let path = format!("/ui/operations/{queued}/cancel");
    let mut elsewhere = browser();
    elsewhere[2].1 = "cross-site".to_owned();
    assert_eq!(visit(&stack, "POST", &path, &elsewhere).await.0, 403);
    assert_eq!(stack.api.store.operation(&queued).await.unwrap().unwrap().state, State::Queued);
    let (status, location, _) = visit(&stack, "POST", &path, &browser()).await;
    assert_eq!((status, location), (303, format!("/ui/operations/{queued}")));
    assert_eq!(stack.api.store.operation(&queued).await.unwrap().unwrap().state, State::Cancelled);
    let (status, _, page) = visit(&stack, "POST", &path, &browser()).await;
    assert_eq!(status, 409);
    assert!(page.contains("not_cancellable"), "{page}");
}

#[tokio::test]
async fn who_was_not_asked_for_a_token_has_nothing_to_sign_out_of() {
    let stack = Stack::start().await;
    let (_, _, page) = visit(&stack, "GET", "/ui/operations", &browser()).await;
    assert!(page.contains("Sign out"), "{page}");
    let open = Stack::with(&["--insecure-no-auth"]).await;
    let (status, _, page) = visit(&open, "GET", "/ui/operations", &[]).await;
    assert_eq!(status, 200);
    assert!(page.contains("anonymous") && !page.contains("Sign out"), "{page}");
}
