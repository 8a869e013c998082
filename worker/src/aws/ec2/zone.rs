//! Availability zones and instance types: what a region offers.

use super::{Ec2, filter};
use crate::aws::{AbsentOk, NotCalled};

impl Ec2 {
    /// The zones that can be used without opting in, by name.
    pub async fn zones(&self) -> Result<Vec<String>, NotCalled> {
        let filters = vec![filter("state", "available"), filter("opt-in-status", "opt-in-not-required")];
        let request = self.client.describe_availability_zones().set_filters(Some(filters));
        let answer = self.calls.call("ec2", "DescribeAvailabilityZones", request.send()).await?;
        let mut names: Vec<String> =
            answer.availability_zones().iter().filter_map(|zone| zone.zone_name().map(str::to_owned)).collect();
        names.sort();
        Ok(names)
    }

    /// The architectures of an instance type (`x86_64`, `arm64`); `None` when there is no such type in the region.
    pub async fn find_architectures(&self, instance_type: &str) -> Result<Option<Vec<String>>, NotCalled> {
        let request = self.client.describe_instance_types().instance_types(instance_type.into());
        let answer = self.calls.call("ec2", "DescribeInstanceTypes", request.send()).await;
        let Some(answer) = answer.absent_ok(&["InvalidInstanceType"])? else { return Ok(None) };
        let kinds = answer.instance_types().first().and_then(|kind| kind.processor_info());
        Ok(kinds.map(|info| info.supported_architectures().iter().map(|kind| kind.as_str().to_owned()).collect()))
    }
}
