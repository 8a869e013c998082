//! `PATCH /heritages/{heritage}`: partial services, fixed fields, and deploys that are folded into newer ones.

use serde_json::{Value, json};

use crate::stack::Stack;

async fn service(stack: &Stack, name: &str) -> Value {
    let heritage = stack.get("/heritages/web-app").await.body["heritage"].clone();
    let services = heritage["services"].as_array().unwrap();
    services.iter().find(|service| service["name"] == name).cloned().unwrap_or_default()
}

#[tokio::test]
async fn a_partial_deploy_keeps_what_it_does_not_name() {
    let stack = Stack::with_heritage().await;
    let before = service(&stack, "web").await;
    let body = json!({"image_tag": "v3", "before_deploy": null, "services": [{"name": "web", "command": "true"}]});
    let answer = stack.patch("/heritages/web-app", body).await;
    answer.operation();
    let after = service(&stack, "web").await;
    assert_eq!((&after["cpu"], &after["port_mappings"]), (&before["cpu"], &before["port_mappings"]));
    assert_eq!((&after["command"], &answer.body["heritage"]["image_tag"]), (&json!("true"), &json!("v3")));
    assert_eq!(service(&stack, "worker").await, Value::Null, "services that are not named are removed");
}

#[tokio::test]
async fn a_deploy_without_services_leaves_them() {
    let stack = Stack::with_heritage().await;
    stack.patch("/heritages/web-app", json!({"image_tag": "2"})).await.operation();
    assert_eq!(stack.get("/heritages/web-app").await.body["heritage"]["services"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn ports_of_a_service_that_stands_are_fixed() {
    let stack = Stack::with_heritage().await;
    let same = json!({"services": [{"name": "web", "public": true, "port_mappings": [{"lb_port": 80, "container_port": 80}]}]});
    stack.patch("/heritages/web-app", same).await.operation();
    let body = json!({"services": [{"name": "web", "public": false,
        "port_mappings": [{"lb_port": 81, "container_port": 80}]}]});
    let answer = stack.patch("/heritages/web-app", body).await;
    assert_eq!(answer.problem(), (422, "immutable_field", "/services/0/public"));
    assert_eq!(answer.body["errors"][1]["pointer"], "/services/0/port_mappings");
}

#[tokio::test]
async fn a_newer_deploy_takes_a_queued_older_one_along() {
    let stack = Stack::with_heritage().await;
    let added = json!({"image_tag": "2", "services": [{"name": "web"}, {"name": "worker"},
        {"name": "api", "port_mappings": [{"lb_port": 80, "container_port": 1}]}]});
    let older = stack.patch("/heritages/web-app", added).await.operation();
    let port = service(&stack, "api").await["port_mappings"].clone();
    let newer = stack.patch("/heritages/web-app", json!({"env_vars": {"B": "2"}})).await.operation();
    let seen = stack.get(&format!("/v1/operations/{older}")).await.body["operation"].clone();
    assert_eq!((&seen["state"], &seen["superseded_by"]), (&json!("superseded"), &json!(newer)));
    assert_eq!(stack.work().await, newer);
    let heritage = stack.get("/heritages/web-app").await.body["heritage"].clone();
    assert_eq!((&heritage["image_tag"], &heritage["env_vars"]["B"]), (&json!("2"), &json!("2")));
    assert_eq!(service(&stack, "api").await["port_mappings"], port);
}

#[tokio::test]
async fn a_deploy_behind_something_else_is_not_folded() {
    let stack = Stack::with_heritage().await;
    let older = stack.patch("/heritages/web-app", json!({"image_tag": "2"})).await.operation();
    stack.post("/heritages/web-app/services/web/scale", json!({"scale": 2})).await.operation();
    stack.patch("/heritages/web-app", json!({"image_tag": "3"})).await.operation();
    assert_eq!(stack.get(&format!("/v1/operations/{older}")).await.body["operation"]["state"], "queued");
}

#[tokio::test]
async fn a_dry_run_tells_the_plan_and_records_nothing() {
    let stack = Stack::with_heritage().await;
    let recorded = stack.operations().await.len();
    let answer = stack.patch("/heritages/web-app?dry_run=true", json!({"image_tag": "2"})).await;
    assert_eq!(answer.status, 200);
    let plan = &answer.body["plan"];
    assert_eq!((&plan["kind"], &plan["refused"]), (&json!("deploy_heritage"), &Value::Null));
    let refused = stack.patch("/districts/dev?dry_run=true", json!({"cluster_size": 0})).await;
    assert_eq!((refused.status, &refused.body["plan"]["refused"]["code"]), (200, &json!("in_use")));
    assert_eq!(stack.patch("/heritages/web-app?dry_run", json!({"image_tag": ""})).await.status, 422);
    assert_eq!(stack.operations().await.len(), recorded);
}
