//! The OpenAPI document: as it was reviewed, and complete.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::stack::Stack;

#[tokio::test]
async fn the_document_is_as_it_was_reviewed() {
    let stack = Stack::start().await;
    insta::assert_json_snapshot!(stack.get("/openapi.json").await.body);
}

#[tokio::test]
async fn every_route_is_in_the_document_with_its_methods() {
    let stack = Stack::start().await;
    let document = stack.get("/openapi.json").await.body;
    let paths = document["paths"].as_object().unwrap();
    let documented: BTreeSet<String> = paths.keys().cloned().collect();
    assert_eq!(routes(), documented);
    for (path, item) in paths {
        let example = path.replace(['{', '}'], "");
        let answer = stack.send("TRACE", &example, &[], None).await;
        assert_eq!(answer.status, 405, "{path}");
        let mut allowed: BTreeSet<_> = answer.header("allow").split(',').map(str::to_lowercase).collect();
        allowed.remove("head");
        assert_eq!(allowed, methods(item), "{path}");
    }
}

fn methods(item: &Value) -> BTreeSet<String> {
    let all = ["get", "post", "put", "patch", "delete"];
    all.into_iter().filter(|method| !item[method].is_null()).map(str::to_owned).collect()
}

/// The paths in the source of the router, which has all of them on one screen.
fn routes() -> BTreeSet<String> {
    let source = include_str!("../../src/router.rs");
    let (resources, rest) = source.split_once("fn heritage()").unwrap();
    let literals = |text: &str, call: &str| {
        let parts = text.split(call).skip(1);
        parts.map(|part| part.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let (heritage, rest) = rest.split_once("fn open()").unwrap();
    let mut routes: BTreeSet<String> = literals(resources, ".route(\"").into_iter().collect();
    routes.extend(literals(rest.split_once("pub fn").unwrap().0, ".route(\""));
    for prefix in literals(resources, ".nest(\"") {
        let inner = literals(heritage, ".route(\"");
        routes.extend(inner.into_iter().map(|path| format!("{prefix}{path}").trim_end_matches('/').to_owned()));
    }
    routes
}
