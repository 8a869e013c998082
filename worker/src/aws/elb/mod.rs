//! Classic load balancers.

use aws_config::SdkConfig;
use aws_sdk_elasticloadbalancing::types::{
    ConnectionDraining, CrossZoneLoadBalancing, HealthCheck, Listener, LoadBalancerAttributes, LoadBalancerDescription,
};
use serde::{Deserialize, Serialize};

use super::call::NameCaller;
use super::{AbsentOk, Calls, NotCalled, Seen, Tag};

const ABSENT: [&str; 1] = ["LoadBalancerNotFound"];
/// How many load balancers one DescribeTags takes.
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_DescribeTags.html>
const TAGS_PER_CALL: usize = 20;

/// Classic ELB of one account and region.
#[derive(Clone)]
pub struct Elb {
    client: aws_sdk_elasticloadbalancing::Client,
    calls: Calls,
}

/// A load balancer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LoadBalancer {
    /// Its name, which is its id.
    pub name: String,
    /// Under which it is reached.
    pub dns_name: String,
    /// Zone id for alias records to it.
    pub zone_id: Option<String>,
}

/// A load balancer to be made.
#[derive(Clone, Debug)]
pub struct NewLoadBalancer {
    /// 32 characters at most.
    pub name: String,
    /// Whether it faces the internet.
    pub public: bool,
    /// Where it stands.
    pub subnets: Vec<String>,
    /// Who may reach it.
    pub security_group: String,
    /// Its own ports, each with the port on the instances.
    pub ports: Vec<(u16, u16)>,
    /// Its tags.
    pub tags: Vec<Tag>,
}

/// How one instance looks to its load balancer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetHealth {
    /// `i-…`
    pub instance: String,
    /// Whether it gets requests.
    pub in_service: bool,
    /// Why not.
    pub description: String,
}

impl Elb {
    /// With the settings of the SDK.
    pub fn new(config: &SdkConfig, calls: Calls) -> Self {
        let config = aws_sdk_elasticloadbalancing::config::Builder::from(config).interceptor(NameCaller).build();
        Elb { client: aws_sdk_elasticloadbalancing::Client::from_conf(config), calls }
    }

    /// A load balancer by its name.
    pub async fn find_load_balancer(&self, name: &str) -> Result<Option<Seen<LoadBalancer>>, NotCalled> {
        let request = self.client.describe_load_balancers().load_balancer_names(name);
        let answer = self
            .calls
            .call("elasticloadbalancing", "DescribeLoadBalancers", request.send())
            .await
            .absent_ok(&ABSENT)?;
        let described = answer.and_then(|answer| answer.load_balancer_descriptions).unwrap_or_default();
        Ok(self.with_tags(described.iter().map(read).collect()).await?.pop())
    }

    /// All load balancers of the account and region.
    pub async fn find_load_balancers(&self) -> Result<Vec<Seen<LoadBalancer>>, NotCalled> {
        let mut found = Vec::new();
        let mut marker = None;
        loop {
            let request = self.client.describe_load_balancers().set_marker(marker);
            let answer = self.calls.call("elasticloadbalancing", "DescribeLoadBalancers", request.send()).await?;
            found.extend(answer.load_balancer_descriptions().iter().map(read));
            marker = answer.next_marker;
            if marker.is_none() {
                return self.with_tags(found).await;
            }
        }
    }

    async fn with_tags(&self, all: Vec<LoadBalancer>) -> Result<Vec<Seen<LoadBalancer>>, NotCalled> {
        let mut seen = Vec::with_capacity(all.len());
        for some in all.chunks(TAGS_PER_CALL) {
            let names = some.iter().map(|it| it.name.clone()).collect();
            let request = self.client.describe_tags().set_load_balancer_names(Some(names));
            let Some(answer) =
                self.calls.call("elasticloadbalancing", "DescribeTags", request.send()).await.absent_ok(&ABSENT)?
            else {
                continue;
            };
            for description in answer.tag_descriptions() {
                let tags = description.tags().iter();
                let tags = tags.map(|tag| Tag::new(tag.key(), tag.value().unwrap_or_default())).collect();
                let named = some.iter().find(|it| Some(it.name.as_str()) == description.load_balancer_name());
                seen.extend(named.map(|it| Seen { thing: it.clone(), tags, going: false }));
            }
        }
        Ok(seen)
    }

