//! At the end nothing waits: no ready list, timer, lease or order has a member.

use super::facts::Facts;
use super::verdict::Verdict;

pub(super) fn check(facts: &Facts, verdict: &mut Verdict) {
    for (key, members) in &facts.end.left {
        verdict.holds("nothing is left in the queue", *members == 0, || format!("{key} has {members}"));
    }
}
