//! Tasks as they are described.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_Task.html>

use serde_json::{Map, Value, json};

use super::cluster::Cluster;
use super::container::Container;
use super::launch::LaunchType;
use super::task::{Binding, ContainerState, Stage, Task};
use crate::model::clock::{Moment, epoch};

impl Cluster {
    pub(super) fn render_task(&self, task: &Task, with_tags: bool) -> Value {
        task.render(&self.arn, with_tags)
    }
}

impl Task {
    /// `cluster` is an ARN.
    fn render(&self, cluster: &str, with_tags: bool) -> Value {
        let (stage, launch): (&str, &str) = (self.stage.into(), self.launch.into());
        let containers = self.definition.containers.iter().zip(&self.containers);
        let containers: Vec<Value> =
            containers.map(|(one, state)| self.render_container(cluster, one, state)).collect();
        let host = (!self.instance.is_empty())
            .then(|| format!("{}/{}", cluster.replace(":cluster/", ":container-instance/"), self.instance));
        let architecture = self.definition.architecture.as_deref().unwrap_or("x86_64");
        let mut shown = json!({
            "taskArn": self.arn,
            "clusterArn": cluster,
            "taskDefinitionArn": self.definition.arn,
            "containerInstanceArn": host,
            "availabilityZone": (!self.zone.is_empty()).then_some(&self.zone),
            "group": self.group,
            "startedBy": self.started_by,
            "launchType": launch,
            "capacityProviderName": self.provider,
            "lastStatus": stage,
            "desiredStatus": self.desired_status(),
            "healthStatus": self.health(),
            "connectivity": self.times.connected.map(|_| "CONNECTED"),
            "connectivityAt": time(self.times.connected),
            "cpu": self.needs.cpu.to_string(),
            "memory": self.needs.memory.to_string(),
            "containers": containers,
            "overrides": self.render_overrides(),
            "attachments": self.attachment.iter().map(|one| one.render()).collect::<Vec<_>>(),
            "attributes": [{"name": "ecs.cpu-architecture", "value": architecture}],
            "enableExecuteCommand": self.is_open,
            "inferenceAccelerators": [],
            "version": self.version,
            "createdAt": epoch(self.times.created),
            "stopCode": self.stop.as_ref().map(|stop| <&str>::from(stop.code)),
            "stoppedReason": self.stop.as_ref().map(|stop| &stop.reason),
            "tags": if with_tags { self.tags.write("key", "value") } else { json!([]) },
        });
        if let Some(members) = shown.as_object_mut() {
            self.add_times(members);
            self.add_platform(members);
        }
        shown
    }

    fn add_times(&self, members: &mut Map<String, Value>) {
        for (name, at) in [
            ("pullStartedAt", self.times.pull_started),
            ("pullStoppedAt", self.times.pull_stopped),
            ("startedAt", self.times.started),
            ("stoppingAt", self.times.stopping),
            ("executionStoppedAt", self.times.execution_stopped),
            ("stoppedAt", self.times.stopped),
        ] {
            if let Some(at) = at {
                members.insert(name.to_owned(), json!(epoch(at)));
            }
        }
    }

    /// What tasks on Fargate say of the machine that they do not see.
    fn add_platform(&self, members: &mut Map<String, Value>) {
        if self.launch != LaunchType::Fargate {
            return;
        }
        let storage = self.overrides.pointer("/ephemeralStorage/sizeInGiB").and_then(Value::as_i64);
        let size = json!({"sizeInGiB": storage.unwrap_or(self.definition.storage_gib())});
        members.insert("platformVersion".to_owned(), json!(super::launch::LATEST_PLATFORM));
        members.insert("platformFamily".to_owned(), json!("Linux"));
        members.insert("ephemeralStorage".to_owned(), size.clone());
        members.insert("fargateEphemeralStorage".to_owned(), size);
    }

    fn render_overrides(&self) -> Value {
        let mut shown = json!({"containerOverrides": [], "inferenceAcceleratorOverrides": []});
        if let (Some(members), Some(given)) = (shown.as_object_mut(), self.overrides.as_object()) {
            members.extend(given.clone());
        }
        shown
    }

    fn render_container(&self, cluster: &str, container: &Container, state: &ContainerState) -> Value {
        let (phase, health): (&str, &str) = (state.phase.into(), state.health.into());
        let mine = self.bindings.iter().filter(|binding| binding.container == container.name);
        let has_run = self.times.pull_stopped.is_some() && (state.exit_code.is_some() || phase == "RUNNING");
        let bindings: Vec<Value> = if has_run { mine.map(Binding::render).collect() } else { Vec::new() };
        let interfaces = self.attachment.iter().filter(|one| one.interface.is_some());
        let interfaces: Vec<Value> = interfaces.map(|one| one.render_for_container()).collect();
        let agents = json!([{
            "name": "ExecuteCommandAgent",
            "lastStatus": match self.stage {
                Stage::Provisioning | Stage::Pending | Stage::Activating => "PENDING",
                Stage::Running => "RUNNING",
                Stage::Deactivating | Stage::Stopping | Stage::Deprovisioning | Stage::Stopped => "STOPPED",
            },
            "lastStartedAt": time(self.times.started),
        }]);
        let memory = |limit: Option<i64>| limit.map(|limit| limit.to_string());
        let has_pulled = self.times.pull_stopped.is_some() && !container.behaviour.is_missing;
        json!({
            "containerArn": format!("{}/{}/{}", cluster.replace(":cluster/", ":container/"), self.id, container.name),
            "taskArn": self.arn,
            "name": container.name,
            "image": container.image,
            "imageDigest": has_pulled.then(|| digest(&container.image)),
            "lastStatus": phase,
            "exitCode": state.exit_code,
            "reason": state.reason,
            "healthStatus": health,
            "networkBindings": bindings,
            "networkInterfaces": interfaces,
            "managedAgents": if self.is_open { agents } else { Value::Null },
            "cpu": container.cpu.to_string(),
            "memory": memory(container.memory),
            "memoryReservation": memory(container.reservation),
            "runtimeId": has_run.then(|| format!("{}-{}", self.id, container.name)),
        })
    }
}

impl Binding {
    fn render(&self) -> Value {
        let protocol: &str = self.mapping.protocol.into();
        json!({"bindIP": "0.0.0.0", "containerPort": self.mapping.container, "hostPort": self.host, "protocol": protocol})
    }
}

fn time(at: Option<Moment>) -> Option<f64> {
    at.map(epoch)
}

/// An image's digest, made of its name.
fn digest(image: &str) -> String {
    use sha2::{Digest, Sha256};
    format!("sha256:{}", hex::encode(Sha256::digest(image)))
}
