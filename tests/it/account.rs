//! AWS read back with its own SDKs: what exists, whatever our records say.

use std::collections::{BTreeMap, BTreeSet};

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_ec2::types::Filter;
use aws_smithy_http_client::Builder;
use aws_smithy_http_client::tls::{Provider, rustls_provider::CryptoMode};

/// The names or ids of what exists, by type; a type without things is not in it.
pub(crate) type Inventory = BTreeMap<&'static str, BTreeSet<String>>;

/// Clients of one account and region.
pub(crate) struct Account {
    /// EC2.
    pub(crate) ec2: aws_sdk_ec2::Client,
    /// ECS.
    pub(crate) ecs: aws_sdk_ecs::Client,
    /// Classic ELB.
    pub(crate) elb: aws_sdk_elasticloadbalancing::Client,
    /// IAM.
    pub(crate) iam: aws_sdk_iam::Client,
    /// Route53.
    pub(crate) route53: aws_sdk_route53::Client,
    /// Auto Scaling.
    pub(crate) autoscaling: aws_sdk_autoscaling::Client,
    /// CloudWatch Logs.
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
    /// SSM.
    pub(crate) ssm: aws_sdk_ssm::Client,
}

impl Account {
    /// The account behind an endpoint.
    pub(crate) fn at(endpoint: &str) -> Account {
        let http = Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
        let config = SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .endpoint_url(endpoint)
            .http_client(http)
            .credentials_provider(aws_credential_types::provider::SharedCredentialsProvider::new(Credentials::new(
                "test", "test", None, None, "tests",
            )))
            .build();
        Account::by(&config)
    }

    /// The account that a configuration leads to.
    pub(crate) fn by(config: &SdkConfig) -> Account {
        Account {
            ec2: aws_sdk_ec2::Client::new(config),
            ecs: aws_sdk_ecs::Client::new(config),
            elb: aws_sdk_elasticloadbalancing::Client::new(config),
            iam: aws_sdk_iam::Client::new(config),
            route53: aws_sdk_route53::Client::new(config),
            autoscaling: aws_sdk_autoscaling::Client::new(config),
            logs: aws_sdk_cloudwatchlogs::Client::new(config),
            ssm: aws_sdk_ssm::Client::new(config),
        }
    }

    /// Everything of a district, found without asking Barcelona.
    pub(crate) async fn of_district(&self, district: &str) -> Inventory {
        let mut all = Inventory::new();
        self.network(district, &mut all).await;
        self.compute(district, &mut all).await;
        self.names(district, &mut all).await;
        self.applications(district, &mut all).await;
        all.retain(|_, things| !things.is_empty());
        all
    }

    async fn network(&self, district: &str, all: &mut Inventory) {
        let tag = || Filter::builder().name("tag:barcelona:district").values(district).build();
        let vpcs = self.ec2.describe_vpcs().filters(tag()).send().await.unwrap();
        all.insert("vpc", ids(vpcs.vpcs(), |it| it.vpc_id()));
        let subnets = self.ec2.describe_subnets().filters(tag()).send().await.unwrap();
        all.insert("subnet", ids(subnets.subnets(), |it| it.cidr_block()));
        let gateways = self.ec2.describe_internet_gateways().filters(tag()).send().await.unwrap();
        all.insert("internet_gateway", ids(gateways.internet_gateways(), |it| it.internet_gateway_id()));
        let nats = self.ec2.describe_nat_gateways().filter(tag()).send().await.unwrap();
        let living =
            nats.nat_gateways().iter().filter(|it| it.state().is_some_and(|state| state.as_str() != "deleted"));
        all.insert("nat_gateway", living.filter_map(|it| it.nat_gateway_id().map(str::to_owned)).collect());
        let addresses = self.ec2.describe_addresses().filters(tag()).send().await.unwrap();
        all.insert("address", ids(addresses.addresses(), |it| it.allocation_id()));
        let tables = self.ec2.describe_route_tables().filters(tag()).send().await.unwrap();
        all.insert("route_table", ids(tables.route_tables(), |it| it.route_table_id()));
        let groups = self.ec2.describe_security_groups().filters(tag()).send().await.unwrap();
        all.insert("security_group", ids(groups.security_groups(), |it| it.group_name()));
    }

