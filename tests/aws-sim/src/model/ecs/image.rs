//! Container images that behave badly on purpose, told by a word anywhere in their names.
//!
//! `missing` cannot be pulled, `crash` exits with 1 at start, `unhealthy` runs but never listens and fails health
//! checks, `slow` takes two minutes to pull, `stubborn` ignores SIGTERM until it is killed, `abrupt` dies of SIGTERM with
//! 143, `batch` runs for a while and exits with 0, `dies` runs for a while and exits with 1, `exit-3` does so with 3,
//! `oom` is killed for its memory after a while. All other images start, listen and stop as they should. Words can be
//! joined: `app:slow-crash`.

use serde::{Deserialize, Serialize};

/// How one container behaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Behaviour {
    pub(super) is_missing: bool,
    pub(super) crashes: bool,
    pub(super) is_unhealthy: bool,
    pub(super) is_slow: bool,
    pub(super) is_stubborn: bool,
    pub(super) is_abrupt: bool,
    pub(super) runs_out_of_memory: bool,
    /// With what it exits by itself after a while.
    pub(super) finishes: Option<i32>,
}

/// SIGKILL: 128 and the signal's number.
pub(super) const KILLED: i32 = 137;
/// SIGTERM, for a process that does not handle it.
const TERMINATED: i32 = 143;

impl Behaviour {
    pub(super) fn of(image: &str) -> Self {
        let has = |word: &str| image.contains(word);
        let runs_out_of_memory = has("oom");
        let exit = image.split_once("exit-").and_then(|(_, rest)| {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        });
        let ends = [(has("batch"), 0), (has("dies"), 1), (runs_out_of_memory, KILLED)];
        let by_word = ends.into_iter().find(|(said, _)| *said).map(|(_, code)| code);
        Self {
            is_missing: has("missing"),
            crashes: has("crash"),
            is_unhealthy: has("unhealthy"),
            is_slow: has("slow"),
            is_stubborn: has("stubborn"),
            is_abrupt: has("abrupt"),
            runs_out_of_memory,
            finishes: exit.or(by_word),
        }
    }

    /// What it exits with when it is told to stop.
    pub(super) fn code_when_stopped(self) -> i32 {
        match (self.is_stubborn, self.is_abrupt) {
            (true, _) => KILLED,
            (false, true) => TERMINATED,
            (false, false) => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_in_the_name_say_how_it_behaves() {
        assert_eq!(Behaviour::of("nginx:1.27"), Behaviour::default());
        assert_eq!(Behaviour::of("app:exit-42").finishes, Some(42));
        assert_eq!(Behaviour::of("app:oom").finishes, Some(KILLED));
        assert_eq!(Behaviour::of("app:abrupt").code_when_stopped(), TERMINATED);
        assert!(Behaviour::of("app:slow-crash").crashes);
    }
}
