//! Pauses of those who wait for the same Redis: drawn, so that they do not all come at once when it is back.

use std::time::Duration;

/// A pause of half to one and a half times this length.
pub fn drawn(pause: Duration) -> Duration {
    pause.mul_f64(rand::random_range(0.5..1.5))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_differ_and_stay_about_as_long_as_asked() {
        let pauses: Vec<_> = (0..100).map(|_| drawn(Duration::from_secs(1))).collect();
        assert!(pauses.iter().all(|pause| (500..1_500).contains(&pause.as_millis())), "{pauses:?}");
        assert!(pauses.windows(2).any(|pair| pair[0] != pair[1]));
    }
}
