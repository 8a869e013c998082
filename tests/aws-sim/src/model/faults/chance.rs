//! Chance that is the same in every run: what a draw gives depends on a seed and on how many draws came before.

/// A number from 0 up to but without 1. The mixing is that of SplitMix64.
pub(super) fn draw(seed: u64, number: u64) -> f64 {
    let mut bits = seed.wrapping_add(number.wrapping_mul(0x9E37_79B9_7F4A_7C15));
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    bits ^= bits >> 31;
    #[allow(clippy::cast_precision_loss, reason = "53 bits fit")]
    let share = (bits >> 11) as f64;
    share / 9_007_199_254_740_992.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn draws_are_repeatable_and_spread_evenly() {
        let hits = (0..10_000).filter(|number| draw(7, *number) < 0.3).count();
        assert!((2_900..3_100).contains(&hits), "{hits}");
        assert!((draw(7, 1) - draw(7, 1)).abs() < f64::EPSILON);
        assert!((draw(7, 1) - draw(8, 1)).abs() > f64::EPSILON);
    }
}
