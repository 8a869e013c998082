//! The part of `docs/reliability.md` that says what the matrix covers: written by `make matrix`, checked by every run.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use shared::operation::Kind;
use strum::IntoEnumIterator as _;

use crate::case::Column;
use crate::lanes::Plan;

const BEGIN: &str = "<!-- matrix -->";
const END: &str = "<!-- /matrix -->";

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/reliability.md")
}

/// The part as it should be.
pub(crate) fn section(plan: &Plan) -> String {
    let kinds: Vec<_> = Kind::iter().collect();
    let mut text = format!("{BEGIN}\n\n## The crash-anywhere matrix\n\n");
    text.push_str(
        "A clean run of each scenario (`tests/matrix/scenario.rs`) records every call of AWS and every entry of the journal; each of \
         these places with each fault that applies to it is a case. After a case the operation has ended, AWS holds exactly \
         what it held before or what a clean run leaves, journals have no gap, and queue, leases, timers and orders are \
         empty; what is left in between on purpose (a deletion that stopped, an undo that AWS refuses) is named as residue \
         and a retry ends clean. A place that several scenarios of a kind share is counted once.\n\n\
         `make matrix` runs all cases, prints what came of them and writes this part; `make test` runs a sample \
         (`BARCELONA_MATRIX_SEED` repeats one) and fails when this part is not what the recorded runs show. Cases by fault \
         and workflow:\n\n",
    );
    text.push_str(&format!(
        "| fault | {} | all |\n",
        kinds.iter().map(|kind| format!("`{kind}`")).collect::<Vec<_>>().join(" | ")
    ));
    text.push_str(&format!("|---|{}---:|\n", "---:|".repeat(kinds.len())));
    for column in Column::iter() {
        let of = |kind: Kind| {
            let cases = plan.cases.iter().filter(|case| case.column == column);
            cases.filter(|case| plan.recorded[case.scenario].scenario.kind == kind).count()
        };
        let counts: Vec<_> = kinds.iter().map(|kind| of(*kind)).collect();
        let all: usize = counts.iter().sum();
        let cells: Vec<_> =
            counts.iter().map(|count| if *count == 0 { "–".to_owned() } else { count.to_string() }).collect();
        text.push_str(&format!("| {} | {} | {all} |\n", column.title(), cells.join(" | ")));
    }
    text.push_str(&format!("\n{} cases. Steps, with the number of cases at each:\n\n", plan.cases.len()));
    for kind in kinds.into_iter().filter(|kind| !variants(plan, *kind).is_empty()) {
        text.push_str(&format!("- `{kind}` ({}): {}\n", variants(plan, kind), steps(plan, kind)));
    }
    text.push_str(&format!("\n{END}\n"));
    text
}

fn variants(plan: &Plan, kind: Kind) -> String {
    let of_kind = plan.recorded.iter().filter(|recorded| recorded.scenario.kind == kind);
    of_kind.map(|recorded| recorded.scenario.variant).collect::<Vec<_>>().join(", ")
}

fn steps(plan: &Plan, kind: Kind) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (its, step) in plan.cases.iter().filter_map(|case| case.fault.point.place()) {
        if its == kind.to_string() && !step.is_empty() {
            *counts.entry(step).or_default() += 1;
        }
    }
    counts.iter().map(|(step, count)| format!("`{step}` {count}")).collect::<Vec<_>>().join(", ")
}

/// Writes the part into the document.
pub(crate) fn write(plan: &Plan) {
    let text = std::fs::read_to_string(path()).unwrap_or_default();
    let (before, after) = match (text.split_once(BEGIN), text.split_once(END)) {
        (Some((before, _)), Some((_, after))) => (before.to_owned(), after.trim_start_matches('\n').to_owned()),
        _ if text.is_empty() => ("# What breaks, and what happens then\n\n".to_owned(), String::new()),
        _ => (format!("{}\n\n", text.trim_end()), String::new()),
    };
    let gap = if after.is_empty() { "" } else { "\n" };
    std::fs::write(path(), format!("{before}{}{gap}{after}", section(plan))).unwrap();
}

/// Lines of the part that the document lacks.
pub(crate) fn missing(plan: &Plan) -> Vec<String> {
    let text = std::fs::read_to_string(path()).unwrap_or_default();
    let section = section(plan);
    section.lines().filter(|line| !text.contains(*line)).map(str::to_owned).collect()
}
