//! What went wrong, for programs and for people: one table of codes, and the RFC 9457 document built from it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::ids::OperationId;

/// Where each code is explained.
pub const TYPE_BASE: &str = "https://barcelona.dev/errors/";

macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident => $status:literal, $title:literal, $advice:literal;)*) => {
        /// The stable code of an error. Codes are never renamed or reused.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema,
            strum::Display, strum::EnumString, strum::EnumIter, strum::VariantNames,
        )]
        #[serde(rename_all = "snake_case")]
        #[strum(serialize_all = "snake_case")]
        pub enum Code { $($(#[$doc])* $code,)* }

        impl Code {
            /// The HTTP status with which the API answers.
            pub fn status(self) -> u16 {
                match self { $(Code::$code => $status,)* }
            }

            /// A short sentence that is the same each time.
            pub fn title(self) -> &'static str {
                match self { $(Code::$code => $title,)* }
            }

            /// What to do about it, in one sentence.
            pub fn advice(self) -> &'static str {
                match self { $(Code::$code => $advice,)* }
            }
        }
    };
}

codes! {
    /// The body or a parameter cannot be read.
    MalformedRequest => 400, "The request cannot be read", "Send a JSON object with the content type application/json.";
    /// No token, or an unknown one.
    Unauthorized => 401, "Who are you?", "Send a token: Authorization: Bearer <token>.";
    /// The token may not do this.
    Forbidden => 403, "This token may not do this", "Ask an administrator for a token that may.";
    /// Nothing is there.
    NotFound => 404, "Not found", "Look at the list for what there is.";
    /// The path exists, but not with this method.
    MethodNotAllowed => 405, "This path does not take this method", "The Allow header and /openapi.json name the methods.";
    /// A resource of this name exists.
    AlreadyExists => 409, "It exists already", "Choose another name, or change the one that exists.";
    /// A heritage of this name stands in several districts.
    AmbiguousName => 409, "Several heritages have this name", "Use /districts/<district>/heritages/<name>.";
    /// A district still has heritages.
    HasHeritages => 409, "The district still has heritages", "Delete them first, or pass ?cascade=true.";
    /// The resource is being deleted.
    BeingDeleted => 409, "It is being deleted", "Wait for the deletion to end.";
    /// A create failed and left something; only delete or retry is accepted.
    ResourceFailed => 409, "It was not made completely", "Retry the operation that failed, or delete the resource.";
    /// The resource is smaller than what is placed on it.
    InUse => 409, "It is in use", "Scale down what uses it first.";
    /// Others changed the resource again and again while the request was checked.
    Conflict => 409, "The resource changed meanwhile", "Send the request again.";
    /// The operation cannot be cancelled any more.
    NotCancellable => 409, "The operation has ended", "There is nothing left to cancel.";
    /// The operation cannot be retried.
    NotRetryable => 409, "The operation cannot be retried", "Only failed, cancelled and stuck operations can be retried.";
    /// The operation cannot be abandoned.
    NotAbandonable => 409, "The operation cannot be abandoned", "Only stuck operations can be abandoned; cancel one that is under way.";
    /// The operation was given up for good.
    Abandoned => 409, "The operation was abandoned", "Delete the resource to remove what is left of it, or send the change as a new request.";
    /// A later operation on the same thing was accepted since.
    SupersededByLater => 409, "A later operation on the same thing was accepted", "Send the change as a new request.";
    /// The body is larger than the API reads.
    TooLarge => 413, "The body is too large", "Send at most 1 MiB.";
    /// The content type is not JSON.
    UnsupportedMediaType => 415, "The content type is not understood", "Send application/json.";
    /// A field is wrong.
    InvalidField => 422, "A field is not valid", "Correct the fields named in errors.";
    /// A field that does not exist.
    UnknownField => 422, "A field is not known", "Remove it, or correct its name.";
    /// A field of the original that is not built.
    NotSupported => 422, "This is not supported yet", "Leave the field out.";
    /// A field that cannot be changed once the thing exists.
    ImmutableField => 422, "This cannot be changed", "Leave the field out, or make a new one beside it and delete this one.";
    /// More tasks than instances can hold.
    InsufficientCapacity => 422, "Not enough instances", "Raise cluster_size first, or lower desired_count.";
    /// The same idempotency key came with another body.
    IdempotencyKeyReused => 422, "The idempotency key was used with another body", "Use a new key for a new request.";
    /// A secret was sent, but the installation has no keys to seal it with.
    SecretsNotConfigured => 422, "Secrets are not configured", "Set BARCELONA_ENCRYPTION_KEYS on the API and the workers.";
    /// This token has made as many changes as its budget allows.
    TooManyRequests => 429, "Too many changes", "Send it again after the time in Retry-After; cancels and deletions are accepted meanwhile.";
    /// A defect in Barcelona.
    Internal => 500, "Barcelona has a defect here", "Report it with the request id.";
    /// Redis does not answer, or refuses writes.
    StoreUnavailable => 503, "The store does not answer", "Try again after the time in Retry-After.";
    /// So many operations are unfinished that no other is taken.
    QueueFull => 503, "The queue is full", "Send it again after the time in Retry-After, or start more workers; cancels and deletions are accepted meanwhile.";
    /// Redis has no memory left.
    StoreFull => 503, "The store is full", "Give Redis more memory or keep finished operations for fewer days; cancels and deletions are accepted meanwhile.";
    /// The API was asked to stop.
    ShuttingDown => 503, "This API is about to stop", "Send requests to another one.";
    /// AWS refused for good.
    AwsRefused => 500, "AWS refused", "Read what AWS said: it names what AWS did not like.";
    /// AWS refused because the worker may not do this.
    AwsAccessDenied => 500, "AWS does not allow the worker to do this", "Give the worker's role the permission that AWS names.";
    /// AWS did not answer, again and again.
    AwsUnavailable => 500, "AWS did not answer", "Retry the operation when AWS is well again.";
    /// AWS asked for fewer calls for longer than the step waits.
    AwsThrottled => 500, "AWS throttled for too long", "Retry the operation later.";
    /// A limit of the AWS account is reached.
    AwsLimitExceeded => 500, "A limit of the AWS account is reached", "Ask AWS to raise the limit, or remove what is not needed.";
    /// What the user brought is not there, or not as it must be.
    GivenResourceInvalid => 500, "What was given cannot be used", "Correct the ids in the request; evidence names what is wrong.";
    /// Something did not become ready within its limit.
    WaitTimedOut => 500, "It did not become ready in time", "Look at the evidence, then retry.";
    /// ECS cannot place the tasks.
    UnableToPlace => 500, "ECS cannot place the tasks", "Raise cluster_size, or lower cpu, memory or desired_count.";
    /// The new tasks do not stay up.
    DeploymentFailed => 500, "The deployment failed", "Look at the stopped tasks in the evidence.";
    /// The child operations did not all succeed.
    ChildFailed => 500, "A child operation failed", "Look at the children, then retry.";
    /// Deletion ended and something is left.
    ResidueLeft => 500, "Something is left on AWS", "Remove what residue lists, or delete again.";
    /// Workers died at this operation too often.
    Quarantined => 500, "Workers crashed at this operation again and again", "Report it; then retry or abandon it.";
    /// A record in the store is not as it was written.
    CorruptRecord => 500, "A record cannot be read", "Report it with what detail names; other operations go on. Mend it and retry, or abandon the operation.";
    /// A newer version wrote the operation.
    NewerVersion => 501, "A newer version of Barcelona wrote this", "Ask an API of that version.";
    /// A secret cannot be opened with the worker's keys.
    SecretUnreadable => 500, "A secret cannot be opened", "Give the worker the key that the API sealed it with.";
    /// Somebody cancelled it.
    CancelledByRequest => 500, "The operation was cancelled", "Send the change again when it is wanted.";
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    /// JSON pointer into the body: `/services/0/desired_count`.
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}

