//! What an operation or an event works with: the world, the place where it happens, the time, and who calls.

use std::sync::Arc;

use chrono::TimeDelta;

use super::clock::Moment;
use super::error::Answer;
use super::event::Event;
use super::input::Input;
use super::world::{Account, Region, World};

/// The code of one operation.
pub(crate) type Handler = fn(&mut Context<'_>, &Input<'_>) -> Answer;

/// An account and a region in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub(crate) struct Place {
    pub(crate) account: Arc<str>,
    pub(crate) region: Arc<str>,
}

/// Passed to every operation and event.
pub(crate) struct Context<'w> {
    pub(crate) world: &'w mut World,
    pub(crate) place: Place,
    /// The simulated time; for an event the moment that it was due.
    pub(crate) now: Moment,
    /// The access key that signed the call; empty for an event.
    pub(crate) access_key: Arc<str>,
}

impl Context<'_> {
    /// What is global to the account: IAM and Route53.
    pub(crate) fn account(&mut self) -> &mut Account {
        self.world.account(&self.place.account)
    }

    /// What is regional.
    pub(crate) fn region(&mut self) -> &mut Region {
        self.world.account(&self.place.account).region(&self.place.region)
    }

    /// Lets an event happen here after a span of simulated time.
    pub(crate) fn schedule(&mut self, after: TimeDelta, event: Event) {
        self.world.schedule(self.now + after, self.place.clone(), event);
    }

    /// A new EC2 identifier, like `vpc-0a1b…`.
    pub(crate) fn id(&mut self, prefix: &str) -> String {
        self.world.ids.ec2(prefix)
    }

    /// An ARN of this account and region.
    pub(crate) fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.place.region, self.place.account)
    }

    /// An ARN of a service that is global to the account.
    pub(crate) fn global_arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}::{}:{resource}", self.place.account)
    }
}
