//! Which package may depend on which.

use std::collections::{BTreeMap, BTreeSet};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// The arrows that are allowed between the members; everything else is a mistake.
const ALLOWED: [(&str, &[&str]); 6] = [
    ("shared", &[]),
    ("barcelona-api", &["shared"]),
    ("bcn", &["shared"]),
    ("barcelona-worker", &["shared"]),
    ("aws-sim", &[]),
    ("tests", &["shared", "barcelona-api", "bcn", "barcelona-worker", "aws-sim"]),
];

#[test]
fn every_package_depends_only_on_those_it_may() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    let members: BTreeMap<_, _> = metadata.packages.iter().map(|package| (package.name.to_string(), package)).collect();
    assert_eq!(members.keys().map(String::as_str).collect::<BTreeSet<_>>(), ALLOWED.map(|(name, _)| name).into());
    for (name, allowed) in ALLOWED {
        for dependency in members[name].dependencies.iter().filter(|it| members.contains_key(&it.name)) {
            assert!(allowed.contains(&dependency.name.as_str()), "{name} must not depend on {}", dependency.name);
        }
    }
}

#[test]
fn only_the_worker_talks_to_aws_and_only_tests_read_it_back() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    for package in &metadata.packages {
        let sdk = package.dependencies.iter().filter(|it| it.name.starts_with("aws-") && it.name != "aws-sim");
        let wrong: Vec<_> = match package.name.as_str() {
            "barcelona-worker" => vec![],
            "tests" | "aws-sim" => sdk.filter(|it| it.kind != DependencyKind::Development).collect(),
            _ => sdk.collect(),
        };
        assert!(
            wrong.is_empty(),
            "{} depends on {:?}",
            package.name,
            wrong.iter().map(|it| &it.name).collect::<Vec<_>>()
        );
    }
}

#[test]
fn only_the_worker_knows_the_queue_runtime_and_the_command_line_knows_no_redis() {
    let metadata = MetadataCommand::new().no_deps().exec().unwrap();
    for package in &metadata.packages {
        let names: Vec<_> = package.dependencies.iter().map(|it| it.name.as_str()).collect();
        assert!(
            package.name == "barcelona-worker" || !names.iter().any(|it| it.starts_with("apalis")),
            "{}",
            package.name
        );
        assert!(package.name != "bcn" || !names.contains(&"redis"), "bcn builds without Redis");
    }
}

#[test]
fn the_checker_of_chaos_knows_nothing_of_what_it_checks() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/chaos/checker");
    let mut folders = vec![std::path::PathBuf::from(folder)];
    let mut read = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let source = std::fs::read_to_string(&path).unwrap();
            for part in ["shared::", "worker::", "api::", "bcn::", "crate::"] {
                assert!(!source.contains(part), "{} names {part}", path.display());
            }
            read += 1;
        }
    }
    assert!(read > 10, "only {read} files were read");
}
