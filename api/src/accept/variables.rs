//! Environment variables on their way into a patch: secrets are sealed before they leave this process.

use shared::heritage::{EnvValue, Environment};
use shared::ids::OperationId;
use shared::problem::Code;

use crate::app::Api;
use crate::place::Place;
use crate::problem::{Refused, Result};
use crate::validate::environment::{Variable, Variables};

/// The variables as the store may keep them. A secret gets a parameter of its own for each write, so that an older release
/// still finds its value.
pub(super) fn sealed(api: &Api, place: &Place, id: &OperationId, variables: &Variables) -> Result<Environment> {
    let Place { district, heritage } = place;
    let mut environment = Environment::new();
    for (name, variable) in variables {
        let value = match variable {
            Variable::Value(value) => EnvValue::Plain(value.clone()),
            Variable::ValueFrom(source) => EnvValue::From(source.clone()),
            Variable::SsmPath(path) => {
                EnvValue::From(format!("/barcelona/{district}/{}", path.trim_start_matches('/')))
            }
            Variable::Secret(value) => seal(api, format!("/barcelona/{district}/{heritage}/{name}/{id}"), value)?,
        };
        environment.insert(name.clone(), value);
    }
    Ok(environment)
}

fn seal(api: &Api, parameter: String, value: &str) -> Result<EnvValue> {
    if api.keys.is_empty() {
        return Err(Refused::new(Code::SecretsNotConfigured, "a secret came, and there is no key to seal it with"));
    }
    let defect = |error| {
        tracing::error!(%error, "a secret cannot be sealed");
        Refused::new(Code::Internal, "the secret cannot be sealed")
    };
    let sealed = api.keys.seal(&parameter, value).map_err(defect)?;
    Ok(EnvValue::Sealed { parameter, sealed })
}
