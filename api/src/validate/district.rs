//! Bodies of `POST /districts` and `PATCH /districts/{district}`.

use std::ops::RangeInclusive;
use std::str::FromStr as _;

use ipnet::Ipv4Net;
use serde::Serialize;
use serde_json::{Map, Value};
use shared::district::{DistrictPatch, Given, NatType};
use shared::names::DistrictName;
use utoipa::ToSchema;

use super::fields::{Field, Fields};
use super::{Findings, MOST, Verdict, given};
use crate::problem::Result;

const DEFAULT_TYPE: &str = "t3.small";
/// How many instances a cluster may have.
const SIZES: RangeInclusive<u32> = 0..=MOST;
/// Of the original, and not built.
const NOT_BUILT: &[&str] = &[
    "aws_access_key_id",
    "aws_secret_access_key",
    "aws_role",
    "dockercfg",
    "s3_bucket_name",
    "cluster_backend",
    "private_hosted_zone_id",
    "bastion_key_pair",
];
/// What a district keeps for life.
const FIXED: &[&str] = &[
    "name",
    "region",
    "cidr_block",
    "public_zone",
    "vpc_id",
    "public_elb_security_group",
    "private_elb_security_group",
    "instance_security_group",
    "ecs_service_role",
    "ecs_instance_role",
];

/// A district to be made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct DistrictRequest {
    /// Its name.
    pub name: DistrictName,
    /// AWS region; the workers' when absent.
    #[schema(required = false)]
    pub region: String,
    /// The VPC's address range, an RFC 1918 /16; drawn when absent.
    #[schema(value_type = Option<String>, example = "10.42.0.0/16")]
    pub cidr_block: Option<Ipv4Net>,
    /// How private subnets reach the internet; `gateway` when absent.
    pub nat_type: Option<NatType>,
    /// Number of container instances; 1 when absent.
    #[schema(required = false)]
    pub cluster_size: u32,
    /// EC2 instance type; `t3.small` when absent.
    #[schema(required = false)]
    pub instance_type: String,
    /// Id of the public hosted zone for public services.
    pub public_zone: Option<String>,
    /// What the user brings.
    #[serde(flatten)]
    pub given: Given,
}

/// A change to a district.
#[derive(Clone, Debug, Serialize)]
pub struct DistrictChange {
    /// What changes.
    pub patch: DistrictPatch,
    /// What the body says of what cannot change, to be compared with what stands.
    pub fixed: Vec<Fixed>,
}

/// What a body says of something that cannot change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fixed {
    /// The field.
    pub name: &'static str,
    /// Where it stands in the body.
    #[serde(skip)]
    pub pointer: String,
    /// What it is said to be.
    pub value: Value,
}

/// Reads a district to be made; `served` is the region of the workers.
pub fn create(body: Map<String, Value>, served: &str) -> Result<DistrictRequest> {
    let found = &mut Findings::default();
    let mut fields = Fields::of_body(body, "district");
    let name = fields.require(&["name"], found).and_then(|field| field.parse(found));
    let region = fields.take(&["region"], found).and_then(|field| field.keeping(|it| is(it, served), found));
    let cidr = fields.take(&["cidr_block"], found);
    let nat = fields.take(&["nat_type"], found);
    let given = given::read(&mut fields, found);
    for of_the_vpc in [&cidr, &nat].into_iter().flatten().filter(|_| given.vpc_id.is_some()) {
        found.invalid(of_the_vpc.pointer.clone(), "cannot be chosen for a VPC that is given");
    }
    let cidr = cidr.and_then(|field| private_16(field, found));
    let nat = nat.and_then(|field| nat_type(field, found));
    let size = size(&mut fields, found);
    let instance_type = instance_type(&mut fields, found);
    let zone = fields.take(&["public_zone"], found).and_then(|field| field.keeping(given::is_zone, found));
    fields.refuse(NOT_BUILT, found);
    fields.finish(found);
    found.unless_any(name.map(|name| DistrictRequest {
        name,
        region: region.unwrap_or_else(|| served.to_owned()),
        cidr_block: cidr,
        nat_type: nat,
        cluster_size: size.unwrap_or(1),
        instance_type: instance_type.unwrap_or_else(|| DEFAULT_TYPE.to_owned()),
        public_zone: zone,
        given,
    }))
}

/// Reads a change to a district.
pub fn update(body: Map<String, Value>) -> Result<DistrictChange> {
    let found = &mut Findings::default();
    let mut fields = Fields::of_body(body, "district");
    let patch = DistrictPatch {
        cluster_size: size(&mut fields, found),
        instance_type: instance_type(&mut fields, found),
        nat_type: fields.take(&["nat_type"], found).and_then(|field| nat_type(field, found)),
    };
    let mut fixed = Vec::new();
    for name in FIXED {
        let field = fields.take(&[*name], found);
        fixed.extend(field.map(|field| Fixed { name, pointer: field.pointer, value: field.value }));
    }
    fields.refuse(NOT_BUILT, found);
    fields.finish(found);
    found.unless_any(Some(DistrictChange { patch, fixed }))
}

fn size(fields: &mut Fields, found: &mut Findings) -> Option<u32> {
    fields.take(&["cluster_size"], found)?.number(SIZES, found)
}

fn instance_type(fields: &mut Fields, found: &mut Findings) -> Option<String> {
    fields.take(&["instance_type", "cluster_instance_type"], found)?.keeping(is_instance_type, found)
}

fn is(region: &str, served: &str) -> Verdict {
    if region == served { Ok(()) } else { Err(format!("is not served here; the workers work in {served}")) }
}

