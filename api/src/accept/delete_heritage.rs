//! `DELETE /heritages/{heritage}`.

use serde::Serialize;
use shared::ids::OperationId;
use shared::operation::Target;
use shared::outline::{self, Standing};
use shared::payload::Payload;
use shared::problem::{Code, Problem};
use shared::store::Expect;

use super::{Change, Draft, standing_heritage};
use crate::app::Api;
use crate::place::Place;
use crate::problem::Result;
use crate::standing;

/// A heritage to be removed, whatever became of it.
#[derive(Clone, Debug, Serialize)]
pub struct DeleteHeritage {
    /// Which.
    #[serde(skip)]
    pub place: Place,
    /// Whether its log groups stay.
    pub keep_logs: bool,
}

impl Change for DeleteHeritage {
    const ROUTE: &'static str = "delete_heritage";

    fn target(&self) -> Target {
        standing_heritage::target(&self.place)
    }

    async fn draft(&self, api: &Api, _id: &OperationId) -> Result<Draft> {
        let Place { district, heritage } = &self.place;
        let view = standing::heritage(api, &self.place).await?;
        if let Some(deletion) = standing::deletion(&view.unfinished) {
            let problem = Problem::new(Code::BeingDeleted, format!("heritage {heritage} is being deleted"));
            return Err(Problem { operation: Some(deletion.id.clone()), ..problem }.into());
        }
        let district_view = standing::district(api, district).await?;
        let (district_spec, before) = (district_view.desired(), view.desired());
        let payload = Payload::DeleteHeritage { keep_logs: self.keep_logs };
        let standing = Standing {
            district: Some(district),
            district_spec: Some(&district_spec),
            heritage: Some(heritage),
            heritage_spec: before.as_ref(),
            heritages: &[],
        };
        let outline = outline::of(&payload, &standing);
        let expect = Expect { district: Some(district_view.revision), heritage: Some(view.revision), heritages: None };
        Ok(Draft::new(payload, outline, expect))
    }
}
