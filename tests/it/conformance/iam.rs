//! IAM by the SDK's paginator, waiter and typed errors.

use aws_sdk_iam::client::Waiters as _;
use aws_sim::{Config, Consistency};
use serde_json::json;

use crate::account::Account;
use crate::conformance::simulated::{Aws, PATIENCE, trust};

/// A role that EC2 may assume.
async fn role(account: &Account, name: &str) -> aws_sdk_iam::types::Role {
    let document = trust(json!({"Service": "ec2.amazonaws.com"}));
    let made = account.iam.create_role().role_name(name).assume_role_policy_document(document).send().await;
    made.unwrap().role.unwrap()
}

/// The SDK's paginator follows Marker while IsTruncated says so, and meets each role once.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html>
#[tokio::test]
async fn roles_come_in_pages() {
    let aws = Aws::start().await;
    let account = aws.account();
    for name in ["a", "b", "c", "d", "e"] {
        role(&account, name).await;
    }
    let mut pages = account.iam.list_roles().max_items(2).into_paginator().send();
    let mut names: Vec<Vec<String>> = vec![];
    while let Some(page) = pages.next().await {
        names.push(page.unwrap().roles().iter().map(|it| it.role_name().to_owned()).collect());
    }
    assert_eq!(names, [vec!["a", "b"], vec!["c", "d"], vec!["e"]]);
}

/// A new role is not seen by every reader at once, which the SDK's waiter sits out.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html>
#[tokio::test]
async fn a_new_role_is_seen_in_the_end() {
    let aws = Aws::with(Config { consistency: Consistency::Aws, ..Config::default() }).await;
    let account = aws.account_that_tries_once();
    for number in 0..8 {
        let name = format!("host-{number}");
        role(&account, &name).await;
        account.iam.wait_until_role_exists().role_name(&name).wait(PATIENCE).await.unwrap();
    }
    let outcomes = aws.outcomes("GetRole").await;
    assert!(outcomes.len() > 8, "some reads came too early: {outcomes:?}");
}

/// A trust policy comes back percent-encoded (RFC 3986), and the SDK leaves it to its caller to decode it.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html>
#[tokio::test]
async fn a_policy_comes_back_encoded() {
    let aws = Aws::start().await;
    let made = role(&aws.account(), "host").await;
    let document = made.assume_role_policy_document().unwrap();
    assert!(document.starts_with("%7B%22Version%22%3A%22"), "{document}");
}

/// A name that is taken, a name that is not there, a role in use and a broken policy are errors with types of their own.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html>
#[tokio::test]
async fn refusals_have_types() {
    let aws = Aws::start().await;
    let account = aws.account();
    let iam = &account.iam;
    role(&account, "host").await;
    let create = |document: String| iam.create_role().role_name("host").assume_role_policy_document(document).send();
    let taken = create(trust(json!({"Service": "ec2.amazonaws.com"}))).await.unwrap_err();
    assert!(taken.as_service_error().unwrap().is_entity_already_exists_exception(), "{taken:?}");
    let broken = iam.create_role().role_name("new").assume_role_policy_document("{").send().await.unwrap_err();
    assert!(broken.as_service_error().unwrap().is_malformed_policy_document_exception(), "{broken:?}");
    let none = iam.get_role().role_name("none").send().await.unwrap_err().into_service_error();
    assert!(none.is_no_such_entity_exception(), "{none:?}");
    assert_eq!(none.meta().message(), Some("The role with name none cannot be found."));
    iam.create_instance_profile().instance_profile_name("host").send().await.unwrap();
    iam.add_role_to_instance_profile().instance_profile_name("host").role_name("host").send().await.unwrap();
    let used = iam.delete_role().role_name("host").send().await.unwrap_err();
    assert!(used.as_service_error().unwrap().is_delete_conflict_exception(), "{used:?}");
}

/// Dates of creation are moments that the SDK reads: roles made an hour apart are 3600 seconds apart.
/// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html>
#[tokio::test]
async fn dates_of_creation_are_moments() {
    let aws = Aws::start().await;
    let account = aws.account();
    let first = role(&account, "first").await;
    aws.advance(3600).await;
    let second = role(&account, "second").await;
    assert_eq!(second.create_date().secs() - first.create_date().secs(), 3600);
}
