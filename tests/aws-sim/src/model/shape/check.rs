//! Compares the parameters of a call with what AWS publishes of them.

use serde_json::Value;

use super::refusal::{self, Violation};
use super::table::{Kind, Member, Operation, Place, Protocol, Shape, ShapeId, Table};
use super::words;
use crate::model::error::AwsError;
use crate::model::service::Service;

/// Refuses a call that lacks a parameter, or has one that is not of its type or beyond its limits.
///
/// # Errors
///
/// The service's own refusal. An operation whose shapes are not kept passes.
pub(crate) fn check(service: Service, operation: &str, input: &Value) -> Result<(), AwsError> {
    let table = Table::of(service);
    let Some(Operation { input: Some(shape), .. }) = table.operation(operation) else { return Ok(()) };
    let typed = matches!(table.protocol, Protocol::Json | Protocol::JsonOrCbor | Protocol::RestJson);
    let mut walk = Walk { table, service, typed, path: Vec::new(), violations: Vec::new(), misfit: None };
    walk.value(*shape, input, typed);
    match walk.misfit {
        Some(misfit) => Err(misfit),
        None if walk.violations.is_empty() => Ok(()),
        None => refusal::of(service, walk.violations).map_or(Ok(()), Err),
    }
}

struct Walk<'t> {
    table: &'t Table,
    service: Service,
    /// Whether values carry their types, as in JSON.
    typed: bool,
    path: Vec<Step<'t>>,
    violations: Vec<Violation>,
    /// The first value that cannot be read at all; it hides what else is wrong.
    misfit: Option<AwsError>,
}

#[derive(Clone)]
enum Step<'t> {
    Member(&'t Member),
    /// A place in a list, from 1.
    Place(usize),
    Entry(String),
}

impl<'t> Walk<'t> {
    fn value(&mut self, shape: ShapeId, value: &Value, typed: bool) {
        let Some(shape) = self.table.shapes.get(shape) else { return };
        match &shape.kind {
            Kind::Structure { members, .. } => self.structure(shape, members, value, typed),
            Kind::List { element, flat } => self.list(shape, element, *flat, value, typed),
            Kind::Map { key, value: held } => self.map(shape, key, held, value, typed),
            Kind::Text | Kind::Integer | Kind::Decimal | Kind::Boolean | Kind::Blob | Kind::Timestamp => {
                if self.scalar_fits(shape, value, typed) {
                    self.limits(shape, value);
                }
            }
        }
    }

    fn structure(&mut self, shape: &'t Shape, members: &'t [Member], value: &Value, typed: bool) {
        if typed && !value.is_object() && !value.is_null() {
            return self.misfit(refusal::unexpected("structure", value));
        }
        if self.service == Service::Ec2 {
            self.refuse_unknown(shape, value);
        }
        for member in members {
            self.path.push(Step::Member(member));
            match value.get(&member.key).filter(|value| !value.is_null()) {
                Some(found) => self.value(member.shape, found, typed && member.place == Place::Body),
                None if member.required => self.violate(shape, &Value::Null, "Member must not be null".to_owned()),
                None => {}
            }
            self.path.pop();
        }
    }

    /// EC2 refuses parameters that it does not know; the others ignore them.
    fn refuse_unknown(&mut self, shape: &Shape, value: &Value) {
        let (Kind::Structure { keys, .. }, Some(given)) = (&shape.kind, value.as_object()) else { return };
        if let Some(unknown) = given.keys().find(|name| !keys.contains(*name)) {
            let name = self.path.iter().map(Step::in_a_query).chain([unknown.clone()]).collect::<Vec<_>>().join(".");
            self.misfit(AwsError::new("UnknownParameter", format!("The parameter {name} is not recognized")));
        }
    }

