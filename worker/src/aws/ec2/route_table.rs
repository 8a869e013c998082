//! Route tables with their routes and associations.

use aws_sdk_ec2::types::ResourceType;
use serde::{Deserialize, Serialize};

use super::{Ec2, in_scope, seen, tagged};
use crate::aws::answer::present;
use crate::aws::{AbsentOk, NotCalled, Owner, Seen, Tag};

/// The range of every address: the destination of a way out.
const ANYWHERE: &str = "0.0.0.0/0";

/// Where a way out leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// To an internet gateway.
    InternetGateway(String),
    /// To a NAT gateway.
    NatGateway(String),
}

/// What binds a subnet to a route table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Association {
    /// `rtbassoc-…`
    pub id: String,
    /// The subnet.
    pub subnet_id: String,
}

/// A route table.
#[derive(Clone, Debug)]
pub struct RouteTable {
    /// `rtb-…`
    pub id: String,
    /// The way out, if there is one.
    pub way_out: Option<Target>,
    /// Its subnets.
    pub associations: Vec<Association>,
}

impl Ec2 {
    /// Route tables in the owner's scope.
    pub async fn find_route_tables(
        &self,
        owner: &Owner,
        name: Option<&str>,
    ) -> Result<Vec<Seen<RouteTable>>, NotCalled> {
        let request = self.client.describe_route_tables().set_filters(in_scope(owner, name));
        let answer = self.calls.call("ec2", "DescribeRouteTables", request.send()).await?;
        let each = answer.route_tables().iter();
        Ok(each.filter_map(|table| seen(owner, read(table)?, table.tags(), false)).collect())
    }

    /// Makes a route table.
    pub async fn create_route_table(&self, vpc_id: &str, tags: &[Tag]) -> Result<String, NotCalled> {
        let request = self.client.create_route_table().vpc_id(vpc_id);
        let request = request.tag_specifications(tagged(ResourceType::RouteTable, tags));
        let answer = self.calls.call("ec2", "CreateRouteTable", request.send()).await?;
        present(answer.route_table.and_then(|table| table.route_table_id), "CreateRouteTable", "routeTableId")
    }

    /// Deletes a route table.
    pub async fn delete_route_table(&self, id: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_route_table().route_table_id(id);
        let answer = self.calls.call("ec2", "DeleteRouteTable", request.send()).await;
        answer.absent_ok(&["InvalidRouteTableID.NotFound"]).map(|_| ())
    }

    /// Binds a subnet to a route table.
    pub async fn associate_route_table(&self, id: &str, subnet_id: &str) -> Result<String, NotCalled> {
        let request = self.client.associate_route_table().route_table_id(id).subnet_id(subnet_id);
        let answer = self.calls.call("ec2", "AssociateRouteTable", request.send()).await?;
        present(answer.association_id, "AssociateRouteTable", "associationId")
    }

    /// Lets a subnet go back to the main route table.
    pub async fn disassociate_route_table(&self, association_id: &str) -> Result<(), NotCalled> {
        let request = self.client.disassociate_route_table().association_id(association_id);
        let answer = self.calls.call("ec2", "DisassociateRouteTable", request.send()).await;
        answer.absent_ok(&["InvalidAssociationID.NotFound"]).map(|_| ())
    }

    /// Adds the way out.
    pub async fn create_way_out(&self, id: &str, target: &Target) -> Result<(), NotCalled> {
        let request = self.client.create_route().route_table_id(id).destination_cidr_block(ANYWHERE);
        let request = match target {
            Target::InternetGateway(gateway) => request.gateway_id(gateway),
            Target::NatGateway(gateway) => request.nat_gateway_id(gateway),
        };
        self.calls.call("ec2", "CreateRoute", request.send()).await.map(|_| ())
    }

    /// Points the way out elsewhere, in one call: there is no moment without one.
    pub async fn replace_way_out(&self, id: &str, target: &Target) -> Result<(), NotCalled> {
        let request = self.client.replace_route().route_table_id(id).destination_cidr_block(ANYWHERE);
        let request = match target {
            Target::InternetGateway(gateway) => request.gateway_id(gateway),
            Target::NatGateway(gateway) => request.nat_gateway_id(gateway),
        };
        self.calls.call("ec2", "ReplaceRoute", request.send()).await.map(|_| ())
    }

    /// Removes the way out.
    pub async fn delete_way_out(&self, id: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_route().route_table_id(id).destination_cidr_block(ANYWHERE);
        let answer = self.calls.call("ec2", "DeleteRoute", request.send()).await;
        answer.absent_ok(&["InvalidRoute.NotFound", "InvalidRouteTableID.NotFound"]).map(|_| ())
    }
}

fn read(table: &aws_sdk_ec2::types::RouteTable) -> Option<RouteTable> {
    let way_out = table.routes().iter().filter(|route| route.destination_cidr_block() == Some(ANYWHERE));
    let associations = table.associations().iter().filter_map(|one| {
        let id = one.route_table_association_id()?.to_owned();
        Some(Association { id, subnet_id: one.subnet_id()?.to_owned() })
    });
    Some(RouteTable {
        id: table.route_table_id()?.to_owned(),
        way_out: way_out.filter_map(target).next(),
        associations: associations.collect(),
    })
}

fn target(route: &aws_sdk_ec2::types::Route) -> Option<Target> {
    let nat = route.nat_gateway_id().map(|id| Target::NatGateway(id.to_owned()));
    nat.or_else(|| route.gateway_id().map(|id| Target::InternetGateway(id.to_owned())))
}
