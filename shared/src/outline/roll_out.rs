//! What a roll-out changes: a heritage before and after, compared service by service.
//!
//! The outline names the steps from it, the worker builds its plan from it: one comparison, so that they agree.

use crate::heritage::{EnvValue, HeritageSpec, ServiceSpec};

/// A service that stands and is to be different.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Changed<'a> {
    /// What it is.
    pub before: &'a ServiceSpec,
    /// What it is to be.
    pub after: &'a ServiceSpec,
    /// Whether it needs a new task definition; else only its count differs.
    pub revision: bool,
}

/// The difference between a heritage before and after.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RollOut<'a> {
    /// Services that stand and change.
    pub changed: Vec<Changed<'a>>,
    /// Services that are new.
    pub added: Vec<&'a ServiceSpec>,
    /// Services that go.
    pub removed: Vec<&'a ServiceSpec>,
    /// Whether there are secrets to be written.
    pub writes_secrets: bool,
    /// Whether the execution role must be allowed to read other secrets than before.
    pub grants_secrets: bool,
}

impl<'a> RollOut<'a> {
    /// Compares.
    pub fn between(before: &'a HeritageSpec, after: &'a HeritageSpec) -> Self {
        let containers_differ = before.image() != after.image() || before.environment != after.environment;
        let changed = after.services.iter().filter_map(|service| {
            let standing = before.service(&service.name)?;
            let revision = containers_differ || runs_differently(standing, service);
            let counts = standing.desired_count != service.desired_count;
            (revision || counts).then_some(Changed { before: standing, after: service, revision })
        });
        RollOut {
            changed: changed.collect(),
            added: after.services.iter().filter(|service| before.service(&service.name).is_none()).collect(),
            removed: before.services.iter().filter(|service| after.service(&service.name).is_none()).collect(),
            writes_secrets: !new_secrets(Some(before), after).is_empty(),
            grants_secrets: sources(before) != sources(after),
        }
    }
}

fn runs_differently(before: &ServiceSpec, after: &ServiceSpec) -> bool {
    before.command != after.command || before.cpu != after.cpu || before.memory != after.memory
}

/// Parameter and sealed value of each secret that `after` brings.
pub fn new_secrets<'a>(before: Option<&HeritageSpec>, after: &'a HeritageSpec) -> Vec<(&'a str, &'a str)> {
    let new = after
        .environment
        .iter()
        .filter(|(name, value)| before.and_then(|before| before.environment.get(*name)) != Some(*value));
    new.filter_map(|(_, value)| match value {
        EnvValue::Sealed { parameter, sealed } => Some((parameter.as_str(), sealed.as_str())),
        EnvValue::Plain(_) | EnvValue::From(_) => None,
    })
    .collect()
}

/// The parameters and secrets of others that the environment refers to, sorted.
pub fn sources(spec: &HeritageSpec) -> Vec<&str> {
    let mut sources: Vec<_> = spec
        .environment
        .values()
        .filter_map(|value| match value {
            EnvValue::From(source) => Some(source.as_str()),
            EnvValue::Plain(_) | EnvValue::Sealed { .. } => None,
        })
        .collect();
    sources.sort_unstable();
    sources.dedup();
    sources
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::heritage::Environment;
    use crate::names::ServiceName;

    fn service(name: &str) -> ServiceSpec {
        ServiceSpec {
            name: ServiceName::parse(name).unwrap(),
            command: None,
            cpu: 128,
            memory: 256,
            public: false,
            desired_count: 1,
            port_mappings: vec![],
        }
    }

    fn heritage(services: Vec<ServiceSpec>) -> HeritageSpec {
        HeritageSpec { image_name: "nginx".into(), image_tag: "1.9".into(), environment: Environment::new(), services }
    }

    #[test]
    fn a_service_gets_a_new_revision_only_where_something_that_it_runs_changed() {
        let before = heritage(vec![service("web"), service("worker"), service("same")]);
        let counted = ServiceSpec { desired_count: 3, ..service("web") };
        let after = heritage(vec![counted, ServiceSpec { cpu: 64, ..service("worker") }, service("same")]);
        let difference = RollOut::between(&before, &after);
        let seen: Vec<_> = difference.changed.iter().map(|c| (c.after.name.as_str(), c.revision)).collect();
        assert_eq!(seen, [("web", false), ("worker", true)]);
    }

    #[test]
    fn a_new_image_reaches_all_services_and_an_equal_heritage_none() {
        let before = heritage(vec![service("web"), service("old")]);
        let after = HeritageSpec { image_tag: "2".into(), ..heritage(vec![service("web"), service("new")]) };
        let difference = RollOut::between(&before, &after);
        assert!(difference.changed[0].revision);
        assert_eq!(difference.added[0].name.as_str(), "new");
        assert_eq!(difference.removed[0].name.as_str(), "old");
        assert_eq!(RollOut::between(&before, &before), RollOut::default());
    }

    #[test]
    fn only_secrets_that_were_not_there_before_are_written() {
        let sealed = |to: &str| EnvValue::Sealed { parameter: to.into(), sealed: "v1".into() };
        let mut before = heritage(vec![service("web")]);
        before.environment.insert("OLD".into(), sealed("/old"));
        let mut after = before.clone();
        after.environment.insert("NEW".into(), sealed("/new"));
        assert_eq!(new_secrets(Some(&before), &after), [("/new", "v1")]);
        assert_eq!(new_secrets(None, &after).len(), 2);
        assert!(!RollOut::between(&before, &after).grants_secrets);
    }
}
