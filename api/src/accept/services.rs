//! Services on their way into a patch: defaults, host ports, and whether the district has room.

use std::collections::BTreeSet;

use shared::district::DistrictSpec;
use shared::heritage::{DEFAULT_SIZE, PortMapping, ServiceSpec};
use shared::problem::Code;
use shared::store::Reservation;

use super::joined_names;
use crate::app::Api;
use crate::draw;
use crate::place::Place;
use crate::problem::{Refused, Result};
use crate::standing;
use crate::validate::Findings;
use crate::validate::port::PortRequest;
use crate::validate::service::ServiceRequest;

/// New services as they are to be, with their host ports, which are to be reserved.
pub(super) async fn specified(
    api: &Api,
    place: &Place,
    requests: &[&ServiceRequest],
) -> Result<(Vec<ServiceSpec>, Vec<Reservation>)> {
    joined_names::are_free(api, place, requests).await?;
    let mut taken: BTreeSet<u16> = api.store.ports(&place.district).await?.into_iter().collect();
    let mut found = Findings::default();
    let mut open = 0;
    for request in requests {
        for (nth, port) in request.port_mappings.iter().flatten().enumerate() {
            match port.host_port {
                None => open += 1,
                Some(given) if !taken.insert(given) => {
                    let pointer = format!("{}/port_mappings/{nth}/host_port", request.pointer);
                    found.invalid(pointer, format!("gives port {given}, which is taken in this district"));
                }
                Some(_) => {}
            }
        }
    }
    found.unless_any(Some(()))?;
    let too_few = || Refused::new(Code::Conflict, format!("the district has no {open} free host ports"));
    let mut drawn = draw::ports(open, &taken).ok_or_else(too_few)?.into_iter();
    let specs: Vec<_> = requests.iter().map(|request| spec(request, &mut drawn)).collect();
    let ports = specs.iter().flat_map(|spec| &spec.port_mappings);
    let reserve = ports.map(|port| Reservation::Port(port.host_port)).collect();
    Ok((specs, reserve))
}

fn spec(request: &ServiceRequest, drawn: &mut impl Iterator<Item = u16>) -> ServiceSpec {
    let mut mapping = |port: &PortRequest| {
        let host_port = port.host_port.or_else(|| drawn.next())?;
        Some(PortMapping {
            lb_port: port.lb_port,
            container_port: port.container_port,
            host_port,
            protocol: port.protocol,
        })
    };
    ServiceSpec {
        name: request.name.clone(),
        command: request.command.clone(),
        cpu: request.cpu.unwrap_or(DEFAULT_SIZE),
        memory: request.memory.unwrap_or(DEFAULT_SIZE),
        public: request.public.unwrap_or_default(),
        desired_count: request.desired_count.unwrap_or(1),
        port_mappings: request.port_mappings.iter().flatten().filter_map(&mut mapping).collect(),
    }
}

/// Refuses services that the district has too few instances for; each with where its count stands in the body.
pub(super) fn have_room<'a>(
    services: impl Iterator<Item = (&'a ServiceSpec, String)>,
    district: &DistrictSpec,
) -> Result<()> {
    let mut found = Findings::default();
    for (service, pointer) in services {
        if let Some(why) = standing::lacks_instances(service, district.cluster_size) {
            found.add(Code::InsufficientCapacity, pointer, why);
        }
    }
    found.unless_any(Some(()))
}
