//! Paths of the REST protocols: which operation a method and a path mean, and what the path says of its input.

use std::sync::OnceLock;

use percent_encoding::percent_decode_str;
use serde_json::Value;
use strum::VariantArray;

use crate::model::service::Service;
use crate::model::shape::{Kind, Operation, Place, Table};

/// An operation's method and path.
#[derive(Debug)]
struct Route {
    method: &'static str,
    path: Vec<Segment>,
    operation: &'static str,
}

#[derive(Debug, PartialEq)]
enum Segment {
    Literal(&'static str),
    /// Fills this member of the input.
    Label(&'static str),
}

/// The operation, and the members of its input that stand in the path.
pub(super) fn find(service: Service, method: &str, path: &str) -> Option<(&'static str, Vec<(String, Value)>)> {
    let given: Vec<&str> = segments(path).collect();
    let candidates = routes(service).iter().filter(|route| route.method == method && route.path.len() == given.len());
    candidates.into_iter().find_map(|route| Some((route.operation, labels(&route.path, &given)?)))
}

fn routes(service: Service) -> &'static [Route] {
    static ROUTES: [OnceLock<Vec<Route>>; Service::VARIANTS.len()] =
        [const { OnceLock::new() }; Service::VARIANTS.len()];
    let Some(slot) = ROUTES.get(service as usize) else { return &[] };
    slot.get_or_init(|| {
        let table = Table::of(service);
        let mut routes: Vec<Route> =
            table.operations().map(|(name, operation)| Route::of(table, name, operation)).collect();
        // Where two fit, the one that says more is meant.
        routes.sort_by_key(|route| route.path.iter().filter(|segment| matches!(segment, Segment::Label(_))).count());
        routes
    })
}

impl Route {
    fn of(table: &'static Table, name: &'static str, operation: &'static Operation) -> Self {
        let path = operation.uri.split('?').next().unwrap_or_default();
        let segment = |text: &'static str| match text.strip_prefix('{').and_then(|text| text.strip_suffix('}')) {
            Some(label) => Segment::Label(member(table, operation, label.trim_end_matches('+'))),
            None => Segment::Literal(text),
        };
        Self { method: &operation.method, path: segments(path).map(segment).collect(), operation: name }
    }
}

/// The member that a label fills: the label has the name on the wire.
fn member(table: &'static Table, operation: &Operation, label: &'static str) -> &'static str {
    let Some(Kind::Structure { members, .. }) = operation.input.and_then(|shape| table.kind(shape)) else {
        return label;
    };
    let mut members = members.iter().filter(|member| member.place == Place::Path);
    members.find(|member| member.wire == label).map_or(label, |member| &member.name)
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.trim_matches('/').split('/')
}

/// The path's parts under the names of what they fill; none if it is another path.
fn labels(wanted: &[Segment], given: &[&str]) -> Option<Vec<(String, Value)>> {
    let mut labels = Vec::new();
    for (want, part) in wanted.iter().zip(given) {
        match want {
            Segment::Label(name) => {
                let decoded = percent_decode_str(part).decode_utf8().ok()?.into_owned();
                labels.push(((*name).to_owned(), Value::String(decoded)));
            }
            Segment::Literal(text) if text == part => {}
            Segment::Literal(_) => return None,
        }
    }
    Some(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fills_the_members_of_its_operation() {
        let found = find(Service::Route53, "GET", "/2013-04-01/hostedzone/Z%31/rrset").unwrap();
        assert_eq!(found, ("ListResourceRecordSets", vec![("HostedZoneId".to_owned(), Value::from("Z1"))]));
        let found = find(Service::Scheduler, "DELETE", "/schedules/nightly").unwrap();
        assert_eq!(found, ("DeleteSchedule", vec![("Name".to_owned(), Value::from("nightly"))]));
        assert_eq!(find(Service::Route53, "PATCH", "/2013-04-01/hostedzone"), None);
        assert_eq!(find(Service::Route53, "GET", "/2013-04-01/hostedzone/%FF"), None);
    }
}
