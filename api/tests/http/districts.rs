//! Districts: accepted, shown at once, changed, deleted.

use serde_json::json;

use crate::stack::Stack;

#[tokio::test]
async fn a_district_is_accepted_and_shown_at_once() {
    let stack = Stack::start().await;
    let answer = stack.post("/districts", json!({"name": "dev"})).await;
    let id = answer.operation();
    assert_eq!(answer.header("operation-location"), format!("/v1/operations/{id}"));
    assert_eq!(answer.header("location"), "/v1/districts/dev");
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(answer.body["operation"]["kind"], "provision_district");
    assert_eq!(answer.body["operation"]["actor"], "token:bootstrap");
    let shown = &answer.body["district"];
    assert_eq!((shown["state"].as_str(), shown["vpc_id"].is_null()), (Some("creating"), true));
    assert_eq!((&shown["cluster_size"], &shown["instance_type"]), (&json!(1), &json!("t3.small")));
    assert!(shown["cidr_block"].as_str().unwrap().starts_with("10."), "{shown:#}");
    assert_eq!(stack.get("/v1/districts/dev").await.body["district"], *shown);
    assert_eq!(stack.get("/districts").await.body["districts"][0], *shown);
    assert_eq!(stack.get(&format!("/v1/operations/{id}")).await.body["operation"]["state"], "queued");
}

#[tokio::test]
async fn what_is_given_is_shown_at_once_and_no_range_is_drawn() {
    let stack = Stack::start().await;
    let body = json!({"name": "dev", "vpc_id": "vpc-1", "public_elb_security_group": "sg-1",
        "private_elb_security_group": "sg-2", "instance_security_group": "sg-3",
        "ecs_service_role": "ecsServiceRole", "ecs_instance_role": "ecsInstanceRole"});
    let answer = stack.post("/districts", body.clone()).await;
    for (name, value) in body.as_object().unwrap() {
        assert_eq!(answer.body["district"][name], *value, "{name}");
    }
    assert!(answer.body["district"]["cidr_block"].is_null());
}

#[tokio::test]
async fn a_district_is_made_once_and_its_range_is_its_own() {
    let stack = Stack::start().await;
    stack.post("/districts", json!({"name": "dev", "cidr_block": "10.7.0.0/16"})).await.operation();
    let again = stack.post("/districts", json!({"name": "dev"})).await;
    assert_eq!(again.problem(), (409, "already_exists", ""));
    let same_range = stack.post("/districts", json!({"name": "prod", "cidr_block": "10.7.0.0/16"})).await;
    assert_eq!(same_range.problem(), (422, "invalid_field", "/cidr_block"));
}

#[tokio::test]
async fn a_change_shows_what_is_to_be_and_keeps_what_is_fixed() {
    let stack = Stack::with_district().await;
    let same = json!({"cluster_size": 3, "region": "us-east-1", "name": "dev"});
    let answer = stack.patch("/districts/dev", same).await;
    answer.operation();
    assert_eq!(answer.body["district"]["cluster_size"], 3);
    assert_eq!(answer.body["district"]["state"], "updating");
    let moved = stack.patch("/districts/dev", json!({"region": "eu-west-1"})).await;
    assert_eq!(moved.problem(), (422, "immutable_field", "/region"));
    stack.patch("/districts/dev", json!({})).await.operation();
    assert_eq!(stack.patch("/districts/nope", json!({})).await.problem().1, "not_found");
}

#[tokio::test]
async fn a_cluster_does_not_shrink_below_what_is_placed() {
    let stack = Stack::with_heritage().await;
    stack.post("/heritages/web-app/services/web/scale", json!({"scale": 2})).await.operation();
    let answer = stack.patch("/districts/dev", json!({"cluster_size": 1})).await;
    assert_eq!(answer.problem(), (409, "in_use", "/cluster_size"));
    stack.patch("/districts/dev", json!({"cluster_size": 3})).await.operation();
}

#[tokio::test]
async fn a_district_with_heritages_is_only_deleted_with_them() {
    let stack = Stack::with_heritage().await;
    let refused = stack.delete("/districts/dev").await;
    assert_eq!(refused.problem().1, "has_heritages");
    assert_eq!(refused.body["evidence"][0]["message"], "/v1/districts/dev/heritages/web-app");
    let answer = stack.delete("/districts/dev?cascade=true").await;
    let id = answer.operation();
    assert_eq!(answer.body["district"]["state"], "deleting");
    let again = stack.delete("/districts/dev?cascade=true").await;
    assert_eq!(again.problem().1, "being_deleted");
    assert_eq!(again.body["operation"], id.as_str());
    let late = stack.post("/districts/dev/heritages", json!({"name": "late", "image_name": "nginx"})).await;
    assert_eq!(late.problem().1, "being_deleted");
}

#[tokio::test]
async fn a_deleted_district_is_gone_and_its_name_is_free() {
    let stack = Stack::with_district().await;
    stack.delete("/districts/dev").await.operation();
    stack.work().await;
    assert_eq!(stack.get("/districts/dev").await.problem().0, 404);
    stack.post("/districts", json!({"name": "dev"})).await.operation();
}

#[tokio::test]
async fn shrinking_a_district_and_scaling_what_is_in_it_at_the_same_moment_are_not_both_accepted() {
    let stack = Stack::with_heritage().await;
    let mut shrunk = 0;
    for _ in 0..20 {
        let (shrink, scale) = tokio::join!(
            stack.patch("/v1/districts/dev", json!({"cluster_size": 1})),
            stack.post("/v1/heritages/web-app/services/web/scale", json!({"scale": 2})),
        );
        let expected = if shrink.status == 202 { (202, 422) } else { (409, 202) };
        assert_eq!((shrink.status, scale.status), expected, "{:#}\n{:#}", shrink.body, scale.body);
        shrunk += usize::from(shrink.status == 202);
        stack.work().await;
        stack.patch("/v1/districts/dev", json!({"cluster_size": 2})).await.operation();
        stack.work().await;
        stack.post("/v1/heritages/web-app/services/web/scale", json!({"scale": 1})).await.operation();
        stack.work().await;
    }
    println!("the district shrank {shrunk} times of 20");
}
