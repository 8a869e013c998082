//! What ECS says when it refuses.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/CommonErrors.html>

use crate::model::error::AwsError;

pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterException", message)
}

/// What ECS blames on the caller without naming a parameter.
pub(super) fn client(message: impl Into<String>) -> AwsError {
    AwsError::new("ClientException", message)
}

pub(super) fn no_cluster() -> AwsError {
    AwsError::new("ClusterNotFoundException", "Cluster not found.")
}

/// A deleted cluster is still known for a while, and is told apart.
pub(super) fn inactive_cluster() -> AwsError {
    AwsError::new("ClusterNotFoundException", "The referenced cluster was inactive.")
}

pub(super) fn no_service() -> AwsError {
    AwsError::new("ServiceNotFoundException", "Service not found.")
}

pub(super) fn inactive_service() -> AwsError {
    AwsError::new("ServiceNotActiveException", "Service was not ACTIVE.")
}

/// A part of ECS that the simulator leaves out: nobody shall take that for an answer of AWS.
pub(super) fn not_simulated(what: &str) -> AwsError {
    AwsError::new("NotSimulated", format!("aws-sim does not know ECS's {what}")).with_status(501)
}