    fn list(&mut self, shape: &'t Shape, element: &'t Member, flat: bool, value: &Value, typed: bool) {
        let wrapped = if self.table.protocol == Protocol::RestXml && !flat { value.get(&element.key) } else { None };
        let items: &[Value] = match wrapped.unwrap_or(value) {
            Value::Array(items) => items,
            Value::Null => return,
            other if typed => return self.misfit(refusal::unexpected("list", other)),
            Value::String(text) if text.is_empty() => return,
            single => std::slice::from_ref(single),
        };
        self.limits(shape, value);
        let Some(inner) = self.table.shapes.get(element.shape) else { return };
        let mut is_broken = false;
        for (at, item) in items.iter().enumerate().filter(|(_, item)| !item.is_null()) {
            self.path.push(Step::Place(at + 1));
            if is_scalar(inner) {
                is_broken |= self.scalar_fits(inner, item, typed) && !words::broken(inner, item).is_empty();
            } else {
                self.value(element.shape, item, typed);
            }
            self.path.pop();
        }
        if is_broken {
            self.violate(shape, value, format!("Member must satisfy constraint: {}", words::all(inner)));
        }
    }

    fn map(&mut self, shape: &'t Shape, key: &'t Member, held: &'t Member, value: &Value, typed: bool) {
        let Some(entries) = value.as_object() else {
            if typed {
                self.misfit(refusal::unexpected("map", value));
            }
            return;
        };
        if !typed {
            return;
        }
        self.limits(shape, value);
        let (Some(keys), Some(values)) = (self.table.shapes.get(key.shape), self.table.shapes.get(held.shape)) else {
            return;
        };
        let (mut keys_broken, mut values_broken) = (false, false);
        for (name, item) in entries.iter().filter(|(_, item)| !item.is_null()) {
            keys_broken |= !words::broken(keys, &Value::String(name.clone())).is_empty();
            self.path.push(Step::Entry(name.clone()));
            if is_scalar(values) {
                values_broken |= self.scalar_fits(values, item, typed) && !words::broken(values, item).is_empty();
            } else {
                self.value(held.shape, item, typed);
            }
            self.path.pop();
        }
        for (is_broken, what, shape_of) in [(keys_broken, "keys", keys), (values_broken, "value", values)] {
            if is_broken {
                self.violate(shape, value, format!("Map {what} must satisfy constraint: {}", words::all(shape_of)));
            }
        }
    }

    /// Whether a value can be read as its type; if not, that is the refusal.
    fn scalar_fits(&mut self, shape: &Shape, value: &Value, typed: bool) -> bool {
        let fits = match (&shape.kind, value) {
            (Kind::Timestamp, Value::Number(_) | Value::String(_)) | (Kind::Text | Kind::Blob, Value::String(_)) => {
                true
            }
            (Kind::Integer | Kind::Decimal, Value::Number(_)) | (Kind::Boolean, Value::Bool(_)) => true,
            (Kind::Integer, Value::String(text)) if !typed => text.is_empty() || text.parse::<i64>().is_ok(),
            (Kind::Decimal, Value::String(text)) if !typed => text.is_empty() || text.parse::<f64>().is_ok(),
            (Kind::Boolean, Value::String(text)) if !typed => {
                text.is_empty() || ["true", "false"].contains(&text.to_ascii_lowercase().as_str())
            }
            _ => false,
        };
        if !fits {
            let misfit = match self.typed {
                true => refusal::unreadable(&shape.kind, value),
                false => self.service.malformed(&self.name(), &words::shown(value)),
            };
            self.misfit(misfit);
        }
        fits
    }

    fn limits(&mut self, shape: &'t Shape, value: &Value) {
        for constraint in words::broken(shape, value) {
            self.violate(shape, value, constraint);
        }
    }

    fn violate(&mut self, shape: &Shape, value: &Value, constraint: String) {
        let name = self.name();
        let value = if shape.limits.secret { None } else { Some(words::shown(value)) };
        let path = self.path.iter().map(Step::in_a_refusal).collect::<Vec<_>>().join(".");
        self.violations.push(Violation { path, name, value, constraint });
    }

    /// The name of the innermost member, as the request writes it.
    fn name(&self) -> String {
        let members = self.path.iter().rev().filter_map(|step| match step {
            Step::Member(member) => Some(member.key.clone()),
            Step::Place(_) | Step::Entry(_) => None,
        });
        members.take(1).collect()
    }

    fn misfit(&mut self, misfit: AwsError) {
        self.misfit.get_or_insert(misfit);
    }
}

