//! The scripts move operations in one way only, and by the table.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use shared::store::moves::{MOVES, Transition, Whereabouts, each, named};
use strum::IntoEnumIterator;

/// Where operations are moved.
const MOVING: &str = "moves.lua";

fn files(dir: &Path, extension: &str) -> Vec<PathBuf> {
    let mut found = vec![];
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extension));
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
    found
}

fn sources(extension: &str) -> Vec<(String, String)> {
    let store = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/store");
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        (name, std::fs::read_to_string(path).unwrap())
    };
    files(&store, extension).into_iter().map(read).collect()
}

/// The arguments of every call of a function, as they stand between its parentheses. Parentheses in texts are none.
fn calls<'a>(code: &'a str, function: &str) -> Vec<&'a str> {
    let starts = code.match_indices(function).map(|(at, _)| at + function.len());
    let arguments = |start: usize| {
        let (mut depth, mut is_text) = (1, false);
        let end = code[start..].char_indices().find_map(|(at, char)| {
            is_text ^= char == '\'';
            depth += if is_text { 0 } else { i32::from(char == '(') - i32::from(char == ')') };
            (depth == 0).then_some(start + at)
        });
        &code[start..end.unwrap()]
    };
    starts.map(arguments).collect()
}

fn without_comments(lua: &str) -> String {
    lua.lines().map(|line| line.split_once("--").map_or(line, |(code, _)| code)).collect::<Vec<_>>().join("\n")
}

/// Other hashes have a `state` too: records of districts and heritages, which scripts always call a record.
fn moves_by_itself(call: &str) -> bool {
    let writes = call.starts_with("'H") && !call.starts_with("'HGET") && !call.starts_with("'HMGET");
    let of_record = call.split_once(',').is_some_and(|(_, rest)| rest.trim_start().starts_with("record"));
    let names = |word: &str| call.contains(&format!("'{word}'"));
    let puts = ["'LPUSH'", "'RPUSH'", "'ZADD'"].iter().any(|command| call.starts_with(command)) && !names("XX");
    let into = names("ready") || names("leases") || names("delayed");
    writes && names("whereabouts") || writes && names("state") && !of_record || puts && into
}

#[test]
fn no_script_moves_an_operation_but_by_the_one_function() {
    let scripts = sources("lua");
    assert!(scripts.iter().any(|(name, _)| name == MOVING));
    for (name, lua) in scripts.iter().filter(|(name, _)| name != MOVING) {
        for call in calls(&without_comments(lua), "redis.call(") {
            assert!(!moves_by_itself(call), "{name} moves an operation by itself: {call}");
        }
    }
}

#[test]
fn the_check_of_scripts_sees_what_it_looks_for() {
    let code = "redis.call('HSET', op, 'whereabouts', f(x)) redis.call('HSET', record, 'state', 'x')\
                redis.call('HSET', key('op', id), 'state', 'x') redis.call('ZADD', key('leases'), 'XX', 1, id)\
                redis.call('ZADD', key('delayed'), 1, id) redis.call('HGET', op, 'state')";
    let seen: Vec<bool> = calls(code, "redis.call(").into_iter().map(moves_by_itself).collect();
    assert_eq!(seen, [true, false, true, false, true, false]);
}

#[test]
fn fields_that_callers_write_do_not_say_where_an_operation_is() {
    for (name, rust) in sources("rs") {
        for writing in ["text", "text_if", "json", "json_if"] {
            for field in ["state", "whereabouts"] {
                assert!(!rust.contains(&format!(".{writing}(\"{field}\",")), "{name} writes {field}");
            }
        }
    }
}

#[test]
fn scripts_and_table_name_the_same_transitions() {
    let mut named = BTreeSet::new();
    for (_, lua) in sources("lua") {
        let lua = without_comments(&lua);
        for (function, argument) in [("move(", 1), ("enter_order(", 1), ("end_attempt(", 1), ("promote(", 2)] {
            let words = calls(&lua, function).into_iter().filter_map(|call| call.split(", ").nth(argument));
            named.extend(words.filter_map(|word| Some(word.strip_prefix('\'')?.strip_suffix('\'')?.to_owned())));
        }
    }
    let table: BTreeSet<String> = Transition::iter().map(|it| it.to_string()).collect();
    assert_eq!(named, table);
}

/// The section of the document that tells of the protocol.
pub(super) fn section() -> String {
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reliability.md");
    let document = std::fs::read_to_string(document).unwrap();
    let (_, rest) = document.split_once("<!-- protocol -->").unwrap();
    rest.split_once("<!-- /protocol -->").unwrap().0.to_owned()
}

#[test]
fn the_document_shows_the_table() {
    let row = |by: Transition| {
        let moves = MOVES.iter().filter(|row| row.by == by).map(|row| {
            let to: Vec<String> = row.to.iter().map(|to| named(Some(*to))).collect();
            format!("{} → {}", row.from.map_or("nothing".into(), |from| named(Some(from))), to.join(", "))
        });
        format!("| {by} | {} |\n", moves.collect::<Vec<_>>().join("<br>"))
    };
    let table: String = Transition::iter().map(row).collect();
    assert!(section().contains(&table), "docs/reliability.md should have this table:\n{table}");
}

#[test]
fn the_table_leads_nowhere_but_on() {
    let moves: Vec<_> = each().collect();
    assert_eq!(moves.iter().collect::<BTreeSet<_>>().len(), moves.len(), "a move stands twice");
    for (by, from, (state, whereabouts)) in moves {
        assert_eq!(state.is_terminal(), whereabouts == Whereabouts::Ended, "{by}");
        if from.is_some_and(|(before, _)| before.is_terminal()) {
            let may = matches!(by, Transition::Retry | Transition::Cancel | Transition::Abandon);
            assert!(may, "{by} moves an ended operation");
        }
    }
    let left: BTreeSet<_> = MOVES.iter().filter_map(|row| row.from).collect();
    for (_, _, to) in each() {
        assert!(left.contains(&to) || to.0.is_terminal(), "nothing leads on from {to:?}");
    }
}
