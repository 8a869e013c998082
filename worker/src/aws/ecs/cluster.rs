//! Clusters and their container instances.

use aws_sdk_ecs::types::{ClusterField, ContainerInstanceStatus};

use super::Ecs;
use crate::aws::answer::present;
use crate::aws::{AbsentOk, NotCalled, Seen, Tag};

/// The code for "there is no such cluster".
const ABSENT: [&str; 1] = ["ClusterNotFoundException"];
/// How many container instances one call describes.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeContainerInstances.html>
const DESCRIBED: usize = 100;
/// How many container instances one call drains.
/// <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateContainerInstancesState.html>
const CHANGED: usize = 10;

/// An instance as its cluster sees it.
#[derive(Clone, Debug)]
pub struct ContainerInstance {
    /// Its ARN in the cluster.
    pub arn: String,
    /// `i-…`
    pub instance_id: String,
    /// Whether it takes tasks.
    pub is_active: bool,
    /// Whether its tasks move away.
    pub is_draining: bool,
    /// Tasks on it that run or are about to.
    pub tasks: u32,
}

impl Ecs {
    /// The cluster of this name, unless it is inactive, which is how AWS shows a deleted one for a while.
    pub async fn find_cluster(&self, name: &str) -> Result<Option<Seen<String>>, NotCalled> {
        let request = self.client.describe_clusters().clusters(name).include(ClusterField::Tags);
        let answer = self.calls.call("ecs", "DescribeClusters", request.send()).await?;
        let standing = answer.clusters().iter().find(|cluster| cluster.status() != Some("INACTIVE"));
        Ok(standing.and_then(|cluster| {
            let tags = cluster.tags().iter().filter_map(|tag| Some(Tag::new(tag.key()?, tag.value()?))).collect();
            let going = cluster.status() == Some("DEPROVISIONING");
            Some(Seen { thing: cluster.cluster_arn()?.to_owned(), tags, going })
        }))
    }

    /// Makes a cluster; its ARN. One that stands is answered as it is.
    pub async fn create_cluster(&self, name: &str, tags: &[Tag]) -> Result<String, NotCalled> {
        let tags = tags.iter().map(|tag| aws_sdk_ecs::types::Tag::builder().key(&tag.key).value(&tag.value).build());
        let request = self.client.create_cluster().cluster_name(name).set_tags(Some(tags.collect()));
        let answer = self.calls.call("ecs", "CreateCluster", request.send()).await?;
        present(answer.cluster.and_then(|cluster| cluster.cluster_arn), "CreateCluster", "clusterArn")
    }

    /// Deletes a cluster that nothing is in any more.
    pub async fn delete_cluster(&self, name: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_cluster().cluster(name);
        self.calls.call("ecs", "DeleteCluster", request.send()).await.absent_ok(&ABSENT).map(|_| ())
    }

    /// The instances of a cluster, by instance id; none when there is no such cluster.
    pub async fn container_instances(&self, cluster: &str) -> Result<Vec<ContainerInstance>, NotCalled> {
        // Without a status AWS lists all that are in the cluster: active, draining, and those on their way in or out.
        let pages = self.client.list_container_instances().cluster(cluster).into_paginator().items().send();
        let listed = self.calls.call("ecs", "ListContainerInstances", pages.try_collect()).await;
        let found: Vec<String> = listed.absent_ok(&ABSENT)?.unwrap_or_default();
        let mut instances = vec![];
        for some in found.chunks(DESCRIBED) {
            let request = self.client.describe_container_instances().cluster(cluster);
            let request = request.set_container_instances(Some(some.to_vec()));
            let answer = self.calls.call("ecs", "DescribeContainerInstances", request.send()).await?;
            instances.extend(answer.container_instances().iter().filter_map(read));
        }
        instances.sort_by(|one, other| one.instance_id.cmp(&other.instance_id));
        Ok(instances)
    }

    /// Lets the tasks of instances move away.
    pub async fn drain(&self, cluster: &str, arns: &[String]) -> Result<(), NotCalled> {
        self.set_state(cluster, arns, ContainerInstanceStatus::Draining).await
    }

    /// Lets instances that drain take tasks again.
    pub async fn activate(&self, cluster: &str, arns: &[String]) -> Result<(), NotCalled> {
        self.set_state(cluster, arns, ContainerInstanceStatus::Active).await
    }

    async fn set_state(
        &self,
        cluster: &str,
        arns: &[String],
        status: ContainerInstanceStatus,
    ) -> Result<(), NotCalled> {
        for some in arns.chunks(CHANGED) {
            let request = self.client.update_container_instances_state().cluster(cluster).status(status.clone());
            let request = request.set_container_instances(Some(some.to_vec()));
            self.calls.call("ecs", "UpdateContainerInstancesState", request.send()).await?;
        }
        Ok(())
    }

    /// Takes an instance out of its cluster, whatever runs on it.
    pub async fn deregister(&self, cluster: &str, arn: &str) -> Result<(), NotCalled> {
        let request = self.client.deregister_container_instance().cluster(cluster).container_instance(arn).force(true);
        match self.calls.call("ecs", "DeregisterContainerInstance", request.send()).await {
            // ECS has one code for every parameter that it does not like.
            Err(error) if error.is("InvalidParameterException") && error.message().contains("not found") => Ok(()),
            answer => answer.absent_ok(&ABSENT).map(|_| ()),
        }
    }
}

fn read(instance: &aws_sdk_ecs::types::ContainerInstance) -> Option<ContainerInstance> {
    let count = |tasks: i32| u32::try_from(tasks).unwrap_or_default();
    Some(ContainerInstance {
        arn: instance.container_instance_arn()?.to_owned(),
        instance_id: instance.ec2_instance_id()?.to_owned(),
        is_active: instance.status() == Some("ACTIVE") && instance.agent_connected(),
        is_draining: instance.status() == Some("DRAINING"),
        tasks: count(instance.running_tasks_count()) + count(instance.pending_tasks_count()),
    })
}
