//! What AWS refused, and what is to be done about it: the one place where AWS's error codes become classes.

use aws_sdk_sts::operation::RequestId;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use shared::problem::{AwsError, Code, Problem};

use crate::engine::{Class, Failure};

/// A call that AWS refused, or that had no answer.
#[derive(Clone, Debug)]
pub struct CallError {
    aws: Box<AwsError>,
    /// HTTP status; none without an answer.
    status: Option<u16>,
}

/// AWS asks for fewer calls.
/// <https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html>
const THROTTLED: [&str; 11] = [
    "BandwidthLimitExceeded",
    "EC2ThrottledException",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestThrottledException",
    "SlowDown",
    "ThrottledException",
    "Throttling",
    "ThrottlingException",
    "TooManyRequestsException",
];

/// AWS has a fault of its own, or was too slow.
const TRANSIENT: [&str; 10] = [
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "RequestTimeout",
    "RequestTimeoutException",
    "ServerException",
    "ServiceFailure",
    "ServiceUnavailable",
    "Unavailable",
];

/// Something else must go, or come to rest, first.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
const CONFLICT: [&str; 20] = [
    "ClusterContainsContainerInstancesException",
    "ClusterContainsServicesException",
    "ClusterContainsTasksException",
    "ConcurrentModification",
    "ConcurrentModificationException",
    "ConflictException",
    "DeleteConflict",
    "DependencyViolation",
    "IncorrectState",
    "InvalidAddress.Locked",
    "InvalidIPAddress.InUse",
    "InvalidNetworkInterface.InUse",
    "OperationAbortedException",
    "PriorRequestNotComplete",
    "ResourceContention",
    "ResourceInUse",
    "ResourceInUseException",
    "ScalingActivityInProgress",
    "UpdateInProgressException",
    "VolumeInUse",
];

/// The caller may not do this.
const DENIED: [&str; 10] = [
    "AccessDenied",
    "AccessDeniedException",
    "AuthFailure",
    "ExpiredToken",
    "ExpiredTokenException",
    "InvalidClientTokenId",
    "NotAuthorized",
    "OptInRequired",
    "UnauthorizedOperation",
    "UnrecognizedClientException",
];

/// A limit of the account.
const LIMITS: [&str; 7] = [
    "LimitExceeded",
    "LimitExceededException",
    "TooManyHostedZones",
    "TooManyLoadBalancers",
    "ParameterLimitExceeded",
    "ServiceQuotaExceededException",
    "HostedZoneLimitExceeded",
];

/// What was written a moment ago is not seen yet.
const NOT_SEEN_YET: [&str; 7] = [
    "ClusterNotFoundException",
    "InvalidLaunchTemplateId.VersionNotFound",
    "LoadBalancerNotFound",
    "NoSuchEntity",
    "NoSuchHostedZone",
    "ResourceNotFoundException",
    "ServiceNotFoundException",
];

impl CallError {
    /// Reads what the SDK says about a call.
    pub fn new<E>(service: &'static str, action: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let status = error.raw_response().map(|response| response.status().as_u16());
        let message = match (error.message(), error) {
            (Some(message), _) => message.to_owned(),
            (None, SdkError::ServiceError(_)) => String::new(),
            (None, _) => chain(error),
        };
        let aws = AwsError {
            service: service.to_owned(),
            action: action.to_owned(),
            code: error.code().unwrap_or(without_answer(error)).to_owned(),
            message,
            request_id: error.request_id().map(str::to_owned),
        };
        CallError { aws: Box::new(aws), status }
    }

    /// AWS's code.
    pub fn code(&self) -> &str {
        &self.aws.code
    }

    /// AWS's sentence, for the few cases in which AWS has one code for different things.
    pub fn message(&self) -> &str {
        &self.aws.message
    }

    /// Whether AWS's code is this one.
    pub fn is(&self, code: &str) -> bool {
        self.aws.code == code
    }

    /// What the engine is to do about it.
    pub fn class(&self) -> Class {
        let code = self.code();
        if THROTTLED.contains(&code) {
            Class::Throttled
        } else if TRANSIENT.contains(&code) || self.status.is_none_or(|status| status >= 500 && status != 501) {
            Class::Transient
        } else if CONFLICT.contains(&code) {
            Class::Conflict
        } else if self.is_not_yet_consistent() {
            Class::NotYetConsistent
        } else if self.is_denied() || self.is_limit() || is_refusal_of_input(code) {
            Class::Permanent
        } else {
            Class::Unknown
        }
    }

    fn is_denied(&self) -> bool {
        DENIED.contains(&self.code())
    }

