//! `POST /heritages/{heritage}/services/{service}/scale`.

use serde::Serialize;
use shared::ids::OperationId;
use shared::names::ServiceName;
use shared::operation::Target;
use shared::payload::Payload;
use shared::problem::Code;

use super::{Change, Draft, services, standing_heritage};
use crate::app::Api;
use crate::place::Place;
use crate::problem::{Refused, Result};
use crate::validate::scale::ScaleRequest;

/// A service to be scaled.
#[derive(Clone, Debug, Serialize)]
pub struct ScaleService {
    /// Whose.
    #[serde(skip)]
    pub place: Place,
    /// Which.
    #[serde(skip)]
    pub service: ServiceName,
    /// To how many tasks.
    #[serde(flatten)]
    pub request: ScaleRequest,
    /// Where that stands in the body.
    #[serde(skip)]
    pub pointer: String,
}

impl Change for ScaleService {
    const ROUTE: &'static str = "scale_service";

    fn target(&self) -> Target {
        Target { service: Some(self.service.clone()), ..standing_heritage::target(&self.place) }
    }

    async fn draft(&self, api: &Api, _id: &OperationId) -> Result<Draft> {
        let standing = standing_heritage::read(api, &self.place).await?;
        let missing =
            || Refused::new(Code::NotFound, format!("{} has no service {}", self.place.heritage, self.service));
        let mut service = standing.spec.service(&self.service).ok_or_else(missing)?.clone();
        service.desired_count = self.request.scale;
        services::have_room([(&service, self.pointer.clone())].into_iter(), &standing.district.desired())?;
        let payload = Payload::ScaleService { service: self.service.clone(), desired_count: self.request.scale };
        let outline = standing.outline(&payload, &standing.spec);
        Ok(Draft::new(payload, outline, standing.revisions()))
    }
}
