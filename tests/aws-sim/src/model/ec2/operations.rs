//! Every operation of EC2 that is simulated.

use super::{
    address, call, catalogue, default_vpc, dhcp_options, egress_only_gateway, endpoint_calls, endpoint_service, image,
    instance_attribute, instance_power, instance_report, instance_type, interface_calls, internet_gateway, key_pair,
    launch, launch_template, launch_template_version, nat_gateway, network_acl, network_acl_entry, prefix_list,
    route_calls, route_table, security_group, security_group_access, security_group_rules, subnet, tagging, volume,
    vpc, vpc_cidr,
};
use crate::model::context::{Context, Handler};
use crate::model::error::Answer;
use crate::model::input::Input;

/// The operation of that name, with what all of EC2's operations have in common around it.
macro_rules! operations {
    ($asked:expr; $($name:literal => $operation:path,)+) => {
        match $asked {
            $($name => {
                fn called(context: &mut Context<'_>, input: &Input<'_>) -> Answer {
                    call::carry_out(context, input, $name, $operation)
                }
                Some(called as Handler)
            })+
            _ => None,
        }
    };
}

/// The operation of that name, if it is simulated.
pub(crate) fn handler(operation: &str) -> Option<Handler> {
    network(operation)
        .or_else(|| routing(operation))
        .or_else(|| interfaces(operation))
        .or_else(|| security_groups(operation))
        .or_else(|| instances(operation))
        .or_else(|| general(operation))
}

fn network(operation: &str) -> Option<Handler> {
    operations! { operation;
        "CreateVpc" => vpc::create,
        "DescribeVpcs" => vpc::describe,
        "DeleteVpc" => vpc::delete,
        "DescribeVpcAttribute" => vpc::describe_attribute,
        "ModifyVpcAttribute" => vpc::modify_attribute,
        "AssociateVpcCidrBlock" => vpc_cidr::associate,
        "DisassociateVpcCidrBlock" => vpc_cidr::disassociate,
        "CreateDefaultVpc" => default_vpc::create,
        "CreateDefaultSubnet" => default_vpc::create_subnet,
        "CreateSubnet" => subnet::create,
        "DescribeSubnets" => subnet::describe,
        "DeleteSubnet" => subnet::delete,
        "ModifySubnetAttribute" => subnet::modify_attribute,
        "CreateDhcpOptions" => dhcp_options::create,
        "DescribeDhcpOptions" => dhcp_options::describe,
        "AssociateDhcpOptions" => dhcp_options::associate,
        "DeleteDhcpOptions" => dhcp_options::delete,
        "CreateNetworkAcl" => network_acl::create,
        "DescribeNetworkAcls" => network_acl::describe,
        "DeleteNetworkAcl" => network_acl::delete,
        "ReplaceNetworkAclAssociation" => network_acl::replace_association,
        "CreateNetworkAclEntry" => network_acl_entry::create,
        "ReplaceNetworkAclEntry" => network_acl_entry::replace,
        "DeleteNetworkAclEntry" => network_acl_entry::delete,
        "CreateVpcEndpoint" => endpoint_calls::create,
        "DescribeVpcEndpoints" => endpoint_calls::describe,
        "ModifyVpcEndpoint" => endpoint_calls::modify,
        "DeleteVpcEndpoints" => endpoint_calls::delete,
        "DescribeVpcEndpointServices" => endpoint_service::describe,
        "DescribePrefixLists" => prefix_list::describe,
        "DescribeManagedPrefixLists" => prefix_list::describe_managed,
        "GetManagedPrefixListEntries" => prefix_list::entries,
    }
}

fn routing(operation: &str) -> Option<Handler> {
    operations! { operation;
        "CreateInternetGateway" => internet_gateway::create,
        "DescribeInternetGateways" => internet_gateway::describe,
        "AttachInternetGateway" => internet_gateway::attach,
        "DetachInternetGateway" => internet_gateway::detach,
        "DeleteInternetGateway" => internet_gateway::delete,
        "CreateEgressOnlyInternetGateway" => egress_only_gateway::create,
        "DescribeEgressOnlyInternetGateways" => egress_only_gateway::describe,
        "DeleteEgressOnlyInternetGateway" => egress_only_gateway::delete,
        "CreateNatGateway" => nat_gateway::create,
        "DescribeNatGateways" => nat_gateway::describe,
        "DeleteNatGateway" => nat_gateway::delete,
        "CreateRouteTable" => route_table::create,
        "DescribeRouteTables" => route_table::describe,
        "DeleteRouteTable" => route_table::delete,
        "AssociateRouteTable" => route_table::associate,
        "DisassociateRouteTable" => route_table::disassociate,
        "ReplaceRouteTableAssociation" => route_table::replace_association,
        "CreateRoute" => route_calls::create,
        "ReplaceRoute" => route_calls::replace,
        "DeleteRoute" => route_calls::delete,
    }
}