impl Step<'_> {
    /// AWS's services name members as Java does: `Tags` is `tags`, and its first element `tags.1.member`.
    fn in_a_refusal(&self) -> String {
        match self {
            Self::Member(member) => refusal::lower_first(&member.name),
            Self::Place(at) => format!("{at}.member"),
            Self::Entry(name) => format!("{name}.member"),
        }
    }

    fn in_a_query(&self) -> String {
        match self {
            Self::Member(member) => member.key.clone(),
            Self::Place(at) => at.to_string(),
            Self::Entry(name) => name.clone(),
        }
    }
}

fn is_scalar(shape: &Shape) -> bool {
    match shape.kind {
        Kind::Structure { .. } | Kind::List { .. } | Kind::Map { .. } => false,
        Kind::Text | Kind::Integer | Kind::Decimal | Kind::Boolean | Kind::Blob | Kind::Timestamp => true,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn refused(service: Service, operation: &str, input: &Value) -> (String, String) {
        let error = check(service, operation, input).unwrap_err();
        (error.code.to_string(), error.message)
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let (code, message) = refused(
            Service::AutoScaling,
            "PutLifecycleHook",
            &json!({"LifecycleHookName": "a b", "AutoScalingGroupName": ""}),
        );
        assert_eq!(code, "ValidationError");
        let expected = "2 validation errors detected: Value 'a b' at 'lifecycleHookName' failed to satisfy constraint: \
                        Member must satisfy regular expression pattern: [A-Za-z0-9\\-_\\/]+; Value '' at \
                        'autoScalingGroupName' failed to satisfy constraint: Member must have length greater than or \
                        equal to 1";
        assert_eq!(message, expected);
    }

    #[test]
    fn a_list_of_texts_is_refused_as_a_whole_and_a_structure_in_a_list_by_its_place() {
        let input = json!({"Names": ["a", ""]});
        let (_, message) = refused(Service::Ssm, "GetParameters", &input);
        assert!(
            message.contains(
                "Value '[a, ]' at 'names' failed to satisfy constraint: Member must satisfy constraint: \
                                  [Member must have length less than or equal to"
            ),
            "{message}"
        );
        let input = json!({"Name": "a", "Value": "b", "Tags": [{"Key": "k", "Value": "v"}, {"Key": "", "Value": "v"}]});
        let (_, message) = refused(Service::Ssm, "PutParameter", &input);
        assert!(message.contains("Value '' at 'tags.2.member.key' failed"), "{message}");
    }

    #[test]
    fn a_json_value_of_another_type_cannot_be_read() {
        for (input, words) in [
            (json!({"logGroupName": 1}), "NUMBER_VALUE can not be converted to a String"),
            (json!({"logGroupName": ["a"]}), "Start of list found where not expected"),
            (json!({"logGroupName": "a", "tags": "b"}), "Expected map or null"),
        ] {
            let (code, message) = refused(Service::Logs, "CreateLogGroup", &input);
            assert_eq!((code.as_str(), message.as_str()), ("SerializationException", words));
        }
    }

    #[test]
    fn ec2_names_what_is_missing_and_what_it_does_not_know() {
        let missing = refused(Service::Ec2, "DeleteVpc", &json!({}));
        assert_eq!(missing, ("MissingParameter".into(), "The request must contain the parameter VpcId".into()));
        let unknown = refused(Service::Ec2, "DescribeVpcs", &json!({"Filter": [{"Name": "x", "Worth": ["y"]}]}));
        assert_eq!(unknown, ("UnknownParameter".into(), "The parameter Filter.1.Worth is not recognized".into()));
        assert!(check(Service::Ec2, "DescribeVpcs", &json!({"Filter": [{"Name": "x", "Value": ["y"]}]})).is_ok());
    }

    #[test]
    fn a_secret_is_not_repeated_and_ecr_has_its_own_sentence() {
        let (_, message) = refused(
            Service::Sts,
            "AssumeRoleWithWebIdentity",
            &json!({
            "RoleArn": "arn:aws:iam::123456789012:role/a", "RoleSessionName": "session", "WebIdentityToken": "abc"}),
        );
        assert!(message.contains("Value at 'webIdentityToken' failed to satisfy"), "{message}");
        let (code, message) = refused(Service::Ecr, "CreateRepository", &json!({"repositoryName": "a"}));
        let words = "Invalid parameter at 'repositoryName' failed to satisfy constraint: 'must have length greater than \
                     or equal to 2'";
        assert_eq!((code.as_str(), message.as_str()), ("InvalidParameterException", words));
    }
}