/// What AWS said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct AwsError {
    /// `ec2`
    pub service: String,
    /// `CreateVpc`
    pub action: String,
    /// `VpcLimitExceeded`
    pub code: String,
    /// AWS's sentence.
    pub message: String,
    /// Id under which AWS finds the call.
    pub request_id: Option<String>,
}

impl AwsError {
    /// The call in one word: `ec2:CreateVpc`.
    pub fn call(&self) -> String {
        Self::call_of(&self.service, &self.action)
    }

    /// A call in one word.
    pub fn call_of(service: &str, action: &str) -> String {
        format!("{service}:{action}")
    }
}

/// Something that helps to understand an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// What it is: `stopped_task`, `service_event`, `target_health`, `log`.
    pub source: String,
    /// What it says.
    pub message: String,
}

/// An RFC 9457 problem document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Problem {
    /// Page about this code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The code's title.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Stable code.
    pub code: Code,
    /// What happened this time, in a sentence.
    pub detail: String,
    /// What to do about it, in a sentence.
    pub advice: String,
    /// Seconds after which it makes sense to send the request again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u64>,
    /// Fields that are wrong.
    #[serde(default)]
    pub errors: Vec<FieldError>,
    /// The operation in which it happened.
    #[serde(default)]
    pub operation: Option<OperationId>,
    /// The step in which it happened.
    #[serde(default)]
    pub step: Option<String>,
    /// What AWS said.
    #[serde(default)]
    pub aws: Option<AwsError>,
    /// What helps to understand it.
    #[serde(default)]
    pub evidence: Vec<Evidence>,
}

