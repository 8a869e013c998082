//! `POST /districts`: a district to be made.

use ipnet::Ipv4Net;
use serde::Serialize;
use shared::district::{District, DistrictIds, DistrictSpec};
use shared::ids::OperationId;
use shared::operation::Target;
use shared::outline::{self, Standing};
use shared::payload::Payload;
use shared::problem::{Code, Problem};
use shared::resource::Lifecycle;
use shared::store::{Expect, Reservation};

use super::{Change, Draft};
use crate::app::Api;
use crate::draw;
use crate::problem::{Refused, Result};
use crate::validate::district::DistrictRequest;

/// A district to be made.
#[derive(Clone, Debug, Serialize)]
#[serde(transparent)]
pub struct ProvisionDistrict(pub DistrictRequest);

impl Change for ProvisionDistrict {
    const ROUTE: &'static str = "provision_district";

    fn target(&self) -> Target {
        Target { district: self.0.name.clone(), heritage: None, service: None }
    }

    async fn draft(&self, api: &Api, _id: &OperationId) -> Result<Draft> {
        let request = &self.0;
        if api.store.district(&request.name).await?.is_some() {
            return Err(Refused::new(Code::AlreadyExists, format!("district {} exists", request.name)));
        }
        let cidr_block = match &request.given.vpc_id {
            Some(_) => None,
            None => Some(cidr(api, request.cidr_block).await?),
        };
        let spec = DistrictSpec {
            region: request.region.clone(),
            cidr_block,
            nat_type: request.nat_type.unwrap_or_default(),
            cluster_size: request.cluster_size,
            instance_type: request.instance_type.clone(),
            public_zone: request.public_zone.clone(),
            given: request.given.clone(),
        };
        let payload = Payload::ProvisionDistrict { spec: spec.clone() };
        let standing = Standing { district: Some(&request.name), district_spec: Some(&spec), ..Standing::default() };
        let outline = outline::of(&payload, &standing);
        let now = api.store.now();
        Ok(Draft {
            reserve: cidr_block.iter().map(|range| Reservation::Cidr(range.to_string())).collect(),
            district: Some(District {
                name: request.name.clone(),
                spec,
                ids: DistrictIds::default(),
                state: Lifecycle::Creating,
                conditions: vec![],
                created_at: now,
                updated_at: now,
            }),
            ..Draft::new(payload, outline, Expect::default())
        })
    }
}

async fn cidr(api: &Api, wanted: Option<Ipv4Net>) -> Result<Ipv4Net> {
    let taken: Vec<Ipv4Net> = api.store.cidrs().await?.iter().filter_map(|range| range.parse().ok()).collect();
    let Some(wanted) = wanted else {
        let none_left = || Refused::new(Code::Conflict, "no 10.x.0.0/16 is free; give a cidr_block in another range");
        return draw::cidr(&taken).ok_or_else(none_left);
    };
    if taken.iter().any(|other| draw::overlap(&wanted, other)) {
        let problem = Problem::new(Code::InvalidField, format!("{wanted} is taken by another district"));
        return Err(problem.at("/cidr_block", "is taken by another district").into());
    }
    Ok(wanted)
}
