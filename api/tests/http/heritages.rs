//! Heritages: accepted, shown at once, scaled, their environment, their deletion.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use crate::stack::{Answer, KEY, Stack, TOKEN, web_app};

#[tokio::test]
async fn a_heritage_is_accepted_and_shown_at_once() {
    let stack = Stack::with_district().await;
    let answer = stack.post("/districts/dev/heritages", web_app()).await;
    answer.operation();
    assert_eq!(answer.header("location"), "/v1/districts/dev/heritages/web-app");
    let shown = &answer.body["heritage"];
    assert_eq!((&shown["image_name"], &shown["state"]), (&json!("nginx"), &json!("creating")));
    assert_eq!(shown["env_vars"], json!({"A": "1"}));
    let web = &shown["services"][0];
    assert_eq!(
        (&web["desired_count"], &web["running_count"], &web["command"]),
        (&json!(1), &Value::Null, &Value::Null)
    );
    let port = web["port_mappings"][0]["host_port"].as_u64().unwrap();
    assert!((10_000..20_000).contains(&port), "{port}");
    for path in ["/heritages/web-app", "/v1/heritages/web-app", "/districts/dev/heritages/web-app"] {
        assert_eq!(stack.get(path).await.body["heritage"], *shown, "{path}");
    }
    for path in ["/v1/heritages", "/districts/dev/heritages"] {
        assert_eq!(stack.get(path).await.body["heritages"], json!([shown]), "{path}");
    }
}

#[tokio::test]
async fn an_ambiguous_name_is_answered_with_the_candidates() {
    let stack = Stack::with_district().await;
    stack.post("/districts", json!({"name": "prod", "cluster_size": 2})).await.operation();
    stack.post("/districts/dev/heritages", web_app()).await.operation();
    stack.post("/districts/prod/heritages", web_app()).await.operation();
    let answer = stack.get("/heritages/web-app").await;
    assert_eq!(answer.problem(), (409, "ambiguous_name", ""));
    assert_eq!(answer.body["evidence"].as_array().unwrap().len(), 2);
    assert_eq!(stack.get("/districts/prod/heritages/web-app").await.status, 200);
}

#[tokio::test]
async fn a_host_port_is_used_once_in_a_district() {
    let stack = Stack::with_district().await;
    let with_port = |name: &str| {
        json!({"name": name, "image_name": "nginx", "services": [{"name": "web",
            "port_mappings": [{"lb_port": 80, "container_port": 80, "host_port": 10080}]}]})
    };
    stack.post("/districts/dev/heritages", with_port("one")).await.operation();
    let answer = stack.post("/districts/dev/heritages", with_port("two")).await;
    assert_eq!(answer.problem(), (422, "invalid_field", "/services/0/port_mappings/0/host_port"));
}

#[tokio::test]
async fn services_whose_names_on_aws_would_be_one_are_refused() {
    let stack = Stack::with_heritage().await;
    stack.post("/districts", json!({"name": "dev-web"})).await.operation();
    let with_service = |heritage: &str, service: &str| json!({"name": heritage, "image_name": "nginx", "services": [{"name": service}]});
    let same_district = stack.post("/districts/dev/heritages", with_service("web", "app-web")).await;
    assert_eq!(same_district.problem(), (409, "already_exists", "/services/0/name"));
    let other_district = stack.post("/districts/dev-web/heritages", with_service("app", "worker")).await;
    assert_eq!(other_district.problem(), (409, "already_exists", "/services/0/name"));
    stack.post("/districts/dev-web/heritages", with_service("app", "other")).await.operation();
}

#[tokio::test]
async fn more_tasks_with_ports_than_instances_are_refused() {
    let stack = Stack::with_district().await;
    let mut body = web_app();
    body["services"][0]["desired_count"] = json!(3);
    let answer = stack.post("/districts/dev/heritages", body).await;
    assert_eq!(answer.problem(), (422, "insufficient_capacity", "/services/0/desired_count"));
    stack.post("/districts/dev/heritages", web_app()).await.operation();
    stack.work().await;
    let scale = "/heritages/web-app/services/web/scale";
    assert_eq!(stack.post(scale, json!({"scale": 3})).await.problem(), (422, "insufficient_capacity", "/scale"));
    stack.patch("/districts/dev", json!({"cluster_size": 3})).await.operation();
    stack.post(scale, json!({"scale": 3})).await.operation();
    stack.post("/heritages/web-app/services/worker/scale", json!({"scale": 30})).await.operation();
}

