//! The containers: what `docker compose` would start is valid.

use std::process::{Command, Output};

/// Compose as a plugin of Docker, or as a program of its own; `make test` installs one of them.
fn compose(arguments: &[&str]) -> Output {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let plugin = Command::new("docker").args(["compose", "version"]).output().is_ok_and(|it| it.status.success());
    let mut command = if plugin { Command::new("docker") } else { Command::new("docker-compose") };
    if plugin {
        command.arg("compose");
    }
    command.args(arguments).current_dir(folder).output().expect("docker compose or docker-compose is installed")
}

#[test]
fn the_compose_file_is_valid_and_has_every_part() {
    let output = compose(&["--profile", "sim", "config", "--services"]);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut services: Vec<_> = text.split_whitespace().collect();
    services.sort_unstable();
    assert_eq!(services, ["api", "aws-sim", "redis", "worker"]);
}
