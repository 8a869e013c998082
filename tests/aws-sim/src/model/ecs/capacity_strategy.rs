//! Capacity provider strategies: how tasks are shared out among capacity providers.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html>

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::capacity_provider::FARGATE;
use super::reference::short;
use super::refusal::invalid;
use crate::model::context::Context;
use crate::model::error::AwsError;
use crate::model::input::Input;

/// As many providers may be in one strategy.
const MOST: usize = 20;

/// One provider's share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Share {
    pub(super) provider: String,
    pub(super) weight: i64,
    /// So many tasks it gets before the weights count.
    pub(super) base: i64,
}

impl Share {
    pub(super) fn is_fargate(&self) -> bool {
        FARGATE.contains(&self.provider.as_str())
    }

    pub(super) fn render(&self) -> Value {
        json!({"capacityProvider": self.provider, "weight": self.weight, "base": self.base})
    }
}

/// The strategy under a member, checked as far as it stands alone.
pub(super) fn read(input: &Input<'_>, member: &str) -> Result<Vec<Share>, AwsError> {
    let mut shares = Vec::new();
    for part in input.parts(member) {
        let share = Share {
            provider: short(part.text("capacityProvider").unwrap_or_default()).to_owned(),
            weight: part.int("weight")?.unwrap_or(0),
            base: part.int("base")?.unwrap_or(0),
        };
        if !(0..=1000).contains(&share.weight) {
            return Err(invalid("The weight of a capacity provider must be between 0 and 1000."));
        }
        if !(0..=100_000).contains(&share.base) {
            return Err(invalid("The base of a capacity provider must be between 0 and 100000."));
        }
        shares.push(share);
    }
    if shares.len() > MOST {
        return Err(invalid(format!("A capacity provider strategy can have at most {MOST} items.")));
    }
    Ok(shares)
}

/// The providers are there, in the cluster, and go together.
pub(super) fn check(context: &mut Context<'_>, input: &Input<'_>, shares: &[Share]) -> Result<(), AwsError> {
    if shares.is_empty() {
        return Ok(());
    }
    let ecs = &mut context.region().ecs;
    if let Some(unknown) = shares.iter().find(|one| !ecs.has_provider(&one.provider)) {
        return Err(not_found(&unknown.provider));
    }
    let cluster = ecs.living_cluster(input)?;
    if shares.iter().any(|one| !cluster.providers.contains(&one.provider)) {
        return Err(invalid(
            "The specified capacity provider strategy cannot contain a capacity provider that is not associated with \
             the cluster. Associate the capacity provider with the cluster and try again.",
        ));
    }
    check_together(shares)
}

pub(super) fn not_found(provider: &str) -> AwsError {
    invalid(format!(
        "The specified capacity provider '{provider}' was not found. Specify a valid name or ARN and try again."
    ))
}

/// What holds of the shares among themselves.
pub(super) fn check_together(shares: &[Share]) -> Result<(), AwsError> {
    let on_fargate = shares.iter().filter(|one| one.is_fargate()).count();
    if on_fargate > 0 && on_fargate < shares.len() {
        return Err(invalid(
            "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and \
             Fargate providers. Specify one or the other and try again.",
        ));
    }
    if shares.iter().filter(|one| one.base > 0).count() > 1 {
        return Err(invalid("A capacity provider strategy can have only one capacity provider with a base value."));
    }
    if shares.len() > 1 && shares.iter().all(|one| one.weight == 0) {
        return Err(invalid(
            "A capacity provider strategy must contain at least one capacity provider with a weight greater than 0.",
        ));
    }
    Ok(())
}

/// Who gets the next task, given how many each has: first the base, then whoever is furthest behind its weight.
pub(super) fn next<'s>(shares: &'s [Share], have: &BTreeMap<String, i64>) -> Option<&'s Share> {
    let count = |share: &Share| have.get(&share.provider).copied().unwrap_or_default();
    let short_of_base = shares.iter().find(|share| count(share) < share.base);
    let weighty = || {
        let weighted = shares.iter().filter(|share| share.weight > 0);
        weighted.min_by(|one, other| {
            let (a, b) = ((count(one) - one.base) * other.weight, (count(other) - other.base) * one.weight);
            a.cmp(&b).then(other.weight.cmp(&one.weight))
        })
    };
    short_of_base.or_else(weighty).or_else(|| shares.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_comes_first_and_then_the_weights() {
        let share = |name: &str, weight, base| Share { provider: name.to_owned(), weight, base };
        let shares = [share("a", 1, 2), share("b", 3, 0)];
        let mut have = BTreeMap::new();
        let mut order = String::new();
        for _ in 0..10 {
            let chosen = next(&shares, &have).unwrap().provider.clone();
            order.push_str(&chosen);
            *have.entry(chosen).or_insert(0) += 1;
        }
        assert_eq!(order, "aababbbabb");
        assert_eq!((have["a"], have["b"]), (4, 6));
    }
}