    async fn compute(&self, district: &str, all: &mut Inventory) {
        let tag = || Filter::builder().name("tag:barcelona:district").values(district).build();
        let templates = self.ec2.describe_launch_templates().filters(tag()).send().await.unwrap();
        all.insert("launch_template", ids(templates.launch_templates(), |it| it.launch_template_name()));
        let groups = self.autoscaling.describe_auto_scaling_groups().send().await.unwrap();
        let named = groups.auto_scaling_groups().iter().filter_map(|it| it.auto_scaling_group_name());
        all.insert("auto_scaling_group", named.filter(|it| it.contains(district)).map(str::to_owned).collect());
        let instances = self.ec2.describe_instances().filters(tag()).send().await.unwrap();
        let each = instances.reservations().iter().flat_map(|it| it.instances());
        let living =
            each.filter(|it| it.state().and_then(|it| it.name()).is_some_and(|state| state.as_str() != "terminated"));
        all.insert("instance", living.filter_map(|it| it.instance_id().map(str::to_owned)).collect());
        let clusters = self.ecs.describe_clusters().clusters(district).send().await.unwrap();
        let active = clusters.clusters().iter().filter(|it| it.status() == Some("ACTIVE"));
        all.insert("cluster", active.filter_map(|it| it.cluster_name().map(str::to_owned)).collect());
    }

    async fn names(&self, district: &str, all: &mut Inventory) {
        let ours = |name: &str| name.starts_with(&format!("{district}-"));
        let roles = self.iam.list_roles().max_items(1000).send().await.unwrap();
        all.insert("role", roles.roles().iter().map(|it| it.role_name().to_owned()).filter(|it| ours(it)).collect());
        let profiles = self.iam.list_instance_profiles().max_items(1000).send().await.unwrap();
        let profiles = profiles.instance_profiles().iter().map(|it| it.instance_profile_name().to_owned());
        all.insert("instance_profile", profiles.filter(|it| ours(it)).collect());
        let zones = self.route53.list_hosted_zones().send().await.unwrap();
        let zones: Vec<_> = zones.hosted_zones().iter().filter(|it| it.name() == format!("{district}.bcn.")).collect();
        all.insert("hosted_zone", zones.iter().map(|it| it.name().to_owned()).collect());
        let mut records = BTreeSet::new();
        for zone in zones {
            let sets = self.route53.list_resource_record_sets().hosted_zone_id(zone.id()).send().await.unwrap();
            let own = sets.resource_record_sets().iter().filter(|it| !["NS", "SOA"].contains(&it.r#type().as_str()));
            records.extend(own.map(|it| format!("{} {}", it.r#type().as_str(), it.name())));
        }
        all.insert("record", records);
    }

    async fn applications(&self, district: &str, all: &mut Inventory) {
        let prefix = format!("{district}-");
        let balancers = self.elb.describe_load_balancers().send().await.unwrap();
        let balancers = balancers.load_balancer_descriptions().iter().filter_map(|it| it.load_balancer_name());
        all.insert("load_balancer", balancers.filter(|it| it.starts_with(&prefix)).map(str::to_owned).collect());
        let groups =
            self.logs.describe_log_groups().log_group_name_prefix(format!("Barcelona/{district}/")).send().await;
        all.insert("log_group", ids(groups.unwrap().log_groups(), |it| it.log_group_name()));
        all.insert("service", self.services(district).await);
        let definitions = self.ecs.list_task_definitions().status("ACTIVE".into()).send().await.unwrap();
        let definitions = definitions.task_definition_arns().iter().filter_map(|arn| arn.rsplit('/').next());
        all.insert("task_definition", definitions.filter(|it| it.starts_with(&prefix)).map(str::to_owned).collect());
        let path = format!("/barcelona/{district}");
        let parameters = self.ssm.get_parameters_by_path().path(path).recursive(true).send().await.unwrap();
        all.insert("parameter", ids(parameters.parameters(), |it| it.name()));
    }

    /// Services that are not yet gone; those that are stay describable for a while.
    async fn services(&self, cluster: &str) -> BTreeSet<String> {
        let Ok(listed) = self.ecs.list_services().cluster(cluster).max_results(100).send().await else {
            return BTreeSet::new();
        };
        let mut names = BTreeSet::new();
        for ten in listed.service_arns().chunks(10) {
            let described = self.ecs.describe_services().cluster(cluster).set_services(Some(ten.to_vec())).send().await;
            let described = described.unwrap();
            let standing = described.services().iter().filter(|it| it.status() != Some("INACTIVE"));
            names.extend(standing.filter_map(|it| it.service_name().map(str::to_owned)));
        }
        names
    }
}

fn ids<T>(things: &[T], id: impl Fn(&T) -> Option<&str>) -> BTreeSet<String> {
    things.iter().filter_map(|thing| id(thing).map(str::to_owned)).collect()
}

/// How many of each type there are.
pub(crate) fn counts(inventory: &Inventory) -> BTreeMap<&'static str, usize> {
    inventory.iter().map(|(kind, things)| (*kind, things.len())).collect()
}
