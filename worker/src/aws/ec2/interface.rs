//! Network interfaces that AWS makes for others.

use super::{Ec2, filter};
use crate::aws::NotCalled;

impl Ec2 {
    /// How many network interfaces a classic load balancer still has; AWS names it in their description.
    /// <https://repost.aws/knowledge-center/elb-find-load-balancer-IP>
    pub async fn interfaces_of_load_balancer(&self, name: &str) -> Result<usize, NotCalled> {
        let of_it = filter("description", format!("ELB {name}"));
        let request = self.client.describe_network_interfaces().filters(of_it);
        let answer = self.calls.call("ec2", "DescribeNetworkInterfaces", request.send()).await?;
        Ok(answer.network_interfaces().len())
    }
}
