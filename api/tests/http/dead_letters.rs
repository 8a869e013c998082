//! Operations that need a person: listed, explained, retried or given up for good.

use serde_json::json;
use shared::operation::{Residue, State};
use shared::problem::{Code, Problem};
use shared::resource::{Condition, Lifecycle};
use shared::store::{Changes, Checkpoint, Finish, RecordChange};
use shared::time::Timestamp;

use crate::stack::Stack;

/// A deploy of the heritage that could not be taken back.
async fn stuck(stack: &Stack) -> String {
    let id = stack.patch("/heritages/web-app", json!({"image_tag": "2"})).await.operation();
    let claim = stack.claim().await;
    let residue =
        vec![Residue { step: "update_service".into(), resource: "arn:web".into(), why: "AWS refused".into() }];
    let changes = Changes { residue: Some(residue), ..Changes::default() };
    let condition = Condition {
        kind: "LastChange".into(),
        status: false,
        reason: "aws_refused".into(),
        message: String::new(),
        operation: Some(id.clone()),
        at: Timestamp(1),
    };
    let record = RecordChange::Heritage { state: Lifecycle::Active, spec: None, services: None, condition };
    let error = Some(Problem::new(Code::AwsRefused, "ecs:UpdateService was refused"));
    let checkpoint = Checkpoint { changes, ..Checkpoint::default() };
    let finish = Finish { state: State::Stuck, error, result: None, checkpoint, record };
    stack.api.store.finish(&id, &claim.fence, &finish).await.unwrap();
    id.to_string()
}

#[tokio::test]
async fn a_dead_letter_is_listed_with_why_and_given_up_once_and_for_good() {
    let stack = Stack::with_heritage().await;
    let id = stuck(&stack).await;
    let listed = stack.get("/v1/operations?state=stuck&code=aws_refused,quarantined").await.body;
    let letter = &listed["operations"][0];
    assert_eq!((&letter["id"], &letter["dead_letter"]["worker"]), (&json!(id), &json!("test")));
    assert_eq!(letter["links"]["abandon"], format!("/v1/operations/{id}/abandon"));
    assert_eq!(stack.get("/v1/operations?code=quarantined").await.body["operations"], json!([]));
    assert_eq!(stack.get("/v1/operations?code=dead").await.problem(), (422, "invalid_field", "?code"));

    let path = format!("/operations/{id}/abandon");
    let answer = stack.post(&path, json!({"reason": "it is old"})).await;
    assert_eq!(answer.status, 202);
    let given_up = &answer.body["operation"];
    assert_eq!((&given_up["state"], &given_up["residue"][0]["resource"]), (&json!("failed"), &json!("arn:web")));
    assert_eq!(given_up["abandoned"]["reason"], "it is old");
    assert_eq!(stack.post(&path, json!({})).await.body["operation"], *given_up, "again, it stays");
    assert_eq!(stack.post(&format!("/operations/{id}/retry"), json!({})).await.problem(), (409, "abandoned", ""));
    assert_eq!(
        stack.post(&format!("/operations/{id}/cancel"), json!({})).await.problem(),
        (409, "not_cancellable", "")
    );
    let heritage = stack.get("/heritages/web-app").await.body;
    assert_eq!(heritage["heritage"]["conditions"][0]["reason"], "abandoned");
    stack.delete("/heritages/web-app").await.operation();
}

#[tokio::test]
async fn what_is_not_stuck_is_not_abandoned_and_a_wrong_body_is_refused() {
    let stack = Stack::start().await;
    let id = stack.post("/districts", json!({"name": "dev"})).await.operation();
    let path = format!("/v1/operations/{id}/abandon");
    assert_eq!(stack.post(&path, json!({})).await.problem(), (409, "not_abandonable", ""));
    assert_eq!(stack.post(&path, json!({"reasn": "x"})).await.problem(), (422, "unknown_field", "/reasn"));
    assert_eq!(
        stack.post(&path, json!({"reason": "x".repeat(1001)})).await.problem(),
        (422, "invalid_field", "/reason")
    );
    let none = stack.post("/v1/operations/op_01J9ZK3M7Q4V8R2T6X0BDEFGHJ/abandon", json!({})).await;
    assert_eq!(none.problem().1, "not_found");
}

#[tokio::test]
async fn the_dashboard_shows_what_needs_a_person_above_all_else_and_has_a_button_for_each_way_out() {
    let stack = Stack::with_heritage().await;
    let id = stuck(&stack).await;
    let cookie = format!("barcelona_token={}", hex::encode(crate::stack::TOKEN));
    let page = async |path: String| {
        let answer = stack.respond("GET", &path, &[("cookie", &cookie)], None).await;
        String::from_utf8(axum::body::to_bytes(answer.into_body(), usize::MAX).await.unwrap().to_vec()).unwrap()
    };
    let list = page("/ui/operations".to_owned()).await;
    assert!(list.contains("Need a person") && list.contains("ecs:UpdateService was refused"), "{list}");
    let shown = page(format!("/ui/operations/{id}")).await;
    assert!(shown.contains(&format!("/ui/operations/{id}/abandon")) && shown.contains(&format!("{id}/retry")));
    let headers = [("cookie", cookie.as_str()), ("sec-fetch-site", "same-origin")];
    let answer = stack.respond("POST", &format!("/ui/operations/{id}/abandon"), &headers, None).await;
    assert_eq!(answer.status(), 303);
    let shown = page(format!("/ui/operations/{id}")).await;
    assert!(shown.contains("Abandoned") && !shown.contains(&format!("{id}/retry")));
}
