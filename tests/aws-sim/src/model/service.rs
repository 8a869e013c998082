//! The services that are simulated, with what differs between them on every call.

use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use super::context::Handler;
use super::error::AwsError;
use super::{
    acm, application_autoscaling, autoscaling, ec2, ecr, ecs, elb, elbv2, events, iam, logs, route53, scheduler,
    secretsmanager, servicediscovery, ssm, sts,
};

/// A simulated service. Its text is the name that SigV4 credential scopes use.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Display, EnumString, IntoStaticStr, VariantArray,
)]
#[strum(serialize_all = "lowercase")]
pub(crate) enum Service {
    Ec2,
    Iam,
    Sts,
    AutoScaling,
    Ssm,
    Ecs,
    #[strum(serialize = "elasticloadbalancing")]
    Elb,
    /// Shares the scope of classic load balancers; the version of the API tells them apart.
    ElbV2,
    Route53,
    Logs,
    Acm,
    SecretsManager,
    Ecr,
    Scheduler,
    Events,
    #[strum(serialize = "application-autoscaling")]
    ApplicationAutoScaling,
    #[strum(serialize = "servicediscovery")]
    CloudMap,
}

/// Services that refuse callers alike: by the error codes of their protocols.
#[derive(Debug, Clone, Copy)]
enum Family {
    Ec2,
    /// Route53 too, whose protocol differs, but not its codes.
    Query,
    Json,
}

impl Service {
    /// The operation of that name, if it is simulated.
    pub(crate) fn handler(self, operation: &str) -> Option<Handler> {
        match self {
            Self::Ec2 => ec2::handler(operation),
            Self::Iam => iam::handler(operation),
            Self::Sts => sts::handler(operation),
            Self::AutoScaling => autoscaling::handler(operation),
            Self::Ssm => ssm::handler(operation),
            Self::Ecs => ecs::handler(operation),
            Self::Elb => elb::handler(operation),
            Self::Route53 => route53::handler(operation),
            Self::Logs => logs::handler(operation),
            Self::ElbV2 => elbv2::handler(operation),
            Self::Acm => acm::handler(operation),
            Self::SecretsManager => secretsmanager::handler(operation),
            Self::Ecr => ecr::handler(operation),
            Self::Scheduler => scheduler::handler(operation),
            Self::Events => events::handler(operation),
            Self::ApplicationAutoScaling => application_autoscaling::handler(operation),
            Self::CloudMap => servicediscovery::handler(operation),
        }
    }

    /// The refusal of a call that lacks a parameter.
    pub(crate) fn missing(self, name: &str) -> AwsError {
        match self {
            Self::Ec2 => AwsError::new("MissingParameter", format!("The request must contain the parameter {name}")),
            Self::Ecs => AwsError::new("InvalidParameterException", format!("{name} can not be blank.")),
            Self::Iam
            | Self::Sts
            | Self::AutoScaling
            | Self::Ssm
            | Self::Elb
            | Self::ElbV2
            | Self::Route53
            | Self::Logs
            | Self::Acm
            | Self::SecretsManager
            | Self::Ecr
            | Self::Scheduler
            | Self::Events
            | Self::ApplicationAutoScaling
            | Self::CloudMap => self.null_member(self.invalid_code(), name),
        }
    }

    /// The refusal of a parameter that is not what its type asks for.
    pub(crate) fn malformed(self, name: &str, value: &str) -> AwsError {
        AwsError::new(self.invalid_code(), format!("Value ({value}) for parameter {name} is invalid."))
    }

