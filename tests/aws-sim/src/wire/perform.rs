//! One call against the world: what is due happens first, then faults decide, then the service answers.

use std::time::{Duration, Instant};

use crate::model::authorize::{Allowed, authorize};
use crate::model::call_log::{Call, Entry, identifiers};
use crate::model::clock::iso;
use crate::model::context::{Context, Place};
use crate::model::error::{Answer, AwsError};
use crate::model::faults::{Fate, Verdict};
use crate::model::input::Input;
use crate::model::world::World;
use crate::sim::Sim;

/// What became of a call.
pub(super) struct Done {
    pub(super) operation: String,
    pub(super) answer: Answer,
    pub(super) fate: Fate,
}

/// Carries a call out, and remembers it.
pub(super) async fn perform(sim: &Sim, call: Call, request_id: &str, arrived: Instant) -> Done {
    let verdict = sim.world().faults.verdict(&call);
    if verdict.delay > Duration::ZERO {
        tokio::time::sleep(verdict.delay).await;
    }
    let mut world = sim.world();
    let (place, answer) = match &verdict.fate {
        Fate::Proceed | Fate::CutAfter => carry_out(&mut world, &call, verdict.lag),
        Fate::Fail(error) => (None, Err(error.clone())),
        Fate::CutBefore => (None, Err(AwsError::new("cut", "connection cut before the call"))),
    };
    remember(&mut world, &call, place, &answer, &verdict, request_id, arrived);
    Done { operation: call.operation, answer, fate: verdict.fate }
}

fn carry_out(world: &mut World, call: &Call, lag: Option<Duration>) -> (Option<Place>, Answer) {
    let now = world.settle();
    let Allowed { access_key, place } = match authorize(world, &call.asked(now)) {
        Ok(allowed) => allowed,
        Err(refusal) => return (None, Err(refusal)),
    };
    let Some(handler) = call.service.handler(&call.operation) else {
        return (Some(place), Err(AwsError::new("InvalidAction", "The operation is not simulated.")));
    };
    let yesterday = lag.and_then(|lag| world.past.look_back(&place.account, lag).cloned());
    if let (false, Some(lag)) = (call.is_read(), world.faults.longest_lag()) {
        let today = world.account(&place.account).clone();
        world.past.keep(&place.account, &today, lag);
    }
    let today = yesterday.map(|yesterday| std::mem::replace(world.account(&place.account), yesterday));
    let mut context = Context { world, place: place.clone(), now, access_key };
    let answer = handler(&mut context, &Input::new(call.service, &call.input));
    if let Some(today) = today {
        *context.account() = today;
    }
    (Some(place), answer)
}

fn remember(
    world: &mut World,
    call: &Call,
    place: Option<Place>,
    answer: &Answer,
    verdict: &Verdict,
    request_id: &str,
    arrived: Instant,
) {
    let outcome = match (&verdict.fate, answer) {
        (Fate::CutBefore | Fate::CutAfter, _) => "cut".to_owned(),
        (Fate::Proceed | Fate::Fail(_), Ok(_)) => "ok".to_owned(),
        (Fate::Proceed | Fate::Fail(_), Err(error)) => error.code.to_string(),
    };
    let entry = Entry {
        seq: 0,
        at: iso(world.clock.now()),
        service: call.service.into(),
        operation: call.operation.clone(),
        access_key: call.access_key.clone(),
        account: place.map(|place| place.account.to_string()).unwrap_or_default(),
        region: call.region.clone(),
        user_agent: call.user_agent.clone(),
        latency_ms: arrived.elapsed().as_secs_f64() * 1000.0,
        outcome,
        ids: identifiers(&call.input),
        request_id: request_id.to_owned(),
    };
    world.calls.record(entry);
}
