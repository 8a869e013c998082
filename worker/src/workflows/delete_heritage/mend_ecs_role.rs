//! The role with which ECS takes a deleted service off its load balancer. Without it the service drains for ever, and with
//! it everything that waits for its end.
//!
//! <https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html>

use shared::problem::Code;

use crate::aws::Owner;
use crate::engine::{Failure, Step};
use crate::workflows::HeritageCx;
use crate::workflows::provision_district::{OF_ECS, Role};

/// Makes the role again when somebody removed it; the district's deletion removes it. One that was given is its user's.
pub(super) async fn mend_ecs_role<S: Step>(cx: &HeritageCx, step: &S) -> Result<(), Failure> {
    let Some(name) = cx.district_ids().ecs_service_role.as_deref() else { return Ok(()) };
    if cx.aws.iam.find_role(name).await?.is_some() {
        return Ok(());
    }
    if cx.target.district.spec.given.ecs_service_role.is_some() {
        let detail = format!("role {name}, which was given, is not there; ECS needs it until the service is gone");
        return Err(Failure::permanent(Code::GivenResourceInvalid, detail));
    }
    cx.run.intent(step, name).await?;
    let of_district = Owner { heritage: None, ..cx.owner.clone() };
    cx.aws.iam.create_role(name, Role::EcsService.service(), &of_district.tags(name)).await?;
    for policy in OF_ECS {
        cx.aws.iam.attach_policy(name, policy).await?;
    }
    cx.run.warn(format!(
        "role {name} was removed by somebody else; it was made again, since ECS needs it to end services"
    ));
    Ok(())
}
