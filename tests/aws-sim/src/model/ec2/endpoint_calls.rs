//! Making, changing and deleting VPC endpoints.
//!
//! <https://docs.aws.amazon.com/vpc/latest/privatelink/create-interface-endpoint.html>

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::endpoint::{self, Endpoint, EndpointType, Stage};
use super::endpoint_service::{self, EndpointService};
use super::interface::{Owner, create_managed_interface, delete_managed_interface};
use super::route::{Destination, Route, Target};
use super::table::Resource;
use super::{Event, State, call, prefix_list, security_group, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::{event, timing};

/// What an endpoint allows whose policy nobody wrote: everything.
const OPEN_POLICY: &str =
    r#"{"Version":"2008-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"*","Resource":"*"}]}"#;

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = call::once(context, input, "CreateVpcEndpoint", |context| make(context, input))?;
    let place = context.place.clone();
    let ec2 = &context.region().ec2;
    let view = endpoint::render(ec2, ec2.vpc_endpoints.find(&id)?, &place);
    Ok(json!({ "vpcEndpoint": view, "clientToken": input.text("ClientToken") }))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let place = context.place.clone();
    let ec2 = &context.region().ec2;
    ec2.vpc_endpoints.describe(input, |endpoint| endpoint::render(ec2, endpoint, &place))
}

fn make(context: &mut Context<'_>, input: &Input<'_>) -> Result<String, AwsError> {
    let vpc_id = input.required("VpcId")?.to_owned();
    let kind = input.text("VpcEndpointType").unwrap_or("Gateway");
    let kind: EndpointType = kind.parse().map_err(|_| {
        AwsError::new("InvalidVpcEndpointType", format!("The VPC endpoint type '{kind}' is not valid."))
    })?;
    let service = endpoint_service::find(&context.place.region, input.required("ServiceName")?, kind)?;
    let (tags, policy) = (tagging::of_new(input, Endpoint::KIND.tag_type)?, policy(input)?);
    context.region().ec2.vpcs.find(&vpc_id)?;
    check_quota(&context.region().ec2, kind, &vpc_id)?;
    let (id, created) = (context.id("vpce"), context.now);
    let mut endpoint = Endpoint {
        id: id.clone(),
        vpc_id,
        service_name: service.name.clone(),
        kind,
        stage: Stage::Available,
        policy: policy.unwrap_or_else(|| OPEN_POLICY.to_owned()),
        route_table_ids: Vec::new(),
        interfaces: BTreeMap::new(),
        groups: Vec::new(),
        private_dns_name: None,
        created,
        tags,
    };
    match kind {
        EndpointType::Gateway => add_routes(context, &mut endpoint, &input.strings("RouteTableId"))?,
        EndpointType::Interface => open(context, input, &mut endpoint, service)?,
    }
    context.region().ec2.vpc_endpoints.insert(endpoint);
    Ok(id)
}

fn check_quota(ec2: &State, kind: EndpointType, vpc_id: &str) -> Result<(), AwsError> {
    let alike = ec2.vpc_endpoints.values().filter(|endpoint| endpoint.kind == kind && !endpoint.is_gone());
    let (count, most) = match kind {
        EndpointType::Gateway => (alike.count(), ec2.quotas.gateway_endpoints),
        EndpointType::Interface => {
            (alike.filter(|endpoint| endpoint.vpc_id == vpc_id).count(), ec2.quotas.interface_endpoints_in_vpc)
        }
    };
    ec2.quotas.check(count, most, "VpcEndpointLimitExceeded", "VPC endpoints")
}

/// A policy must be a JSON document.
fn policy(input: &Input<'_>) -> Result<Option<String>, AwsError> {
    let Some(text) = input.text("PolicyDocument").filter(|text| !text.is_empty()) else { return Ok(None) };
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(members)) if members.contains_key("Statement") => Ok(Some(text.to_owned())),
        Ok(_) | Err(_) => Err(AwsError::new("InvalidPolicyDocument", "The policy document is not valid.")),
    }
}

