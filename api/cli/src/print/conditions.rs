//! Conditions of resources: what is so, and since when.

use shared::resource::Condition;

use super::moment::ago;
use super::paint::{Stream, Tone, paint};
use super::table::Table;

/// Conditions as a table under a blank line; nothing when there are none.
pub(crate) fn block(conditions: &[Condition]) -> String {
    if conditions.is_empty() {
        return String::new();
    }
    let mut table = Table::new(["CONDITION", "", "SINCE", "WHY"]);
    for condition in conditions {
        let (word, tone) = if condition.status { ("yes", Tone::Good) } else { ("no", Tone::Odd) };
        let operation = condition.operation.as_ref().map(|id| format!(" ({id})")).unwrap_or_default();
        let why =
            format!("{}{operation}", if condition.message.is_empty() { &condition.reason } else { &condition.message });
        table.row([condition.kind.clone(), paint(word, tone, Stream::Out), ago(condition.at), why]);
    }
    format!("\n{}", table.text(""))
}
