//! `PATCH /districts/{district}`: size, instance type and way out of a district.

use serde::Serialize;
use serde_json::Value;
use shared::district::DistrictSpec;
use shared::ids::OperationId;
use shared::names::DistrictName;
use shared::narrate::counted;
use shared::operation::Target;
use shared::outline::{self, Standing};
use shared::payload::Payload;
use shared::problem::{Code, Problem};
use shared::store::{Expect, HeritageView};

use super::{Change, Draft};
use crate::app::Api;
use crate::problem::{Refused, Result};
use crate::standing::{self, DistrictView};
use crate::validate::Findings;
use crate::validate::district::DistrictChange;
use crate::views::DistrictDocument;

/// A change to a district.
#[derive(Clone, Debug, Serialize)]
pub struct UpdateDistrict {
    /// Which.
    #[serde(skip)]
    pub district: DistrictName,
    /// What changes.
    #[serde(flatten)]
    pub request: DistrictChange,
}

impl Change for UpdateDistrict {
    const ROUTE: &'static str = "update_district";

    fn target(&self) -> Target {
        Target { district: self.district.clone(), heritage: None, service: None }
    }

    async fn draft(&self, api: &Api, _id: &OperationId) -> Result<Draft> {
        let view = standing::district(api, &self.district).await?;
        view.must_stay()?;
        let before = view.desired();
        let patch = &self.request.patch;
        self.keeps_what_is_fixed(&view)?;
        if patch.nat_type.is_some() && before.given.vpc_id.is_some() {
            let problem = Problem::new(Code::InvalidField, "the district's VPC was given, with its own way out");
            return Err(problem.at("/nat_type", "cannot be chosen for a VPC that is given").into());
        }
        let after = patch.applied_to(&before);
        let mut expect = Expect { district: Some(view.revision), ..Expect::default() };
        if after.cluster_size < before.cluster_size {
            let placed = api.store.heritages(&self.district).await?;
            holds_what_is_placed(&after, &placed)?;
            // One that grows meanwhile may not fit any more.
            let revisions = placed.iter().map(|view| (view.heritage.name.clone(), view.revision));
            expect.heritages = Some(revisions.collect());
        }
        let payload = Payload::UpdateDistrict { patch: patch.clone() };
        let standing = Standing { district: Some(&self.district), district_spec: Some(&before), ..Standing::default() };
        let outline = outline::of(&payload, &standing);
        Ok(Draft::new(payload, outline, expect))
    }
}

impl UpdateDistrict {
    /// A body may repeat what stands, as clients do that send back what they read.
    fn keeps_what_is_fixed(&self, view: &DistrictView) -> Result<()> {
        let defect = |_| Refused::new(Code::Internal, "the district cannot be shown");
        let stands = serde_json::to_value(DistrictDocument::of(view)).map_err(defect)?;
        let mut found = Findings::default();
        for fixed in &self.request.fixed {
            let now = stands.get(fixed.name).unwrap_or(&Value::Null);
            if *now != fixed.value {
                found.add(Code::ImmutableField, &fixed.pointer, "cannot be changed");
            }
        }
        found.unless_any(Some(()))
    }
}

fn holds_what_is_placed(after: &DistrictSpec, heritages: &[HeritageView]) -> Result<()> {
    let mut needs = Vec::new();
    for view in heritages {
        for service in view.desired().map(|spec| spec.services).unwrap_or_default() {
            let need = standing::lacks_instances(&service, after.cluster_size);
            needs.extend(need.map(|_| {
                format!("{}/{} has {}", view.heritage.name, service.name, counted(service.desired_count, "task"))
            }));
        }
    }
    if needs.is_empty() {
        return Ok(());
    }
    let detail = format!("{} instances are too few: {}", after.cluster_size, needs.join(", "));
    Err(Problem::new(Code::InUse, detail).at("/cluster_size", "is too small for what is placed").into())
}