/// Makes an interface endpoint's interfaces; it is available a while later.
fn open(
    context: &mut Context<'_>,
    input: &Input<'_>,
    endpoint: &mut Endpoint,
    service: EndpointService,
) -> Result<(), AwsError> {
    let subnets = input.strings("SubnetId");
    let ec2 = &context.region().ec2;
    let named = input.strings("SecurityGroupId");
    endpoint.groups =
        security_group::for_interface(ec2, &endpoint.vpc_id, subnets.first().map_or("", String::as_str), named)?;
    if input.flag("PrivateDnsEnabled")?.unwrap_or(true) {
        endpoint.private_dns_name = private_dns(ec2, endpoint, service.private_dns_name)?;
    }
    add_subnets(context, endpoint, &subnets)?;
    endpoint.stage = Stage::Pending;
    context.schedule(timing::ENDPOINT_PENDING, event::Event::Ec2(Event::EndpointAvailable(endpoint.id.clone())));
    Ok(())
}

/// The name that an endpoint takes over in its VPC: one endpoint each name, and only where the VPC answers names.
fn private_dns(ec2: &State, endpoint: &Endpoint, name: Option<String>) -> Result<Option<String>, AwsError> {
    let vpc = ec2.vpcs.find(&endpoint.vpc_id)?;
    if !(vpc.dns_support && vpc.dns_hostnames) {
        let message = format!(
            "Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for {}",
            vpc.id
        );
        return Err(AwsError::new("InvalidParameter", message));
    }
    let taken = ec2.vpc_endpoints.values().any(|other| {
        other.id != endpoint.id
            && other.vpc_id == vpc.id
            && matches!(other.stage, Stage::Pending | Stage::Available)
            && other.private_dns_name.is_some()
            && other.private_dns_name == name
    });
    if taken {
        let message = format!(
            "private-dns-enabled cannot be set because there is already a conflicting DNS domain for {} in the VPC {}",
            name.unwrap_or_default(),
            vpc.id
        );
        return Err(AwsError::new("InvalidParameter", message));
    }
    Ok(name)
}

/// An interface in each subnet, of which there is one a zone; all or none.
fn add_subnets(context: &mut Context<'_>, endpoint: &mut Endpoint, ids: &[String]) -> Result<(), AwsError> {
    let ec2 = &context.region().ec2;
    let mut zones: BTreeSet<&str> =
        endpoint.interfaces.keys().filter_map(|id| Some(ec2.subnets.get(id)?.zone.as_str())).collect();
    for id in ids {
        let subnet = ec2.subnets.find(id)?;
        if subnet.vpc_id != endpoint.vpc_id {
            let message = format!("The subnet ID '{id}' does not exist in the VPC {}", endpoint.vpc_id);
            return Err(AwsError::new("InvalidParameter", message));
        }
        if !zones.insert(&subnet.zone) {
            let message = format!("Found another VPC endpoint subnet in the availability zone of {id}");
            return Err(AwsError::new("DuplicateSubnetsInSameZone", message));
        }
    }
    let description = format!("VPC Endpoint Interface {}", endpoint.id);
    let mut made = Vec::new();
    for id in ids {
        let (groups, owner) = (endpoint.groups.clone(), Owner::VpcEndpoint);
        match create_managed_interface(context, id, groups, description.clone(), owner, false) {
            Ok(interface) => made.push((id.clone(), interface.id)),
            Err(refusal) => {
                made.iter().for_each(|(_, interface)| delete_managed_interface(context, interface));
                return Err(refusal);
            }
        }
    }
    endpoint.interfaces.extend(made);
    Ok(())
}

/// A route to the service's prefix list in each of the tables.
fn add_routes(context: &mut Context<'_>, endpoint: &mut Endpoint, ids: &[String]) -> Result<(), AwsError> {
    let Some(list) = prefix_list::of_service(&context.place.region, &endpoint.service_name) else { return Ok(()) };
    let destination = Destination::PrefixList(list.id.clone());
    let tables = &mut context.region().ec2.route_tables;
    for id in ids {
        let table = tables.find(id)?;
        if table.vpc_id != endpoint.vpc_id {
            let message = format!("Route table {id} does not belong to VPC {}", endpoint.vpc_id);
            return Err(AwsError::new("InvalidParameter", message));
        }
        if table.routes.iter().any(|route| route.destination == destination) {
            let message = format!("route table {id} already has a route with destination-prefix-list-id {}", list.id);
            return Err(AwsError::new("RouteAlreadyExists", message));
        }
    }
    for id in ids {
        let target = Target::Endpoint(endpoint.id.clone());
        tables.find_mut(id)?.routes.push(Route::new(destination.clone(), target));
        endpoint.route_table_ids.push(id.clone());
    }
    Ok(())
}

