//! The README says nothing that is not so: its settings are those of the binaries, its paths and names exist.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The project's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The README's part between two comments `<!-- name -->` and `<!-- /name -->`.
fn part(name: &str) -> String {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let (_, begun) = readme.split_once(&format!("<!-- {name} -->\n")).expect("the part begins");
    begun.split_once(&format!("<!-- /{name} -->")).expect("the part ends").0.to_owned()
}

/// Name, default and text of every option of a binary that has an environment name, from its `--help`.
fn settings_of(binary: &str) -> Vec<(String, String, String)> {
    let program = tests::process::binary(binary).unwrap();
    let output = Command::new(program).arg("--help").env_clear().output().unwrap();
    let help = String::from_utf8(output.stdout).unwrap();
    let mut options: Vec<String> = vec![];
    for line in help.lines().map(str::trim) {
        match options.last_mut() {
            Some(option) if !line.starts_with('-') || line.starts_with("- ") => option.push_str(&format!(" {line}")),
            Some(_) | None => options.push(line.to_owned()),
        }
    }
    options.iter().filter_map(|option| setting(option)).collect()
}

/// `--name <VALUE> Text. [env: NAME=] [default: value]`
fn setting(option: &str) -> Option<(String, String, String)> {
    let (before, after) = option.split_once("[env: ")?;
    let name = after.split(['=', ']']).next()?.to_owned();
    let default = after.split_once("[default: ").and_then(|(_, rest)| rest.split(']').next()).unwrap_or_default();
    let text = before.split_once("> ").map_or(before, |(_, text)| text);
    let text = text.split("Possible values:").next().unwrap_or(text).trim().trim_end_matches('.');
    Some((name, default.trim_matches('"').to_owned(), text.to_owned()))
}

#[test]
fn the_table_of_settings_is_what_the_binaries_say_of_themselves() {
    let mut rows: BTreeMap<(String, String, String), Vec<&str>> = BTreeMap::new();
    for (binary, short) in [("barcelona-api", "api"), ("barcelona-worker", "worker"), ("bcn", "bcn")] {
        for setting in settings_of(binary) {
            rows.entry(setting).or_default().push(short);
        }
    }
    let mut expected = String::from("| name | of | default | what it is |\n|---|---|---|---|\n");
    for ((name, default, text), of) in rows {
        let default = if default.is_empty() { String::new() } else { format!("`{default}`") };
        expected.push_str(&format!("| `{name}` | {} | {default} | {text} |\n", of.join(", ")));
    }
    assert_eq!(part("settings"), expected, "the README's table should be:\n{expected}");
}

#[test]
fn the_table_of_limits_says_what_their_codes_say() {
    let mut rows = 0;
    for row in part("limits").lines().skip(2) {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        let [code, status, title, _, advice] = cells[..] else { panic!("five columns: {row}") };
        let code: shared::problem::Code = code.trim_matches('`').parse().unwrap();
        assert_eq!((status, title, advice), (code.status().to_string().as_str(), code.title(), code.advice()));
        rows += 1;
    }
    assert_eq!(rows, 3);
}

/// Texts in backticks.
fn quoted(line: &str) -> Vec<&str> {
    line.split('`').skip(1).step_by(2).collect()
}

#[test]
fn every_file_and_name_in_the_path_of_a_request_exists() {
    let mut files = 0;
    let mut source = String::new();
    for quoted in part("trace").lines().flat_map(quoted) {
        if quoted.starts_with('/') {
            continue;
        }
        if quoted.contains('/') {
            source = std::fs::read_to_string(root().join(quoted)).unwrap_or_else(|error| panic!("{quoted}: {error}"));
            files += 1;
        } else if quoted != "202" {
            let name = quoted.trim_end_matches("()");
            assert!(source.contains(name), "{name} is not in the file named before it");
        }
    }
    assert!(files >= 8, "the path of a request goes through the whole system, not {files} files");
}

#[test]
fn every_crate_that_the_decision_log_explains_is_used() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let log = std::fs::read_to_string(root().join("docs/decisions.md")).unwrap();
    let (_, crates) = log.split_once("## Crates").expect("the log has a part on crates");
    let explained =
        crates.lines().filter_map(|line| line.strip_prefix("- **")?.split([' ', '.', ',', '*', '\\']).next());
    for name in explained.filter(|name| name.starts_with(|first: char| first.is_ascii_lowercase())) {
        let elsewhere = ["moto", "cargo-deny", "libfaketime"];
        assert!(manifest.contains(name) || elsewhere.contains(&name), "{name} is explained and not used");
    }
}
