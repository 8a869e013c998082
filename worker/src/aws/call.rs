//! One AWS call: within its budget, under a fresh lease, within ten seconds, and with its refusal understood.

use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use shared::problem::{AwsError, Code, Problem};
use shared::store::Budget;

use super::error::CallError;
use super::limits;
use crate::engine::{Budgets, Class, Failure, current_step};

/// The longest that one call may take. A claim after an expired lease waits at least as long before it asks what exists.
pub const CALL_TIMEOUT: Duration = Duration::from_secs(10);

/// Why a call has no result.
#[derive(Clone, Debug, thiserror::Error)]
pub enum NotCalled {
    /// AWS refused it, or did not answer.
    #[error(transparent)]
    Refused(#[from] CallError),
    /// It was not sent.
    #[error(transparent)]
    Held(#[from] Failure),
}

impl From<NotCalled> for Failure {
    fn from(error: NotCalled) -> Failure {
        match error {
            NotCalled::Refused(error) => error.into(),
            NotCalled::Held(failure) => failure,
        }
    }
}

impl NotCalled {
    /// Whether AWS refused with this code.
    pub fn is(&self, code: &str) -> bool {
        matches!(self, NotCalled::Refused(error) if error.is(code))
    }

    /// AWS's sentence; empty when the call was not sent.
    pub fn message(&self) -> &str {
        match self {
            NotCalled::Refused(error) => error.message(),
            NotCalled::Held(_) => "",
        }
    }
}

/// Turns answers that say "it is not there" into `None`.
pub trait AbsentOk<T> {
    /// `None` when AWS refused with one of these codes.
    fn absent_ok(self, codes: &[&str]) -> Result<Option<T>, NotCalled>;
}

impl<T> AbsentOk<T> for Result<T, NotCalled> {
    fn absent_ok(self, codes: &[&str]) -> Result<Option<T>, NotCalled> {
        match self {
            Ok(value) => Ok(Some(value)),
            Err(error) if codes.iter().any(|code| error.is(code)) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// Makes the calls of one account and region.
#[derive(Clone)]
pub struct Calls {
    budgets: Budgets,
    /// `123456789012:us-east-1`
    place: String,
}

impl Calls {
    /// Calls of `account` in `region`, within these budgets.
    pub fn new(budgets: Budgets, account: &str, region: &str) -> Self {
        Calls { budgets, place: format!("{account}:{region}") }
    }

    /// Makes one call. `service` is AWS's short name (`ec2`), `action` the API's (`CreateVpc`).
    pub async fn call<T, E>(
        &self,
        service: &'static str,
        action: &'static str,
        send: impl Future<Output = Result<T, SdkError<E, HttpResponse>>>,
    ) -> Result<T, NotCalled>
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let budget = limits::budget(&self.place, service, action);
        self.budgets.take(&budget).await.map_err(|error| NotCalled::Held(no_budget(&error)))?;
        check_lease(action)?;
        match send.await {
            Ok(value) => {
                tracing::debug!(service, action, "AWS answered");
                if let Some(step) = current_step() {
                    step.run.answered(&step.label, &AwsError::call_of(service, action));
                }
                Ok(value)
            }
            Err(error) => Err(self.refused(&budget, CallError::new(service, action, &error)).await),
        }
    }

    async fn refused(&self, budget: &Budget, error: CallError) -> NotCalled {
        tracing::debug!(error = %error, "AWS refused");
        if error.class() == Class::Throttled
            && let Err(store) = self.budgets.shrink(budget).await
        {
            tracing::warn!(budget = budget.name, error = %store, "the budget could not be shrunk after AWS throttled");
        }
        NotCalled::Refused(error)
    }
}

fn no_budget(error: &shared::store::StoreError) -> Failure {
    Failure::new(Class::Transient, Problem::new(Code::StoreUnavailable, format!("no call budget: {error}")))
}

/// Fencing reaches Redis and not AWS: a worker that may have lost its operation must not start another call for it.
fn check_lease(action: &str) -> Result<(), Failure> {
    match current_step() {
        Some(step) if !step.run.lease_is_fresh() => {
            let detail = format!("{action} was not called: the lease could not be renewed in time");
            Err(Failure::new(Class::Transient, Problem::new(Code::StoreUnavailable, detail)))
        }
        Some(_) | None => Ok(()),
    }
}

/// Names the operation and the step in every call's user agent, as CloudTrail shows it.
#[derive(Debug)]
pub struct NameCaller;

impl Intercept for NameCaller {
    fn name(&self) -> &'static str {
        "NameCaller"
    }

    // After signing: SigV4 leaves the user agent out of the signature.
    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _components: &RuntimeComponents,
        _config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(step) = current_step() else { return Ok(()) };
        let headers = context.request_mut().headers_mut();
        let sdk = headers.get("user-agent").unwrap_or_default().to_owned();
        let caller = format!("{sdk} op/{} step/{}", step.operation(), step.label.replace(':', "--"));
        headers.insert("user-agent", caller);
        Ok(())
    }
}
