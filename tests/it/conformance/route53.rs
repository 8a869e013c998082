//! Route 53 by the SDK's waiter, paginator and typed errors.

use aws_sdk_route53::client::Waiters as _;
use aws_sdk_route53::types::{
    Change, ChangeAction, ChangeBatch, ChangeStatus, HostedZone, ResourceRecord, ResourceRecordSet, RrType,
};

use crate::account::Account;
use crate::conformance::simulated::{Aws, PATIENCE};

async fn zone(account: &Account, name: &str) -> HostedZone {
    let made = account.route53.create_hosted_zone().name(name).caller_reference(name).send().await;
    made.unwrap().hosted_zone.unwrap()
}

/// One change of an A record of `www.example.org`.
fn change(action: ChangeAction) -> ChangeBatch {
    let address = ResourceRecord::builder().value("192.0.2.1").build().unwrap();
    let set = ResourceRecordSet::builder().name("www.example.org").r#type(RrType::A).ttl(60);
    let set = set.resource_records(address).build().unwrap();
    let change = Change::builder().action(action).resource_record_set(set).build().unwrap();
    ChangeBatch::builder().changes(change).build().unwrap()
}

/// A change is PENDING until all name servers have it, which the SDK's waiter sees as INSYNC.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeInfo.html>
#[tokio::test]
async fn a_change_gets_in_sync() {
    let aws = Aws::start().await;
    let account = aws.account();
    let zone = zone(&account, "example.org").await;
    let asked = account.route53.change_resource_record_sets().hosted_zone_id(zone.id());
    let made = asked.change_batch(change(ChangeAction::Create)).send().await.unwrap().change_info.unwrap();
    assert_eq!(made.status(), &ChangeStatus::Pending);
    let waiter = account.route53.wait_until_resource_record_sets_changed().id(made.id());
    let waited = waiter.wait(PATIENCE).await.unwrap();
    let seen = waited.as_result().unwrap().change_info().unwrap().clone();
    assert_eq!((seen.status(), seen.submitted_at()), (&ChangeStatus::Insync, made.submitted_at()));
}

/// Ids come with their kind before them (`/hostedzone/Z…`), and calls take them with it and without.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_GetHostedZone.html>
#[tokio::test]
async fn ids_are_taken_with_and_without_their_kind() {
    let aws = Aws::start().await;
    let account = aws.account();
    let zone = zone(&account, "example.org").await;
    let bare = zone.id().strip_prefix("/hostedzone/").unwrap();
    for id in [zone.id(), bare] {
        let found = account.route53.get_hosted_zone().id(id).send().await.unwrap();
        assert_eq!(found.hosted_zone().unwrap().name(), "example.org.");
        assert_eq!(found.delegation_set().unwrap().name_servers().len(), 4);
    }
}

/// The SDK's paginator follows NextMarker, and meets each zone once.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ListHostedZones.html>
#[tokio::test]
async fn zones_come_in_pages() {
    let aws = Aws::start().await;
    let account = aws.account();
    for name in ["a.org", "b.org", "c.org"] {
        zone(&account, name).await;
    }
    let mut pages = account.route53.list_hosted_zones().max_items(2).into_paginator().send();
    let mut names: Vec<Vec<String>> = vec![];
    while let Some(page) = pages.next().await {
        names.push(page.unwrap().hosted_zones().iter().map(|it| it.name().to_owned()).collect());
    }
    assert_eq!(names.iter().map(Vec::len).collect::<Vec<_>>(), [2, 1]);
    let mut names = names.concat();
    names.sort();
    assert_eq!(names, ["a.org.", "b.org.", "c.org."]);
}

/// A change that cannot be made is refused whole, and the typed error says what is wrong with it.
/// <https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html>
#[tokio::test]
async fn a_wrong_change_says_what_is_wrong() {
    let aws = Aws::start().await;
    let account = aws.account();
    let zone = zone(&account, "example.org").await;
    let asked = account.route53.change_resource_record_sets().hosted_zone_id(zone.id());
    let refused = asked.change_batch(change(ChangeAction::Delete)).send().await.unwrap_err().into_service_error();
    assert!(refused.is_invalid_change_batch(), "{refused:?}");
    let said = refused.meta().message().unwrap();
    assert!(said.contains("www.example.org.") && said.contains("but it was not found"), "{said}");
    let none = account.route53.get_hosted_zone().id("Z00000000000000000000").send().await.unwrap_err();
    assert!(none.as_service_error().unwrap().is_no_such_hosted_zone(), "{none:?}");
}
