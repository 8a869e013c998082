//! The ports of a service.

use std::ops::RangeInclusive;

use serde::Serialize;
use shared::heritage::{PortMapping, Protocol};
use shared::problem::Code;
use utoipa::ToSchema;

use super::Findings;
use super::fields::{Field, Fields};

/// The host ports of a district's services.
pub const HOST_PORTS: RangeInclusive<u16> = 10_000..=19_999;

/// One port of a service as asked for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct PortRequest {
    /// Port of the load balancer; `http` is balanced on 80 and `https` on 443.
    pub lb_port: u16,
    /// Port in the container.
    pub container_port: u16,
    /// Port on the instances, 10000–19999; drawn when absent.
    pub host_port: Option<u16>,
    /// How it is balanced; `tcp` when absent.
    #[schema(required = false)]
    pub protocol: Protocol,
}

impl PortRequest {
    /// Whether a port that stands is what is asked for.
    pub fn is(&self, standing: &PortMapping) -> bool {
        let host_port = self.host_port.unwrap_or(standing.host_port);
        (self.lb_port, self.container_port, host_port, self.protocol)
            == (standing.lb_port, standing.container_port, standing.host_port, standing.protocol)
    }
}

/// Reads `port_mappings`.
pub(super) fn read(field: Field, found: &mut Findings) -> Option<Vec<PortRequest>> {
    let mut ports: Vec<PortRequest> = Vec::new();
    for item in field.list(found)? {
        let pointer = item.pointer.clone();
        let Some(port) = item.object(found).and_then(|fields| one(fields, found)) else { continue };
        if ports.iter().any(|before| before.lb_port == port.lb_port) {
            found.invalid(format!("{pointer}/lb_port"), format!("gives port {} a second time", port.lb_port));
        }
        if port.host_port.is_some_and(|port| ports.iter().any(|before| before.host_port == Some(port))) {
            found.invalid(format!("{pointer}/host_port"), "is given to another port of this service");
        }
        ports.push(port);
    }
    Some(ports)
}

fn one(mut fields: Fields, found: &mut Findings) -> Option<PortRequest> {
    let protocol = match fields.take(&["protocol"], found) {
        None => Some(Protocol::default()),
        Some(field) => protocol(field, found),
    };
    let fixed = match protocol {
        Some(Protocol::Http) => Some(80),
        Some(Protocol::Https) => Some(443),
        Some(Protocol::Tcp) | None => None,
    };
    let names = &["lb_port"];
    let field = if fixed.is_some() { fields.take(names, found) } else { fields.require(names, found) };
    let lb_port = field.and_then(|field| {
        let pointer = field.pointer.clone();
        let port = number(field, 1..=u16::MAX, found)?;
        if let Some(wanted) = fixed.filter(|wanted| *wanted != port) {
            found.invalid(pointer, format!("must be {wanted} with this protocol"));
        }
        Some(port)
    });
    let container_port = fields.require(&["container_port"], found);
    let container_port = container_port.and_then(|field| number(field, 1..=u16::MAX, found));
    let host_port = fields.take(&["host_port"], found).and_then(|field| number(field, HOST_PORTS, found));
    fields.refuse(&["enable_proxy_protocol"], found);
    fields.finish(found);
    Some(PortRequest { lb_port: lb_port.or(fixed)?, container_port: container_port?, host_port, protocol: protocol? })
}

fn protocol(field: Field, found: &mut Findings) -> Option<Protocol> {
    let pointer = field.pointer.clone();
    match field.text(found)?.as_str() {
        "tcp" => Some(Protocol::Tcp),
        "http" => Some(Protocol::Http),
        "https" => Some(Protocol::Https),
        "udp" => {
            found.add(Code::NotSupported, pointer, "is not supported: a classic load balancer does not balance udp");
            None
        }
        _ => {
            found.invalid(pointer, "must be tcp, http or https");
            None
        }
    }
}

fn number(field: Field, range: RangeInclusive<u16>, found: &mut Findings) -> Option<u16> {
    let range = u32::from(*range.start())..=u32::from(*range.end());
    u16::try_from(field.number(range, found)?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn reading(ports: Value) -> (Vec<PortRequest>, Vec<String>) {
        let mut found = Findings::default();
        let ports = read(Field { pointer: "/p".into(), value: ports }, &mut found).unwrap_or_default();
        let errors = found.into_problem().map(|problem| problem.errors).unwrap_or_default();
        (ports, errors.into_iter().map(|error| error.pointer).collect())
    }

    #[test]
    fn http_and_https_know_their_ports() {
        let (ports, errors) = reading(json!([{"protocol": "http", "container_port": 3000},
            {"protocol": "https", "lb_port": 443, "container_port": 3000}]));
        assert_eq!((ports[0].lb_port, ports[1].lb_port, errors.len()), (80, 443, 0));
        assert_eq!(reading(json!([{"protocol": "http", "lb_port": 81, "container_port": 1}])).1, ["/p/0/lb_port"]);
    }

    #[test]
    fn ports_are_ports_and_given_once() {
        let (_, errors) = reading(json!([
            {"lb_port": 0, "container_port": 65536}, {"lb_port": 80}, {"lb_port": 81, "container_port": 1, "host_port": 80},
            {"lb_port": 82, "container_port": 1}, {"lb_port": 82, "container_port": 2, "protocol": "udp"},
            {"lb_port": 82, "container_port": 2}, {"lb_port": 83, "container_port": 1, "x": 1}]));
        let wanted = [
            "/p/0/lb_port",
            "/p/0/container_port",
            "/p/1/container_port",
            "/p/2/host_port",
            "/p/4/protocol",
            "/p/5/lb_port",
            "/p/6/x",
        ];
        assert_eq!(errors, wanted);
    }
}
