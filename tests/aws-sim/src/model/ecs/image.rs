//! Container images that behave badly on purpose, told by a word anywhere in their names.
//!
//! `missing` cannot be pulled, `crash` exits with 1 at start, `unhealthy` runs but never listens and fails health
//! checks, `slow` takes two minutes to pull, `stubborn` ignores SIGTERM until it is killed, `batch` runs for a while and
//! exits with 0, `dies` runs for a while and exits with 1. All other images start, listen and stop as they should. Words can be joined: `app:slow-crash`.

use super::container::Container;

/// How a task's containers behave, taken together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(super) struct Behaviour {
    pub(super) is_missing: bool,
    pub(super) crashes: bool,
    pub(super) is_unhealthy: bool,
    pub(super) is_slow: bool,
    pub(super) is_stubborn: bool,
    pub(super) finishes: bool,
    pub(super) dies: bool,
}

impl Behaviour {
    /// What counts is the essential containers: the others may come and go.
    pub(super) fn of(containers: &[Container]) -> Self {
        let any = |word: &str| containers.iter().any(|one| one.is_essential && one.image.contains(word));
        Self {
            is_missing: any("missing"),
            crashes: any("crash"),
            is_unhealthy: any("unhealthy"),
            is_slow: any("slow"),
            is_stubborn: any("stubborn"),
            finishes: any("batch"),
            dies: any("dies"),
        }
    }
}
