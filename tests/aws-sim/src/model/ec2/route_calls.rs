//! Adding, exchanging and removing routes.

use ipnet::{IpNet, Ipv4Net};
use serde_json::json;

use super::route::{Destination, Route, Target};
use super::{State, prefix_list, vpc};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, destination, target) = read(context, input)?;
    let ec2 = &mut context.region().ec2;
    let most = ec2.quotas.routes_in_table;
    let table = ec2.route_tables.find_mut(id)?;
    if table.routes.iter().any(|route| route.destination == destination) {
        let message = format!("The route identified by {destination} already exists.");
        return Err(AwsError::new("RouteAlreadyExists", message));
    }
    if table.routes.len() >= most {
        return Err(AwsError::new("RouteLimitExceeded", "The maximum number of routes has been reached."));
    }
    table.routes.push(Route::new(destination, target));
    Ok(json!({"return": true}))
}

pub(super) fn replace(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    if input.flag("LocalTarget")?.unwrap_or(false) {
        return reset_local(context, input);
    }
    let (id, destination, target) = read(context, input)?;
    let routes = &mut context.region().ec2.route_tables.find_mut(id)?.routes;
    let route = routes.iter_mut().find(|route| route.destination == destination);
    route.ok_or_else(|| not_defined(&destination))?.target = target;
    Ok(json!({"return": true}))
}