    fn is_limit(&self) -> bool {
        LIMITS.contains(&self.code()) || self.code().ends_with("LimitExceeded")
    }

    /// References to what was made a moment ago, and roles that cannot be assumed in their first seconds: AWS has no code
    /// of its own for the latter, so its sentences are asked.
    /// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_general.html#troubleshoot_general_eventual-consistency>
    fn is_not_yet_consistent(&self) -> bool {
        const NEW_ROLE: [&str; 5] = [
            "Invalid IAM Instance Profile",
            "Invalid IamInstanceProfile",
            "is unable to assume the role",
            "Unable to assume role",
            "unable to assume the service linked role",
        ];
        // Auto Scaling has one code for everything that it does not like.
        const NOT_SEEN: [&str; 2] = ["not found", "does not exist"];
        NOT_SEEN_YET.contains(&self.code())
            || self.code().ends_with(".NotFound")
            || NEW_ROLE.iter().any(|sentence| self.message().contains(sentence))
            || (self.is("ValidationError") && NOT_SEEN.iter().any(|sentence| self.message().contains(sentence)))
    }

    fn problem_code(&self, class: Class) -> Code {
        match class {
            Class::Throttled => Code::AwsThrottled,
            Class::Transient => Code::AwsUnavailable,
            Class::NotYetConsistent | Class::Conflict | Class::Unknown => Code::AwsRefused,
            Class::Permanent if self.is_denied() => Code::AwsAccessDenied,
            Class::Permanent if self.is_limit() => Code::AwsLimitExceeded,
            Class::Permanent => Code::AwsRefused,
        }
    }
}

fn is_refusal_of_input(code: &str) -> bool {
    const BEGINNINGS: [&str; 6] = ["Invalid", "Malformed", "Missing", "Validation", "Unsupported", "ClientException"];
    BEGINNINGS.iter().any(|beginning| code.starts_with(beginning))
}

fn without_answer<E>(error: &SdkError<E, HttpResponse>) -> &'static str {
    match error {
        SdkError::TimeoutError(_) => "Timeout",
        SdkError::ConstructionFailure(_) => "RequestNotBuilt",
        SdkError::ResponseError(_) => "AnswerNotUnderstood",
        SdkError::ServiceError(_) => "Unknown",
        _ => "NoConnection",
    }
}

/// The error with all its causes in one line.
fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |cause| cause.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl std::fmt::Display for CallError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let AwsError { service, action, code, message, .. } = &*self.aws;
        write!(f, "{service}:{action} was refused: {code}: {message}")
    }
}

impl std::error::Error for CallError {}

impl From<CallError> for Failure {
    fn from(error: CallError) -> Failure {
        let class = error.class();
        let mut problem = Problem::new(error.problem_code(class), error.to_string());
        problem.aws = Some(*error.aws);
        Failure::new(class, problem)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(status: Option<u16>, code: &str, message: &str) -> CallError {
        let aws = AwsError { code: code.to_owned(), message: message.to_owned(), ..AwsError::default() };
        CallError { aws: Box::new(aws), status }
    }

    #[test]
    fn each_code_has_the_class_that_its_cause_asks_for() {
        let cases = [
            (Some(503), "RequestLimitExceeded", "", Class::Throttled),
            (Some(500), "InternalError", "", Class::Transient),
            (None, "Timeout", "", Class::Transient),
            (Some(400), "DependencyViolation", "", Class::Conflict),
            (Some(400), "InvalidSubnetID.NotFound", "", Class::NotYetConsistent),
            (Some(400), "InvalidLaunchTemplateId.VersionNotFound", "", Class::NotYetConsistent),
            (
                Some(400),
                "InvalidParameterValue",
                "Value (x) is invalid. Invalid IAM Instance Profile name",
                Class::NotYetConsistent,
            ),
            (Some(403), "AccessDenied", "", Class::Permanent),
            (Some(400), "VpcLimitExceeded", "", Class::Permanent),
            (Some(400), "InvalidParameterValue", "", Class::Permanent),
            (Some(400), "SomethingNew", "", Class::Unknown),
            (Some(501), "NotSimulated", "", Class::Unknown),
        ];
        for (status, code, message, class) in cases {
            assert_eq!(refused(status, code, message).class(), class, "{code} {message}");
        }
    }

    #[test]
    fn a_failure_tells_who_refused_what() {
        let failure = Failure::from(refused(Some(403), "AccessDenied", "no"));
        assert_eq!(failure.problem.code, Code::AwsAccessDenied);
        assert_eq!(failure.problem.aws.as_ref().unwrap().message, "no");
    }
}
