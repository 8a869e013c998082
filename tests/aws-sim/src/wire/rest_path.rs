//! Paths of the REST protocols: which operation a method and a path mean, and what the path says of its input.

use percent_encoding::percent_decode_str;
use serde_json::Value;

/// Method, path, operation. A name in braces is a member of the input.
pub(super) type Route = (&'static str, &'static str, &'static str);

/// The operation, and the members of its input that stand in the path.
pub(super) fn find(routes: &[Route], method: &str, path: &str) -> Option<(&'static str, Vec<(String, Value)>)> {
    routes
        .iter()
        .filter(|route| route.0 == method)
        .find_map(|(_, template, operation)| labels(template, path).map(|found| (*operation, found)))
}

/// The path's parts under the names that the template gives them; none if it is another path.
fn labels(template: &str, path: &str) -> Option<Vec<(String, Value)>> {
    let (wanted, given): (Vec<&str>, Vec<&str>) = (template.split('/').collect(), path.split('/').collect());
    if wanted.len() != given.len() {
        return None;
    }
    let mut labels = Vec::new();
    for (want, part) in wanted.into_iter().zip(given) {
        match want.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => {
                let decoded = percent_decode_str(part).decode_utf8().ok()?.into_owned();
                labels.push((name.to_owned(), Value::String(decoded)));
            }
            None if want == part => {}
            None => return None,
        }
    }
    Some(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_fills_the_names_of_its_template() {
        let found = labels("hostedzone/{HostedZoneId}/rrset", "hostedzone/Z%31/rrset").unwrap();
        assert_eq!(found, [("HostedZoneId".to_owned(), Value::from("Z1"))]);
        assert_eq!(labels("hostedzone/{Id}", "hostedzone/Z1/rrset"), None);
    }
}