/// `t3.small`, `m7i-flex.large`, `u-6tb1.metal`: a family, a dot, a size.
fn is_instance_type(text: &str) -> Verdict {
    let is_part = |part: &str| part.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'));
    match text.split_once('.') {
        Some((family, size))
            if family.starts_with(|first: char| first.is_ascii_lowercase())
                && !size.is_empty()
                && is_part(family)
                && is_part(size) =>
        {
            Ok(())
        }
        Some(_) | None => Err("is not an EC2 instance type such as t3.small".to_owned()),
    }
}

fn nat_type(field: Field, found: &mut Findings) -> Option<NatType> {
    let pointer = field.pointer.clone();
    let text = field.text(found)?;
    // The original's names for the same things.
    let name = text.strip_prefix("managed_").unwrap_or(&text);
    NatType::from_str(name).map_err(|_| found.invalid(pointer, "must be gateway, gateway_multi_az or none")).ok()
}

/// The private ranges: <https://www.rfc-editor.org/rfc/rfc1918#section-3>. Districts take a /16 of them each.
fn private_16(field: Field, found: &mut Findings) -> Option<Ipv4Net> {
    let pointer = field.pointer.clone();
    let text = field.text(found)?;
    let verdict = match text.parse::<Ipv4Net>() {
        Err(_) => Err("is not an IPv4 range such as 10.42.0.0/16"),
        Ok(range) if range.prefix_len() != 16 => Err("must be a /16"),
        Ok(range) if range.addr() != range.network() => Err("must begin at its network address: the last two are 0"),
        Ok(range) if !range.network().is_private() => Err("must lie in 10.0.0.0/8, 172.16.0.0/12 or 192.168.0.0/16"),
        Ok(range) => Ok(range),
    };
    verdict.map_err(|why| found.invalid(pointer, why)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use shared::problem::{Code, Problem};

    use super::*;

    fn object(value: Value) -> Map<String, Value> {
        value.as_object().unwrap().clone()
    }

    fn refused(body: Value) -> Box<Problem> {
        create(object(body), "us-east-1").unwrap_err().0
    }

    #[test]
    fn a_name_is_enough() {
        let request = create(object(json!({"name": "dev"})), "eu-west-1").unwrap();
        assert_eq!((request.cluster_size, request.instance_type.as_str()), (1, "t3.small"));
        assert_eq!((request.region.as_str(), request.nat_type), ("eu-west-1", None));
    }

    #[test]
    fn the_seeds_body_and_the_originals_names_are_read() {
        let body = json!({"name": "dev", "vpc_id": "vpc-1", "public_elb_security_group": "sg-1",
            "private_elb_security_group": "sg-2", "instance_security_group": "sg-3",
            "ecs_service_role": "ecsServiceRole", "ecs_instance_role": "ecsInstanceRole"});
        let request = create(object(body), "us-east-1").unwrap();
        assert_eq!(request.given.ecs_instance_role.as_deref(), Some("ecsInstanceRole"));
        let body = json!({"district": {"name": "dev", "nat_type": "managed_gateway_multi_az",
            "cluster_instance_type": "t2.small", "dockercfg": {}, "aws_role": null}});
        let request = create(object(body), "us-east-1").unwrap();
        assert_eq!(request.nat_type, Some(NatType::GatewayMultiAz));
        assert_eq!(request.instance_type, "t2.small");
    }

    #[test]
    fn everything_that_is_wrong_is_told_at_once() {
        let problem = refused(json!({"name": "Dev", "region": "mars", "cidr_block": "8.8.0.0/16", "cluster_size": -1,
            "instance_type": "big", "nat_type": "x", "dockercfg": {"a": "b"}, "cluster_sise": 1}));
        let pointers: Vec<_> = problem.errors.iter().map(|error| error.pointer.as_str()).collect();
        let wanted = [
            "/name",
            "/region",
            "/cidr_block",
            "/nat_type",
            "/cluster_size",
            "/instance_type",
            "/dockercfg",
            "/cluster_sise",
        ];
        assert_eq!(pointers, wanted);
        assert_eq!(problem.code, Code::InvalidField);
    }

    #[test]
    fn an_address_range_is_a_private_16_at_its_network_address() {
        for wrong in ["10.1.0.0/15", "10.1.2.0/16", "172.32.0.0/16", "10.1.0.0", "x"] {
            assert_eq!(
                refused(json!({"name": "dev", "cidr_block": wrong})).errors[0].pointer,
                "/cidr_block",
                "{wrong}"
            );
        }
        for right in ["10.255.0.0/16", "172.31.0.0/16", "192.168.0.0/16"] {
            create(object(json!({"name": "dev", "cidr_block": right})), "us-east-1").unwrap();
        }
    }

    #[test]
    fn what_comes_with_a_vpc_cannot_be_chosen_for_a_given_one() {
        let problem =
            refused(json!({"name": "dev", "vpc_id": "vpc-1", "cidr_block": "10.1.0.0/16", "nat_type": "none"}));
        assert_eq!(problem.errors.len(), 2);
        let problem = refused(json!({"name": "dev", "instance_security_group": "sg-1"}));
        assert_eq!(problem.errors[0].pointer, "/instance_security_group");
    }

    #[test]
    fn a_change_keeps_what_it_says_of_fixed_fields_for_comparison() {
        let change = update(object(json!({"cluster_size": 3, "region": "us-east-1"}))).unwrap();
        assert_eq!(change.patch.cluster_size, Some(3));
        assert_eq!(change.fixed, [Fixed { name: "region", pointer: "/region".into(), value: json!("us-east-1") }]);
    }
}
