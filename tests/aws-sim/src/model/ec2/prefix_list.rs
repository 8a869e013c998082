//! Prefix lists that AWS keeps: the addresses of S3 and DynamoDB in a region, which gateway endpoints route by.
//!
//! <https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html>

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::describing;
use super::filter::Filters;
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::input::Input;

/// A list of blocks under one id.
pub(super) struct PrefixList {
    pub(super) id: String,
    name: String,
    blocks: [&'static str; 2],
}

/// Services with a list. The blocks are set aside for documentation, so that they are nobody's.
/// <https://www.rfc-editor.org/rfc/rfc5737>
const LISTS: [(&str, [&str; 2]); 2] =
    [("s3", ["192.0.2.0/25", "192.0.2.128/25"]), ("dynamodb", ["198.51.100.0/25", "198.51.100.128/25"])];

/// The lists of a region.
pub(super) fn of_region(region: &str) -> impl Iterator<Item = PrefixList> {
    LISTS.into_iter().map(move |(service, blocks)| {
        let name = format!("com.amazonaws.{region}.{service}");
        let digits = hex::encode(Sha256::digest(&name));
        PrefixList { id: format!("pl-{}", &digits[..8]), name, blocks }
    })
}

/// The list of a service that gateway endpoints lead to.
pub(super) fn of_service(region: &str, service: &str) -> Option<PrefixList> {
    of_region(region).find(|list| list.name == service)
}

pub(super) fn find(region: &str, id: &str) -> Result<PrefixList, AwsError> {
    of_region(region).find(|list| list.id == id).ok_or_else(|| {
        AwsError::new("InvalidPrefixListID.NotFound", format!("The prefix list ID '{id}' does not exist"))
    })
}

pub(super) fn describe(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let render =
        |list: PrefixList| json!({"prefixListId": list.id, "prefixListName": list.name, "cidrSet": list.blocks});
    page(context, input, render)
}

pub(super) fn describe_managed(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let region = context.place.region.clone();
    page(context, input, |list| {
        json!({
            "prefixListId": list.id,
            "prefixListName": list.name,
            "prefixListArn": format!("arn:aws:ec2:{region}:aws:prefix-list/{}", list.id),
            "addressFamily": "IPv4",
            "state": "create-complete",
            "ownerId": "AWS",
            "tagSet": [],
        })
    })
}

pub(super) fn entries(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
    let list = find(&context.place.region, input.required("PrefixListId")?)?;
    let rows = list.blocks.into_iter().map(|block| (block.to_owned(), json!({ "cidr": block }))).collect();
    describing::paged(input, "entrySet", rows, |row| row)
}

fn page(context: &Context<'_>, input: &Input<'_>, render: impl Fn(PrefixList) -> Value) -> Answer {
    let region = &*context.place.region;
    let (filters, ids) = (Filters::read(input), input.texts("PrefixListId"));
    for id in &ids {
        find(region, id)?;
    }
    let asked = of_region(region).filter(|list| ids.is_empty() || ids.contains(&&*list.id));
    let kept = asked.filter(|list| {
        filters.keep_by(|filter| match filter {
            "prefix-list-id" => Some(vec![list.id.clone()]),
            "prefix-list-name" => Some(vec![list.name.clone()]),
            "owner-id" => Some(vec!["AWS".to_owned()]),
            _ => None,
        })
    });
    describing::paged(input, "prefixListSet", kept.map(|list| (list.id.clone(), list)).collect(), render)
}
