//! One service's operations and shapes, ready to be looked up.

use std::collections::{HashMap, HashSet};
use std::sync::OnceLock;

use strum::VariantArray;

use super::pattern::Pattern;
use super::source::{self, MemberSource, ShapeSource, Source};
use crate::model::service::Service;

/// A shape's place in its table.
pub(crate) type ShapeId = usize;

/// What AWS publishes of one service.
#[derive(Debug, Default)]
pub(crate) struct Table {
    pub(crate) protocol: Protocol,
    pub(crate) version: String,
    /// Other versions of the API that are still answered.
    pub(crate) versions: Vec<String>,
    pub(crate) namespace: String,
    /// What stands before the dot in `X-Amz-Target`.
    pub(crate) target: String,
    /// Operations that AWS has and of which nothing more is known here.
    known: HashSet<String>,
    operations: HashMap<String, Operation>,
    pub(super) shapes: Vec<Shape>,
}

/// How a service is spoken to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Protocol {
    /// <https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html>
    Ec2Query,
    /// <https://smithy.io/2.0/aws/protocols/aws-query-protocol.html>
    Query,
    /// <https://smithy.io/2.0/aws/protocols/aws-json-1_1-protocol.html>
    #[default]
    Json,
    /// JSON too, and <https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html>
    JsonOrCbor,
    /// <https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html>
    RestJson,
    /// <https://smithy.io/2.0/aws/protocols/aws-restxml-protocol.html>
    RestXml,
}

/// One operation.
#[derive(Debug)]
pub(crate) struct Operation {
    pub(crate) input: Option<ShapeId>,
    pub(crate) output: Option<ShapeId>,
    /// Method and path of the REST protocols.
    pub(crate) method: String,
    pub(crate) uri: String,
    pub(crate) status: u16,
}

/// What a value may be.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) kind: Kind,
    pub(super) limits: Limits,
}

/// A shape's type.
#[derive(Debug, Default)]
pub(crate) enum Kind {
    Structure {
        members: Vec<Member>,
        /// Names that requests may use, for services that refuse others.
        keys: HashSet<String>,
    },
    List {
        element: Member,
        flat: bool,
    },
    Map {
        key: Member,
        value: Member,
    },
    #[default]
    Text,
    Integer,
    Decimal,
    Boolean,
    Blob,
    Timestamp,
}

/// A member of a structure, or an element of a list.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) name: String,
    /// Its name on the wire.
    pub(crate) wire: String,
    /// Its name in the tree of a request.
    pub(crate) key: String,
    pub(crate) place: Place,
    pub(crate) required: bool,
    pub(crate) shape: ShapeId,
}

/// Where a member stands in an HTTP request or answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Body,
    Path,
    Query,
    Header,
}

/// What narrows a value.
#[derive(Debug, Default)]
pub(super) struct Limits {
    pub(super) min: Option<f64>,
    pub(super) max: Option<f64>,
    pub(super) one_of: Vec<String>,
    pub(super) pattern: Option<Pattern>,
    /// Whether its value is never repeated in a refusal.
    pub(super) secret: bool,
}

impl Table {
    /// The table of a service, read when it is first asked for.
    pub(crate) fn of(service: Service) -> &'static Self {
        static TABLES: [OnceLock<Table>; Service::VARIANTS.len()] =
            [const { OnceLock::new() }; Service::VARIANTS.len()];
        static NONE: OnceLock<Table> = OnceLock::new();
        let slot = TABLES.get(service as usize).unwrap_or(&NONE);
        // A test reads every file, so that one that cannot be read does not get here.
        slot.get_or_init(|| serde_json::from_str(source::text(service)).map(Self::build).unwrap_or_default())
    }

    /// The operation's shapes, if they are kept.
    pub(crate) fn operation(&self, name: &str) -> Option<&Operation> {
        self.operations.get(name)
    }

    /// All operations whose shapes are kept.
    pub(crate) fn operations(&self) -> impl Iterator<Item = (&str, &Operation)> {
        self.operations.iter().map(|(name, operation)| (name.as_str(), operation))
    }

    /// Whether AWS has an operation of that name.
    pub(crate) fn has(&self, operation: &str) -> bool {
        self.operations.contains_key(operation) || self.known.contains(operation)
    }

    /// The type of a shape.
    pub(crate) fn kind(&self, shape: ShapeId) -> Option<&Kind> {
        self.shapes.get(shape).map(|shape| &shape.kind)
    }

    fn build(source: Source) -> Self {
        let protocol = match source.protocol.as_str() {
            "ec2" => Protocol::Ec2Query,
            "query" => Protocol::Query,
            "rest-json" => Protocol::RestJson,
            "rest-xml" => Protocol::RestXml,
            "smithy-rpc-v2-cbor" => Protocol::JsonOrCbor,
            _ => Protocol::Json,
        };
        let names: HashMap<&str, ShapeId> =
            source.shapes.keys().enumerate().map(|(at, name)| (name.as_str(), at)).collect();
        let mut builder =
            Builder { names, scalars: HashMap::new(), first_scalar: source.shapes.len(), extra: Vec::new() };
        let mut shapes: Vec<Shape> = source.shapes.values().map(|shape| builder.shape(shape)).collect();
        let operations = source.operations.iter().map(|(name, operation)| {
            let mut find = |shape: &Option<String>| shape.as_deref().map(|shape| builder.id(shape));
            let (input, output) = (find(&operation.input), find(&operation.output));
            let (method, uri) = (operation.method.clone(), operation.uri.clone());
            (name.clone(), Operation { input, output, method, uri, status: operation.status.unwrap_or(200) })
        });
        let operations = operations.collect();
        shapes.append(&mut builder.extra);
        let known = source.known.into_iter().collect();
        let Source { version, versions, namespace, target, .. } = source;
        Self { protocol, version, versions, namespace, target, known, operations, shapes }
    }
}

