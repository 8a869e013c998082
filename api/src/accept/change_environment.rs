//! `POST` and `DELETE /heritages/{heritage}/env_vars`.

use serde::Serialize;
use shared::ids::OperationId;
use shared::operation::Target;
use shared::payload::Payload;

use super::{Change, Draft, standing_heritage, variables};
use crate::app::Api;
use crate::place::Place;
use crate::problem::Result;
use crate::validate::env_vars::{SetRequest, UnsetRequest};

/// Variables to set.
#[derive(Clone, Debug, Serialize)]
pub struct SetEnvVars {
    /// Whose.
    #[serde(skip)]
    pub place: Place,
    /// Which.
    #[serde(flatten)]
    pub request: SetRequest,
}

impl Change for SetEnvVars {
    const ROUTE: &'static str = "set_env_vars";

    fn target(&self) -> Target {
        standing_heritage::target(&self.place)
    }

    async fn draft(&self, api: &Api, id: &OperationId) -> Result<Draft> {
        let vars = variables::sealed(api, &self.place, id, &self.request.env_vars)?;
        draft(api, &self.place, Payload::SetEnvVars { vars }).await
    }
}

/// Variables to unset; those that are not set are not missed.
#[derive(Clone, Debug, Serialize)]
pub struct UnsetEnvVars {
    /// Whose.
    #[serde(skip)]
    pub place: Place,
    /// Which.
    #[serde(flatten)]
    pub request: UnsetRequest,
}

impl Change for UnsetEnvVars {
    const ROUTE: &'static str = "unset_env_vars";

    fn target(&self) -> Target {
        standing_heritage::target(&self.place)
    }

    async fn draft(&self, api: &Api, _id: &OperationId) -> Result<Draft> {
        draft(api, &self.place, Payload::UnsetEnvVars { keys: self.request.env_keys.clone() }).await
    }
}

async fn draft(api: &Api, place: &Place, payload: Payload) -> Result<Draft> {
    let standing = standing_heritage::read(api, place).await?;
    let outline = standing.outline(&payload, &standing.spec);
    Ok(Draft::new(payload, outline, standing.revisions()))
}
