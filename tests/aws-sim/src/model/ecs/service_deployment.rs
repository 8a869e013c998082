//! Service deployments: the record of one way from a revision to another, kept for 90 days.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-deployment.html>

use std::sync::Arc;

use chrono::TimeDelta;
use serde_json::{Value, json};

use super::deployment_configuration::Configuration;
use super::revision::Revision;
use super::service::Service;
use crate::model::clock::{Moment, epoch};
use crate::model::context::Context;

/// How long service deployments can be looked at.
pub(super) const KEPT: TimeDelta = TimeDelta::days(90);

/// What became of the wish for a revision.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct ServiceDeployment {
    pub(super) arn: String,
    pub(super) target: Arc<Revision>,
    /// What ran when it began.
    pub(super) sources: Vec<Arc<Revision>>,
    pub(super) status: Status,
    pub(super) reason: Option<String>,
    pub(super) stage: Option<Stage>,
    pub(super) created: Moment,
    pub(super) started: Option<Moment>,
    pub(super) updated: Moment,
    pub(super) finished: Option<Moment>,
    pub(super) stopped: Option<Moment>,
    pub(super) rollback: Option<Rollback>,
    /// Of its beginning, whatever the service says later.
    pub(super) configuration: Configuration,
    /// Failures that the circuit breaker has counted, and how many it takes.
    pub(super) failures: i64,
    pub(super) threshold: i64,
    /// The counts at its end: of the target, then of the sources.
    pub(super) last_counts: Vec<[i64; 3]>,
}

/// The way back.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(super) struct Rollback {
    pub(super) reason: String,
    pub(super) started: Moment,
    pub(super) to: Arc<Revision>,
}

#[derive(
    Debug, Clone, Copy, PartialEq, Eq, strum::IntoStaticStr, strum::EnumString, serde::Serialize, serde::Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Status {
    Pending,
    InProgress,
    StopRequested,
    Stopped,
    Successful,
    RollbackRequested,
    RollbackInProgress,
    RollbackSuccessful,
    RollbackFailed,
}

/// How far a blue/green deployment is.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/blue-green-deployment-how-it-works.html>
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, strum::IntoStaticStr, serde::Serialize, serde::Deserialize,
)]
#[strum(serialize_all = "SCREAMING_SNAKE_CASE")]
pub(super) enum Stage {
    ScaleUp,
    TestTrafficShift,
    ProductionTrafficShift,
    BakeTime,
    CleanUp,
}

impl Status {
    pub(super) fn is_ongoing(self) -> bool {
        match self {
            Self::Pending
            | Self::InProgress
            | Self::StopRequested
            | Self::RollbackRequested
            | Self::RollbackInProgress => true,
            Self::Stopped | Self::Successful | Self::RollbackSuccessful | Self::RollbackFailed => false,
        }
    }
}

impl ServiceDeployment {
    pub(super) fn new(context: &mut Context<'_>, service: &Service, target: Arc<Revision>) -> Self {
        let sources = service.deployments.iter().map(|one| one.revision.clone());
        let digits = context.world.ids.capitals("", 20);
        Self {
            arn: format!("{}/{digits}", service.arn.replace(":service/", ":service-deployment/")),
            target,
            sources: sources.collect(),
            status: Status::Pending,
            reason: None,
            stage: None,
            created: context.now,
            started: None,
            updated: context.now,
            finished: None,
            stopped: None,
            rollback: None,
            failures: 0,
            threshold: service.configuration.breaker.map_or(0, |breaker| breaker.threshold(service.desired)),
            configuration: service.configuration.clone(),
            last_counts: Vec::new(),
        }
    }

    /// Lets it go on to another status. With an end its counts do not change any more.
    pub(super) fn become_so(&mut self, status: Status, now: Moment) {
        (self.status, self.updated) = (status, now);
        match status {
            Status::InProgress => self.started = Some(now),
            Status::Stopped => (self.stopped, self.finished) = (Some(now), Some(now)),
            Status::Successful | Status::RollbackSuccessful | Status::RollbackFailed => self.finished = Some(now),
            Status::Pending | Status::StopRequested | Status::RollbackRequested | Status::RollbackInProgress => {}
        }
    }

