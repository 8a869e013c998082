//! AWS has no more machines: each API that launches something says it in its own way.

use serde_json::Value;

use super::rule::Kind;
use super::{Caller, Fate};
use crate::model::call_log::Call;
use crate::model::context::Context;
use crate::model::error::AwsError;
use crate::model::service::Service;

/// Operations that launch something. Tasks on Fargate that the scheduler of a service starts count as RunTask.
pub(super) const LAUNCHES: [(Service, &str); 2] = [(Service::Ec2, "RunInstances"), (Service::Ecs, "RunTask")];

/// Why a task on Fargate is not placed.
/// <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/api_failures_messages.html>
pub(crate) const FARGATE: &str =
    "Capacity is unavailable at this time. Please try again later or in a different availability zone";

/// What becomes of a launch that a service makes for itself: an Auto Scaling group's, or a Fargate task of the ECS
/// scheduler or of RunTask. The same rules hit it that would hit a caller's.
pub(crate) fn launch(
    context: &mut Context<'_>,
    service: Service,
    operation: &str,
    input: Value,
) -> Result<(), AwsError> {
    let call = Call::new(service, operation, &context.access_key, &context.place.region, input);
    let caller = Caller { account: &context.place.account, arn: "" };
    let now = context.world.clock.pace();
    match context.world.faults.verdict(&call, caller, now, Launch::Own).fate {
        Fate::Fail(refusal) => Err(refusal),
        Fate::Proceed | Fate::Hang | Fate::CutBefore | Fate::CutAfter => Ok(()),
    }
}

/// Who launches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Launch {
    /// A caller, by an operation.
    Called,
    /// A service for itself.
    Own,
}

impl Launch {
    /// Whether a rule applies: RunTask answers lack of capacity among its failures, so that its call goes on.
    pub(super) fn heeds(self, kind: Kind, call: &Call) -> bool {
        kind != Kind::NoCapacity || is_launch(call) && (self == Self::Own || call.service != Service::Ecs)
    }
}

fn is_launch(call: &Call) -> bool {
    LAUNCHES.iter().any(|(service, operation)| *service == call.service && *operation == call.operation)
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
pub(super) fn refusal(call: &Call) -> AwsError {
    if call.service == Service::Ecs {
        return AwsError::new("CAPACITY", FARGATE);
    }
    let kind = call.input.get("InstanceType").and_then(Value::as_str).unwrap_or("the requested");
    let message = format!(
        "We currently do not have sufficient {kind} capacity in the Availability Zone you requested. Our system will be \
         working on provisioning additional capacity. You can currently get {kind} capacity by not specifying an \
         Availability Zone in your request or choosing another one."
    );
    AwsError::new("InsufficientInstanceCapacity", message).with_status(500)
}
