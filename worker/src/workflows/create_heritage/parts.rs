//! What the parts of a heritage are called, and whose they are.

use serde::{Deserialize, Serialize};
use shared::district::DistrictIds;
use shared::names::{DistrictName, ServiceName};
use shared::problem::Code;

use super::create_role::Purpose;
use crate::aws::{Owner, Seen, Tag};
use crate::engine::{Failure, Found, Ready};
use crate::workflows::HeritageCx;

impl HeritageCx {
    /// The district's name.
    pub(crate) fn district(&self) -> &DistrictName {
        &self.target.district.name
    }

    /// What AWS calls the parts of the district.
    pub(crate) fn district_ids(&self) -> &DistrictIds {
        &self.target.district.ids
    }

    /// The ECS cluster.
    pub(crate) fn cluster(&self) -> String {
        self.aws.names.cluster(self.district())
    }

    /// Sees that the cluster is the district's: it is used by its name, which somebody else may have given to one of his.
    pub(crate) async fn check_cluster(&self) -> Result<(), Failure> {
        let name = self.cluster();
        let of_district = Owner { heritage: None, ..self.owner.clone() };
        match self.aws.ecs.find_cluster(&name).await? {
            Some(seen) if of_district.covers(&seen.tags) => Ok(()),
            Some(_) => Err(not_ours(&format!("cluster {name}"))),
            None => Err(Failure::not_seen_yet(Code::ResourceFailed, format!("cluster {name} is not there"))),
        }
    }

    /// The ECS service.
    pub(crate) fn service_name(&self, service: &ServiceName) -> String {
        self.aws.names.service(&self.heritage, service)
    }

    /// The family of a service's task definitions.
    pub(crate) fn family(&self, service: &ServiceName) -> String {
        self.aws.names.family(self.district(), &self.heritage, service)
    }

    /// How the families of all its services begin.
    pub(crate) fn families(&self) -> String {
        self.aws.names.families(self.district(), &self.heritage)
    }

    /// The load balancer of a service.
    pub(crate) fn load_balancer(&self, service: &ServiceName) -> String {
        self.aws.names.load_balancer(self.district(), &self.heritage, service)
    }

    /// The log group.
    pub(crate) fn log_group(&self) -> String {
        self.aws.names.log_group(self.district(), &self.heritage)
    }

    /// A role of the heritage.
    pub(crate) fn role(&self, purpose: &str) -> String {
        self.aws.names.heritage_role(self.district(), &self.heritage, &self.aws.region, purpose)
    }

    /// A thing found by its name, if it is this heritage's. Something else of that name stays, and the operation says so:
    /// its tags may have been taken off by hand.
    pub(crate) fn owned<T>(&self, what: &str, name: &str, seen: Option<T>, tags: fn(&T) -> &Vec<Tag>) -> Option<T> {
        let seen = seen?;
        if self.owner.covers(tags(&seen)) {
            return Some(seen);
        }
        self.run.warn(format!("{what} {name} does not carry the heritage's tags; it stays"));
        None
    }

    /// Id of the private zone, and the name of a service in it.
    pub(crate) fn private_record(&self, service: &ServiceName) -> Result<(String, String), Failure> {
        let zone = known(self.district_ids().private_zone_id.as_deref(), "private zone")?;
        Ok((zone.to_owned(), self.aws.names.private_record(self.district(), &self.heritage, service)))
    }

    /// Id of the public zone, and the name of a service in it; `None` when the zone is not there.
    pub(crate) async fn public_record(&self, service: &ServiceName) -> Result<Option<(String, String)>, Failure> {
        let zone = known(self.target.district.spec.public_zone.as_deref(), "public zone")?;
        let name = self.aws.route53.zone_name(zone).await?;
        Ok(name.map(|name| (zone.to_owned(), format!("{service}.{}.{name}", self.heritage))))
    }
}

/// A part of the district that its record must name.
pub(crate) fn known<'a>(part: Option<&'a str>, what: &str) -> Result<&'a str, Failure> {
    part.ok_or_else(|| Failure::permanent(Code::Internal, format!("the record of the district names no {what}")))
}

/// ARN of a role of the heritage, which stands already. Reads may be older than the role, so it is looked for again for a
/// while.
pub(crate) async fn role_arn(cx: &HeritageCx, purpose: Purpose) -> Result<String, Failure> {
    let name = cx.role(purpose.as_str());
    let unseen = || Failure::not_seen_yet(Code::ResourceFailed, format!("the heritage's role {name} is not there"));
    let role = cx.aws.iam.find_role(&name).await?.ok_or_else(unseen)?;
    match cx.owner.covers(&role.tags) {
        true => Ok(role.arn),
        false => Err(not_ours(&format!("role {name}"))),
    }
}

/// What stands under a name of ours and is not ours is neither used nor changed.
pub(crate) fn not_ours(what: &str) -> Failure {
    let detail = format!("{what} does not carry the heritage's tags: somebody else made it, or took them off");
    Failure::permanent(Code::AlreadyExists, detail)
}

/// A thing that was found by its name, which another owner may have given to something of his.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Named<T> {
    /// The thing.
    pub(crate) thing: T,
    /// Whether it may be used.
    pub(crate) usable: bool,
}

impl<T: Clone> Named<T> {
    /// A thing that was just made.
    pub(crate) fn new(thing: T) -> Self {
        Named { thing, usable: true }
    }

    /// What `find` saw; only what this operation made may be used.
    pub(crate) fn own(cx: &HeritageCx, seen: Option<Seen<T>>) -> Found<Self> {
        let made = seen.as_ref().is_some_and(|seen| cx.owner.made(&seen.tags));
        Self::found(cx, seen, made)
    }

    /// What `find` saw; what an earlier operation on the same heritage left may be used too.
    pub(crate) fn of_heritage(cx: &HeritageCx, seen: Option<Seen<T>>) -> Found<Self> {
        let covered = seen.as_ref().is_some_and(|seen| cx.owner.covers(&seen.tags));
        Self::found(cx, seen, covered)
    }

    fn found(cx: &HeritageCx, seen: Option<Seen<T>>, usable: bool) -> Found<Self> {
        let seen: Vec<_> = seen.into_iter().collect();
        match cx.owner.found(&seen) {
            Found::Absent => Found::Absent,
            Found::Going => Found::Going,
            Found::Earlier(thing) => Found::Earlier(Named { thing, usable }),
            Found::Ours(things) => Found::Ours(things.into_iter().map(Named::new).collect()),
        }
    }

    /// Ready, unless it belongs to somebody else.
    pub(crate) fn ready(&self, what: &str) -> Result<Ready, Failure> {
        if self.usable {
            return Ok(Ready::Yes);
        }
        Err(Failure::permanent(
            Code::AlreadyExists,
            format!("{what} exists already and was not made by this operation"),
        ))
    }
}
