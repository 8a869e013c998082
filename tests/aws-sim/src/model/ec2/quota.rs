//! How much an account may have in a region.
//!
//! AWS's defaults, except for VPCs, gateways and addresses: of those AWS gives five until one asks for more, and most
//! accounts that run several networks have asked.
//! <https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html>

use crate::model::error::AwsError;

/// The quotas of one region.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
pub(crate) struct Quotas {
    pub(super) vpcs: usize,
    pub(super) internet_gateways: usize,
    pub(super) subnets_in_vpc: usize,
    pub(super) route_tables_in_vpc: usize,
    pub(super) routes_in_table: usize,
    pub(super) network_acls_in_vpc: usize,
    pub(super) addresses: usize,
    pub(super) nat_gateways_in_zone: usize,
    pub(super) security_groups: usize,
    pub(super) rules_in_group: usize,
    pub(super) groups_on_interface: usize,
    pub(super) interfaces: usize,
    pub(super) gateway_endpoints: usize,
    pub(super) interface_endpoints_in_vpc: usize,
    pub(super) launch_templates: usize,
    pub(super) launch_template_versions: usize,
    /// vCPUs of running standard on-demand instances.
    pub(super) standard_vcpus: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            vpcs: 100,
            internet_gateways: 100,
            subnets_in_vpc: 200,
            route_tables_in_vpc: 200,
            routes_in_table: 500,
            network_acls_in_vpc: 200,
            addresses: 100,
            nat_gateways_in_zone: 100,
            security_groups: 2500,
            rules_in_group: 60,
            groups_on_interface: 5,
            interfaces: 50_000,
            gateway_endpoints: 20,
            interface_endpoints_in_vpc: 50,
            launch_templates: 5000,
            launch_template_versions: 10_000,
            standard_vcpus: 20_000,
        }
    }
}

impl Quotas {
    /// Refuses one more when there are as many as there may be.
    pub(super) fn check(&self, count: usize, most: usize, code: &'static str, what: &str) -> Result<(), AwsError> {
        if count < most {
            return Ok(());
        }
        Err(AwsError::new(code, format!("The maximum number of {what} has been reached.")))
    }
}