#[tokio::test]
async fn a_service_is_scaled_by_either_route_and_its_state_shows_the_wish() {
    let stack = Stack::with_heritage().await;
    let answer = stack.post("/heritages/web-app/services/web/scale", json!({"scale": 2})).await;
    answer.operation();
    assert_eq!(answer.body["operation"]["target"]["service"], "web");
    assert_eq!(answer.body["heritage"]["services"][0]["desired_count"], 2);
    let count = "/v1/districts/dev/heritages/web-app/services/web/count";
    stack.post(count, json!({"desired_container_count": 0})).await.operation();
    assert_eq!(stack.get("/heritages/web-app").await.body["heritage"]["services"][0]["desired_count"], 0);
    let missing = stack.post("/heritages/web-app/services/nope/scale", json!({"scale": 1})).await;
    assert_eq!(missing.problem().0, 404);
}

#[tokio::test]
async fn variables_are_set_and_unset() {
    let stack = Stack::with_heritage().await;
    let answer = stack.post("/heritages/web-app/env_vars", json!({"env_vars": {"B": "2"}})).await;
    answer.operation();
    assert_eq!(answer.body["heritage"]["env_vars"], json!({"A": "1", "B": "2"}));
    let answer = stack.send("DELETE", "/heritages/web-app/env_vars", &[], Some(json!({"env_keys": ["A"]}))).await;
    answer.operation();
    assert_eq!(answer.body["heritage"]["env_vars"], json!({"B": "2"}));
}

#[tokio::test]
async fn a_secret_is_sealed_and_never_shown() {
    let stack = Stack::with_heritage().await;
    let set = json!({"env_vars": {"PASSWORD": "hunter2"}, "secret": true});
    let answer = stack.post("/heritages/web-app/env_vars", set).await;
    let id = answer.operation();
    assert_eq!(answer.body["heritage"]["env_vars"]["PASSWORD"], "<secret>");
    assert!(!answer.body.to_string().contains("hunter2"));
    let claim = stack.claim().await;
    let payload = serde_json::to_value(&claim.payload).unwrap();
    assert!(!payload.to_string().contains("hunter2"));
    let sealed = &payload["vars"]["PASSWORD"]["sealed"];
    let parameter = format!("/barcelona/dev/web-app/PASSWORD/{id}");
    assert_eq!(sealed["parameter"], parameter);
    let keys: shared::seal::Keys = KEY.parse().unwrap();
    assert_eq!(keys.open(&parameter, sealed["sealed"].as_str().unwrap()).unwrap(), "hunter2");
}

#[tokio::test]
async fn without_keys_a_secret_is_refused() {
    let stack = Stack::with(&["--bootstrap-token", TOKEN]).await;
    stack.post("/districts", json!({"name": "dev"})).await.operation();
    let body =
        json!({"name": "a", "image_name": "nginx", "environment": [{"name": "P", "value": "x", "secret": true}]});
    assert_eq!(stack.post("/districts/dev/heritages", body).await.problem().1, "secrets_not_configured");
}

#[tokio::test]
async fn a_heritage_that_is_being_deleted_takes_no_changes() {
    let stack = Stack::with_heritage().await;
    let answer = stack.delete("/heritages/web-app?keep_logs=true").await;
    answer.operation();
    assert_eq!(answer.body["heritage"]["state"], "deleting");
    assert_eq!(answer.body["heritage"]["image_name"], "nginx");
    let scale = stack.post("/heritages/web-app/services/web/scale", json!({"scale": 2})).await;
    assert_eq!(scale.problem().1, "being_deleted");
    stack.work().await;
    assert_eq!(stack.get("/heritages/web-app").await.problem().0, 404);
}

#[tokio::test]
async fn heritages_made_at_once_get_ports_of_their_own() {
    let stack = Stack::with_district().await;
    let heritage = |nth: usize| {
        json!({"name": format!("app{nth}"), "image_name": "nginx",
            "services": [{"name": "web", "port_mappings": [{"lb_port": 80, "container_port": 80}]}]})
    };
    let sent = (0..16).map(|nth| stack.post("/districts/dev/heritages", heritage(nth)));
    let answers = futures::future::join_all(sent).await;
    let port = |answer: &Answer| answer.body["heritage"]["services"][0]["port_mappings"][0]["host_port"].as_u64();
    let ports: BTreeSet<_> = answers.iter().map(port).collect();
    assert_eq!(ports.len(), 16);
}
