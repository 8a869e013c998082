//! The container of a service's tasks: what it runs, with which environment.

use shared::heritage::{EnvValue, HeritageSpec, ServiceSpec};
use shared::problem::Code;

use crate::aws::ecs::{Container, HostPort};
use crate::engine::Failure;
use crate::workflows::HeritageCx;

/// The container; it is named like the service, which names its log streams too: `<heritage>/<service>/<task>`.
pub(crate) fn container(cx: &HeritageCx, spec: &HeritageSpec, service: &ServiceSpec) -> Result<Container, Failure> {
    let unread =
        || Failure::permanent(Code::InvalidField, format!("a quotation in {}'s command has no end", service.name));
    let command = service.command.as_ref().map(|command| command.words().ok_or_else(unread)).transpose()?;
    let (environment, secrets) = environment(spec, service);
    let ports = service.port_mappings.iter();
    Ok(Container {
        name: service.name.to_string(),
        image: spec.image(),
        command,
        cpu: service.cpu,
        memory: service.memory,
        ports: ports.map(|port| HostPort { container: port.container_port, host: port.host_port }).collect(),
        environment,
        secrets,
        log_group: cx.log_group(),
        region: cx.aws.region.clone(),
        log_prefix: cx.heritage.to_string(),
    })
}

type Variables = Vec<(String, String)>;

/// Values, and references to secrets. Containers learn their ports on the instance too, as in the original.
fn environment(spec: &HeritageSpec, service: &ServiceSpec) -> (Variables, Variables) {
    let ports = service.port_mappings.iter().map(|port| {
        let protocol = port.protocol.to_string().to_ascii_uppercase();
        (format!("HOST_PORT_{protocol}_{}", port.container_port), port.host_port.to_string())
    });
    let mut values: Variables = ports.filter(|(name, _)| !spec.environment.contains_key(name)).collect();
    let mut secrets = Variables::new();
    for (name, value) in &spec.environment {
        match value {
            EnvValue::Plain(text) => values.push((name.clone(), text.clone())),
            EnvValue::Sealed { parameter, .. } => secrets.push((name.clone(), parameter.clone())),
            EnvValue::From(source) => secrets.push((name.clone(), source.clone())),
        }
    }
    (values, secrets)
}