pub(super) fn modify(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("VpcEndpointId")?;
    let policy = policy(input)?;
    let mut endpoint = context.region().ec2.vpc_endpoints.find(id)?.clone();
    if !matches!(endpoint.stage, Stage::Pending | Stage::Available) {
        let message = format!("The VPC endpoint {id} is not in a state in which it can be modified.");
        return Err(AwsError::new("InvalidParameter", message));
    }
    if let Some(policy) = policy {
        endpoint.policy = policy;
    }
    if input.flag("ResetPolicy")?.unwrap_or(false) {
        OPEN_POLICY.clone_into(&mut endpoint.policy);
    }
    match endpoint.kind {
        EndpointType::Gateway => {
            add_routes(context, &mut endpoint, &input.strings("AddRouteTableId"))?;
            for id in input.texts("RemoveRouteTableId") {
                remove_routes(&mut context.region().ec2, &mut endpoint, id);
            }
        }
        EndpointType::Interface => modify_interface(context, input, &mut endpoint)?,
    }
    context.region().ec2.vpc_endpoints.insert(endpoint);
    Ok(json!({"return": true}))
}

fn modify_interface(context: &mut Context<'_>, input: &Input<'_>, endpoint: &mut Endpoint) -> Result<(), AwsError> {
    let (added, removed) = (input.strings("AddSecurityGroupId"), input.texts("RemoveSecurityGroupId"));
    let mut groups = endpoint.groups.clone();
    groups.retain(|id| !removed.contains(&id.as_str()) && !added.contains(id));
    groups.extend(added);
    let ec2 = &context.region().ec2;
    endpoint.groups = security_group::for_interface(ec2, &endpoint.vpc_id, "of the endpoint", groups)?;
    match input.flag("PrivateDnsEnabled")? {
        Some(true) => {
            let service =
                endpoint_service::find(&context.place.region, &endpoint.service_name, EndpointType::Interface)?;
            endpoint.private_dns_name = private_dns(&context.region().ec2, endpoint, service.private_dns_name)?;
        }
        Some(false) => endpoint.private_dns_name = None,
        None => {}
    }
    add_subnets(context, endpoint, &input.strings("AddSubnetId"))?;
    for subnet_id in input.texts("RemoveSubnetId") {
        if let Some(interface) = endpoint.interfaces.remove(subnet_id) {
            delete_managed_interface(context, &interface);
        }
    }
    for id in endpoint.interfaces.values() {
        if let Some(interface) = context.region().ec2.interfaces.get_mut(id) {
            interface.groups.clone_from(&endpoint.groups);
        }
    }
    Ok(())
}

fn remove_routes(ec2: &mut State, endpoint: &mut Endpoint, table_id: &str) {
    endpoint.route_table_ids.retain(|id| id != table_id);
    if let Some(table) = ec2.route_tables.get_mut(table_id) {
        table.routes.retain(|route| route.target != Target::Endpoint(endpoint.id.clone()));
    }
}

/// Each for itself: those that do not exist are told, and the others go.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpcEndpoints.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let ids = input.strings("VpcEndpointId");
    if ids.is_empty() {
        return Err(input.missing("VpcEndpointId"));
    }
    let mut unsuccessful = Vec::new();
    for id in ids {
        let ec2 = &mut context.region().ec2;
        let Some(mut endpoint) = ec2.vpc_endpoints.get(&id).filter(|endpoint| !endpoint.is_gone()).cloned() else {
            let message = format!("The Vpc Endpoint Id '{id}' does not exist");
            let error = json!({"code": "InvalidVpcEndpoint.NotFound", "message": message});
            unsuccessful.push(json!({"resourceId": id, "error": error}));
            continue;
        };
        for table_id in endpoint.route_table_ids.clone() {
            remove_routes(ec2, &mut endpoint, &table_id);
        }
        match (endpoint.kind, endpoint.stage) {
            (EndpointType::Gateway, _) => {
                ec2.vpc_endpoints.remove(&id);
            }
            (EndpointType::Interface, Stage::Pending | Stage::Available) => {
                endpoint.stage = Stage::Deleting;
                ec2.vpc_endpoints.insert(endpoint);
                context.schedule(timing::ENDPOINT_DELETING, event::Event::Ec2(Event::EndpointDeleted(id)));
            }
            (EndpointType::Interface, Stage::Deleting | Stage::Deleted) => {}
        }
    }
    Ok(json!({ "unsuccessful": unsuccessful }))
}
