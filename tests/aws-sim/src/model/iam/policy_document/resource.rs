//! What a statement may name as a resource: `*`, or an ARN.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html>

use super::malformed;
use crate::model::error::AwsError;

const PARTITIONS: [&str; 7] = ["*", "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-eusc"];

/// What the resource part of an ARN of IAM may begin with.
const IAM_PATHS: [&str; 13] = [
    "user/",
    "federated-user/",
    "role/",
    "group/",
    "instance-profile/",
    "mfa/",
    "server-certificate/",
    "policy/",
    "sms-mfa/",
    "saml-provider/",
    "oidc-provider/",
    "report/",
    "access-report/",
];

pub(super) fn check(resource: &str) -> Result<(), AwsError> {
    if resource == "*" {
        return Ok(());
    }
    let parts: Vec<&str> = resource.splitn(6, ':').collect();
    if parts.len() == 1 || (parts[0] != "arn" && parts[0] != "*") {
        return Err(malformed(format!("Resource {resource} must be in ARN format or \"*\".")));
    }
    let part = |place: usize| parts.get(place).copied().filter(|text| !text.is_empty() || parts.len() > 3);
    if !PARTITIONS.contains(&parts[1]) {
        let rest: Vec<&str> = (2..6).map(|place| part(place).unwrap_or("*")).collect();
        let partition = parts[1];
        return Err(malformed(format!(
            "Partition \"{partition}\" is not valid for resource \"arn:{partition}:{}\".",
            rest.join(":")
        )));
    }
    if parts.len() < 3 {
        return Err(malformed("Resource vendor must be fully qualified and cannot contain regexes."));
    }
    if parts.len() < 6 && !resource.ends_with('*') {
        return Err(malformed("The policy failed legacy parsing"));
    }
    let (region, rest) = (part(3).unwrap_or_default(), part(5).unwrap_or_default());
    match parts[2] {
        "iam" if !region.is_empty() && region != "*" => {
            Err(malformed(format!("IAM resource {resource} cannot contain region information.")))
        }
        "s3" if !region.is_empty() && !rest.starts_with("accesspoint/") => {
            Err(malformed(format!("Resource {resource} can not contain region information.")))
        }
        "iam" if parts.len() == 6 && !rest.starts_with('*') && !IAM_PATHS.iter().any(|path| rest.starts_with(path)) => {
            let paths = IAM_PATHS.join(", ");
            Err(malformed(format!("IAM resource path must either be \"*\" or start with {paths}.")))
        }
        _ => Ok(()),
    }
}
