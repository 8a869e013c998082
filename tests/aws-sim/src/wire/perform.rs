//! One call against the world: what is due happens first, then faults decide, then the service answers.

use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};

use crate::model::authorize::{Allowed, authorize};
use crate::model::call_log::{Call, Made};
use crate::model::context::Context;
use crate::model::error::{Answer, AwsError};
use crate::model::faults::{Fate, Verdict};
use crate::model::input::Input;
use crate::model::shape;
use crate::model::world::World;
use crate::sim::Sim;

/// What became of a call.
pub(super) struct Done {
    pub(super) operation: String,
    pub(super) answer: Answer,
    pub(super) fate: Fate,
}

/// Carries a call out if its caller was admitted, and remembers it.
pub(super) async fn perform(
    sim: &Sim,
    call: Call,
    admission: Result<(), AwsError>,
    request_id: &str,
    arrived: Instant,
) -> Done {
    let verdict = sim.world().verdict(&call);
    if verdict.delay > Duration::ZERO {
        tokio::time::sleep(verdict.delay).await;
    }
    let answer = settle(&mut sim.world(), &call, admission, &verdict, request_id, arrived);
    if verdict.fate == Fate::Hang {
        // Remembered before: a caller that gives up ends this.
        sim.hang().await;
    }
    Done { operation: call.operation, answer, fate: verdict.fate }
}

fn settle(
    world: &mut World,
    call: &Call,
    admission: Result<(), AwsError>,
    verdict: &Verdict,
    request_id: &str,
    arrived: Instant,
) -> Answer {
    let answer = match &verdict.fate {
        Fate::Proceed | Fate::CutAfter => carry_out(world, call, admission, verdict.lag),
        Fate::Fail(error) => Err(error.clone()),
        Fate::Hang => Err(AwsError::new("timeout", "no answer")),
        Fate::CutBefore => Err(AwsError::new("cut", "connection cut before the call")),
    };
    remember(world, call, &answer, verdict, request_id, arrived);
    answer
}

fn carry_out(world: &mut World, call: &Call, admission: Result<(), AwsError>, lag: Option<Duration>) -> Answer {
    let now = world.settle();
    admission?;
    let Allowed { access_key, place } = authorize(world, &call.asked(now))?;
    let pace = world.clock.pace();
    world.throttle.admit(call, &place, pace)?;
    shape::check(call.service, &call.operation, &call.input)?;
    let handler = call.service.handler(&call.operation);
    let handler = handler.ok_or_else(|| AwsError::new("InvalidAction", "The operation is not simulated."))?;
    if !call.is_read() {
        world.remember(&place, call.service);
    }
    let mut past = lag.and_then(|lag| world.past.borrow(&place, call.service, pace, lag));
    if let Some((_, part)) = &mut past {
        part.swap(world, &place);
    }
    let mut context = Context { world, place: place.clone(), now, access_key };
    let guarded = AssertUnwindSafe(|| handler(&mut context, &Input::new(call.service, &call.input)));
    let answer = std::panic::catch_unwind(guarded).unwrap_or_else(|_| {
        context.world.calls.record_panic(&call.operation);
        tracing::error!(service = %call.service, operation = call.operation, "a call made the simulator panic");
        Err(internal_failure())
    });
    if let Some((index, mut part)) = past {
        part.swap(world, &place);
        world.past.put_back(&place, call.service, (index, part));
    }
    answer
}

/// What a service answers when it fails by its own fault.
pub(super) fn internal_failure() -> AwsError {
    let message = "The request processing has failed because of an unknown error, exception or failure.";
    AwsError::new("InternalFailure", message).with_status(500)
}

fn remember(world: &mut World, call: &Call, answer: &Answer, verdict: &Verdict, request_id: &str, arrived: Instant) {
    let outcome = match (&verdict.fate, answer) {
        (Fate::CutBefore | Fate::CutAfter, _) => "cut",
        (Fate::Hang, _) => "timeout",
        (Fate::Proceed | Fate::Fail(_), Ok(_)) => "ok",
        (Fate::Proceed | Fate::Fail(_), Err(error)) => &*error.code,
    };
    let access_key = call.access_key.as_str();
    let credential = world.credentials.get(access_key);
    let (account, principal) = credential.map_or(("", ""), |credential| (&*credential.account, &credential.arn));
    world.calls.record(&Made {
        call,
        at: world.clock.now(),
        account,
        principal,
        latency: arrived.elapsed(),
        outcome,
        request_id,
    });
}
