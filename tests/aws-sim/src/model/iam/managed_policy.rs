//! Policies that AWS manages, as far as a container platform attaches them: a misspelt one must not go unnoticed.
//!
//! <https://docs.aws.amazon.com/aws-managed-policy/latest/reference/policy-list.html>

/// What all their ARNs begin with.
const START: &str = "arn:aws:iam::aws:policy/";

/// Paths and names.
const KNOWN: [&str; 27] = [
    "AdministratorAccess",
    "AmazonEC2ContainerRegistryFullAccess",
    "AmazonEC2ContainerRegistryPowerUser",
    "AmazonEC2ContainerRegistryPullOnly",
    "AmazonEC2ContainerRegistryReadOnly",
    "AmazonEC2FullAccess",
    "AmazonEC2ReadOnlyAccess",
    "AmazonECS_FullAccess",
    "AmazonS3FullAccess",
    "AmazonS3ReadOnlyAccess",
    "AmazonSSMManagedInstanceCore",
    "AmazonSSMReadOnlyAccess",
    "AutoScalingFullAccess",
    "CloudWatchAgentServerPolicy",
    "CloudWatchLogsFullAccess",
    "CloudWatchReadOnlyAccess",
    "ElasticLoadBalancingFullAccess",
    "PowerUserAccess",
    "ReadOnlyAccess",
    "SecretsManagerReadWrite",
    "service-role/AmazonEC2ContainerServiceAutoscaleRole",
    "service-role/AmazonEC2ContainerServiceEventsRole",
    "service-role/AmazonEC2ContainerServiceRole",
    "service-role/AmazonEC2ContainerServiceforEC2Role",
    "service-role/AmazonEC2RoleforSSM",
    "service-role/AmazonECSTaskExecutionRolePolicy",
    "service-role/AutoScalingNotificationAccessRole",
];

/// Whether an ARN is that of such a policy.
pub(super) fn is_known(arn: &str) -> bool {
    arn.strip_prefix(START).is_some_and(|name| KNOWN.contains(&name))
}
