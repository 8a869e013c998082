//! A token bucket, by which AWS limits its callers: what is taken comes back at a steady rate, up to the bucket's size.
//!
//! <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html#throttling-how>

use serde::{Deserialize, Serialize};

/// How much a bucket holds when it is full, and what comes back each second.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Capacity {
    pub(crate) size: f64,
    pub(crate) refill: f64,
}

/// What is left in a bucket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Bucket {
    left: f64,
    /// When it was last looked at, in seconds of [`super::clock::Clock::pace`].
    at: f64,
}

impl Bucket {
    pub(crate) fn full(capacity: Capacity, now: f64) -> Self {
        Self { left: capacity.size, at: now }
    }

    /// Whether it holds so many tokens now.
    pub(crate) fn holds(&mut self, tokens: f64, capacity: Capacity, now: f64) -> bool {
        let passed = (now - self.at).max(0.0);
        (self.left, self.at) = ((self.left + passed * capacity.refill).min(capacity.size), now);
        // A tenth and a tenth and so on must add up to one token.
        self.left + 1e-6 >= tokens
    }

    pub(crate) fn take(&mut self, tokens: f64) {
        self.left -= tokens;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_saved_up_passes_at_once_and_then_as_much_as_time_brings() {
        let capacity = Capacity { size: 2.0, refill: 2.0 };
        let mut bucket = Bucket::full(capacity, 0.0);
        let mut passes = |now| {
            let holds = bucket.holds(1.0, capacity, now);
            bucket.take(f64::from(u8::from(holds)));
            holds
        };
        assert_eq!([0.0, 0.0, 0.0, 0.4, 0.5, 0.6].map(&mut passes), [true, true, false, false, true, false]);
        assert_eq!([9.0, 9.0, 9.0].map(&mut passes), [true, true, false]);
    }
}
