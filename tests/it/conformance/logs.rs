//! CloudWatch Logs by the SDK's paginators, typed errors and times in milliseconds.

use std::time::{SystemTime, UNIX_EPOCH};

use aws_sdk_cloudwatchlogs::types::InputLogEvent;

use crate::account::Account;
use crate::conformance::simulated::Aws;

/// The group `app` with the stream `web`.
async fn stream(account: &Account) {
    account.logs.create_log_group().log_group_name("app").send().await.unwrap();
    account.logs.create_log_stream().log_group_name("app").log_stream_name("web").send().await.unwrap();
}

/// Lines `0` to `count - 1`, a millisecond apart; the time of the first.
async fn write(account: &Account, count: u32) -> i64 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let first = i64::try_from(now.as_millis()).unwrap() - 60_000;
    let event = |line: u32| InputLogEvent::builder().timestamp(first + i64::from(line)).message(line.to_string());
    let events = (0..count).map(|line| event(line).build().unwrap()).collect();
    let put = account.logs.put_log_events().log_group_name("app").log_stream_name("web");
    put.set_log_events(Some(events)).send().await.unwrap();
    first
}

/// Times are milliseconds since 1970, and a line keeps the one that it was sent with.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_OutputLogEvent.html>
#[tokio::test]
async fn lines_keep_their_milliseconds() {
    let aws = Aws::start().await;
    let account = aws.account();
    stream(&account).await;
    let first = write(&account, 2).await;
    let read = account.logs.get_log_events().log_group_name("app").log_stream_name("web").start_from_head(true);
    let found = read.send().await.unwrap();
    let lines: Vec<_> = found.events().iter().map(|it| (it.timestamp(), it.message())).collect();
    assert_eq!(lines, [(Some(first), Some("0")), (Some(first + 1), Some("1"))]);
    assert!(found.events()[0].ingestion_time() > Some(first));
}

/// Reading forward ends with the token that was sent, at which the SDK's paginator stops.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html>
#[tokio::test]
async fn reading_forward_ends_where_the_token_stays() {
    let aws = Aws::start().await;
    let account = aws.account();
    stream(&account).await;
    write(&account, 5).await;
    let read = account.logs.get_log_events().log_group_name("app").log_stream_name("web").start_from_head(true);
    let mut pages = read.limit(2).into_paginator().stop_on_duplicate_token(true).send();
    let mut lines: Vec<String> = vec![];
    while let Some(page) = pages.next().await {
        lines.extend(page.unwrap().events().iter().map(|it| it.message().unwrap().to_owned()));
    }
    assert_eq!(lines, ["0", "1", "2", "3", "4"]);
}

/// The SDK's paginator walks through the lines that match a pattern, and meets each once.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html>
#[tokio::test]
async fn matching_lines_come_in_pages() {
    let aws = Aws::start().await;
    let account = aws.account();
    stream(&account).await;
    write(&account, 10).await;
    let read = account.logs.filter_log_events().log_group_name("app").filter_pattern("?4 ?6 ?8").limit(2);
    let mut pages = read.into_paginator().send();
    let (mut lines, mut largest) = (vec![], 0);
    while let Some(page) = pages.next().await {
        let page = page.unwrap();
        largest = largest.max(page.events().len());
        lines.extend(page.events().iter().map(|it| it.message().unwrap().to_owned()));
    }
    assert_eq!((lines, largest), (["4", "6", "8"].map(str::to_owned).to_vec(), 2));
}

/// A group that exists and a group that does not are errors with types of their own.
/// <https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html>
#[tokio::test]
async fn refusals_have_types() {
    let aws = Aws::start().await;
    let account = aws.account();
    stream(&account).await;
    let again = account.logs.create_log_group().log_group_name("app").send().await.unwrap_err();
    assert!(again.as_service_error().unwrap().is_resource_already_exists_exception(), "{again:?}");
    let none = account.logs.describe_log_streams().log_group_name("none").send().await.unwrap_err();
    let none = none.into_service_error();
    assert!(none.is_resource_not_found_exception(), "{none:?}");
    assert_eq!(none.meta().message(), Some("The specified log group does not exist."));
}
