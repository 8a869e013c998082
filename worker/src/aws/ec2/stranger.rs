//! What stands in a VPC and is not its owner's: made by others, or with its tags taken off by hand.

use super::{Ec2, filter, read_tags};
use crate::aws::{NotCalled, Owner};

impl Ec2 {
    /// Ids of subnets, route tables, security groups and internet gateways in a VPC that are not of the owner's scope.
    /// Those that AWS makes and removes with every VPC do not count.
    pub async fn find_strangers(&self, vpc_id: &str, owner: &Owner) -> Result<Vec<String>, NotCalled> {
        let mut strangers = self.strange_subnets(vpc_id, owner).await?;
        strangers.extend(self.strange_tables(vpc_id, owner).await?);
        strangers.extend(self.strange_groups(vpc_id, owner).await?);
        strangers.extend(self.strange_gateways(vpc_id, owner).await?);
        Ok(strangers)
    }

    async fn strange_subnets(&self, vpc_id: &str, owner: &Owner) -> Result<Vec<String>, NotCalled> {
        let request = self.client.describe_subnets().filters(filter("vpc-id", vpc_id));
        let answer = self.calls.call("ec2", "DescribeSubnets", request.send()).await?;
        let others = answer.subnets().iter().filter(|it| !owner.covers(&read_tags(it.tags())));
        Ok(others.filter_map(|it| it.subnet_id().map(str::to_owned)).collect())
    }

    async fn strange_tables(&self, vpc_id: &str, owner: &Owner) -> Result<Vec<String>, NotCalled> {
        let request = self.client.describe_route_tables().filters(filter("vpc-id", vpc_id));
        let answer = self.calls.call("ec2", "DescribeRouteTables", request.send()).await?;
        let made =
            answer.route_tables().iter().filter(|it| !it.associations().iter().any(|it| it.main() == Some(true)));
        let others = made.filter(|it| !owner.covers(&read_tags(it.tags())));
        Ok(others.filter_map(|it| it.route_table_id().map(str::to_owned)).collect())
    }

    async fn strange_groups(&self, vpc_id: &str, owner: &Owner) -> Result<Vec<String>, NotCalled> {
        let request = self.client.describe_security_groups().filters(filter("vpc-id", vpc_id));
        let answer = self.calls.call("ec2", "DescribeSecurityGroups", request.send()).await?;
        let made = answer.security_groups().iter().filter(|it| it.group_name() != Some("default"));
        let others = made.filter(|it| !owner.covers(&read_tags(it.tags())));
        Ok(others.filter_map(|it| it.group_id().map(str::to_owned)).collect())
    }

    async fn strange_gateways(&self, vpc_id: &str, owner: &Owner) -> Result<Vec<String>, NotCalled> {
        let request = self.client.describe_internet_gateways().filters(filter("attachment.vpc-id", vpc_id));
        let answer = self.calls.call("ec2", "DescribeInternetGateways", request.send()).await?;
        let others = answer.internet_gateways().iter().filter(|it| !owner.covers(&read_tags(it.tags())));
        Ok(others.filter_map(|it| it.internet_gateway_id().map(str::to_owned)).collect())
    }
}
