//! `POST /districts/{district}/heritages`: a heritage to be made.

use indexmap::IndexMap;
use serde::Serialize;
use shared::heritage::{Heritage, HeritageSpec};
use shared::ids::OperationId;
use shared::names::DistrictName;
use shared::operation::Target;
use shared::outline::{self, Standing};
use shared::payload::Payload;
use shared::problem::Code;
use shared::resource::Lifecycle;
use shared::store::Expect;

use super::{Change, Draft, services, variables};
use crate::app::Api;
use crate::place::Place;
use crate::problem::{Refused, Result};
use crate::standing;
use crate::validate::heritage::HeritageRequest;

/// A heritage to be made.
#[derive(Clone, Debug, Serialize)]
pub struct CreateHeritage {
    /// In which district.
    #[serde(skip)]
    pub district: DistrictName,
    /// What it is to be.
    #[serde(flatten)]
    pub request: HeritageRequest,
}

impl CreateHeritage {
    /// Where it is to stand.
    pub fn place(&self) -> Place {
        Place { district: self.district.clone(), heritage: self.request.name.clone() }
    }
}

impl Change for CreateHeritage {
    const ROUTE: &'static str = "create_heritage";

    fn target(&self) -> Target {
        Target { district: self.district.clone(), heritage: Some(self.request.name.clone()), service: None }
    }

    async fn draft(&self, api: &Api, id: &OperationId) -> Result<Draft> {
        let (place, request) = (self.place(), &self.request);
        let district = standing::district(api, &self.district).await?;
        district.must_stay()?;
        if api.store.heritage(&place.district, &place.heritage).await?.is_some() {
            let detail = format!("heritage {} exists in {}", place.heritage, place.district);
            return Err(Refused::new(Code::AlreadyExists, detail));
        }
        let requests: Vec<_> = request.services.iter().collect();
        let (specs, reserve) = services::specified(api, &place, &requests).await?;
        let district_spec = district.desired();
        let pointers = requests.iter().map(|service| format!("{}/desired_count", service.pointer));
        services::have_room(specs.iter().zip(pointers), &district_spec)?;
        let spec = HeritageSpec {
            image_name: request.image_name.clone(),
            image_tag: request.image_tag.clone(),
            environment: variables::sealed(api, &place, id, &request.environment)?,
            services: specs,
        };
        let payload = Payload::CreateHeritage { spec };
        let standing = Standing {
            district: Some(&place.district),
            district_spec: Some(&district_spec),
            heritage: Some(&place.heritage),
            ..Standing::default()
        };
        let outline = outline::of(&payload, &standing);
        let now = api.store.now();
        Ok(Draft {
            reserve,
            heritage: Some(Heritage {
                district: place.district,
                name: place.heritage,
                applied: None,
                services: IndexMap::new(),
                state: Lifecycle::Creating,
                conditions: vec![],
                created_at: now,
                updated_at: now,
            }),
            ..Draft::new(payload, outline, Expect { district: Some(district.revision), ..Expect::default() })
        })
    }
}
