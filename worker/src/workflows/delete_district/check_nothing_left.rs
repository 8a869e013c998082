//! The end of a deletion: nothing that carries the district's tags is left.
//!
//! Makes        nothing; asks every service that a district has things in, and lists what is left
//! Repeat-safe  reads only
//! Undo         none

use shared::problem::{Code, Problem};

use super::removal::Removal;
use super::{
    Addresses, Clusters, InstanceProfiles, InternetGateways, LaunchTemplates, NatGateways, PrivateZones, Roles,
    RouteTables, SecurityGroups, Subnets, Vpcs,
};
use crate::engine::{Class, Failure, Step, Turn, Undone};
use crate::workflows::DistrictCx;

pub(super) struct CheckNothingLeft;

impl Step for CheckNothingLeft {
    type Cx = DistrictCx;
    type Output = ();
    const NAME: &'static str = "check_nothing_left";

    async fn run(&self, cx: &DistrictCx) -> Result<Turn<()>, Failure> {
        let left = left(cx).await?;
        if left.is_empty() {
            return Ok(Turn::Done(()));
        }
        let problem = Problem::new(Code::ResidueLeft, format!("{} things of the district are left", left.len()));
        let problem = left.into_iter().fold(problem, |problem, what| problem.with_evidence("residue", what));
        // Reads lag behind deletions: looked at again for a while.
        Err(Failure::new(Class::NotYetConsistent, problem))
    }

    async fn left(&self, cx: &DistrictCx) -> Result<Option<Vec<String>>, Failure> {
        left(cx).await.map(Some)
    }

    async fn undo(&self, _cx: &DistrictCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(vec![]))
    }
}

/// Every kind is asked at once.
async fn left(cx: &DistrictCx) -> Result<Vec<String>, Failure> {
    let network = futures::try_join!(
        ids(&Vpcs, cx),
        ids(&Subnets, cx),
        ids(&RouteTables, cx),
        ids(&InternetGateways, cx),
        ids(&NatGateways, cx),
        ids(&Addresses, cx),
        ids(&SecurityGroups, cx),
    )?;
    let others = futures::try_join!(
        ids(&LaunchTemplates, cx),
        ids(&Clusters, cx),
        ids(&PrivateZones, cx),
        ids(&InstanceProfiles, cx),
        ids(&Roles, cx),
    )?;
    let (vpcs, subnets, tables, internet, nat, addresses, groups) = network;
    let (templates, clusters, zones, profiles, roles) = others;
    let all = [vpcs, subnets, tables, internet, nat, addresses, groups, templates, clusters, zones, profiles, roles];
    Ok(all.into_iter().flatten().collect())
}

async fn ids<R: Removal>(kind: &R, cx: &DistrictCx) -> Result<Vec<String>, Failure> {
    Ok(kind.find(cx).await?.into_iter().map(|seen| seen.thing).collect())
}
