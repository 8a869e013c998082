//! The arithmetic of rolling deployments: how many tasks to start and to stop, seen from the counts alone.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html>

/// What a look at a service finds. "New" are tasks of the primary deployment where they may stay, "old" are all others.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Situation {
    pub(super) desired: i64,
    /// As many healthy tasks must stay.
    pub(super) least: i64,
    /// More tasks than that must not be.
    pub(super) most: i64,
    pub(super) new: Group,
    pub(super) old: Group,
    /// Tasks that have been told to stop and have not stopped yet.
    pub(super) leaving: i64,
}

/// Tasks that shall go on, by how far they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Group {
    /// Not running yet.
    pub(super) pending: i64,
    /// Running, but not fit for use: a check fails or has not passed yet.
    pub(super) unfit: i64,
    /// Running and fit, but not for long enough to count as healthy.
    pub(super) fit: i64,
    pub(super) healthy: i64,
}

impl Group {
    pub(super) fn total(self) -> i64 {
        self.pending + self.unfit + self.fit + self.healthy
    }

    /// Those that time alone changes.
    fn in_motion(self) -> i64 {
        self.pending + self.unfit + self.fit
    }

    /// Those that serve.
    pub(super) fn running(self) -> i64 {
        self.fit + self.healthy
    }
}

impl Situation {
    /// How many new tasks are missing.
    pub(super) fn missing(self) -> i64 {
        (self.desired - self.new.total()).max(0)
    }

    /// How many of them may be started.
    pub(super) fn to_start(self) -> i64 {
        let room = self.most - self.new.total() - self.old.total() - self.leaving;
        self.missing().min(room).max(0)
    }

    /// How many new tasks are too many.
    pub(super) fn surplus(self) -> i64 {
        (self.new.total() - self.desired).max(0)
    }

    /// How many of the old tasks that run may be stopped: those that new ones have replaced, and those that stand in
    /// the way of new ones. `without_place` are new tasks that could not be started.
    pub(super) fn replaceable(self, without_place: i64) -> i64 {
        let replaced = (self.old.running() + self.new.running() - self.desired).max(0);
        let in_the_way = (without_place - self.leaving).max(0);
        // An old task that runs has proved itself; a new one must first.
        let spare = (self.old.running() + self.new.healthy - self.least).max(0);
        (replaced + in_the_way).min(spare).min(self.old.running())
    }

    /// Whether all is as it shall be.
    pub(super) fn is_steady(self) -> bool {
        self.new.running() == self.desired && self.new.total() == self.desired && self.old.total() + self.leaving == 0
    }

    /// Whether nothing changes unless something happens to a task or to an instance.
    pub(super) fn is_still(self) -> bool {
        self.leaving + self.new.in_motion() + self.old.in_motion() == 0
    }

    /// Whether the percentages forbid every next move.
    pub(super) fn is_stuck(self) -> bool {
        self.missing() > 0
            && self.to_start() == 0
            && self.leaving == 0
            && self.replaceable(self.missing()) == 0
            && self.new.total() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn situation(desired: i64, least: i64, most: i64, new: [i64; 2], old: i64, leaving: i64) -> Situation {
        let new = Group { pending: new[0], healthy: new[1], ..Group::default() };
        Situation { desired, least, most, new, old: Group { healthy: old, ..Group::default() }, leaving }
    }

    #[test]
    fn at_minimum_zero_the_old_task_makes_room_for_the_new_one() {
        let before = situation(1, 0, 100 / 100, [0, 0], 1, 0);
        assert_eq!((before.to_start(), before.replaceable(1)), (0, 1));
        let leaving = situation(1, 0, 1, [0, 0], 0, 1);
        assert_eq!((leaving.to_start(), leaving.replaceable(1)), (0, 0));
        assert_eq!(situation(1, 0, 1, [0, 0], 0, 0).to_start(), 1);
    }

    #[test]
    fn at_minimum_hundred_the_old_tasks_stay_until_new_ones_are_healthy() {
        let before = situation(2, 2, 4, [0, 0], 2, 0);
        assert_eq!((before.to_start(), before.replaceable(0)), (2, 0));
        assert_eq!(situation(2, 2, 4, [2, 0], 2, 0).replaceable(0), 0);
        assert_eq!(situation(2, 2, 4, [1, 1], 2, 0).replaceable(0), 1);
        assert_eq!(situation(2, 2, 4, [0, 2], 2, 0).replaceable(0), 2);
        assert!(situation(2, 2, 4, [0, 2], 0, 0).is_steady());
    }

    #[test]
    fn at_minimum_hundred_nothing_is_stopped_for_a_task_without_place() {
        assert_eq!(situation(1, 1, 2, [0, 0], 1, 0).replaceable(1), 0);
    }

    #[test]
    fn at_minimum_fifty_half_of_the_tasks_are_exchanged_at_a_time() {
        let before = situation(4, 2, 4, [0, 0], 4, 0);
        assert_eq!((before.to_start(), before.replaceable(4)), (0, 2));
        let half_gone = situation(4, 2, 4, [0, 0], 2, 0);
        assert_eq!((half_gone.to_start(), half_gone.replaceable(2)), (2, 0));
        assert_eq!(situation(4, 2, 4, [0, 2], 2, 0).replaceable(2), 2);
    }

    #[test]
    fn percentages_that_allow_no_move_are_noticed() {
        assert!(situation(1, 1, 1, [0, 0], 1, 0).is_stuck());
        assert!(!situation(1, 0, 1, [0, 0], 1, 0).is_stuck());
        assert!(!situation(1, 1, 2, [0, 0], 1, 0).is_stuck());
    }

    #[test]
    fn scaling_in_stops_what_is_too_much() {
        assert_eq!(situation(1, 1, 2, [1, 2], 0, 0).surplus(), 2);
        assert_eq!(situation(0, 0, 0, [0, 2], 1, 0).replaceable(0), 1);
    }
}
