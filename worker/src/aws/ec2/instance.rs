//! Instances.

use aws_sdk_ec2::types::InstanceStateName;

use super::{Ec2, in_scope, seen};
use crate::aws::{AbsentOk, NotCalled, Owner, Seen};

/// An instance that is not terminated yet.
#[derive(Clone, Debug)]
pub struct Instance {
    /// `i-…`
    pub id: String,
}

impl Ec2 {
    /// Instances in the owner's scope; terminated ones, which AWS shows for a while, are absent.
    pub async fn find_instances(&self, owner: &Owner) -> Result<Vec<Seen<Instance>>, NotCalled> {
        let pages = self.client.describe_instances().set_filters(in_scope(owner, None)).into_paginator().send();
        let pages: Vec<_> = self.calls.call("ec2", "DescribeInstances", pages.try_collect()).await?;
        let each = pages.iter().flat_map(|page| page.reservations()).flat_map(|reservation| reservation.instances());
        Ok(each.filter_map(|instance| read(owner, instance)).collect())
    }

    /// Begins to terminate instances.
    pub async fn terminate_instances(&self, ids: Vec<String>) -> Result<(), NotCalled> {
        if ids.is_empty() {
            return Ok(());
        }
        let request = self.client.terminate_instances().set_instance_ids(Some(ids));
        let answer = self.calls.call("ec2", "TerminateInstances", request.send()).await;
        answer.absent_ok(&["InvalidInstanceID.NotFound"]).map(|_| ())
    }
}

fn read(owner: &Owner, instance: &aws_sdk_ec2::types::Instance) -> Option<Seen<Instance>> {
    let state = instance.state().and_then(|state| state.name())?;
    if *state == InstanceStateName::Terminated {
        return None;
    }
    let going = *state == InstanceStateName::ShuttingDown;
    seen(owner, Instance { id: instance.instance_id()?.to_owned() }, instance.tags(), going)
}
