//! How calls name things: by short name, or by ARN. And how they page through lists.

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::refusal::{inactive_cluster, invalid, no_cluster};
use super::{ServiceKey, State, TaskKey};
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::page;

/// The cluster of a call that names none.
const DEFAULT_CLUSTER: &str = "default";

/// The last part of an ARN, or the name itself.
pub(super) fn short(reference: &str) -> &str {
    reference.rsplit('/').next().unwrap_or(reference)
}

/// The name of the cluster that a call is about.
pub(super) fn cluster_name<'a>(input: &Input<'a>) -> &'a str {
    input.text("cluster").filter(|name| !name.is_empty()).map_or(DEFAULT_CLUSTER, short)
}

/// A page of a list of ARNs; most lists of ECS have 100 on a page, and at most that many.
pub(super) fn paged_arns(input: &Input<'_>, list: &str, usual: i64, mut arns: Vec<String>) -> Answer {
    let limit = input.int("maxResults")?.unwrap_or(usual);
    if !(1..=100).contains(&limit) {
        return Err(invalid("maxResults must be between 1 and 100."));
    }
    if input.text("sort") == Some("DESC") {
        arns.reverse();
    }
    let rows = arns.into_iter().map(|arn| (arn.clone(), Value::from(arn))).collect();
    let page = page::cut(rows, usize::try_from(limit).ok(), input.text("nextToken").filter(|token| !token.is_empty()));
    let (page, next) = page.ok_or_else(|| invalid("Invalid token."))?;
    Ok(json!({ list: page, "nextToken": next }))
}

/// What a call wants of a list that is kept in order, so that a page of it is found without the rest.
pub(super) struct Page {
    /// The key that it begins with, or the one after it.
    pub(super) start: String,
    limit: usize,
}

impl Page {
    pub(super) fn read(input: &Input<'_>, usual: i64) -> Result<Self, AwsError> {
        let limit = input.int("maxResults")?.unwrap_or(usual);
        if !(1..=100).contains(&limit) {
            return Err(invalid("maxResults must be between 1 and 100."));
        }
        let start = match input.text("nextToken").filter(|token| !token.is_empty()) {
            Some(token) => page::key_of(token).ok_or_else(|| invalid("Invalid token."))?,
            None => String::new(),
        };
        Ok(Self { start, limit: usize::try_from(limit).unwrap_or(100) })
    }

    /// The page of keys and ARNs that begin where it begins.
    pub(super) fn of<'a>(&self, list: &str, mut found: impl Iterator<Item = (&'a str, &'a str)>) -> Value {
        let arns: Vec<&str> = found.by_ref().take(self.limit).map(|(_, arn)| arn).collect();
        json!({ list: arns, "nextToken": found.next().map(|(key, _)| page::token_of(key)) })
    }
}

/// The entry of `failures` for something that is not there.
pub(super) fn missing(arn: &str) -> Value {
    json!({"arn": arn, "reason": "MISSING"})
}

impl State {
    /// The cluster that a call is about.
    pub(super) fn living_cluster(&mut self, input: &Input<'_>) -> Result<&mut Cluster, AwsError> {
        let cluster = self.clusters.get_mut(cluster_name(input)).ok_or_else(no_cluster)?;
        if cluster.is_active { Ok(cluster) } else { Err(inactive_cluster()) }
    }

    pub(super) fn service_mut(&mut self, key: &ServiceKey) -> Option<&mut super::service::Service> {
        self.clusters.get_mut(&key.cluster)?.services.get_mut(&key.service)
    }

    pub(super) fn task(&self, key: &TaskKey) -> Option<&super::task::Task> {
        self.clusters.get(&key.cluster)?.tasks.get(&key.task)
    }

    pub(super) fn task_mut(&mut self, key: &TaskKey) -> Option<&mut super::task::Task> {
        self.clusters.get_mut(&key.cluster)?.tasks.get_mut(&key.task)
    }
}

impl ServiceKey {
    pub(super) fn new(cluster: &str, service: &str) -> Self {
        Self { cluster: cluster.to_owned(), service: service.to_owned() }
    }
}

impl TaskKey {
    pub(super) fn new(cluster: &str, task: &str) -> Self {
        Self { cluster: cluster.to_owned(), task: task.to_owned() }
    }

    /// The service that this task belongs to, by the service's name.
    pub(super) fn service(&self, name: &str) -> ServiceKey {
        ServiceKey::new(&self.cluster, name)
    }
}