/// Resolves the names of shapes; types that stand for themselves get a shape when they are first met.
struct Builder<'a> {
    names: HashMap<&'a str, ShapeId>,
    scalars: HashMap<String, ShapeId>,
    first_scalar: usize,
    extra: Vec<Shape>,
}

impl Builder<'_> {
    fn id(&mut self, name: &str) -> ShapeId {
        if let Some(id) = self.names.get(name).or_else(|| self.scalars.get(name)) {
            return *id;
        }
        let id = self.first_scalar + self.extra.len();
        self.scalars.insert(name.to_owned(), id);
        self.extra.push(Shape { kind: scalar(name), limits: Limits::default() });
        id
    }

    fn shape(&mut self, source: &ShapeSource) -> Shape {
        let kind = match (&source.m, &source.e, &source.k) {
            (Some(members), _, _) => {
                let members: Vec<Member> =
                    members.iter().map(|(name, at)| self.member(name, at, source.r.contains(name))).collect();
                Kind::Structure { keys: members.iter().map(|member| member.key.clone()).collect(), members }
            }
            (None, Some(value), Some(key)) => {
                Kind::Map { key: self.member("key", key, false), value: self.member("value", value, false) }
            }
            (None, Some(element), None) => {
                Kind::List { element: self.member("member", element, false), flat: source.flat }
            }
            (None, None, _) => scalar(&source.t),
        };
        let limits = Limits {
            min: source.min,
            max: source.max,
            one_of: source.one_of.clone(),
            pattern: source.pattern.clone().map(Pattern::new),
            secret: source.secret,
        };
        Shape { kind, limits }
    }

    fn member(&mut self, name: &str, source: &MemberSource, required: bool) -> Member {
        let wire = source.part(2).unwrap_or(name);
        let place = match source.part(1).unwrap_or_default() {
            "u" => Place::Path,
            "q" => Place::Query,
            "h" | "hs" | "s" => Place::Header,
            _ => Place::Body,
        };
        // A path names its parts in its own way; the tree has the members that they fill.
        let key = if place == Place::Path { name } else { source.part(3).unwrap_or(wire) };
        Member {
            name: name.to_owned(),
            wire: wire.to_owned(),
            key: key.to_owned(),
            place,
            required,
            shape: self.id(source.part(0).unwrap_or_default()),
        }
    }
}

fn scalar(name: &str) -> Kind {
    match name {
        "structure" => Kind::Structure { members: Vec::new(), keys: HashSet::new() },
        "integer" | "long" => Kind::Integer,
        "float" | "double" => Kind::Decimal,
        "boolean" => Kind::Boolean,
        "blob" => Kind::Blob,
        "timestamp" => Kind::Timestamp,
        _ => Kind::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_read_and_every_simulated_operation_of_the_small_services_is_in_it() {
        for service in Service::VARIANTS {
            let read = serde_json::from_str::<Source>(source::text(*service));
            assert!(read.is_ok(), "{service}: {:?}", read.err());
            let table = Table::of(*service);
            assert!(!table.operations.is_empty() && !table.version.is_empty(), "{service}");
        }
        assert_eq!(Table::of(Service::ElbV2).version, "2015-12-01");
        assert_eq!(Table::of(Service::Ecs).target, "AmazonEC2ContainerServiceV20141113");
        assert_eq!(Table::of(Service::Route53).operation("CreateHostedZone").map(|it| it.status), Some(201));
        assert!(Table::of(Service::Ec2).has("CreateFleet") && !Table::of(Service::Ec2).has("CreateFlute"));
    }
}
