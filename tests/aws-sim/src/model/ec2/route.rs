//! Routes: what a table says about a block of addresses.

use ipnet::Ipv4Net;
use serde_json::{Value, json};

use super::{State, vpc};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// One line of a route table.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Route {
    pub(crate) destination: Ipv4Net,
    pub(crate) target: Target,
}

/// Where packets are sent.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) enum Target {
    Local,
    InternetGateway(String),
    NatGateway(String),
    Interface(String),
}

impl Route {
    pub(super) fn local(destination: Ipv4Net) -> Self {
        Self { destination, target: Target::Local }
    }

    /// Whether it is for everything that no other route is for, and leads somewhere.
    pub(crate) fn is_way_out(&self, ec2: &State) -> bool {
        self.destination.prefix_len() == 0 && self.is_active(ec2)
    }

    /// A route is a black hole once its target is gone.
    fn is_active(&self, ec2: &State) -> bool {
        match &self.target {
            Target::Local => true,
            Target::InternetGateway(id) => ec2.internet_gateways.get(id).is_some_and(|it| it.vpc_id.is_some()),
            Target::NatGateway(id) => {
                ec2.nat_gateways.get(id).is_some_and(super::nat_gateway::NatGateway::is_available)
            }
            Target::Interface(id) => ec2.interfaces.get(id).is_some(),
        }
    }

    pub(super) fn render(&self, ec2: &State) -> Value {
        let (member, id) = match &self.target {
            Target::Local => ("gatewayId", "local"),
            Target::InternetGateway(id) => ("gatewayId", id.as_str()),
            Target::NatGateway(id) => ("natGatewayId", id.as_str()),
            Target::Interface(id) => ("networkInterfaceId", id.as_str()),
        };
        json!({
            "destinationCidrBlock": self.destination,
            member: id,
            "state": if self.is_active(ec2) { "active" } else { "blackhole" },
            "origin": if self.target == Target::Local { "CreateRouteTable" } else { "CreateRoute" },
        })
    }
}

/// The filters of route tables that ask about routes.
pub(super) fn field(routes: &[Route], filter: &str) -> Option<Vec<String>> {
    let values = |pick: fn(&Route) -> Option<String>| Some(routes.iter().filter_map(pick).collect());
    match filter {
        "route.destination-cidr-block" => values(|route| Some(route.destination.to_string())),
        "route.gateway-id" => values(|route| match &route.target {
            Target::Local => Some("local".to_owned()),
            Target::InternetGateway(id) => Some(id.clone()),
            Target::NatGateway(_) | Target::Interface(_) => None,
        }),
        "route.nat-gateway-id" => values(|route| match &route.target {
            Target::NatGateway(id) => Some(id.clone()),
            Target::Local | Target::InternetGateway(_) | Target::Interface(_) => None,
        }),
        _ => None,
    }
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, destination, target) = read(context, input)?;
    let routes = &mut context.region().ec2.route_tables.find_mut(id)?.routes;
    match routes.iter().find(|route| route.destination == destination) {
        Some(route) if route.target == target => {}
        Some(_) => {
            let message = format!("The route identified by {destination} already exists.");
            return Err(AwsError::new("RouteAlreadyExists", message));
        }
        None => routes.push(Route { destination, target }),
    }
    Ok(json!({"return": true}))
}

pub(super) fn replace(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, destination, target) = read(context, input)?;
    let routes = &mut context.region().ec2.route_tables.find_mut(id)?.routes;
    let route = routes.iter_mut().find(|route| route.destination == destination);
    route.ok_or_else(|| no_such_route(id, destination))?.target = target;
    Ok(json!({"return": true}))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, destination) = (input.required("RouteTableId")?, destination(input)?);
    let routes = &mut context.region().ec2.route_tables.find_mut(id)?.routes;
    let place = routes.iter().position(|route| route.destination == destination);
    let place = place.ok_or_else(|| no_such_route(id, destination))?;
    if routes[place].target == Target::Local {
        let message = format!("cannot remove local route {destination} in route table {id}");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    routes.remove(place);
    Ok(json!({"return": true}))
}

fn read<'a>(context: &mut Context<'_>, input: &Input<'a>) -> Result<(&'a str, Ipv4Net, Target), AwsError> {
    let (id, destination) = (input.required("RouteTableId")?, destination(input)?);
    let ec2 = &mut context.region().ec2;
    let vpc_id = ec2.route_tables.find(id)?.vpc_id.clone();
    let target = if let Some(gateway) = input.text("GatewayId") {
        let owner = ec2.internet_gateways.find(gateway)?.vpc_id.as_deref();
        if owner != Some(vpc_id.as_str()) {
            let message = format!("route table {id} and network gateway {gateway} belong to different networks");
            return Err(AwsError::new("InvalidParameterValue", message));
        }
        Target::InternetGateway(gateway.to_owned())
    } else if let Some(gateway) = input.text("NatGatewayId") {
        Target::NatGateway(ec2.nat_gateways.find(gateway)?.id.clone())
    } else if let Some(interface) = input.text("NetworkInterfaceId") {
        Target::Interface(ec2.interfaces.find(interface)?.id.clone())
    } else if let Some(instance) = input.text("InstanceId") {
        Target::Interface(ec2.instances.find(instance)?.interface_id.clone())
    } else {
        return Err(input.missing("gatewayId"));
    };
    Ok((id, destination, target))
}

fn destination(input: &Input<'_>) -> Result<Ipv4Net, AwsError> {
    vpc::parse_cidr(input.required("DestinationCidrBlock")?)
}

fn no_such_route(table_id: &str, destination: Ipv4Net) -> AwsError {
    let message = format!("no route with destination-cidr-block {destination} in route table {table_id}");
    AwsError::new("InvalidRoute.NotFound", message)
}
