//! The calls about namespaces.

use serde_json::{Value, json};

use super::namespace::{Kind, Namespace};
use super::operation::{self, Work};
use super::{invalid, is_wanted, paged, tagging};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;
use crate::model::timing;

/// <https://docs.aws.amazon.com/cloud-map/latest/dg/cloud-map-limits.html>
const MOST_NAMESPACES: usize = 50;

/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_CreateHttpNamespace.html>
pub(super) fn create_http(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    create(context, input, Kind::Http)
}

/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePrivateDnsNamespace.html>
pub(super) fn create_private(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let vpc = input.required("Vpc")?;
    if context.region().ec2.vpcs.get(vpc).is_none() {
        return Err(invalid(format!("The VPC {vpc} does not exist or is not yours.")));
    }
    create(context, input, Kind::DnsPrivate)
}

/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_CreatePublicDnsNamespace.html>
pub(super) fn create_public(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    create(context, input, Kind::DnsPublic)
}

/// A repeated request with the same id is the same operation.
fn create(context: &mut Context<'_>, input: &Input<'_>, kind: Kind) -> Answer {
    let (name, creator) = (input.required("Name")?, input.text("CreatorRequestId"));
    if let Some((asked, operation)) = creator.and_then(|id| context.region().servicediscovery.requests.get(id)) {
        if asked == input.value() {
            return Ok(json!({ "OperationId": operation }));
        }
        let message = "Another operation with the same CreatorRequestId was started with other parameters.";
        let details = json!({"DuplicateOperationId": operation});
        return Err(AwsError::new("DuplicateRequest", message).with_details(details));
    }
    let tags = tagging::read(input)?;
    check_free(context, name)?;
    let id = format!("ns-{}", context.world.ids.hex(16));
    let arn = context.arn("servicediscovery", &format!("namespace/{id}"));
    let namespace = Namespace {
        description: input.text("Description").map(str::to_owned),
        vpc: input.text("Vpc").map(str::to_owned),
        ttl: soa_ttl(input)?,
        creator: creator.map(str::to_owned),
        tags,
        ..Namespace::new(&id, &arn, name, kind, context.now)
    };
    let takes = if kind == Kind::Http { timing::CLOUD_MAP_WORKS } else { timing::DNS_NAMESPACE_MADE };
    let answer = operation::begin(context, Work::CreateNamespace(Box::new(namespace)), takes)?;
    if let (Some(creator), Some(operation)) = (creator, answer["OperationId"].as_str()) {
        let request = (input.value().clone(), operation.to_owned());
        context.region().servicediscovery.requests.insert(creator.to_owned(), request);
    }
    Ok(answer)
}

fn soa_ttl(input: &Input<'_>) -> Result<Option<i64>, AwsError> {
    input.part("Properties").part("DnsProperties").part("SOA").int("TTL")
}

/// A region has a name once.
pub(super) fn check_free(context: &mut Context<'_>, name: &str) -> Result<(), AwsError> {
    let namespaces = &context.region().servicediscovery.namespaces;
    if let Some(other) = namespaces.values().find(|one| one.name.eq_ignore_ascii_case(name)) {
        let details = json!({"CreatorRequestId": other.creator, "NamespaceId": other.id});
        let message = "The namespace that you're trying to create already exists.";
        return Err(AwsError::new("NamespaceAlreadyExists", message).with_details(details));
    }
    if namespaces.len() >= MOST_NAMESPACES {
        let message = "The namespace can't be created because you've reached the quota on the number of namespaces.";
        return Err(AwsError::new("ResourceLimitExceeded", message));
    }
    Ok(())
}

pub(super) fn get(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let account = context.place.account.clone();
    let namespace = context.region().servicediscovery.namespace(input.required("Id")?)?;
    Ok(json!({"Namespace": namespace.render(&account)}))
}

/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_ListNamespaces.html>
pub(super) fn list(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let account = context.place.account.clone();
    let namespaces = context.region().servicediscovery.namespaces.values();
    let wanted = namespaces.filter(|one| is_wanted(input, |filter| one.field(filter, &account)));
    let rows: Vec<(String, Value)> = wanted.map(|one| (one.id.clone(), summary(one.render(&account)))).collect();
    paged(input, "Namespaces", rows)
}

/// Lists do not tell the request that made a thing.
pub(super) fn summary(mut shown: Value) -> Value {
    if let Some(members) = shown.as_object_mut() {
        members.remove("CreatorRequestId");
    }
    shown
}

/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_UpdatePrivateDnsNamespace.html>
pub(super) fn update(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let id = context.region().servicediscovery.namespace(input.required("Id")?)?.id.clone();
    let change = input.part("Namespace");
    let work = Work::UpdateNamespace(id, change.text("Description").map(str::to_owned), soa_ttl(&change)?);
    operation::begin(context, work, timing::CLOUD_MAP_WORKS)
}

/// Services go first.
/// <https://docs.aws.amazon.com/cloud-map/latest/api/API_DeleteNamespace.html>
pub(super) fn delete(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let namespace = context.region().servicediscovery.namespace(input.required("Id")?)?;
    if !namespace.services.is_empty() {
        let message = "The namespace can't be deleted because it still contains services.";
        return Err(AwsError::new("ResourceInUse", message));
    }
    let work = Work::DeleteNamespace(namespace.id.clone());
    operation::begin(context, work, timing::CLOUD_MAP_WORKS)
}
