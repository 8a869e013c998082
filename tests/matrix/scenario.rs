//! What is asked for: at least one request of every kind of operation, and what must stand before it.

use serde_json::{Value, json};
use shared::operation::Kind;
use strum::IntoEnumIterator as _;

/// A request to the API.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) body: Option<Value>,
}

/// A request with what stands before it.
#[derive(Clone, Debug)]
pub(crate) struct Scenario {
    pub(crate) kind: Kind,
    pub(crate) variant: &'static str,
    /// Requests that have succeeded before.
    pub(crate) before: Vec<Ask>,
    pub(crate) ask: Ask,
}

impl Scenario {
    /// `provision_district/gateway`
    pub(crate) fn name(&self) -> String {
        format!("{}/{}", self.kind, self.variant)
    }
}

fn ask(method: &'static str, path: &str, body: Value) -> Ask {
    Ask { method, path: path.to_owned(), body: Some(body).filter(|body| !body.is_null()) }
}

fn district(nat: &str) -> Ask {
    let body = json!({"name": "dev", "cluster_size": 1, "nat_type": nat, "cidr_block": "10.0.0.0/16"});
    ask("POST", "/v1/districts", body)
}

/// The scenarios of every kind: a kind without one does not compile.
pub(crate) fn all() -> Vec<Scenario> {
    Kind::iter().flat_map(of).collect()
}

fn of(kind: Kind) -> Vec<Scenario> {
    let one = |variant, before, ask| Scenario { kind, variant, before, ask };
    match kind {
        Kind::ProvisionDistrict => {
            vec![one("gateway", vec![], district("gateway")), one("none", vec![], district("none"))]
        }
        Kind::UpdateDistrict
        | Kind::DeleteDistrict
        | Kind::CreateHeritage
        | Kind::DeployHeritage
        | Kind::ScaleService
        | Kind::SetEnvVars
        | Kind::UnsetEnvVars
        | Kind::DeleteHeritage => vec![],
    }
}
