//! The services that are simulated, with what differs between them on every call.

use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use super::context::Handler;
use super::error::AwsError;
use super::{autoscaling, ec2, ecs, elb, iam, logs, route53, ssm, sts};

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
    Route53,
    Logs,
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
        }
    }

    /// The refusal of a call that lacks a parameter.
    pub(crate) fn missing(self, name: &str) -> AwsError {
        match self {
            Self::Ec2 => AwsError::new("MissingParameter", format!("The request must contain the parameter {name}")),
            Self::Ecs | Self::Logs => AwsError::new("InvalidParameterException", format!("{name} can not be blank.")),
            Self::Iam | Self::Sts | Self::AutoScaling | Self::Elb => self.null_member("ValidationError", name),
            Self::Ssm => self.null_member("ValidationException", name),
            Self::Route53 => self.null_member("InvalidInput", name),
        }
    }

    /// The refusal of a parameter that is not what its type asks for.
    pub(crate) fn malformed(self, name: &str, value: &str) -> AwsError {
        let message = format!("Value ({value}) for parameter {name} is invalid.");
        match self {
            Self::Ec2 => AwsError::new("InvalidParameterValue", message),
            Self::Ecs | Self::Logs => AwsError::new("InvalidParameterException", message),
            Self::Iam | Self::Sts | Self::AutoScaling | Self::Elb => AwsError::new("ValidationError", message),
            Self::Ssm => AwsError::new("ValidationException", message),
            Self::Route53 => AwsError::new("InvalidInput", message),
        }
    }

    /// The refusal of an access key that no account has. EC2 has a code of its own, the query services share one.
    /// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
    pub(crate) fn unknown_key(self) -> AwsError {
        let invalid = "The security token included in the request is invalid.";
        match self {
            Self::Ec2 => AwsError::new("AuthFailure", "AWS was not able to validate the provided access credentials")
                .with_status(401),
            Self::Iam | Self::Sts | Self::AutoScaling | Self::Elb | Self::Route53 => {
                AwsError::new("InvalidClientTokenId", invalid).with_status(403)
            }
            Self::Ssm | Self::Ecs | Self::Logs => AwsError::new("UnrecognizedClientException", invalid),
        }
    }

    /// The refusal of a session whose credentials are past their time.
    pub(crate) fn expired_key(self) -> AwsError {
        let message = "The security token included in the request is expired";
        match self {
            Self::Ec2 => AwsError::new("RequestExpired", "Request has expired."),
            Self::Iam | Self::Sts | Self::AutoScaling | Self::Elb | Self::Route53 => {
                AwsError::new("ExpiredToken", message).with_status(403)
            }
            Self::Ssm | Self::Ecs | Self::Logs => AwsError::new("ExpiredTokenException", message),
        }
    }

    /// What the service says when it is called too often.
    pub(crate) fn throttled(self) -> AwsError {
        match self {
            Self::Ec2 => AwsError::new("RequestLimitExceeded", "Request limit exceeded.").with_status(503),
            Self::Ssm | Self::Ecs | Self::Logs => AwsError::new("ThrottlingException", "Rate exceeded"),
            Self::Iam | Self::Sts | Self::AutoScaling | Self::Elb | Self::Route53 => {
                AwsError::new("Throttling", "Rate exceeded")
            }
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
