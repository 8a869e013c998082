//! Districts: a table of many, a sheet of one.

use bcn::view::DistrictView;

use super::paint::{Stream, of_lifecycle, paint};
use super::table::{Sheet, Table};
use super::{conditions, moment};

/// Districts by name.
pub(crate) fn table(districts: &[DistrictView]) -> String {
    let mut table = Table::new(["NAME", "STATE", "REGION", "INSTANCES", "CIDR BLOCK", "VPC"]);
    for district in districts {
        table.row([
            district.name.clone(),
            paint(district.state.to_string(), of_lifecycle(district.state), Stream::Out),
            district.region.clone(),
            format!("{} x {}", district.cluster_size, district.instance_type),
            district.cidr_block.clone().unwrap_or_default(),
            district.vpc_id.clone().unwrap_or_default(),
        ]);
    }
    table.cut_text("No districts. Make one: bcn district create dev")
}

/// One district.
pub(crate) fn sheet(district: &DistrictView) -> String {
    let sheet = Sheet::default()
        .line("district", district.name.as_str())
        .line("state", paint(district.state.to_string(), of_lifecycle(district.state), Stream::Out))
        .line("region", district.region.as_str())
        .line("instances", format!("{} x {}", district.cluster_size, district.instance_type))
        .maybe("cidr_block", district.cidr_block.clone())
        .maybe("nat_type", district.nat_type.clone())
        .maybe("public_zone", district.public_zone.clone())
        .maybe("vpc_id", district.vpc_id.clone())
        .maybe("public_elb_security_group", district.public_elb_security_group.clone())
        .maybe("private_elb_security_group", district.private_elb_security_group.clone())
        .maybe("instance_security_group", district.instance_security_group.clone())
        .maybe("ecs_service_role", district.ecs_service_role.clone())
        .maybe("ecs_instance_role", district.ecs_instance_role.clone())
        .maybe("created", district.created_at.map(moment::ago));
    sheet.text() + &conditions::block(&district.conditions)
}
