//! The load balancer of a service.
//!
//! Makes        one classic load balancer: internet-facing for a public service, else internal
//! Repeat-safe  found again by name and tags
//! Undo         deletes the load balancer that this operation made

use shared::heritage::ServiceSpec;
use shared::problem::{Code, Problem};

use super::parts::{Named, known};
use crate::aws::elb::{LoadBalancer, NewLoadBalancer};
use crate::engine::{Class, Failure, Found, Ready, Resource};
use crate::workflows::HeritageCx;

/// Makes the load balancer of a service.
pub(crate) struct CreateLoadBalancer(pub(crate) ServiceSpec);

impl Resource for CreateLoadBalancer {
    type Cx = HeritageCx;
    type Output = Named<LoadBalancer>;
    const NAME: &'static str = "create_load_balancer";

    fn of(&self) -> Option<&str> {
        Some(self.0.name.as_str())
    }

    fn ids(output: &Named<LoadBalancer>) -> Vec<String> {
        vec![output.thing.name.clone()]
    }

    async fn find(&self, cx: &HeritageCx) -> Result<Found<Named<LoadBalancer>>, Failure> {
        Ok(Named::own(cx, cx.aws.elb.find_load_balancer(&cx.load_balancer(&self.0.name)).await?))
    }

    async fn create(&self, cx: &HeritageCx) -> Result<Named<LoadBalancer>, Failure> {
        let (name, district) = (cx.load_balancer(&self.0.name), cx.district_ids());
        let (subnets, security_group) = match self.0.public {
            true => (&district.public_subnet_ids, &district.public_elb_security_group),
            false => (&district.private_subnet_ids, &district.private_elb_security_group),
        };
        let new = NewLoadBalancer {
            tags: cx.owner.tags(&name),
            name,
            public: self.0.public,
            subnets: subnets.clone(),
            security_group: known(security_group.as_deref(), "security group for load balancers")?.to_owned(),
            ports: self.0.port_mappings.iter().map(|port| (port.lb_port, port.host_port)).collect(),
        };
        cx.aws.elb.create_load_balancer(&new).await?;
        let made = cx.aws.elb.find_load_balancer(&new.name).await?;
        let unseen = || {
            let problem = Problem::new(Code::AwsRefused, format!("{} is not seen yet", new.name));
            // As with an answer that was lost: it was made, and an undo must not take it for absent.
            Failure::new(Class::Transient, problem)
        };
        made.map(|seen| Named::new(seen.thing)).ok_or_else(unseen)
    }

    async fn ready(&self, _cx: &HeritageCx, balancer: &Named<LoadBalancer>) -> Result<Ready, Failure> {
        balancer.ready(&format!("load balancer {}", balancer.thing.name))
    }

    async fn delete(&self, cx: &HeritageCx, balancer: Named<LoadBalancer>) -> Result<(), Failure> {
        Ok(cx.aws.elb.delete_load_balancer(&balancer.thing.name).await?)
    }
}
