//! What the steps of a workflow work with: the run, AWS, and the target computed when the attempt was first claimed.

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use shared::district::{District, DistrictIds, DistrictSpec};
use shared::heritage::{HeritageSpec, ServiceIds, ServiceSpec};
use shared::names::{DistrictName, HeritageName, ServiceName};
use shared::payload::Payload;
use shared::problem::{Code, Problem};
use shared::seal::Keys;
use shared::store::StoreError;

use super::Services;
use crate::aws::{Aws, Owner};
use crate::engine::{Class, Context, Failure, Run};

/// What a district is to be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DistrictTarget {
    /// What it was when the attempt began; `None` when it is being made.
    pub before: Option<DistrictSpec>,
    /// What it is to be.
    pub spec: DistrictSpec,
    /// What AWS called its parts when the attempt began.
    pub ids: DistrictIds,
}

/// For operations on a district.
pub struct DistrictCx {
    /// The run.
    pub run: Run,
    /// AWS.
    pub aws: Aws,
    /// The district.
    pub district: DistrictName,
    /// What it is to be.
    pub target: DistrictTarget,
    /// Whose things are made.
    pub owner: Owner,
}

impl Context for DistrictCx {
    fn run(&self) -> &Run {
        &self.run
    }
}

impl DistrictCx {
    /// Reads the records and computes the target.
    pub async fn prepare(services: &Services, run: Run, district: &DistrictName) -> Result<Self, Failure> {
        let target = run.target(async || district_target(&run, district).await).await?;
        let owner = owner(services, &run, district, None);
        Ok(DistrictCx { run: run.clone(), aws: services.aws.clone(), district: district.clone(), target, owner })
    }
}

async fn district_target(run: &Run, district: &DistrictName) -> Result<DistrictTarget, Failure> {
    let (record, ..) = run.store().district(district).await.map_err(unread)?.ok_or_else(|| gone(district.as_str()))?;
    let District { spec: standing, ids, .. } = record;
    Ok(match run.payload() {
        Payload::ProvisionDistrict { spec } => DistrictTarget { before: None, spec: spec.clone(), ids },
        Payload::UpdateDistrict { patch } => {
            DistrictTarget { spec: patch.applied_to(&standing), before: Some(standing), ids }
        }
        Payload::DeleteDistrict { .. }
        | Payload::CreateHeritage { .. }
        | Payload::DeployHeritage { .. }
        | Payload::ScaleService { .. }
        | Payload::SetEnvVars { .. }
        | Payload::UnsetEnvVars { .. }
        | Payload::DeleteHeritage { .. } => DistrictTarget { before: Some(standing.clone()), spec: standing, ids },
    })
}

/// What a heritage is to be.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HeritageTarget {
    /// What was last applied when the attempt began; `None` when it is being made.
    pub before: Option<HeritageSpec>,
    /// What it is to be; `None` when it is to be gone.
    pub after: Option<HeritageSpec>,
    /// What AWS called its services when the attempt began.
    pub services: IndexMap<String, ServiceIds>,
    /// Its district.
    pub district: District,
}

impl HeritageTarget {
    /// A service as it is to be.
    pub fn service(&self, name: &ServiceName) -> Option<&ServiceSpec> {
        self.after.as_ref().and_then(|spec| spec.service(name))
    }

    /// A service as it was.
    pub fn service_before(&self, name: &ServiceName) -> Option<&ServiceSpec> {
        self.before.as_ref().and_then(|spec| spec.service(name))
    }
}

/// For operations on a heritage.
pub struct HeritageCx {
    /// The run.
    pub run: Run,
    /// AWS.
    pub aws: Aws,
    /// Opens sealed secrets.
    pub keys: Keys,
    /// The heritage.
    pub heritage: HeritageName,
    /// What it is to be.
    pub target: HeritageTarget,
    /// Whose things are made.
    pub owner: Owner,
}

impl Context for HeritageCx {
    fn run(&self) -> &Run {
        &self.run
    }
}

impl HeritageCx {
    /// Reads the records and computes the target.
    pub async fn prepare(
        services: &Services,
        run: Run,
        district: &DistrictName,
        heritage: &HeritageName,
    ) -> Result<Self, Failure> {
        let target = run.target(async || heritage_target(&run, district, heritage).await).await?;
        Ok(HeritageCx {
            owner: owner(services, &run, district, Some(heritage.clone())),
            aws: services.aws.clone(),
            keys: services.keys.clone(),
            heritage: heritage.clone(),
            target,
            run,
        })
    }
}

async fn heritage_target(
    run: &Run,
    district: &DistrictName,
    heritage: &HeritageName,
) -> Result<HeritageTarget, Failure> {
    let store = run.store();
    let (in_district, ..) = store.district(district).await.map_err(unread)?.ok_or_else(|| gone(district.as_str()))?;
    let view = store.heritage(district, heritage).await.map_err(unread)?.ok_or_else(|| gone(heritage.as_str()))?;
    let before = view.heritage.applied;
    Ok(HeritageTarget {
        after: run.payload().fold(before.clone()),
        before,
        services: view.heritage.services,
        district: in_district,
    })
}

fn owner(services: &Services, run: &Run, district: &DistrictName, heritage: Option<HeritageName>) -> Owner {
    Owner {
        namespace: services.aws.namespace.clone(),
        district: district.clone(),
        heritage,
        operation: run.operation().clone(),
    }
}

fn unread(error: StoreError) -> Failure {
    Failure::new(Class::Transient, Problem::new(Code::StoreUnavailable, format!("the record cannot be read: {error}")))
}

fn gone(name: &str) -> Failure {
    Failure::permanent(Code::NotFound, format!("there is no record of {name} any more"))
}