/// The route of the VPC's own block leads to the VPC again.
fn reset_local(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, destination) = (input.required("RouteTableId")?, destination(&context.place.region, input)?);
    let routes = &mut context.region().ec2.route_tables.find_mut(id)?.routes;
    let route = routes.iter_mut().find(|route| route.destination == destination && route.is_local_by_nature());
    route.ok_or_else(|| not_defined(&destination))?.target = Target::Local;
    Ok(json!({"return": true}))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, destination) = (input.required("RouteTableId")?, destination(&context.place.region, input)?);
    let routes = &mut context.region().ec2.route_tables.find_mut(id)?.routes;
    let Some(place) = routes.iter().position(|route| route.destination == destination) else {
        let message =
            format!("no route with {} {destination} in route table {id}", destination.filter().replace("route.", ""));
        return Err(AwsError::new("InvalidRoute.NotFound", message));
    };
    if routes[place].is_local_by_nature() {
        let message = format!("cannot remove local route {destination} in route table {id}");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    if let Target::Endpoint(endpoint) = &routes[place].target {
        let message = format!("cannot remove VPC endpoint route {endpoint} in route table {id}");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    routes.remove(place);
    Ok(json!({"return": true}))
}

fn read<'a>(context: &mut Context<'_>, input: &Input<'a>) -> Result<(&'a str, Destination, Target), AwsError> {
    let (id, destination) = (input.required("RouteTableId")?, destination(&context.place.region, input)?);
    let ec2 = &mut context.region().ec2;
    let vpc_id = ec2.route_tables.find(id)?.vpc_id.clone();

    let target = target(ec2, input, id, &vpc_id)?;
    if matches!(target, Target::EgressOnlyGateway(_)) && !matches!(destination, Destination::Block(IpNet::V6(_))) {
        let message = "Egress-only internet gateways take IPv6 destinations only.";
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    check_within(ec2, &vpc_id, &destination, &target)?;
    Ok((id, destination, target))
}

/// A route for a part of the VPC's own block must lead to an interface.
/// <https://docs.aws.amazon.com/vpc/latest/userguide/route-table-options.html>
fn check_within(ec2: &State, vpc_id: &str, destination: &Destination, target: &Target) -> Result<(), AwsError> {
    let Destination::Block(block) = destination else { return Ok(()) };
    let within = ec2.vpcs.find(vpc_id)?.networks().iter().any(|network| network.contains(block));
    if within && !matches!(target, Target::Interface(_)) {
        let message = format!(
            "The destination CIDR block {block} is equal to or more specific than one of this VPC's CIDR blocks. This \
             route can target only an interface or an instance."
        );
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    Ok(())
}

/// The one target that a call names.
fn target(ec2: &State, input: &Input<'_>, table_id: &str, vpc_id: &str) -> Result<Target, AwsError> {
    let named = [
        "GatewayId",
        "NatGatewayId",
        "EgressOnlyInternetGatewayId",
        "NetworkInterfaceId",
        "InstanceId",
        "VpcEndpointId",
    ];
    let mut given = named.into_iter().filter_map(|name| input.text(name).map(|id| (name, id)));
    let (name, id) = given.next().ok_or_else(|| input.missing("gatewayId"))?;
    if given.next().is_some() {
        let message = "The request must contain exactly one of gatewayId, natGatewayId, networkInterfaceId, \
                       vpcPeeringConnectionId or instanceId.";
        return Err(AwsError::new("InvalidParameterCombination", message));
    }
    let (target, owner) = match name {
        "GatewayId" if id == "local" => (Target::Local, Some(vpc_id)),
        "GatewayId" => {
            let gateway = ec2.internet_gateways.get(id);
            let missing =
                || AwsError::new("InvalidGatewayID.NotFound", format!("The gateway ID '{id}' does not exist"));
            (Target::InternetGateway(id.to_owned()), gateway.ok_or_else(missing)?.vpc_id.as_deref())
        }
        "NatGatewayId" => {
            let gateway = ec2.nat_gateways.get(id).filter(|gateway| !gateway.is_over());
            let missing =
                || AwsError::new("InvalidNatGatewayID.NotFound", format!("The natGateway ID '{id}' does not exist"));
            (Target::NatGateway(id.to_owned()), Some(gateway.ok_or_else(missing)?.vpc_id.as_str()))
        }
        "EgressOnlyInternetGatewayId" => {
            (Target::EgressOnlyGateway(id.to_owned()), Some(ec2.egress_only_gateways.find(id)?.vpc_id.as_str()))
        }
        "NetworkInterfaceId" => (Target::Interface(id.to_owned()), Some(ec2.interfaces.find(id)?.vpc_id.as_str())),
        "InstanceId" => {
            let instance = ec2.instances.find(id)?;
            (Target::Interface(instance.interface_id.clone()), Some(instance.vpc_id.as_str()))
        }
        _ => {
            ec2.vpc_endpoints.find(id)?;
            let message = format!(
                "Route table contains unsupported route target: {id}. VPC Endpoints of this type cannot be used as \
                 route targets."
            );
            return Err(AwsError::new("RouteNotSupported", message));
        }
    };
    if owner != Some(vpc_id) {
        let kind = if name == "GatewayId" { "network gateway" } else { "target" };
        let message = format!("route table {table_id} and {kind} {id} belong to different networks");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    Ok(target)
}

/// The one destination that a call names.
fn destination(region: &str, input: &Input<'_>) -> Result<Destination, AwsError> {
    let blocks = (input.text("DestinationCidrBlock"), input.text("DestinationIpv6CidrBlock"));
    match (blocks, input.text("DestinationPrefixListId")) {
        ((Some(block), None), None) => {
            let block = block.parse::<Ipv4Net>().map_err(|_| {
                let message = format!(
                    "Value ({block}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block."
                );
                AwsError::new("InvalidParameterValue", message)
            })?;
            Ok(Destination::Block(block.trunc().into()))
        }
        ((None, Some(block)), None) => Ok(Destination::Block(vpc::parse_ipv6(block)?.into())),
        ((None, None), Some(id)) => Ok(Destination::PrefixList(prefix_list::find(region, id)?.id)),
        ((None, None), None) => Err(input.missing("destinationCidrBlock")),
        _ => {
            let message = "The request must contain exactly one of destinationCidrBlock, destinationIpv6CidrBlock or \
                           destinationPrefixListId.";
            Err(AwsError::new("InvalidParameterCombination", message))
        }
    }
}

fn not_defined(destination: &Destination) -> AwsError {
    let message = format!("There is no route defined for '{destination}' in the route table. Use CreateRoute instead.");
    AwsError::new("InvalidParameterValue", message)
}
