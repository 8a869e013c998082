//! A heritage that stands and is to be changed, read with its district for one check.

use shared::heritage::HeritageSpec;
use shared::operation::Target;
use shared::outline::{self, PlannedStep, Standing};
use shared::payload::Payload;
use shared::store::{Expect, HeritageView};

use crate::app::Api;
use crate::place::Place;
use crate::problem::Result;
use crate::standing::{self, DistrictView};

/// What a change to a heritage is checked against.
pub(super) struct StandingHeritage {
    /// Its district.
    pub district: DistrictView,
    /// As recorded, with what is on its way to it.
    pub view: HeritageView,
    /// What it is to be before this change.
    pub spec: HeritageSpec,
}

/// The target of a change to a whole heritage.
pub(super) fn target(place: &Place) -> Target {
    Target { district: place.district.clone(), heritage: Some(place.heritage.clone()), service: None }
}

/// Reads a heritage that is to stay.
pub(super) async fn read(api: &Api, place: &Place) -> Result<StandingHeritage> {
    let (view, district) = tokio::join!(standing::heritage(api, place), standing::district(api, &place.district));
    let (view, district) = (view?, district?);
    district.must_stay()?;
    let spec = standing::desired(&view)?;
    Ok(StandingHeritage { district, view, spec })
}

impl StandingHeritage {
    /// The revisions that were read.
    pub(super) fn revisions(&self) -> Expect {
        Expect { district: Some(self.district.revision), heritage: Some(self.view.revision), heritages: None }
    }

    /// The steps of a patch on what the heritage is before.
    pub(super) fn outline(&self, payload: &Payload, before: &HeritageSpec) -> Vec<PlannedStep> {
        let district_spec = self.district.desired();
        let standing = Standing {
            district: Some(&self.view.heritage.district),
            district_spec: Some(&district_spec),
            heritage: Some(&self.view.heritage.name),
            heritage_spec: Some(before),
            ..Standing::default()
        };
        outline::of(payload, &standing)
    }
}
