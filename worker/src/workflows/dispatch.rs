//! From the kind of an operation to its workflow. Exhaustive: a new kind does not compile without one.

use shared::names::HeritageName;
use shared::operation::{Kind, Target};
use shared::problem::Code;

use super::{
    CreateHeritage, DeleteDistrict, DeleteHeritage, DistrictCx, HeritageCx, ProvisionDistrict, RollOut, ScaleService,
    Services, UpdateDistrict,
};
use crate::engine::{Departure, Failure, Held, Workflow, drive};

/// Carries a claimed operation out until it ends, waits in nobody's hands, or leaves this worker.
pub async fn run(services: &Services, held: &Held) -> Departure {
    match held.operation().kind {
        Kind::ProvisionDistrict => on_district(services, held, ProvisionDistrict).await,
        Kind::UpdateDistrict => on_district(services, held, UpdateDistrict).await,
        Kind::DeleteDistrict => on_district(services, held, DeleteDistrict).await,
        Kind::CreateHeritage => on_heritage(services, held, CreateHeritage).await,
        Kind::DeployHeritage | Kind::SetEnvVars | Kind::UnsetEnvVars => on_heritage(services, held, RollOut).await,
        Kind::ScaleService => on_heritage(services, held, ScaleService).await,
        Kind::DeleteHeritage => on_heritage(services, held, DeleteHeritage).await,
    }
}

async fn on_district<W: Workflow<Cx = DistrictCx>>(services: &Services, held: &Held, workflow: W) -> Departure {
    let district = &held.operation().target.district;
    drive(held, &workflow, async |run| DistrictCx::prepare(services, run, district).await).await
}

async fn on_heritage<W: Workflow<Cx = HeritageCx>>(services: &Services, held: &Held, workflow: W) -> Departure {
    let target = &held.operation().target;
    drive(held, &workflow, async |run| {
        let heritage = heritage_of(target)?;
        HeritageCx::prepare(services, run, &target.district, heritage).await
    })
    .await
}

fn heritage_of(target: &Target) -> Result<&HeritageName, Failure> {
    let missing = || Failure::permanent(Code::Internal, "the operation names no heritage");
    target.heritage.as_ref().ok_or_else(missing)
}