fn interfaces(operation: &str) -> Option<Handler> {
    operations! { operation;
        "AllocateAddress" => address::allocate,
        "DescribeAddresses" => address::describe,
        "DescribeAddressesAttribute" => address::describe_attribute,
        "ReleaseAddress" => address::release,
        "AssociateAddress" => address::associate,
        "DisassociateAddress" => address::disassociate,
        "CreateNetworkInterface" => interface_calls::create,
        "DescribeNetworkInterfaces" => interface_calls::describe,
        "DescribeNetworkInterfaceAttribute" => interface_calls::describe_attribute,
        "ModifyNetworkInterfaceAttribute" => interface_calls::modify_attribute,
        "AttachNetworkInterface" => interface_calls::attach,
        "DetachNetworkInterface" => interface_calls::detach,
        "DeleteNetworkInterface" => interface_calls::delete,
    }
}

fn security_groups(operation: &str) -> Option<Handler> {
    operations! { operation;
        "CreateSecurityGroup" => security_group::create,
        "DescribeSecurityGroups" => security_group::describe,
        "DeleteSecurityGroup" => security_group::delete,
        "AuthorizeSecurityGroupIngress" => security_group_access::authorize_ingress,
        "AuthorizeSecurityGroupEgress" => security_group_access::authorize_egress,
        "RevokeSecurityGroupIngress" => security_group_access::revoke_ingress,
        "RevokeSecurityGroupEgress" => security_group_access::revoke_egress,
        "DescribeSecurityGroupRules" => security_group_rules::describe,
        "ModifySecurityGroupRules" => security_group_rules::modify,
        "UpdateSecurityGroupRuleDescriptionsIngress" => security_group_rules::describe_ingress_anew,
        "UpdateSecurityGroupRuleDescriptionsEgress" => security_group_rules::describe_egress_anew,
        "DescribeSecurityGroupReferences" => security_group_rules::references,
        "DescribeStaleSecurityGroups" => security_group_rules::stale,
    }
}

fn instances(operation: &str) -> Option<Handler> {
    operations! { operation;
        "RunInstances" => launch::run,
        "DescribeInstances" => instance_report::describe,
        "DescribeInstanceStatus" => instance_report::describe_status,
        "GetConsoleOutput" => instance_report::console_output,
        "StartInstances" => instance_power::start,
        "StopInstances" => instance_power::stop,
        "RebootInstances" => instance_power::reboot,
        "TerminateInstances" => instance_power::terminate,
        "MonitorInstances" => instance_power::monitor,
        "UnmonitorInstances" => instance_power::unmonitor,
        "DescribeInstanceAttribute" => instance_attribute::describe,
        "ModifyInstanceAttribute" => instance_attribute::modify,
        "ModifyInstanceMetadataOptions" => instance_attribute::modify_metadata,
        "DescribeInstanceCreditSpecifications" => instance_attribute::describe_credits,
        "DescribeVolumes" => volume::describe,
        "DeleteVolume" => volume::delete,
        "CreateLaunchTemplate" => launch_template::create,
        "DescribeLaunchTemplates" => launch_template::describe,
        "ModifyLaunchTemplate" => launch_template::modify,
        "DeleteLaunchTemplate" => launch_template::delete,
        "CreateLaunchTemplateVersion" => launch_template_version::create,
        "DescribeLaunchTemplateVersions" => launch_template_version::describe,
        "DeleteLaunchTemplateVersions" => launch_template_version::delete,
    }
}

fn general(operation: &str) -> Option<Handler> {
    operations! { operation;
        "DescribeAvailabilityZones" => catalogue::describe_zones,
        "DescribeRegions" => catalogue::describe_regions,
        "DescribeAccountAttributes" => catalogue::describe_account_attributes,
        "DescribeInstanceTypes" => instance_type::describe,
        "DescribeInstanceTypeOfferings" => instance_type::describe_offerings,
        "DescribeImages" => image::describe,
        "CreateKeyPair" => key_pair::create,
        "ImportKeyPair" => key_pair::import,
        "DescribeKeyPairs" => key_pair::describe,
        "DeleteKeyPair" => key_pair::delete,
        "CreateTags" => tagging::create,
        "DeleteTags" => tagging::delete,
        "DescribeTags" => tagging::describe,
    }
}
