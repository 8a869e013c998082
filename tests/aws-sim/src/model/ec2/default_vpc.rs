//! The default VPC of a region with its subnets. An account begins without one here; it is made by asking.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html>

use std::net::Ipv4Addr;

use ipnet::Ipv4Net;
use serde_json::json;

use super::route::{Destination, Route, Target};
use super::{State, catalogue, internet_gateway, subnet, vpc};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::tags::Tags;

const BLOCK: Ipv4Net = Ipv4Net::new_assert(Ipv4Addr::new(172, 31, 0, 0), 16);
const SUBNET_LENGTH: u8 = 20;

impl State {
    /// The id of the default VPC, if there is one.
    pub(super) fn default_vpc(&self) -> Option<&str> {
        self.vpcs.values().find(|vpc| vpc.is_default).map(|vpc| vpc.id.as_str())
    }

    /// A default subnet, where instances start that are told no subnet; in the zone if one is asked for.
    pub(super) fn default_subnet(&self, zone: Option<&str>) -> Option<&subnet::Subnet> {
        self.subnets.values().find(|subnet| subnet.is_default && zone.is_none_or(|zone| subnet.zone == zone))
    }
}

pub(super) fn create(context: &mut Context<'_>, _input: &Input<'_>) -> Answer {
    if context.region().ec2.default_vpc().is_some() {
        let message = "A Default VPC already exists for this account in this region.";
        return Err(AwsError::new("DefaultVpcAlreadyExists", message));
    }
    let mut vpc = vpc::new(context, BLOCK, "default", Tags::default());
    (vpc.is_default, vpc.dns_hostnames) = (true, true);
    let answer = json!({ "vpc": vpc::render(&vpc, context, "pending") });
    let id = vpc.id.clone();
    vpc::insert(context, vpc);
    let gateway_id = internet_gateway::make(context, Some(id.clone()), Tags::default());
    for (zone, zone_id) in catalogue::zones(&context.place) {
        add_subnet(context, &id, zone, zone_id)?;
    }
    let route = Route::new(Destination::anywhere(), Target::InternetGateway(gateway_id));
    for table in context.region().ec2.route_tables.values_mut().filter(|table| table.vpc_id == id) {
        table.routes.push(route.clone());
    }
    Ok(answer)
}

pub(super) fn create_subnet(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let asked = input.text("AvailabilityZone").or(input.text("AvailabilityZoneId"));
    let asked = asked.ok_or_else(|| input.missing("AvailabilityZone"))?;
    let (zone, zone_id) = catalogue::zone(&context.place, Some(asked))?;
    let ec2 = &context.region().ec2;
    let Some(vpc_id) = ec2.default_vpc().map(str::to_owned) else {
        let message = "No default VPC exists for this account in this region.";
        return Err(AwsError::new("DefaultVpcDoesNotExist", message));
    };
    if let Some(subnet) = ec2.default_subnet(Some(&zone)) {
        let message = format!("'{}' is already the default subnet in {zone}.", subnet.id);
        return Err(AwsError::new("DefaultSubnetAlreadyExistsInAvailabilityZone", message));
    }
    let id = add_subnet(context, &vpc_id, zone, zone_id)?;
    let owner = context.place.account.clone();
    Ok(json!({ "subnet": subnet::render(context.region().ec2.subnets.find(&id)?, &owner) }))
}

/// A subnet in the first part of the block that is free.
fn add_subnet(context: &mut Context<'_>, vpc_id: &str, zone: String, zone_id: String) -> Result<String, AwsError> {
    let ec2 = &context.region().ec2;
    let taken: Vec<Ipv4Net> =
        ec2.subnets.values().filter(|subnet| subnet.vpc_id == vpc_id).map(|subnet| subnet.cidr).collect();
    let parts = BLOCK.subnets(SUBNET_LENGTH).into_iter().flatten();
    let free = parts.into_iter().find(|part| !taken.iter().any(|it| it.contains(part) || part.contains(it)));
    let cidr = free.ok_or_else(|| {
        AwsError::new("InvalidSubnet.Conflict", "There is no room for another default subnet in the default VPC.")
    })?;
    let mut subnet = subnet::new(context, vpc_id, cidr, (zone, zone_id), Tags::default());
    (subnet.is_default, subnet.public_addresses) = (true, true);
    Ok(subnet::insert(context, subnet))
}
