//! `DELETE /districts/{district}`.

use serde::Serialize;
use shared::ids::OperationId;
use shared::names::{DistrictName, HeritageName};
use shared::operation::Target;
use shared::outline::{self, Standing};
use shared::payload::Payload;
use shared::problem::{Code, Problem};
use shared::store::Expect;

use super::{Change, Draft};
use crate::app::Api;
use crate::problem::Result;
use crate::standing;

/// A district to be removed.
#[derive(Clone, Debug, Serialize)]
pub struct DeleteDistrict {
    /// Which.
    #[serde(skip)]
    pub district: DistrictName,
    /// Whether its heritages are removed first.
    pub cascade: bool,
    /// Whether records that others put into its private zone are removed too.
    pub force: bool,
    /// Whether log groups stay.
    pub keep_logs: bool,
}

impl Change for DeleteDistrict {
    const ROUTE: &'static str = "delete_district";

    fn target(&self) -> Target {
        Target { district: self.district.clone(), heritage: None, service: None }
    }

    async fn draft(&self, api: &Api, _id: &OperationId) -> Result<Draft> {
        let view = standing::district(api, &self.district).await?;
        if let Some(deletion) = standing::deletion(&view.unfinished) {
            let problem = Problem::new(Code::BeingDeleted, format!("district {} is being deleted", self.district));
            return Err(Problem { operation: Some(deletion.id.clone()), ..problem }.into());
        }
        let heritages = api.store.heritages(&self.district).await?;
        let heritages: Vec<_> = heritages.into_iter().map(|view| view.heritage.name).collect();
        if !self.cascade && !heritages.is_empty() {
            return Err(has_heritages(&self.district, &heritages).into());
        }
        let before = view.desired();
        let payload = Payload::DeleteDistrict { cascade: self.cascade, force: self.force, keep_logs: self.keep_logs };
        let standing = Standing {
            district: Some(&self.district),
            district_spec: Some(&before),
            heritages: &heritages,
            ..Standing::default()
        };
        let outline = outline::of(&payload, &standing);
        Ok(Draft::new(payload, outline, Expect { district: Some(view.revision), ..Expect::default() }))
    }
}

fn has_heritages(district: &DistrictName, heritages: &[HeritageName]) -> Problem {
    let names: Vec<_> = heritages.iter().map(HeritageName::as_str).collect();
    let problem = Problem::new(Code::HasHeritages, format!("{district} has {}", names.join(", ")));
    names.iter().fold(problem, |problem, name| {
        problem.with_evidence("heritage", format!("/v1/districts/{district}/heritages/{name}"))
    })
}
