//! Names of things on AWS, each within the limits of its API.

use sha2::{Digest, Sha256};
use shared::names::{DistrictName, HeritageName, ServiceName};

/// The namespace whose names and tags carry no mark of it.
pub const DEFAULT_NAMESPACE: &str = "barcelona";
/// Characters of a classic load balancer's name.
/// <https://docs.aws.amazon.com/elasticloadbalancing/2012-06-01/APIReference/API_CreateLoadBalancer.html>
const LOAD_BALANCER: usize = 32;
/// Characters of a role's and an instance profile's name.
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
const ROLE: usize = 64;
/// Hexadecimal digits of the hash that a shortened name ends in.
const HASH: usize = 8;

/// Draws up the names of one installation.
#[derive(Clone, Debug)]
pub struct Names {
    prefix: String,
}

impl Names {
    /// The names of an installation with this namespace.
    pub fn new(namespace: &str) -> Self {
        let prefix = if namespace == DEFAULT_NAMESPACE { String::new() } else { format!("{namespace}-") };
        Names { prefix }
    }

    /// The ECS cluster, the Auto Scaling group and the launch template of a district.
    pub fn cluster(&self, district: &DistrictName) -> String {
        format!("{}{district}", self.prefix)
    }

    /// A thing of a district that is shown with its purpose: `dev-public-1`.
    pub fn of_district(&self, district: &DistrictName, purpose: &str) -> String {
        format!("{}{district}-{purpose}", self.prefix)
    }

    /// A role or instance profile of a district. IAM is global to the account, so the region is part of it.
    pub fn role(&self, district: &DistrictName, region: &str, purpose: &str) -> String {
        shortened(&format!("{}{district}-{region}-{purpose}", self.prefix), ROLE)
    }

    /// A role of a heritage.
    pub fn heritage_role(
        &self,
        district: &DistrictName,
        heritage: &HeritageName,
        region: &str,
        purpose: &str,
    ) -> String {
        shortened(&format!("{}{district}-{heritage}-{region}-{purpose}", self.prefix), ROLE)
    }

    /// How the families of a heritage's task definitions begin.
    pub fn families(&self, district: &DistrictName, heritage: &HeritageName) -> String {
        format!("{}{district}-{heritage}-", self.prefix)
    }

    /// The family of a service's task definitions.
    pub fn family(&self, district: &DistrictName, heritage: &HeritageName, service: &ServiceName) -> String {
        format!("{}{service}", self.families(district, heritage))
    }

    /// The ECS service, unique in its cluster.
    pub fn service(&self, heritage: &HeritageName, service: &ServiceName) -> String {
        format!("{heritage}-{service}")
    }

    /// The classic load balancer of a service.
    pub fn load_balancer(&self, district: &DistrictName, heritage: &HeritageName, service: &ServiceName) -> String {
        shortened(&self.family(district, heritage, service), LOAD_BALANCER)
    }

    /// The log group of a heritage.
    pub fn log_group(&self, district: &DistrictName, heritage: &HeritageName) -> String {
        format!("Barcelona/{}{district}/{heritage}", self.prefix)
    }

    /// The path of a heritage's secrets in Parameter Store; the API names single ones under it.
    pub fn parameter_path(&self, district: &DistrictName, heritage: &HeritageName) -> String {
        format!("/barcelona/{district}/{heritage}")
    }

    /// The private hosted zone of a district, without the dot at its end.
    pub fn private_zone(&self, district: &DistrictName) -> String {
        format!("{district}.bcn")
    }

    /// The name under which a service is found in its district.
    pub fn private_record(&self, district: &DistrictName, heritage: &HeritageName, service: &ServiceName) -> String {
        format!("{service}.{heritage}.{}", self.private_zone(district))
    }
}

/// A name that is too long keeps its beginning and ends in a hash of all of it, so that two long names stay different.
fn shortened(name: &str, limit: usize) -> String {
    if name.len() <= limit {
        return name.to_owned();
    }
    let hash = hex::encode(Sha256::digest(name));
    let kept = name.get(..limit - HASH - 1).unwrap_or(name).trim_end_matches('-');
    format!("{kept}-{}", &hash[..HASH])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_over_a_limit_keep_their_beginning_and_stay_different() {
        let names = Names::new(DEFAULT_NAMESPACE);
        let district = DistrictName::parse("production").unwrap();
        let heritage = HeritageName::parse("a-rather-long-heritage-name").unwrap();
        let [web, worker] = ["web", "worker"].map(|name| ServiceName::parse(name).unwrap());
        let (one, two) =
            (names.load_balancer(&district, &heritage, &web), names.load_balancer(&district, &heritage, &worker));
        assert!(one.len() <= LOAD_BALANCER && one.starts_with("production-a-rather"), "{one}");
        assert_ne!(one, two);
    }

    #[test]
    fn short_names_stay_as_they_are_and_other_namespaces_mark_theirs() {
        let (district, heritage) = (DistrictName::parse("dev").unwrap(), HeritageName::parse("shop").unwrap());
        let web = ServiceName::parse("web").unwrap();
        assert_eq!(Names::new(DEFAULT_NAMESPACE).load_balancer(&district, &heritage, &web), "dev-shop-web");
        assert_eq!(Names::new("staging").cluster(&district), "staging-dev");
    }
}
