//! All workers and APIs are replaced one after the other, twice around, while people work and watch: nothing is lost,
//! nothing happens twice, and nobody sees more of it than connections that have to be opened again.

mod people;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use tests::{Process, Settings, Stack};

use crate::account::Account;
use people::{Apis, Person, watch_all};

const WORKERS: usize = 3;
const PEOPLE: usize = 5;
const ROUNDS: usize = 2;

/// Replaces each worker and each API once: the new one stands before the old one is asked to stop.
async fn replace_all(stack: &mut Stack, second: &mut Process, apis: &Apis, round: usize) {
    for old in 0..WORKERS {
        stack.add_worker().unwrap();
        let worker = &mut stack.workers[round * WORKERS + old];
        let status = worker.stopped().await.unwrap();
        assert!(status.success(), "worker {old} ended with {status}:\n{}", worker.log_tail(40));
    }
    for (old, is_first) in [true, false].into_iter().enumerate() {
        let (process, client) = stack.another_api(&format!("api-{round}-{old}")).await.unwrap();
        apis.add(client);
        let place = if is_first { &mut stack.api_process } else { &mut *second };
        let mut before = std::mem::replace(place, process);
        let status = before.stopped().await.unwrap();
        assert!(status.success(), "API {old} ended with {status}:\n{}", before.log_tail(40));
        apis.remove_oldest();
    }
}

/// Every operation that the installation knows.
async fn operations(apis: &Apis) -> Vec<Value> {
    let page = apis.get("/v1/operations?limit=1000").await;
    assert_eq!(page.body["next"], Value::Null, "more than a page");
    page.body["operations"].as_array().unwrap().clone()
}

async fn journal(apis: &Apis, id: &str) -> Vec<Value> {
    let page = apis.get(&format!("/v1/operations/{id}/events?limit=1000")).await;
    page.body["events"].as_array().unwrap().clone()
}

/// Each request became one operation, which succeeded, and no worker died at it.
async fn assert_all_went_well(apis: &Apis, accepted: &BTreeMap<String, String>) -> BTreeMap<String, u64> {
    let mut lengths = BTreeMap::new();
    for operation in operations(apis).await {
        let (id, key) = (operation["id"].as_str().unwrap(), operation["idempotency_key"].as_str().unwrap());
        assert_eq!(accepted.get(key).map(String::as_str), Some(id), "{key} became another operation too");
        assert_eq!((operation["state"].as_str(), operation["attempt"].as_u64()), (Some("succeeded"), Some(1)));
        let journal = journal(apis, id).await;
        assert!(journal.iter().all(|entry| entry["after_crash"] != true), "{id}: {journal:#?}");
        let seqs: Vec<_> = journal.iter().map(|entry| entry["seq"].as_u64().unwrap()).collect();
        assert_eq!(seqs, (1..=seqs.len() as u64).collect::<Vec<_>>(), "{id}");
        lengths.insert(id.to_owned(), seqs.len() as u64);
    }
    assert_eq!(lengths.len(), accepted.len());
    lengths
}

/// What AWS runs is what each person asked for last, and nothing else is there.
async fn assert_aws_has_each_once(stack: &Stack, people: &[Person]) {
    let account = Account::at(&stack.aws.client.base);
    let made = account.of_district("dev").await;
    for (kind, count) in [("vpc", 1), ("cluster", 1), ("nat_gateway", 1), ("address", 1), ("auto_scaling_group", 1)] {
        assert_eq!(made[kind].len(), count, "{kind}: {made:#?}");
    }
    assert_eq!(made["service"].len(), people.len(), "{:?}", made["service"]);
    assert_eq!(made["log_group"].len(), people.len(), "{:?}", made["log_group"]);
    for person in people {
        let name = format!("{}-web", person.heritage);
        let listed = account.ecs.describe_services().cluster("dev").services(&name).send().await.unwrap();
        let service = &listed.services()[0];
        let seen = (service.running_count(), service.desired_count(), service.deployments().len());
        assert_eq!(seen, (person.scale, person.scale, 1), "{name}");
        let definition = service.task_definition().unwrap();
        let told = account.ecs.describe_task_definition().task_definition(definition).send().await.unwrap();
        let image = told.task_definition().unwrap().container_definitions()[0].image().unwrap().to_owned();
        assert_eq!(image, format!("nginx:{}", person.tag), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn replacing_every_process_twice_under_load_loses_and_repeats_nothing() {
    let settings = Settings { workers: WORKERS, ..Settings::default() }.env("BARCELONA_UNREADY_MS", "500");
    let mut stack = Stack::with(settings.env("BARCELONA_BUDGETS", "off")).await.unwrap();
    stack.aws.slow_down(20).await.unwrap();
    let (mut second, client) = stack.another_api("api-second").await.unwrap();
    let apis = Apis::new([stack.api.clone(), client]);
    let watched = watch_all(&apis).await;

    let mut first = Person::new(&apis, "nobody");
    let district = json!({"name": "dev", "cluster_size": 3});
    let id = first.ask(reqwest::Method::POST, "/v1/districts", &district).await;
    apis.succeeded(&id).await;
    let people: Vec<_> = (0..PEOPLE).map(|nth| Person::new(&apis, &format!("app-{nth}"))).collect();
    let working: Vec<_> = people.into_iter().map(|person| tokio::spawn(person.work())).collect();

    for round in 0..ROUNDS {
        replace_all(&mut stack, &mut second, &apis, round).await;
    }
    apis.close_shop();
    let mut people = vec![];
    for person in working {
        people.push(person.await.unwrap());
    }

    let mut accepted = first.accepted.clone();
    accepted.extend(people.iter().flat_map(|person| person.accepted.clone()));
    let lengths = assert_all_went_well(&apis, &accepted).await;
    let everything: BTreeSet<_> =
        lengths.iter().flat_map(|(id, last)| (1..=*last).map(|seq| (id.clone(), seq))).collect();
    let seen = watched.until(everything.len()).await;
    assert_eq!(seen.len(), everything.len(), "the watcher of all journals saw an entry twice");
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), everything);
    assert_aws_has_each_once(&stack, &people).await;
    println!(
        "{} operations with {} journal entries, {} connections opened again, {} requests sent again",
        accepted.len(),
        everything.len(),
        apis.reconnected(),
        apis.repeated(),
    );
    assert!(accepted.len() > 3 * PEOPLE, "people hardly worked: {}", accepted.len());
}
