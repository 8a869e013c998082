//! The subnets of a VPC that was given.
//!
//! Makes        nothing; finds subnets by the tag `Network` = `Public` / `Private`, or takes those that were given
//! Repeat-safe  reads only
//! Undo         none

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use shared::problem::Code;

use super::layout::Zone;
use super::parts;
use crate::aws::ec2::Subnet;
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::DistrictCx;

/// Finds subnets.
pub(crate) struct FindSubnets;

/// Ids of subnets, one in each zone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subnets {
    /// For internet-facing load balancers.
    pub(crate) public: Vec<String>,
    /// For instances and internal load balancers.
    pub(crate) private: Vec<String>,
}

impl Step for FindSubnets {
    type Cx = DistrictCx;
    type Output = Subnets;
    const NAME: &'static str = "find_subnets";
    const LOOKS: bool = true;

    fn resources(found: &Subnets) -> Vec<String> {
        found.public.iter().chain(&found.private).cloned().collect()
    }

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<Subnets>, Failure> {
        let vpc = parts::vpc(cx)?;
        let given = &cx.target.spec.given.subnet_ids;
        let all = cx.aws.ec2.subnets_of(&vpc).await?;
        if let Some(id) = given.iter().find(|id| all.iter().all(|subnet| subnet.id != **id)) {
            return Err(invalid(format!("there is no subnet {id} in VPC {vpc}")));
        }
        let usable: Vec<Subnet> =
            all.into_iter().filter(|subnet| given.is_empty() || given.contains(&subnet.id)).collect();
        Ok(Turn::Done(Subnets { public: of_each_zone(&usable, "Public")?, private: of_each_zone(&usable, "Private")? }))
    }

    async fn undo(&self, _cx: &DistrictCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(vec![]))
    }
}

/// The first subnet of this kind in each zone. One that was given but has no tag serves as both.
fn of_each_zone(usable: &[Subnet], network: &str) -> Result<Vec<String>, Failure> {
    let mut zones = BTreeMap::new();
    let fitting = usable.iter().filter(|subnet| subnet.network.as_deref().is_none_or(|kind| kind == network));
    fitting.for_each(|subnet| {
        zones.entry(&subnet.zone).or_insert(&subnet.id);
    });
    if zones.len() < Zone::ALL.len() {
        let detail = format!("subnets tagged Network={network} stand in {} zones; a district takes 2", zones.len());
        return Err(invalid(detail));
    }
    Ok(zones.into_values().cloned().collect())
}

fn invalid(detail: String) -> Failure {
    Failure::permanent(Code::GivenResourceInvalid, detail)
}