impl Problem {
    /// A problem of this code; `detail` says what happened this time.
    pub fn new(code: Code, detail: impl Into<String>) -> Self {
        Problem {
            kind: format!("{TYPE_BASE}{}", code.to_string().replace('_', "-")),
            title: code.title().to_owned(),
            status: code.status(),
            code,
            detail: detail.into(),
            advice: code.advice().to_owned(),
            retry_after: None,
            errors: vec![],
            operation: None,
            step: None,
            aws: None,
            evidence: vec![],
        }
    }

    /// The problem with better advice than its code has in general.
    pub fn advised(mut self, advice: impl Into<String>) -> Self {
        self.advice = advice.into();
        self
    }

    /// The problem, pointing at a field.
    pub fn at(mut self, pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        self.errors.push(FieldError { pointer: pointer.into(), detail: detail.into() });
        self
    }

    /// The problem with what AWS said.
    pub fn said_by_aws(mut self, aws: AwsError) -> Self {
        self.aws = Some(aws);
        self
    }

    /// What happened, unless what AWS said says all of it.
    pub fn detail_beyond_aws(&self) -> Option<&str> {
        let said = |aws: &AwsError| !aws.message.is_empty() && self.detail.ends_with(&aws.message);
        Some(self.detail.as_str()).filter(|_| !self.aws.as_ref().is_some_and(said))
    }

    /// The problem with one more piece of evidence.
    pub fn with_evidence(mut self, source: impl Into<String>, message: impl Into<String>) -> Self {
        self.evidence.push(Evidence { source: source.into(), message: message.into() });
        self
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.title, self.detail)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_carries_its_codes_page_status_and_advice() {
        let problem =
            Problem::new(Code::InsufficientCapacity, "desired_count 4 needs 4 instances").at("/scale", "too many");
        assert_eq!(problem.kind, "https://barcelona.dev/errors/insufficient-capacity");
        assert_eq!(problem.status, 422);
        assert_eq!(serde_json::to_value(&problem).unwrap()["code"], "insufficient_capacity");
        assert_eq!(problem.errors[0].pointer, "/scale");
    }

    #[test]
    fn what_aws_said_is_not_said_twice() {
        let aws = AwsError { message: "You may not.".into(), ..AwsError::default() };
        let problem = |detail| Problem::new(Code::AwsAccessDenied, detail).said_by_aws(aws.clone());
        assert_eq!(problem("iam:CreateRole was refused: You may not.").detail_beyond_aws(), None);
        assert_eq!(problem("the role could not be made").detail_beyond_aws(), Some("the role could not be made"));
    }
}
