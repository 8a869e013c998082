//! Network ACLs, and which subnet has which. Their entries are in `network_acl_entry`.
//!
//! They are kept and described; packets pass as security groups say.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::network_acl_entry::Entry;
use super::table::{Kind, Resource, identified, one};
use super::{State, call, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::inventory::Item;
use crate::model::tags::Tags;

/// Rules about what passes into and out of subnets.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct NetworkAcl {
    pub(crate) id: String,
    pub(crate) vpc_id: String,
    pub(crate) is_default: bool,
    pub(super) entries: Vec<Entry>,
    /// Subnets by the ids of their associations.
    associations: BTreeMap<String, String>,
    tags: Tags,
}

impl Resource for NetworkAcl {
    const KIND: Kind = Kind {
        plural: "network_acls",
        tag_type: "network-acl",
        ids: "NetworkAclId",
        set: "networkAclSet",
        not_found: ("InvalidNetworkAclID.NotFound", "network acl ID"),
    };
    identified!(id);

    fn field(&self, filter: &str) -> Option<Vec<String>> {
        match filter {
            "network-acl-id" => one(&self.id),
            "vpc-id" => one(&self.vpc_id),
            "default" => one(self.is_default),
            "association.association-id" => Some(self.associations.keys().cloned().collect()),
            "association.network-acl-id" => Some(self.associations.iter().map(|_| self.id.clone()).collect()),
            "association.subnet-id" => Some(self.associations.values().cloned().collect()),
            _ => {
                let name = filter.strip_prefix("entry.")?;
                Some(self.entries.iter().filter_map(|entry| entry.field(name)).collect())
            }
        }
    }

    fn inventory(&self, item: Item) -> Item {
        item.with("vpc_id", self.vpc_id.as_str()).with("default", self.is_default)
    }
}

/// The ACL that a new VPC has.
pub(super) fn add_default(context: &mut Context<'_>, vpc_id: &str) {
    let acl = new(context, vpc_id, true, Tags::default());
    context.region().ec2.network_acls.insert(acl);
}

/// A new subnet has its VPC's default ACL.
pub(super) fn add_subnet(context: &mut Context<'_>, vpc_id: &str, subnet_id: &str) {
    let association_id = context.id("aclassoc");
    let acls = &mut context.region().ec2.network_acls;
    if let Some(acl) = acls.values_mut().find(|acl| acl.is_default && acl.vpc_id == vpc_id) {
        acl.associations.insert(association_id, subnet_id.to_owned());
    }
}

/// A subnet is gone.
pub(super) fn forget_subnet(ec2: &mut State, subnet_id: &str) {
    ec2.network_acls.values_mut().for_each(|acl| acl.associations.retain(|_, id| id != subnet_id));
}

pub(super) fn create(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let vpc_id = input.required("VpcId")?;
    let tags = tagging::of_new(input, NetworkAcl::KIND.tag_type)?;
    let id = call::once(context, input, "CreateNetworkAcl", |context| {
        let ec2 = &context.region().ec2;
        ec2.vpcs.find(vpc_id)?;
        let count = ec2.network_acls.values().filter(|acl| acl.vpc_id == vpc_id).count();
        ec2.quotas.check(count, ec2.quotas.network_acls_in_vpc, "NetworkAclLimitExceeded", "network acls")?;
        let acl = new(context, vpc_id, false, tags);
        let id = acl.id.clone();
        context.region().ec2.network_acls.insert(acl);
        Ok(id)
    })?;
    let owner = context.place.account.clone();
    let acl = context.region().ec2.network_acls.find(&id)?;
    Ok(json!({ "networkAcl": render(acl, &owner), "clientToken": input.text("ClientToken") }))
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let owner = context.place.account.clone();
    context.region().ec2.network_acls.describe(input, |acl| render(acl, &owner))
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteNetworkAcl.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = input.required("NetworkAclId")?;
    let ec2 = &mut context.region().ec2;
    let acl = ec2.network_acls.find(id)?;
    if acl.is_default {
        let message = format!("cannot delete default network ACL {id}");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    if !acl.associations.is_empty() {
        let message = format!("The networkAcl '{id}' has dependencies and cannot be deleted.");
        return Err(AwsError::new("DependencyViolation", message));
    }
    ec2.network_acls.remove(id);
    Ok(json!({"return": true}))
}

/// A subnet always has one ACL: it gets another in exchange, under a new association id.
pub(super) fn replace_association(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let (association_id, id) = (input.required("AssociationId")?, input.required("NetworkAclId")?);
    let new_id = context.id("aclassoc");
    let ec2 = &mut context.region().ec2;
    let vpc_id = ec2.network_acls.find(id)?.vpc_id.clone();
    let holder = ec2.network_acls.values_mut().find(|acl| acl.associations.contains_key(association_id));
    let Some(holder) = holder else {
        let message = format!("The association ID '{association_id}' does not exist");
        return Err(AwsError::new("InvalidAssociationID.NotFound", message));
    };
    if holder.vpc_id != vpc_id {
        let subnet_id = &holder.associations[association_id];
        let message = format!("network ACL {id} and subnet {subnet_id} belong to different networks");
        return Err(AwsError::new("InvalidParameterValue", message));
    }
    if let Some(subnet_id) = holder.associations.remove(association_id) {
        ec2.network_acls.find_mut(id)?.associations.insert(new_id.clone(), subnet_id);
    }
    Ok(json!({ "newAssociationId": new_id }))
}

fn new(context: &mut Context<'_>, vpc_id: &str, is_default: bool, tags: Tags) -> NetworkAcl {
    let (id, vpc_id) = (context.id("acl"), vpc_id.to_owned());
    NetworkAcl { id, vpc_id, is_default, entries: Entry::of_new(is_default), associations: BTreeMap::new(), tags }
}

fn render(acl: &NetworkAcl, owner: &str) -> Value {
    let association =
        |(id, subnet_id)| json!({"networkAclAssociationId": id, "networkAclId": acl.id, "subnetId": subnet_id});
    json!({
        "networkAclId": acl.id,
        "vpcId": acl.vpc_id,
        "ownerId": owner,
        "default": acl.is_default,
        "entrySet": acl.entries.iter().map(Entry::render).collect::<Vec<_>>(),
        "associationSet": acl.associations.iter().map(association).collect::<Vec<_>>(),
        "tagSet": tagging::tag_set(&acl.tags),
    })
}
