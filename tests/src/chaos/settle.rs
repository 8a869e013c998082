//! The end of the trouble: what is under way is waited for, and what needs a person gets one, by the product's own means.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use reqwest::Method;
use serde_json::{Value, json};

use super::client::{Http, Request};
use super::gather;
use super::world::World;

/// How long what is under way may take to end once nothing is broken.
const PATIENCE: Duration = Duration::from_secs(300);
/// How often what failed is retried.
const ROUNDS: usize = 5;

/// Waits until nothing is unfinished; retries what is stuck or has left something, until nothing is.
pub async fn settle(world: &mut World, http: &mut Http) -> Result<u64> {
    let mut retried = 0;
    for _ in 0..ROUNDS {
        quiet(world).await?;
        let left = needing_a_person(http).await?;
        if left.is_empty() {
            break;
        }
        for operation in left {
            retried += 1;
            help(&operation, http).await?;
        }
    }
    quiet(world).await?;
    Ok(retried)
}

/// Waits until nothing is unfinished.
async fn quiet(world: &mut World) -> Result<()> {
    let begun = Instant::now();
    let mut redis = world.redis.connection().await?;
    loop {
        let unfinished = gather::unfinished(&mut redis).await?;
        if unfinished == 0 {
            return Ok(());
        }
        ensure!(begun.elapsed() < PATIENCE, "{unfinished} operations have not ended after {PATIENCE:?}");
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

/// The newest operation of each thing, when it is stuck or has left something.
async fn needing_a_person(http: &mut Http) -> Result<Vec<Value>> {
    let mut found = vec![];
    let mut cursor = String::new();
    loop {
        let page = http.see(&format!("/v1/operations?state=stuck,failed,cancelled&limit=1000{cursor}")).await?;
        let operations = page["operations"].as_array().with_context(|| format!("a page of operations: {page}"))?;
        let needs = |it: &&Value| {
            let has_residue = it["residue"].as_array().is_some_and(|residue| !residue.is_empty());
            let is_half_deleted = it["kind"].as_str().is_some_and(|kind| kind.starts_with("delete_"));
            it["state"] == "stuck" || has_residue || is_half_deleted
        };
        for operation in operations.iter().filter(needs) {
            if is_newest(http, operation).await? {
                found.push(operation.clone());
            }
        }
        let Some(next) = page["next"].as_str() else { return Ok(found) };
        cursor = format!("&cursor={next}");
    }
}

/// Whether nothing was accepted on the same thing later.
async fn is_newest(http: &mut Http, operation: &Value) -> Result<bool> {
    let (district, heritage) = (&operation["target"]["district"], &operation["target"]["heritage"]);
    let mut path = format!("/v1/operations?limit=1000&district={}", district.as_str().unwrap_or_default());
    if let Some(heritage) = heritage.as_str() {
        path.push_str(&format!("&heritage={heritage}"));
    }
    let page = http.see(&path).await?;
    let mut same =
        page["operations"].as_array().into_iter().flatten().filter(|it| it["target"]["heritage"] == *heritage);
    Ok(same.next().is_some_and(|newest| newest["id"] == operation["id"]))
}

/// Retries it; what stands behind a later operation and cannot be retried is left to that.
async fn help(operation: &Value, http: &mut Http) -> Result<()> {
    let id = operation["id"].as_str().unwrap_or_default();
    let answer = http.ask(&Request::new(Method::POST, format!("/v1/operations/{id}/retry"), json!({}))).await?;
    ensure!(answer.status == 202 || answer.status == 409, "retry of {id}: {} {}", answer.status, answer.body);
    Ok(())
}

/// Deletes a fifth of the heritages one by one, and the last district with all that is in it.
pub async fn delete_a_part(http: &mut Http) -> Result<usize> {
    let districts = http.see("/v1/districts").await?;
    let districts: Vec<&str> = names(&districts["districts"]);
    let Some((last, others)) = districts.split_last() else { return Ok(0) };
    let mut deleted = 1;
    for district in others {
        let heritages = http.see(&format!("/v1/districts/{district}/heritages")).await?;
        for heritage in names(&heritages["heritages"]).into_iter().step_by(5) {
            delete(http, format!("/v1/districts/{district}/heritages/{heritage}")).await?;
            deleted += 1;
        }
    }
    delete(http, format!("/v1/districts/{last}?cascade=true")).await?;
    Ok(deleted)
}

async fn delete(http: &mut Http, path: String) -> Result<()> {
    let (_, answer) = http.change(Request::new(Method::DELETE, path.clone(), Value::Null)).await?;
    ensure!(answer.status == 202, "DELETE {path}: {} {}", answer.status, answer.body);
    Ok(())
}

fn names(list: &Value) -> Vec<&str> {
    list.as_array().into_iter().flatten().filter_map(|thing| thing["name"].as_str()).collect()
}
