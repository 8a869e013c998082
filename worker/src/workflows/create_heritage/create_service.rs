//! The ECS service.
//!
//! Makes        one ECS service that runs the registered revision, behind the service's load balancer if it has one
//! Repeat-safe  found again by name and tags; the call carries a client token
//! Undo         deletes the service that this operation made, with its tasks, and waits until it is inactive

use shared::heritage::ServiceSpec;
use shared::time::Timestamp;

use super::parts::{Named, known};
use super::rolling::rolling;
use super::settle::Reached;
use super::{CreateLoadBalancer, RegisterTaskDefinition};
use crate::aws::Seen;
use crate::aws::ecs::{Balancing, NewService, Status};
use crate::engine::{Failure, Found, Ready, Resource};
use crate::workflows::HeritageCx;

/// Makes the ECS service of a service.
pub(crate) struct CreateService(pub(crate) ServiceSpec);

impl Resource for CreateService {
    type Cx = HeritageCx;
    type Output = Named<Reached>;
    const NAME: &'static str = "create_service";

    fn of(&self) -> Option<&str> {
        Some(self.0.name.as_str())
    }

    fn ids(output: &Named<Reached>) -> Vec<String> {
        vec![output.thing.arn.clone()]
    }

    async fn find(&self, cx: &HeritageCx) -> Result<Found<Named<Reached>>, Failure> {
        let state = cx.aws.ecs.find_service(&cx.cluster(), &cx.service_name(&self.0.name)).await?;
        let state = state.filter(|state| state.status != Status::Inactive);
        let seen = state.map(|state| Seen {
            // All that ECS said of a service of ours was said since this operation began.
            thing: Reached { since: Timestamp::default(), ..Reached::from(&state) },
            going: state.status == Status::Draining,
            tags: state.tags,
        });
        Ok(Named::own(cx, seen))
    }

    async fn create(&self, cx: &HeritageCx) -> Result<Named<Reached>, Failure> {
        let name = cx.service_name(&self.0.name);
        cx.check_cluster().await?;
        let new = NewService {
            cluster: cx.cluster(),
            task_definition: cx.run.output_of(&RegisterTaskDefinition(self.0.clone()))?,
            desired: self.0.desired_count,
            rolling: rolling(&self.0, cx.target.district.spec.cluster_size),
            balancing: self.balancing(cx)?,
            token: cx.run.token(self).to_string(),
            tags: cx.owner.tags(&name),
            name,
        };
        let state = cx.aws.ecs.create_service(&new).await?;
        Ok(Named::new(Reached { since: Timestamp::default(), ..Reached::from(&state) }))
    }

    async fn ready(&self, cx: &HeritageCx, service: &Named<Reached>) -> Result<Ready, Failure> {
        service.ready(&format!("ECS service {} in cluster {}", cx.service_name(&self.0.name), cx.cluster()))
    }

    async fn delete(&self, cx: &HeritageCx, _service: Named<Reached>) -> Result<(), Failure> {
        Ok(cx.aws.ecs.delete_service(&cx.cluster(), &cx.service_name(&self.0.name)).await?)
    }
}

impl CreateService {
    fn balancing(&self, cx: &HeritageCx) -> Result<Option<Balancing>, Failure> {
        let Some(port) = self.0.port_mappings.first() else { return Ok(None) };
        Ok(Some(Balancing {
            name: cx.run.output_of(&CreateLoadBalancer(self.0.clone()))?.thing.name,
            container: self.0.name.to_string(),
            container_port: port.container_port,
            role: known(cx.district_ids().ecs_service_role.as_deref(), "role for ECS")?.to_owned(),
        }))
    }
}
