//! How services refuse parameters that their own model does not allow.

use serde_json::Value;

use super::table::Kind;
use crate::model::error::AwsError;
use crate::model::service::Service;

/// A parameter beyond what its shape allows.
#[derive(Clone)]
pub(super) struct Violation {
    /// Where it stands, as AWS's services write it.
    pub(super) path: String,
    /// Its name in the request.
    pub(super) name: String,
    /// What it is; none for what must not be repeated.
    pub(super) value: Option<String>,
    pub(super) constraint: String,
}

/// Members that their service looks at itself, in its own words: the ends of their models are not what it goes by.
const OWN_WORDS: [(Service, &str); 2] =
    [(Service::Ecr, "lifecyclePolicyText"), (Service::SecretsManager, "clientRequestToken")];

/// The refusal of some violations; none for a service that looks at such things itself.
pub(super) fn of(service: Service, mut violations: Vec<Violation>) -> Option<AwsError> {
    violations.retain(|it| it.is_missing() || !OWN_WORDS.contains(&(service, it.path.as_str())));
    let violations = violations.as_slice();
    let first = violations.first()?;
    match service {
        // ECS takes values that its model does not have, and names what it misses in sentences of its own.
        Service::Ecs => None,
        Service::Ec2 => ec2(violations),
        Service::Ecr => Some(ecr(first)),
        Service::Iam => Some(iam(violations)),
        Service::Sts
        | Service::AutoScaling
        | Service::Ssm
        | Service::Elb
        | Service::ElbV2
        | Service::Route53
        | Service::Logs
        | Service::Acm
        | Service::SecretsManager
        | Service::Scheduler
        | Service::Events
        | Service::ApplicationAutoScaling
        | Service::CloudMap => Some(detected(service, violations)),
    }
}

/// The sentence that most services share.
fn detected(service: Service, violations: &[Violation]) -> AwsError {
    let sentences: Vec<String> = violations.iter().map(Violation::sentence).collect();
    let plural = if sentences.len() == 1 { "" } else { "s" };
    let message = format!("{} validation error{plural} detected: {}", sentences.len(), sentences.join("; "));
    AwsError::new(service.invalid_code(), message)
}

/// EC2 names the first parameter that is missing; the values that it takes are looked at by each operation.
fn ec2(violations: &[Violation]) -> Option<AwsError> {
    violations.iter().find(|it| it.is_missing()).map(|missing| Service::Ec2.missing(&missing.name))
}

/// ECR's sentence, seen at <https://github.com/int128/create-ecr-repository-action/issues/231> and
/// <https://github.com/aws/aws-dotnet-deploy/issues/549>.
fn ecr(first: &Violation) -> AwsError {
    let constraint = first.constraint.strip_prefix("Member ").unwrap_or(&first.constraint);
    let constraint = match constraint.split_once(" pattern: ") {
        Some((words, pattern)) => format!("{words} '{pattern}'"),
        None => constraint.to_owned(),
    };
    let message = format!("Invalid parameter at '{}' failed to satisfy constraint: '{constraint}'", first.path);
    AwsError::new(Service::Ecr.invalid_code(), message)
}

/// IAM looks at lengths as the others do, and at characters after that, in its own words.
fn iam(violations: &[Violation]) -> AwsError {
    let is_pattern = |violation: &&Violation| violation.pattern().is_some();
    let Some(first) = violations.first().filter(|_| violations.iter().all(|it| is_pattern(&it))) else {
        let others: Vec<Violation> = violations.iter().filter(|it| !is_pattern(it)).cloned().collect();
        return detected(Service::Iam, &others);
    };
    let rule = match first.pattern().unwrap_or_default() {
        r"[\w+=,.@-]+" => "It must contain only alphanumeric characters and/or the following: +=,.@_-",
        r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)" => {
            "It must begin and end with / and contain only alphanumeric characters and/or / characters."
        }
        _ => return detected(Service::Iam, violations),
    };
    let message = format!("The specified value for {} is invalid. {rule}", first.path);
    AwsError::new(Service::Iam.invalid_code(), message)
}

/// The refusal of a JSON value where a structure, a list or a map must stand.
pub(super) fn unexpected(wanted: &str, found: &Value) -> AwsError {
    let message = match (wanted, found) {
        ("list", _) => "Expected list or null",
        ("map", _) => "Expected map or null",
        _ => "Unexpected field type",
    };
    AwsError::new("SerializationException", message)
}

/// The refusal of a JSON value that is not of a scalar type.
pub(super) fn unreadable(wanted: &Kind, found: &Value) -> AwsError {
    let token = match found {
        Value::Array(_) => return AwsError::new("SerializationException", "Start of list found where not expected"),
        Value::Object(_) => {
            let message = "Start of structure or map found where not expected";
            return AwsError::new("SerializationException", message);
        }
        Value::Null => "NULL_VALUE",
        Value::Bool(true) => "TRUE_VALUE",
        Value::Bool(false) => "FALSE_VALUE",
        Value::Number(_) => "NUMBER_VALUE",
        Value::String(_) => "STRING_VALUE",
    };
    let wanted = match wanted {
        Kind::Integer => "an Integer",
        Kind::Decimal => "a Double",
        Kind::Boolean => "a Boolean",
        Kind::Blob => "a Blob",
        Kind::Timestamp => "a Timestamp",
        Kind::Text | Kind::Structure { .. } | Kind::List { .. } | Kind::Map { .. } => "a String",
    };
    AwsError::new("SerializationException", format!("{token} can not be converted to {wanted}"))
}

/// A name as Java begins it.
pub(super) fn lower_first(name: &str) -> String {
    let mut name = name.to_owned();
    if let Some(first) = name.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    name
}

impl Violation {
    fn sentence(&self) -> String {
        let value = match self.value.as_deref() {
            None => "Value".to_owned(),
            Some("null") if self.is_missing() => "Value null".to_owned(),
            Some(value) => format!("Value '{value}'"),
        };
        format!("{value} at '{}' failed to satisfy constraint: {}", self.path, self.constraint)
    }

    fn is_missing(&self) -> bool {
        self.constraint == "Member must not be null"
    }

    fn pattern(&self) -> Option<&str> {
        self.constraint.strip_prefix("Member must satisfy regular expression pattern: ")
    }
}