    /// Makes a load balancer with TCP listeners. The same call again gives the same one.
    pub async fn create_load_balancer(&self, new: &NewLoadBalancer) -> Result<(), NotCalled> {
        let tags = new.tags.iter();
        let tags = tags.map(|tag| aws_sdk_elasticloadbalancing::types::Tag::builder().key(&tag.key).value(&tag.value));
        let request = self
            .client
            .create_load_balancer()
            .load_balancer_name(&new.name)
            .set_scheme((!new.public).then(|| "internal".to_owned()))
            .set_subnets(Some(new.subnets.clone()))
            .security_groups(&new.security_group)
            .set_listeners(Some(new.ports.iter().map(|ports| listener(*ports)).collect::<Result<_, _>>()?))
            .set_tags(Some(tags.map(|tag| tag.build()).collect::<Result<_, _>>()?));
        self.calls.call("elasticloadbalancing", "CreateLoadBalancer", request.send()).await.map(|_| ())
    }

    /// Checks instances by opening a TCP connection to `port`: every 5 s, 4 s long, two answers decide.
    pub async fn configure_health_check(&self, name: &str, port: u16) -> Result<(), NotCalled> {
        let check = HealthCheck::builder().target(format!("TCP:{port}")).interval(5).timeout(4);
        let check = check.unhealthy_threshold(2).healthy_threshold(2).build()?;
        let request = self.client.configure_health_check().load_balancer_name(name).health_check(check);
        self.calls.call("elasticloadbalancing", "ConfigureHealthCheck", request.send()).await.map(|_| ())
    }

    /// Balances over both zones, and lets connections to an instance that leaves go on for 60 s.
    pub async fn configure_attributes(&self, name: &str) -> Result<(), NotCalled> {
        let attributes = LoadBalancerAttributes::builder()
            .cross_zone_load_balancing(CrossZoneLoadBalancing::builder().enabled(true).build())
            .connection_draining(ConnectionDraining::builder().enabled(true).timeout(60).build())
            .build();
        let request = self.client.modify_load_balancer_attributes().load_balancer_name(name);
        let request = request.load_balancer_attributes(attributes);
        self.calls.call("elasticloadbalancing", "ModifyLoadBalancerAttributes", request.send()).await.map(|_| ())
    }

    /// The instances that are registered, as the load balancer sees them; `None` when there is no such load balancer.
    pub async fn target_health(&self, name: &str) -> Result<Option<Vec<TargetHealth>>, NotCalled> {
        let request = self.client.describe_instance_health().load_balancer_name(name);
        let answer = self.calls.call("elasticloadbalancing", "DescribeInstanceHealth", request.send()).await;
        let Some(answer) = answer.absent_ok(&ABSENT)? else { return Ok(None) };
        let states = answer.instance_states().iter().map(|state| TargetHealth {
            instance: state.instance_id().unwrap_or_default().to_owned(),
            in_service: state.state() == Some("InService"),
            description: state.description().unwrap_or_default().to_owned(),
        });
        Ok(Some(states.collect()))
    }

    /// Deletes a load balancer. AWS accepts it for one that is not there, too.
    pub async fn delete_load_balancer(&self, name: &str) -> Result<(), NotCalled> {
        let request = self.client.delete_load_balancer().load_balancer_name(name);
        self.calls
            .call("elasticloadbalancing", "DeleteLoadBalancer", request.send())
            .await
            .absent_ok(&ABSENT)
            .map(|_| ())
    }
}

fn read(description: &LoadBalancerDescription) -> LoadBalancer {
    LoadBalancer {
        name: description.load_balancer_name().unwrap_or_default().to_owned(),
        dns_name: description.dns_name().unwrap_or_default().to_owned(),
        zone_id: description.canonical_hosted_zone_name_id().map(str::to_owned),
    }
}

fn listener((port, instance_port): (u16, u16)) -> Result<Listener, NotCalled> {
    let listener = Listener::builder().protocol("TCP").load_balancer_port(port.into());
    Ok(listener.instance_protocol("TCP").instance_port(instance_port.into()).build()?)
}
