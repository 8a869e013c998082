//! Whatever somebody removed by hand, before a deletion or while it runs, the deletion ends well and leaves nothing; and other
//! operations that miss something make it again, or say what is missing.

use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::stage::by_hand::remove;
use crate::stage::{LONG, Stage, Thing};

/// Districts that suffer side by side.
const DISTRICTS: usize = 6;

fn districts() -> Vec<String> {
    (0..DISTRICTS).map(|nth| format!("d{nth}")).collect()
}

fn of(kind: &str, things: &[Thing]) -> usize {
    things.iter().filter(|thing| thing.kind == kind).count()
}

/// How a district is deleted: at once with its heritage, or one after the other.
async fn delete(stage: &Stage, district: &str, cascade: bool) -> Vec<Value> {
    let path = format!("/v1/districts/{district}");
    if cascade {
        return vec![stage.ends(Method::DELETE, &format!("{path}?cascade=true"), None).await];
    }
    let heritage = stage.ends(Method::DELETE, &format!("{path}/heritages/shop-{district}"), None).await;
    vec![heritage, stage.ends(Method::DELETE, &path, None).await]
}

fn must_have_succeeded(operations: &[Value], what: &Thing) {
    for operation in operations {
        assert_eq!(operation["state"], "succeeded", "without {what:?}: {operation:#}");
        assert_eq!(operation["residue"], json!([]), "without {what:?}");
    }
}

/// Lets every thing be missing once: each round one in each district.
async fn each_once(stage: &Stage, suffer: impl AsyncFn(String, Thing, usize)) -> usize {
    let all = stage.things_of("d0").await;
    for kind in ["vpcs", "subnets", "nat_gateways", "instances", "roles", "record_sets", "parameters", "log_groups"] {
        assert!(of(kind, &all) > 0, "{kind} is not among what is removed: {all:#?}");
    }
    for first in (0..all.len()).step_by(DISTRICTS) {
        let round = (first..all.len().min(first + DISTRICTS)).zip(districts()).map(async |(nth, district)| {
            let things = stage.things_of(&district).await;
            assert_eq!(things.len(), all.len(), "{district} is like the others");
            let pick = things.into_iter().filter(|thing| thing.kind == all[nth].kind);
            let before = all[..nth].iter().filter(|thing| thing.kind == all[nth].kind).count();
            let thing = pick.into_iter().nth(before).unwrap();
            suffer(district, thing, nth).await;
        });
        join_all(round).await;
        let untouched: Vec<_> = districts().into_iter().skip(all.len().saturating_sub(first)).collect();
        stage.delete_all(&untouched).await;
        stage.rewind().await;
    }
    all.len()
}

#[tokio::test]
async fn a_deletion_ends_well_whatever_was_removed_by_hand_before() {
    let stage = Stage::with_districts(DISTRICTS).await;
    let missing = each_once(&stage, async |district, thing, nth| {
        remove(&stage, &district, &thing).await;
        let operations = delete(&stage, &district, nth % 2 == 0).await;
        must_have_succeeded(&operations, &thing);
        assert_eq!(stage.things_of(&district).await, [], "without {thing:?}");
    });
    println!("{} things were each removed by hand before a deletion", missing.await);
}

#[tokio::test]
async fn a_deletion_ends_well_whatever_is_removed_by_hand_while_it_runs() {
    let stage = Stage::with_districts(DISTRICTS).await;
    let missing = each_once(&stage, async |district, thing, nth| {
        let path = format!("/v1/districts/{district}?cascade=true");
        let id = stage.send(Method::DELETE, &path, None).await;
        let done = |operation: &Value| {
            let steps = operation["steps"].as_array().into_iter().flatten();
            let done = steps.filter(|step| step["state"] == "succeeded").count();
            done >= nth % 12 || operation["finished_at"].is_string()
        };
        stage.stack.api.operation_until(&id, LONG, done).await.unwrap();
        remove(&stage, &district, &thing).await;
        must_have_succeeded(&[stage.stack.api.ended(&id, LONG).await.unwrap()], &thing);
        assert_eq!(stage.things_of(&district).await, [], "without {thing:?}");
    });
    println!("{} things were each removed by hand during a deletion", missing.await);
}

