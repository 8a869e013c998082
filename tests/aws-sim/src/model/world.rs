//! Everything there is: accounts, in each its regions, in each one state a service.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::TimeDelta;

use super::call_log::{Call, CallLog};
use super::clock::{Agenda, Clock, Moment};
use super::context::Place;
use super::event::Event;
use super::faults::capacity::Launch;
use super::faults::{Caller, Faults, Past, Verdict};
use super::ids::Ids;
use super::part::Part;
use super::service::Service;
use super::throttle::Throttle;
use super::{
    acm, application_autoscaling, autoscaling, ec2, ecr, ecs, elb, elbv2, events, iam, logs, route53, scheduler,
    secretsmanager, servicediscovery, ssm, sts,
};

/// The account that exists from the start, and the access key and the secret that it is called with.
pub(crate) const DEFAULT_ACCOUNT: &str = "123456789012";
const DEFAULT_ACCESS_KEY: &str = "test";
const DEFAULT_SECRET: &str = "test";

/// One simulated AWS.
pub(crate) struct World {
    pub(crate) clock: Clock,
    pub(crate) ids: Ids,
    pub(crate) faults: Faults,
    pub(crate) past: Past,
    pub(crate) throttle: Throttle,
    pub(crate) calls: CallLog,
    pub(crate) credentials: BTreeMap<Arc<str>, sts::Credential>,
    /// How long roles and instance profiles are not known to other services after they were made.
    pub(crate) iam_propagation: TimeDelta,
    accounts: BTreeMap<Arc<str>, Account>,
    pub(super) agenda: Agenda<(Place, Event)>,
    /// How many events have happened, whatever became of the world since.
    pub(super) happened: u64,
}

/// Everything that makes a world go on as it was, as one document. What was observed of it is not in it.
#[derive(Debug, Clone, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Saved {
    now: Moment,
    ids: Ids,
    faults: Faults,
    credentials: BTreeMap<Arc<str>, sts::Credential>,
    accounts: BTreeMap<Arc<str>, Account>,
    agenda: Agenda<(Place, Event)>,
}

/// One account: what is global to it, and its regions.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Account {
    pub(crate) iam: iam::State,
    pub(crate) route53: route53::State,
    /// Regions that are off by default and that the account has asked for.
    opted_in: BTreeSet<String>,
    regions: BTreeMap<Arc<str>, Region>,
}

/// What one account has in one region.
#[derive(Debug, Clone, Default, serde::Serialize, serde::Deserialize)]
pub(crate) struct Region {
    pub(crate) acm: acm::State,
    pub(crate) application_autoscaling: application_autoscaling::State,
    pub(crate) autoscaling: autoscaling::State,
    pub(crate) ec2: ec2::State,
    pub(crate) ecr: ecr::State,
    pub(crate) ecs: ecs::State,
    pub(crate) elb: elb::State,
    pub(crate) elbv2: elbv2::State,
    pub(crate) events: events::State,
    pub(crate) logs: logs::State,
    pub(crate) scheduler: scheduler::State,
    pub(crate) secretsmanager: secretsmanager::State,
    pub(crate) servicediscovery: servicediscovery::State,
    pub(crate) ssm: ssm::State,
}

impl World {
    pub(crate) fn new(speed: f64, stopped: bool) -> Self {
        let mut world = Self {
            clock: Clock::new(speed, stopped),
            ids: Ids::default(),
            faults: Faults::default(),
            past: Past::default(),
            throttle: Throttle::default(),
            calls: CallLog::default(),
            credentials: BTreeMap::new(),
            iam_propagation: TimeDelta::zero(),
            accounts: BTreeMap::new(),
            agenda: Agenda::default(),
            happened: 0,
        };
        world.add_key(DEFAULT_ACCOUNT, DEFAULT_ACCESS_KEY, DEFAULT_SECRET);
        world
    }

    /// What is now, once all that is due has happened.
    pub(crate) fn save(&mut self) -> Saved {
        Saved {
            now: self.settle(),
            ids: self.ids.clone(),
            faults: self.faults.clone(),
            credentials: self.credentials.clone(),
            accounts: self.accounts.clone(),
            agenda: self.agenda.clone(),
        }
    }

    /// Goes on from what was saved; the clock keeps its pace, and the calls that were made stay remembered.
    pub(crate) fn restore(&mut self, saved: Saved) {
        let Saved { now, ids, faults, credentials, accounts, agenda } = saved;
        self.clock.set(now);
        self.past = Past::default();
        self.throttle.refill();
        (self.ids, self.faults) = (ids, faults);
        (self.credentials, self.accounts, self.agenda) = (credentials, accounts, agenda);
    }

    /// Gives an account an access key of its own user, and makes the account if there is none. Answers false, and
    /// changes nothing, if another account has the key.
    pub(crate) fn add_key(&mut self, account: &str, access_key: &str, secret: &str) -> bool {
        if self.credentials.get(access_key).is_some_and(|credential| &*credential.account != account) {
            return false;
        }
        let id: Arc<str> = account.into();
        self.accounts.entry(id.clone()).or_default();
        self.credentials.insert(access_key.into(), sts::Credential::root(id, secret));
        true
    }

    /// Whether an account has asked for a region that is off by default.
    pub(crate) fn has_opted_in(&self, account: &str, region: &str) -> bool {
        self.accounts.get(account).is_some_and(|account| account.opted_in.contains(region))
    }

    pub(crate) fn opt_in(&mut self, account: &str, region: &str) {
        if let Some(account) = self.accounts.get_mut(account) {
            account.opted_in.insert(region.to_owned());
        }
    }

    pub(crate) fn account(&mut self, id: &Arc<str>) -> &mut Account {
        self.accounts.entry(id.clone()).or_default()
    }

    pub(crate) fn accounts(&self) -> impl Iterator<Item = (&Arc<str>, &Account)> {
        self.accounts.iter()
    }

    pub(crate) fn schedule(&mut self, at: Moment, place: Place, event: Event) {
        self.agenda.schedule(at, (place, event));
    }

    /// Keeps what a service is before it is written to, while reads of it are to be late.
    pub(crate) fn remember(&mut self, place: &Place, service: Service) {
        let Some(lag) = self.faults.longest_lag(service) else { return };
        let now = self.clock.pace();
        let mut past = std::mem::take(&mut self.past);
        past.keep(place, service, now, lag, || Part::copy(self, place, service));
        self.past = past;
    }

    /// What the rules in force make of a call.
    pub(crate) fn verdict(&mut self, call: &Call) -> Verdict {
        let caller = self.credentials.get(call.access_key.as_str());
        let caller = caller.map_or(Caller { account: "", arn: "" }, |credential| Caller {
            account: &credential.account,
            arn: &credential.arn,
        });
        self.faults.verdict(call, caller, self.clock.pace(), Launch::Called)
    }
}

impl Saved {
    pub(crate) fn now(&self) -> Moment {
        self.now
    }
}

impl Account {
    pub(crate) fn opted_in(&self) -> impl Iterator<Item = &String> {
        self.opted_in.iter()
    }

    pub(crate) fn region(&mut self, name: &Arc<str>) -> &mut Region {
        self.regions.entry(name.clone()).or_default()
    }

    pub(crate) fn regions(&self) -> impl Iterator<Item = (&Arc<str>, &Region)> {
        self.regions.iter()
    }
}
