//! `delete_district`: removes what Barcelona made for a district, and nothing that was given.
//!
//! Everything is found by the district's tags, so that also what a failed operation left is removed. Independent parts go
//! in parallel; what still holds another thing is waited for.

mod check_foreign_records;
mod check_nothing_left;
mod child;
mod delete_auto_scaling_group;
mod delete_cluster;
mod delete_heritages;
mod delete_instance_profile;
mod delete_internet_gateway;
mod delete_launch_template;
mod delete_nat_gateways;
mod delete_private_zone;
mod delete_roles;
mod delete_route_tables;
mod delete_security_groups;
mod delete_subnets;
mod delete_vpc;
mod release_addresses;
mod removal;

use serde_json::Value;
use shared::payload::Payload;
use shared::resource::Lifecycle;
use shared::store::RecordChange;

use check_foreign_records::CheckForeignRecords;
use check_nothing_left::CheckNothingLeft;
use delete_auto_scaling_group::DeleteAutoScalingGroup;
use delete_cluster::Clusters;
use delete_heritages::DeleteHeritages;
use delete_instance_profile::InstanceProfiles;
use delete_internet_gateway::InternetGateways;
use delete_launch_template::LaunchTemplates;
use delete_nat_gateways::NatGateways;
use delete_private_zone::PrivateZones;
use delete_roles::Roles;
use delete_route_tables::RouteTables;
use delete_security_groups::SecurityGroups;
use delete_subnets::Subnets;
use delete_vpc::Vpcs;
use release_addresses::Addresses;
use removal::Remove;

use super::DistrictCx;
use super::condition::last_change;
use crate::engine::{Ending, Plan, Workflow};

/// Removes a district.
pub struct DeleteDistrict;

impl Workflow for DeleteDistrict {
    type Cx = DistrictCx;
    const UNDO: bool = false;

    fn plan(&self, cx: &DistrictCx) -> Plan<DistrictCx> {
        plan(asked(cx).cascade)
    }

    fn record(&self, cx: &DistrictCx, ending: &Ending) -> RecordChange {
        match ending {
            Ending::Succeeded => RecordChange::DistrictRemoved,
            Ending::TakenBack(_) | Ending::Left(_) => RecordChange::District {
                state: Lifecycle::DeleteFailed,
                spec: None,
                ids: None,
                condition: last_change(&cx.run, ending),
            },
        }
    }

    fn result(&self, _cx: &DistrictCx) -> Option<Value> {
        None
    }
}

/// The steps that remove a district.
fn plan(cascade: bool) -> Plan<DistrictCx> {
    let mut plan = Plan::new();
    let heritages = cascade.then(|| plan.add(DeleteHeritages, &[]));
    let checked = plan.add(CheckForeignRecords, heritages.as_slice());
    let instances = plan.add(DeleteAutoScalingGroup, &[checked]);
    let cluster = plan.add(Remove(Clusters), &[instances]);
    let template = plan.add(Remove(LaunchTemplates), &[instances]);
    let nat = plan.add(Remove(NatGateways), &[checked]);
    let addresses = plan.add(Remove(Addresses), &[nat]);
    let groups = plan.add(Remove(SecurityGroups), &[instances]);
    let subnets = plan.add(Remove(Subnets), &[instances, nat]);
    let tables = plan.add(Remove(RouteTables), &[subnets]);
    let internet = plan.add(Remove(InternetGateways), &[instances, addresses]);
    let zone = plan.add(Remove(PrivateZones), &[checked]);
    let profile = plan.add(Remove(InstanceProfiles), &[instances]);
    let roles = plan.add(Remove(Roles), &[profile]);
    let vpc = plan.add(Remove(Vpcs), &[groups, subnets, tables, internet, zone]);
    plan.add(CheckNothingLeft, &[cluster, template, roles, vpc]);
    plan
}

/// What goes with the district.
#[derive(Clone, Copy, Debug, Default)]
struct Asked {
    /// Its heritages.
    cascade: bool,
    /// Records of others in its private zone.
    force: bool,
    /// Not the log groups of its heritages.
    keep_logs: bool,
}

fn asked(cx: &DistrictCx) -> Asked {
    match *cx.run.payload() {
        Payload::DeleteDistrict { cascade, force, keep_logs } => Asked { cascade, force, keep_logs },
        Payload::ProvisionDistrict { .. }
        | Payload::UpdateDistrict { .. }
        | Payload::CreateHeritage { .. }
        | Payload::DeployHeritage { .. }
        | Payload::ScaleService { .. }
        | Payload::SetEnvVars { .. }
        | Payload::UnsetEnvVars { .. }
        | Payload::DeleteHeritage { .. } => Asked::default(),
    }
}

#[cfg(test)]
mod tests {
    use shared::outline::{self, Standing};

    use super::*;

    #[test]
    fn the_plan_has_the_steps_of_the_outline() {
        for cascade in [false, true] {
            let payload = Payload::DeleteDistrict { cascade, force: false, keep_logs: false };
            let outline = outline::of(&payload, &Standing::default());
            let outlined: Vec<_> = outline.iter().map(|step| step.step.as_str()).collect();
            assert_eq!(plan(cascade).labels(), outlined);
        }
    }
}
