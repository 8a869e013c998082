//! How a service's load balancer checks and balances.
//!
//! Makes        a TCP health check on the first host port, balancing across zones, 60 s of connection draining
//! Repeat-safe  sets the same again
//! Undo         nothing: the settings go with the load balancer

use shared::heritage::ServiceSpec;

use super::CreateLoadBalancer;
use crate::engine::{Failure, Step, Turn, Undone};
use crate::workflows::HeritageCx;

/// Configures the load balancer of a service.
pub(crate) struct ConfigureLoadBalancer(pub(crate) ServiceSpec);

impl Step for ConfigureLoadBalancer {
    type Cx = HeritageCx;
    type Output = ();
    const NAME: &'static str = "configure_load_balancer";

    fn of(&self) -> Option<&str> {
        Some(self.0.name.as_str())
    }

    async fn run(&self, cx: &HeritageCx) -> Result<Turn<()>, Failure> {
        let balancer = cx.run.output_of(&CreateLoadBalancer(self.0.clone()))?.thing.name;
        if let Some(port) = self.0.port_mappings.first() {
            cx.aws.elb.configure_health_check(&balancer, port.host_port).await?;
        }
        cx.aws.elb.configure_attributes(&balancer).await?;
        Ok(Turn::Done(()))
    }

    async fn undo(&self, _cx: &HeritageCx) -> Result<Undone, Failure> {
        Ok(Undone::Done(Vec::new()))
    }
}