    /// What the service calls a parameter that it cannot take.
    pub(crate) fn invalid_code(self) -> &'static str {
        match self {
            Self::Ec2 => "InvalidParameterValue",
            Self::Iam | Self::Sts | Self::AutoScaling | Self::Elb | Self::ElbV2 => "ValidationError",
            Self::Ecs | Self::Logs | Self::Ecr => "InvalidParameterException",
            Self::Ssm
            | Self::Acm
            | Self::SecretsManager
            | Self::Scheduler
            | Self::Events
            | Self::ApplicationAutoScaling => "ValidationException",
            Self::Route53 | Self::CloudMap => "InvalidInput",
        }
    }

    /// The refusal of an access key that no account has. EC2 has a code of its own, the query services share one.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
    pub(crate) fn unknown_key(self) -> AwsError {
        let invalid = "The security token included in the request is invalid.";
        match self.family() {
            Family::Ec2 => AwsError::new("AuthFailure", "AWS was not able to validate the provided access credentials")
                .with_status(401),
            Family::Query => AwsError::new("InvalidClientTokenId", invalid).with_status(403),
            Family::Json => AwsError::new("UnrecognizedClientException", invalid),
        }
    }

    /// The refusal of a session whose credentials are past their time.
    pub(crate) fn expired_key(self) -> AwsError {
        let message = "The security token included in the request is expired";
        match self.family() {
            Family::Ec2 => AwsError::new("RequestExpired", "Request has expired."),
            Family::Query => AwsError::new("ExpiredToken", message).with_status(403),
            Family::Json => AwsError::new("ExpiredTokenException", message),
        }
    }

    /// The refusal of a signature for a region that AWS does not have.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html>
    pub(crate) fn unknown_region(self, region: &str) -> AwsError {
        let message = format!("Credential should be scoped to a valid region, not '{region}'. ");
        match self.family() {
            Family::Ec2 => AwsError::new("AuthFailure", message).with_status(401),
            Family::Query | Family::Json => self.badly_signed(&message),
        }
    }

    /// The refusal of a request that nobody signed.
    pub(crate) fn unsigned(self) -> AwsError {
        let message = "Request is missing Authentication Token";
        match self.family() {
            Family::Ec2 | Family::Query => AwsError::new("MissingAuthenticationToken", message).with_status(403),
            Family::Json => AwsError::new("MissingAuthenticationTokenException", message),
        }
    }

    /// The refusal of a signature that lacks something.
    pub(crate) fn half_signed(self, message: &str) -> AwsError {
        match self.family() {
            Family::Ec2 | Family::Query => AwsError::new("IncompleteSignature", message),
            Family::Json => AwsError::new("IncompleteSignatureException", message),
        }
    }

    /// The refusal of a signature that is not the secret's. EC2 tells no more than of an unknown key.
    pub(crate) fn badly_signed(self, message: &str) -> AwsError {
        match self.family() {
            Family::Ec2 => self.unknown_key(),
            Family::Query => AwsError::new("SignatureDoesNotMatch", message).with_status(403),
            Family::Json => AwsError::new("InvalidSignatureException", message),
        }
    }

    /// The refusal of a signature that is too old.
    pub(crate) fn signed_too_long_ago(self, message: &str) -> AwsError {
        match self.family() {
            Family::Ec2 => AwsError::new("RequestExpired", "Request has expired."),
            Family::Query | Family::Json => self.badly_signed(message),
        }
    }

    /// What the service says when it is called too often.
    pub(crate) fn throttled(self) -> AwsError {
        match self.family() {
            Family::Ec2 => AwsError::new("RequestLimitExceeded", "Request limit exceeded.").with_status(503),
            // <https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/elb-api-throttling.html>
            Family::Query if matches!(self, Self::Elb | Self::ElbV2) => {
                AwsError::new("ThrottlingException", "Rate exceeded")
            }
            Family::Query => AwsError::new("Throttling", "Rate exceeded"),
            Family::Json if self == Self::Scheduler => {
                AwsError::new("ThrottlingException", "Rate exceeded").with_status(429)
            }
            Family::Json if self == Self::CloudMap => {
                AwsError::new("RequestLimitExceeded", "Rate exceeded").with_status(429)
            }
            Family::Json => AwsError::new("ThrottlingException", "Rate exceeded"),
        }
    }

    fn family(self) -> Family {
        match self {
            Self::Ec2 => Family::Ec2,
            Self::Iam | Self::Sts | Self::AutoScaling | Self::Elb | Self::ElbV2 | Self::Route53 => Family::Query,
            Self::Ssm
            | Self::Ecs
            | Self::Logs
            | Self::Acm
            | Self::SecretsManager
            | Self::Ecr
            | Self::Scheduler
            | Self::Events
            | Self::ApplicationAutoScaling
            | Self::CloudMap => Family::Json,
        }
    }

    fn null_member(self, code: &'static str, name: &str) -> AwsError {
        let mut member = name.to_owned();
        if let Some(first) = member.get_mut(..1) {
            first.make_ascii_lowercase();
        }
        AwsError::new(
            code,
            format!(
                "1 validation error detected: Value null at '{member}' failed to satisfy constraint: \
                 Member must not be null"
            ),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_lists_operations_that_there_are() {
        let rows =
            include_str!("../../README.md").lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
        let mut seen = Vec::new();
        for (service, operations) in rows.filter_map(|(name, rest)| Some((name.parse::<Service>().ok()?, rest))) {
            for operation in operations.split_whitespace().filter(|word| word.starts_with(char::is_uppercase)) {
                assert!(service.handler(operation).is_some(), "{service} {operation}");
            }
            seen.push(service);
        }
        assert_eq!(seen.len(), Service::VARIANTS.len(), "a service is missing: {seen:?}");
    }
}
