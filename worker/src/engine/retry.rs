//! Whether a failed turn is taken again, and when. The only place that retries: steps do not loop, callers do not retry.

use std::time::Duration;

use super::Class;
use super::timings::Timings;

/// Turns that fail as `Transient` in a row before the step has failed: three to four minutes, which most troubles of AWS are
/// shorter than. A row ends when the call that failed last is answered, so that a step of many calls comes through while one
/// call in ten fails; then the step's limit is what ends it.
const TRIES: u32 = 16;
/// Pauses double up to this many times the first.
const LONGEST_PAUSE: u32 = 40;
/// How many settle times a write may stay invisible, two minutes of them: reads lag for one at most, but a role can be
/// assumed some seconds, seldom a minute, after it was made.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency>
const INVISIBLE_SETTLES: u32 = 12;

/// What is known about a turn that failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trouble {
    /// Its class.
    pub class: Class,
    /// Turns of this class that failed before it, in a row.
    pub before: u32,
    /// How long ago the first of them failed; for what uses up the step's limit how long it has waited.
    pub lasting: Duration,
    /// How long the step may wait.
    pub limit: Duration,
}

/// What is done about a turn that failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Another turn after a pause.
    Again(Duration),
    /// The step has failed.
    GiveUp,
}

/// Decides; `jitter` is drawn from 0 to 1.
pub(super) fn decide(trouble: Trouble, timings: &Timings, jitter: f64) -> Decision {
    let Trouble { class, before, lasting, limit } = trouble;
    let exponential = doubled(timings.backoff, before);
    match class {
        Class::Throttled if lasting < limit => Decision::Again(exponential.saturating_mul(2).mul_f64(jitter)),
        Class::Transient if before + 1 < TRIES && lasting < limit => {
            Decision::Again(exponential.mul_f64(0.5 + jitter / 2.0))
        }
        Class::NotYetConsistent if lasting < limit.min(timings.settle * INVISIBLE_SETTLES) => {
            Decision::Again(doubled(timings.backoff, before.min(2)))
        }
        Class::Conflict if lasting < limit => Decision::Again(timings.poll_after(lasting)),
        Class::Throttled | Class::Transient | Class::NotYetConsistent | Class::Conflict => Decision::GiveUp,
        Class::Permanent | Class::Unknown => Decision::GiveUp,
    }
}

fn doubled(first: Duration, times: u32) -> Duration {
    first * 1_u32.checked_shl(times).unwrap_or(LONGEST_PAUSE).clamp(1, LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMIT: Duration = Duration::from_secs(600);

    fn decided(class: Class, before: u32, lasting: u64, jitter: f64) -> Decision {
        let trouble = Trouble { class, before, lasting: Duration::from_secs(lasting), limit: LIMIT };
        decide(trouble, &Timings::default(), jitter)
    }

    fn again(ms: u64) -> Decision {
        Decision::Again(Duration::from_millis(ms))
    }

    #[test]
    fn throttled_turns_pause_with_full_jitter_and_never_use_up_tries() {
        assert_eq!(decided(Class::Throttled, 0, 0, 0.0), again(0));
        assert_eq!(decided(Class::Throttled, 0, 0, 1.0), again(1_000));
        assert_eq!(decided(Class::Throttled, 1_000, 0, 1.0), again(40_000));
        assert_eq!(decided(Class::Throttled, 1, 600, 0.5), Decision::GiveUp);
    }

    #[test]
    fn transient_failures_pause_twice_as_long_each_time_and_end_after_sixteen_tries() {
        let pauses: Vec<_> = (0..16).map(|before| decided(Class::Transient, before, 0, 1.0)).collect();
        let expected = [500, 1_000, 2_000, 4_000, 8_000, 16_000, 20_000].map(again);
        assert_eq!(pauses[..7], expected);
        assert!(pauses[7..15].iter().all(|pause| *pause == again(20_000)), "{pauses:?}");
        assert_eq!(pauses[15], Decision::GiveUp);
        assert_eq!(decided(Class::Transient, 1, 600, 1.0), Decision::GiveUp);
    }

    #[test]
    fn what_is_not_yet_visible_is_asked_for_often_but_not_for_long() {
        assert_eq!(decided(Class::NotYetConsistent, 9, 60, 0.0), again(2_000));
        assert_eq!(decided(Class::NotYetConsistent, 9, 120, 0.0), Decision::GiveUp);
    }

    #[test]
    fn conflicts_wait_as_long_as_the_step_may_and_permanent_failures_not_at_all() {
        assert_eq!(decided(Class::Conflict, 99, 599, 0.0), again(5_000));
        assert_eq!(decided(Class::Conflict, 99, 600, 0.0), Decision::GiveUp);
        assert_eq!(decided(Class::Permanent, 0, 0, 0.0), Decision::GiveUp);
        assert_eq!(decided(Class::Unknown, 0, 0, 0.0), Decision::GiveUp);
    }
}