/// What an operation on a heritage came to after something was removed.
struct Missed {
    kind: &'static str,
    /// What the name or the id of what is removed ends in.
    ends: &'static str,
    /// The operation's error tells this; none when it makes the thing again.
    told: Option<&'static str>,
}

const MISSED: [Missed; 6] = [
    Missed { kind: "services", ends: "-web", told: Some("ECS service shop-") },
    Missed { kind: "load_balancers", ends: "-web", told: Some("load balancer") },
    Missed { kind: "roles", ends: "-execution", told: Some("role") },
    Missed { kind: "log_groups", ends: "", told: Some("log group") },
    Missed { kind: "parameters", ends: "", told: Some("parameter") },
    Missed { kind: "record_sets", ends: ".bcn.", told: None },
];

/// Removes one thing in each district, changes all heritages, and sees what they say; then everything goes.
async fn miss(stage: &Stage, method: &Method, path: &str, body: &Value) {
    let missed = MISSED.iter().zip(districts()).map(async |(missed, district)| {
        let things = stage.things_of(&district).await;
        let is_it =
            |it: &&Thing| it.kind == missed.kind && (it.name.ends_with(missed.ends) || it.id.ends_with(missed.ends));
        let thing = things.iter().find(is_it).unwrap_or_else(|| panic!("no {} in {things:#?}", missed.kind));
        remove(stage, &district, thing).await;
        let path = format!("/v1/districts/{district}/heritages/shop-{district}{path}");
        let operation = stage.ends(method.clone(), &path, Some(body)).await;
        let state = operation["state"].as_str().unwrap();
        match missed.told {
            Some(told) => {
                let detail = operation["error"]["detail"].as_str().unwrap_or_default();
                assert!(state == "failed" && detail.contains(told), "{}: {operation:#}", missed.kind);
            }
            None => {
                assert_eq!(state, "succeeded", "{operation:#}");
                assert!(operation["warnings"].to_string().contains("made again"), "{operation:#}");
                let now = stage.things_of(&district).await;
                assert!(now.iter().any(|it| it.id == thing.id), "{thing:?} was not made again");
            }
        }
    });
    join_all(missed).await;
    stage.delete_all(&districts()).await;
}

#[tokio::test]
async fn a_change_of_a_heritage_makes_again_what_is_missing_or_names_it_and_the_deletion_ends_well() {
    let stage = Stage::with_districts(DISTRICTS).await;
    miss(&stage, &Method::PATCH, "", &json!({"image_tag": "2"})).await;
    stage.rewind().await;
    miss(&stage, &Method::POST, "/env_vars", &json!({"env_vars": {"B": "2"}})).await;
    stage.rewind().await;
    scale_without_parts(&stage).await;
}

/// A scale touches the service and looks at its load balancer; what else is missing neither hinders nor is mended by it.
async fn scale_without_parts(stage: &Stage) {
    let kinds = ["services", "load_balancers", "clusters", "record_sets", "parameters", "log_groups"];
    let scaled = kinds.into_iter().zip(districts()).map(async |(kind, district)| {
        let things = stage.things_of(&district).await;
        let is_it = |it: &&Thing| it.kind == kind && (kind != "services" || it.name.ends_with("-web"));
        remove(stage, &district, things.iter().find(is_it).unwrap()).await;
        let path = format!("/v1/districts/{district}/heritages/shop-{district}/services/web/scale");
        let operation = stage.ends(Method::POST, &path, Some(&json!({"scale": 0}))).await;
        let scaled = stage.ends(Method::POST, &path, Some(&json!({"scale": 1}))).await;
        let states = (operation["state"].as_str().unwrap(), scaled["state"].as_str().unwrap());
        let detail = scaled["error"]["detail"].as_str().unwrap_or_default().to_owned();
        match kind {
            "services" | "clusters" => assert!(
                states == ("failed", "failed") && detail.contains("ECS service") && detail.contains(&district),
                "{kind}: {operation:#} {scaled:#}"
            ),
            "load_balancers" => assert!(states.1 == "failed" && detail.contains("load balancer"), "{scaled:#}"),
            _ => assert_ne!(scaled["state"], "stuck", "{kind}: {scaled:#}"),
        }
    });
    join_all(scaled).await;
    stage.delete_all(&districts()).await;
}
