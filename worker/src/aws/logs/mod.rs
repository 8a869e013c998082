//! CloudWatch Logs.

use std::collections::HashMap;

use aws_config::SdkConfig;

use super::call::NameCaller;
use super::{AbsentOk, Calls, NotCalled, Seen, Tag};

const ABSENT: [&str; 1] = ["ResourceNotFoundException"];

/// CloudWatch Logs of one account and region.
#[derive(Clone)]
pub struct Logs {
    client: aws_sdk_cloudwatchlogs::Client,
    calls: Calls,
}

/// A log group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogGroup {
    /// Its name.
    pub name: String,
    /// Days that its events are kept; for ever when absent.
    pub retention: Option<i32>,
}

impl Logs {
    /// With the settings of the SDK.
    pub fn new(config: &SdkConfig, calls: Calls) -> Self {
        let config = aws_sdk_cloudwatchlogs::config::Builder::from(config).interceptor(NameCaller).build();
        Logs { client: aws_sdk_cloudwatchlogs::Client::from_conf(config), calls }
    }

    /// A log group by its name.
    pub async fn find_log_group(&self, name: &str) -> Result<Option<Seen<LogGroup>>, NotCalled> {
        let request = self.client.describe_log_groups().log_group_name_prefix(name);
        let answer = self.calls.call("logs", "DescribeLogGroups", request.send()).await?;
        // Groups come sorted by name, so the one that has just this name is the first of those that begin with it.
        let Some(group) = answer.log_groups().iter().find(|group| group.log_group_name() == Some(name)) else {
            return Ok(None);
        };
        let arn = group.arn().unwrap_or_default().trim_end_matches(":*");
        let request = self.client.list_tags_for_resource().resource_arn(arn);
        // A group whose tags are not seen is not taken for somebody else's: it has just been made, or has just gone.
        let answer = self.calls.call("logs", "ListTagsForResource", request.send()).await.absent_ok(&ABSENT)?;
        let Some(answer) = answer else { return Ok(None) };
        let tags = answer.tags.unwrap_or_default();
        let tags = tags.into_iter().map(|(key, value)| Tag::new(key, value)).collect();
        let thing = LogGroup { name: name.to_owned(), retention: group.retention_in_days() };
        Ok(Some(Seen { thing, tags, going: false }))
    }

    /// Makes a log group; one that exists stays as it is.
    pub async fn create_log_group(&self, name: &str, tags: &[Tag]) -> Result<(), NotCalled> {
        let tags: HashMap<_, _> = tags.iter().map(|tag| (tag.key.clone(), tag.value.clone())).collect();
        let request = self.client.create_log_group().log_group_name(name).set_tags(Some(tags));
        let exists = ["ResourceAlreadyExistsException"];
        self.calls.call("logs", "CreateLogGroup", request.send()).await.absent_ok(&exists).map(|_| ())
    }

    /// Lets AWS delete events after so many days.
    pub async fn keep_for(&self, name: &str, days: i32) -> Result<(), NotCalled> {
        let request = self.client.put_retention_policy().log_group_name(name).retention_in_days(days);
        self.calls.call("logs", "PutRetentionPolicy", request.send()).await.map(|_| ())
    }

    /// Deletes a log group with its events.
    pub async fn delete_log_group(&self, name: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_log_group().log_group_name(name);
        self.calls.call("logs", "DeleteLogGroup", request.send()).await.absent_ok(&ABSENT).map(|_| ())
    }
}
