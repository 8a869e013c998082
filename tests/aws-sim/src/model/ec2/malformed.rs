//! Identifiers that cannot be one: AWS refuses them before it looks whether the thing exists.

use crate::model::error::AwsError;
use crate::model::input::Input;

/// Parameters that take ids, how such ids begin, and the code of the refusal.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
const IDS: [(&str, &str, &str); 20] = [
    ("VpcId", "vpc-", "InvalidVpcID.Malformed"),
    ("SubnetId", "subnet-", "InvalidSubnetID.Malformed"),
    ("InternetGatewayId", "igw-", "InvalidInternetGatewayId.Malformed"),
    ("EgressOnlyInternetGatewayId", "eigw-", "InvalidEgressOnlyInternetGatewayId.Malformed"),
    ("RouteTableId", "rtb-", "InvalidRouteTableId.Malformed"),
    ("NatGatewayId", "nat-", "NatGatewayMalformed"),
    ("NetworkAclId", "acl-", "InvalidNetworkAclId.Malformed"),
    ("DhcpOptionsId", "dopt-", "InvalidDhcpOptionsId.Malformed"),
    ("VpcEndpointId", "vpce-", "InvalidVpcEndpointId.Malformed"),
    ("PrefixListId", "pl-", "InvalidPrefixListId.Malformed"),
    ("NetworkInterfaceId", "eni-", "InvalidNetworkInterfaceId.Malformed"),
    ("GroupId", "sg-", "InvalidGroupId.Malformed"),
    ("SecurityGroupId", "sg-", "InvalidSecurityGroupId.Malformed"),
    ("SecurityGroupRuleId", "sgr-", "InvalidSecurityGroupRuleId.Malformed"),
    ("LaunchTemplateId", "lt-", "InvalidLaunchTemplateId.Malformed"),
    ("ImageId", "ami-", "InvalidAMIID.Malformed"),
    ("InstanceId", "i-", "InvalidInstanceID.Malformed"),
    ("VolumeId", "vol-", "InvalidVolumeID.Malformed"),
    ("KeyPairId", "key-", "InvalidKeyPairId.Malformed"),
    ("AttachmentId", "", "InvalidNetworkInterfaceAttachmentId.Malformed"),
];
/// What these parameters take beside ids.
const WORDS: [(&str, &str); 2] = [("DhcpOptionsId", "default"), ("ImageId", "resolve:ssm:")];

/// Refuses the first of a call's ids that is malformed.
pub(super) fn check(input: &Input<'_>) -> Result<(), AwsError> {
    for (parameter, prefix, code) in IDS {
        for id in input.texts(parameter) {
            let word = WORDS.iter().any(|(name, word)| *name == parameter && id.starts_with(word));
            if !word && !is_formed(prefix, id) {
                let prefix = if prefix.is_empty() { "eni-attach-" } else { prefix };
                return Err(AwsError::new(code, format!("Invalid id: \"{id}\" (expecting \"{prefix}...\")")));
            }
        }
    }
    Ok(())
}

/// Eight digits in the past, seventeen today.
fn is_formed(prefix: &str, id: &str) -> bool {
    let digits = match prefix {
        // Services' attachments begin otherwise than those of instances.
        "" => id.strip_prefix("eni-attach-").or(id.strip_prefix("ela-attach-")),
        _ => id.strip_prefix(prefix),
    };
    digits.is_some_and(|digits| matches!(digits.len(), 8 | 17) && digits.bytes().all(|one| one.is_ascii_hexdigit()))
}