    /// Somebody wants it to end: it will at the scheduler's next look.
    pub(super) fn become_so_on_request(&mut self, status: Status, now: Moment) {
        self.started.get_or_insert(now);
        self.become_so(status, now);
    }

    /// The deployment of that revision which a failure leads back to.
    pub(super) fn source(&self) -> Option<&Arc<Revision>> {
        self.sources.first()
    }

    pub(super) fn counts(&self, service: &Service) -> Vec<[i64; 3]> {
        if !self.status.is_ongoing() {
            return self.last_counts.clone();
        }
        std::iter::once(&self.target).chain(&self.sources).map(|revision| service.counts_of(revision)).collect()
    }

    pub(super) fn render_brief(&self, service: &Service) -> Value {
        json!({
            "serviceDeploymentArn": self.arn,
            "serviceArn": service.arn,
            "clusterArn": service.cluster_arn,
            "createdAt": epoch(self.created),
            "startedAt": self.started.map(epoch),
            "finishedAt": self.finished.map(epoch),
            "targetServiceRevisionArn": self.target.arn,
            "status": <&str>::from(self.status),
            "statusReason": self.reason,
        })
    }

    pub(super) fn render(&self, service: &Service) -> Value {
        let counts = self.counts(service);
        let summary = |revision: &Arc<Revision>, place: usize| {
            let [requested, running, pending] = counts.get(place).copied().unwrap_or_default();
            json!({
                "arn": revision.arn,
                "requestedTaskCount": requested,
                "runningTaskCount": running,
                "pendingTaskCount": pending,
            })
        };
        let sources = self.sources.iter().enumerate().map(|(place, one)| summary(one, place + 1));
        json!({
            "serviceDeploymentArn": self.arn,
            "serviceArn": service.arn,
            "clusterArn": service.cluster_arn,
            "createdAt": epoch(self.created),
            "startedAt": self.started.map(epoch),
            "finishedAt": self.finished.map(epoch),
            "stoppedAt": self.stopped.map(epoch),
            "updatedAt": epoch(self.updated),
            "sourceServiceRevisions": sources.collect::<Vec<_>>(),
            "targetServiceRevision": summary(&self.target, 0),
            "status": <&str>::from(self.status),
            "statusReason": self.reason,
            "lifecycleStage": self.stage.map(<&str>::from),
            "deploymentConfiguration": self.configuration.render(),
            "rollback": self.rollback.as_ref().map(Rollback::render),
            "deploymentCircuitBreaker": self.render_breaker(),
            "alarms": self.render_alarms(),
        })
    }

    fn render_breaker(&self) -> Value {
        let Some(breaker) = self.configuration.breaker.filter(|breaker| breaker.is_on) else {
            return json!({"status": "DISABLED", "failureCount": 0, "threshold": 0});
        };
        let is_triggered = self.failures >= breaker.threshold(0).max(self.threshold);
        json!({
            "status": if is_triggered { "TRIGGERED" } else { self.monitoring() },
            "failureCount": self.failures,
            "threshold": self.threshold,
        })
    }

    fn render_alarms(&self) -> Value {
        if self.configuration.alarms["enable"] != true {
            return json!({"status": "DISABLED", "alarmNames": [], "triggeredAlarmNames": []});
        }
        let names = &self.configuration.alarms["alarmNames"];
        json!({"status": self.monitoring(), "alarmNames": names, "triggeredAlarmNames": []})
    }

    fn monitoring(&self) -> &'static str {
        if self.status.is_ongoing() { "MONITORING" } else { "MONITORING_COMPLETE" }
    }
}

impl Rollback {
    fn render(&self) -> Value {
        json!({"reason": self.reason, "startedAt": epoch(self.started), "serviceRevisionArn": self.to.arn})
    }
}
