//! Route tables, their routes, and which subnets they are for.

use std::collections::BTreeSet;

use ipnet::IpNet;
use serde_json::{Value, json};

use super::route::Destination;
use super::table::{Kind, Resource, identified, one};
use super::{State, call, route, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// Where a VPC's packets go.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct RouteTable {
    pub(crate) id: String,
    pub(crate) vpc_id: String,
    pub(crate) routes: Vec<route::Route>,
    associations: Vec<Association>,
    tags: Tags,
}

/// What a route table is for.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
struct Association {
    id: String,
    /// None for all subnets of the VPC that have no table of their own.
    subnet_id: Option<String>,
}

impl Resource for RouteTable {
    const KIND: Kind = Kind {
        plural: "route_tables",
        tag_type: "route-table",
        ids: "RouteTableId",
        set: "routeTableSet",
        not_found: ("InvalidRouteTableID.NotFound", "routeTable ID"),
    };
    identified!(id);

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        let subnets = || self.associations.iter().filter_map(|association| association.subnet_id.clone()).collect();
        match filter {
            "route-table-id" | "association.route-table-id" => one(&self.id),
            "vpc-id" => one(&self.vpc_id),
            "association.main" => {
                let mains: BTreeSet<bool> = self.associations.iter().map(|it| it.subnet_id.is_none()).collect();
                Some(mains.into_iter().map(|main| main.to_string()).collect())
            }
            "association.subnet-id" => Some(subnets()),
            "association.route-table-association-id" => {
                Some(self.associations.iter().map(|association| association.id.clone()).collect())
            }
            _ => Some(self.routes.iter().filter_map(|route| route.field(filter)).collect()),
        }
    }

    fn inventory(&self, item: Item) -> Item {
        item.with("vpc_id", self.vpc_id.as_str()).with("main", self.is_main())
    }
}

impl RouteTable {
    pub(crate) fn is_main(&self) -> bool {
        self.associations.iter().any(|association| association.subnet_id.is_none())
    }

    /// The VPC has got another block.
    pub(super) fn add_local(&mut self, block: IpNet) {
        self.routes.push(route::Route::local(block));
    }

    /// The VPC has lost a block.
    pub(super) fn remove_local(&mut self, block: Option<IpNet>) {
        self.routes.retain(|route| {
            !route.is_local_by_nature() || block.is_none_or(|block| route.destination != Destination::Block(block))
        });
    }

    pub(super) fn forget_subnet(&mut self, subnet_id: &str) {
        self.associations.retain(|association| association.subnet_id.as_deref() != Some(subnet_id));
    }
}

/// The table that a subnet's packets follow: its own, else the main one of its VPC.
pub(crate) fn of_subnet<'a>(ec2: &'a State, subnet_id: &str, vpc_id: &str) -> Option<&'a RouteTable> {
    let tables = || ec2.route_tables.values().filter(|table| table.vpc_id == vpc_id);
    let is_for = |table: &&RouteTable| table.associations.iter().any(|it| it.subnet_id.as_deref() == Some(subnet_id));
    tables().find(is_for).or_else(|| tables().find(|table| table.is_main()))
}

/// The main table of a new VPC.
pub(super) fn add_main(context: &mut Context<'_>, vpc_id: &str, blocks: &[IpNet]) {
    let associations = vec![Association { id: context.id("rtbassoc"), subnet_id: None }];
    let (id, routes) = (context.id("rtb"), blocks.iter().copied().map(route::Route::local).collect());
    let table = RouteTable { id, vpc_id: vpc_id.to_owned(), routes, associations, tags: Tags::default() };
    context.region().ec2.route_tables.insert(table);
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let vpc_id = input.required("VpcId")?;
    let tags = tagging::of_new(input, RouteTable::KIND.tag_type)?;
    let id = call::once(context, input, "CreateRouteTable", |context| {
        let ec2 = &context.region().ec2;
        let routes = ec2.vpcs.find(vpc_id)?.networks().into_iter().map(route::Route::local).collect();
        let count = ec2.route_tables.values().filter(|table| table.vpc_id == vpc_id).count();
        ec2.quotas.check(count, ec2.quotas.route_tables_in_vpc, "RouteTableLimitExceeded", "route tables")?;
        let (id, associations) = (context.id("rtb"), Vec::new());
        let table = RouteTable { id: id.clone(), vpc_id: vpc_id.to_owned(), routes, associations, tags };
        context.region().ec2.route_tables.insert(table);
        Ok(id)
    })?;
    let owner = context.place.account.clone();
    let ec2 = &context.region().ec2;
    let table = render(ec2, ec2.route_tables.find(&id)?, &owner);
    Ok(json!({ "routeTable": table, "clientToken": input.text("ClientToken") }))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let owner = context.place.account.clone();
    let ec2 = &context.region().ec2;
    ec2.route_tables.describe(input, |table| render(ec2, table, &owner))
}

pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("RouteTableId")?;
    let ec2 = &mut context.region().ec2;
    if !ec2.route_tables.find(id)?.associations.is_empty() {
        let message = format!("The routeTable '{id}' has dependencies and cannot be deleted.");
        return Err(AwsError::new("DependencyViolation", message));
    }
    ec2.route_tables.remove(id);
    Ok(json!({"return": true}))
}

pub(super) fn associate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (id, subnet_id) = (input.required("RouteTableId")?, input.required("SubnetId")?);
    let association_id = context.id("rtbassoc");
    let ec2 = &mut context.region().ec2;
    let vpc_id = ec2.subnets.find(subnet_id)?.vpc_id.clone();
    if ec2.route_tables.find(id)?.vpc_id != vpc_id {
        let message = format!("Route table {id} and subnet {subnet_id} belong to different networks");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    let existing = ec2.route_tables.values().find_map(|table| {
        let association = table.associations.iter().find(|it| it.subnet_id.as_deref() == Some(subnet_id));
        association.map(|association| (table.id.clone(), association.id.clone()))
    });
    match existing {
        Some((table_id, association_id)) if table_id == id => return Ok(associated("associationId", &association_id)),
        Some((_, other)) => {
            let message = format!(
                "The specified association for subnet {subnet_id} conflicts with an existing association {other}"
            );
            return Err(AwsError::new("Resource.AlreadyAssociated", message));
        }
        None => {}
    }
    let association = Association { id: association_id.clone(), subnet_id: Some(subnet_id.to_owned()) };
    ec2.route_tables.find_mut(id)?.associations.push(association);
    Ok(associated("associationId", &association_id))
}

pub(super) fn disassociate(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let association_id = input.required("AssociationId")?;
    let ec2 = &mut context.region().ec2;
    take_association(ec2, association_id, |association| {
        let message = format!("cannot disassociate the main route table association {association_id}");
        association.subnet_id.is_some().then_some(()).ok_or_else(|| AwsError::new("InvalidParameterValue", message))
    })?;
    Ok(json!({"return": true}))
}

/// Makes a table the main one, or a subnet's; the association gets a new id.
pub(super) fn replace_association(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (association_id, id) = (input.required("AssociationId")?, input.required("RouteTableId")?);
    let new_id = context.id("rtbassoc");
    let ec2 = &mut context.region().ec2;
    let vpc_id = ec2.route_tables.find(id)?.vpc_id.clone();
    let has_it = |table: &&RouteTable| table.associations.iter().any(|association| association.id == association_id);
    if ec2.route_tables.values().find(has_it).is_some_and(|table| table.vpc_id != vpc_id) {
        let message = format!("route table {id} and association {association_id} belong to different networks");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    let association = take_association(ec2, association_id, |_| Ok(()))?;
    ec2.route_tables.find_mut(id)?.associations.push(Association { id: new_id.clone(), ..association });
    Ok(associated("newAssociationId", &new_id))
}

fn take_association(
    ec2: &mut State,
    id: &str,
    check: impl Fn(&Association) -> Result<(), AwsError>,
) -> Result<Association, AwsError> {
    for table in ec2.route_tables.values_mut() {
        if let Some(place) = table.associations.iter().position(|association| association.id == id) {
            check(&table.associations[place])?;
            return Ok(table.associations.remove(place));
        }
    }
    let message = format!("The association ID '{id}' does not exist");
    Err(AwsError::new("InvalidAssociationID.NotFound", message))
}

fn associated(name: &str, id: &str) -> Value {
    json!({ name: id, "associationState": {"state": "associated"} })
}

fn render(ec2: &State, table: &RouteTable, owner: &str) -> Value {
    let associations: Vec<Value> = table
        .associations
        .iter()
        .map(|association| {
            json!({
                "routeTableAssociationId": association.id,
                "routeTableId": table.id,
                "subnetId": association.subnet_id,
                "main": association.subnet_id.is_none(),
                "associationState": {"state": "associated"},
            })
        })
        .collect();
    json!({
        "routeTableId": table.id,
        "vpcId": table.vpc_id,
        "ownerId": owner,
        "routeSet": table.routes.iter().map(|route| route.render(ec2, owner)).collect::<Vec<_>>(),
        "associationSet": associations,
        "propagatingVgwSet": [],
        "tagSet": tagging::tag_set(&table.tags),
    })
}
