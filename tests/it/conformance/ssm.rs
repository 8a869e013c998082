//! Parameter Store by the SDK's paginator, typed errors and times.

use aws_sdk_ssm::types::{Parameter, ParameterType};

use crate::account::Account;
use crate::conformance::simulated::Aws;

async fn put(account: &Account, name: &str, value: &str) {
    let put = account.ssm.put_parameter().name(name).value(value).r#type(ParameterType::SecureString);
    put.overwrite(true).send().await.unwrap();
}

async fn get(account: &Account, name: &str) -> Parameter {
    account.ssm.get_parameter().name(name).with_decryption(true).send().await.unwrap().parameter.unwrap()
}

/// GetParametersByPath gives ten parameters a page, and the SDK's paginator meets each once.
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParametersByPath.html>
#[tokio::test]
async fn parameters_of_a_path_come_by_ten() {
    let aws = Aws::start().await;
    let account = aws.account();
    for number in 0..12 {
        put(&account, &format!("/app/{number}"), "value").await;
    }
    let mut pages = account.ssm.get_parameters_by_path().path("/app").into_paginator().send();
    let mut sizes = vec![];
    while let Some(page) = pages.next().await {
        sizes.push(page.unwrap().parameters().len());
    }
    assert_eq!(sizes, [10, 2]);
}

/// A parameter tells when it was last changed, and a change raises its version.
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_Parameter.html>
#[tokio::test]
async fn a_change_has_a_moment_and_a_version() {
    let aws = Aws::start().await;
    let account = aws.account();
    put(&account, "/app/key", "first").await;
    let first = get(&account, "/app/key").await;
    aws.advance(90).await;
    put(&account, "/app/key", "second").await;
    let second = get(&account, "/app/key").await;
    assert_eq!((first.value(), first.version()), (Some("first"), 1));
    assert_eq!((second.value(), second.version()), (Some("second"), 2));
    let moment = |it: &Parameter| it.last_modified_date().unwrap().secs();
    assert_eq!(moment(&second) - moment(&first), 90);
}

/// A parameter, and a version of it, that is not there are errors with types of their own; of many names the unknown are listed.
/// <https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html>
#[tokio::test]
async fn refusals_have_types() {
    let aws = Aws::start().await;
    let account = aws.account();
    put(&account, "/app/key", "first").await;
    let none = account.ssm.get_parameter().name("/app/none").send().await.unwrap_err();
    assert!(none.as_service_error().unwrap().is_parameter_not_found(), "{none:?}");
    let version = account.ssm.get_parameter().name("/app/key:7").send().await.unwrap_err();
    assert!(version.as_service_error().unwrap().is_parameter_version_not_found(), "{version:?}");
    let many = account.ssm.get_parameters().names("/app/key").names("/app/none").send().await.unwrap();
    assert_eq!((many.parameters().len(), many.invalid_parameters()), (1, ["/app/none".to_owned()].as_slice()));
}
