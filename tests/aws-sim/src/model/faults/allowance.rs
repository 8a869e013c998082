//! Calls that pass: a bucket that fills with time, as AWS limits its callers.
//!
//! <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>

use std::time::Instant;

/// What may still be called.
#[derive(Debug, Clone)]
pub(super) struct Allowance {
    per_second: f64,
    left: f64,
    at: Instant,
}

impl Allowance {
    /// A full one: a second's worth, and one call at least.
    pub(super) fn new(per_second: f64, now: Instant) -> Self {
        Self { per_second, left: per_second.max(1.0), at: now }
    }

    /// Whether one more call passes.
    pub(super) fn take(&mut self, now: Instant) -> bool {
        let passed = now.saturating_duration_since(self.at).as_secs_f64();
        (self.left, self.at) = ((self.left + passed * self.per_second).min(self.per_second.max(1.0)), now);
        let passes = self.left >= 1.0;
        if passes {
            self.left -= 1.0;
        }
        passes
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_seconds_worth_passes_at_once_and_then_as_much_as_time_brings() {
        let start = Instant::now();
        let mut allowance = Allowance::new(2.0, start);
        let mut passed = |milliseconds| allowance.take(start + Duration::from_millis(milliseconds));
        assert_eq!([0, 0, 0, 400, 500, 600].map(&mut passed), [true, true, false, false, true, false]);
        assert_eq!([9000, 9000, 9000].map(&mut passed), [true, true, false]);
    }
}
