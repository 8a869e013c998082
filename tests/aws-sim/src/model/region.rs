//! The regions of the commercial partition, and which of them an account must ask for.
//!
//! <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html>; the names are those of botocore's
//! `endpoints.json`, partition `aws`.

/// A region of AWS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Region {
    pub(crate) name: &'static str,
    /// The short name that zone ids have.
    /// <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html>
    pub(crate) short: &'static str,
    /// Whether it is off until an account opts in.
    pub(crate) by_opt_in: bool,
}

/// Every region, in alphabetical order.
pub(crate) const ALL: [Region; 34] = [
    asked_for("af-south-1", "afs1"),
    asked_for("ap-east-1", "ape1"),
    asked_for("ap-east-2", "ape2"),
    always("ap-northeast-1", "apne1"),
    always("ap-northeast-2", "apne2"),
    always("ap-northeast-3", "apne3"),
    always("ap-south-1", "aps1"),
    asked_for("ap-south-2", "aps2"),
    always("ap-southeast-1", "apse1"),
    always("ap-southeast-2", "apse2"),
    asked_for("ap-southeast-3", "apse3"),
    asked_for("ap-southeast-4", "apse4"),
    asked_for("ap-southeast-5", "apse5"),
    asked_for("ap-southeast-6", "apse6"),
    asked_for("ap-southeast-7", "apse7"),
    always("ca-central-1", "cac1"),
    asked_for("ca-west-1", "caw1"),
    always("eu-central-1", "euc1"),
    asked_for("eu-central-2", "euc2"),
    always("eu-north-1", "eun1"),
    asked_for("eu-south-1", "eus1"),
    asked_for("eu-south-2", "eus2"),
    always("eu-west-1", "euw1"),
    always("eu-west-2", "euw2"),
    always("eu-west-3", "euw3"),
    asked_for("il-central-1", "ilc1"),
    asked_for("me-central-1", "mec1"),
    asked_for("me-south-1", "mes1"),
    asked_for("mx-central-1", "mxc1"),
    always("sa-east-1", "sae1"),
    always("us-east-1", "use1"),
    always("us-east-2", "use2"),
    always("us-west-1", "usw1"),
    always("us-west-2", "usw2"),
];

/// The region of that name, if there is one.
pub(crate) fn find(name: &str) -> Option<Region> {
    ALL.iter().find(|region| region.name == name).copied()
}

const fn always(name: &'static str, short: &'static str) -> Region {
    Region { name, short, by_opt_in: false }
}

const fn asked_for(name: &'static str, short: &'static str) -> Region {
    Region { name, short, by_opt_in: true }
}
