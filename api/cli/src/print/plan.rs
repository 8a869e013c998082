//! What a dry run says.

use bcn::view::Plan;
use shared::outline::Effect;

use super::paint::{Stream, Tone, paint};
use super::problem::block;
use super::table::Table;

/// The steps that would be taken, with a count by effect.
pub(crate) fn text(plan: &Plan) -> String {
    if let Some(problem) = &plan.refused {
        return format!("{} {}", paint("would be refused:", Tone::Bad, Stream::Out), block(problem, Stream::Out));
    }
    let mut table = Table::new(["", "STEP", "WHAT"]);
    for step in &plan.steps {
        let (sign, tone) = match step.effect {
            Effect::Create => ("+", Tone::Good),
            Effect::Change => ("~", Tone::Odd),
            Effect::Remove => ("-", Tone::Bad),
            Effect::Check => ("·", Tone::Faint),
        };
        table.row([paint(sign, tone, Stream::Out), step.step.clone(), step.what.clone()]);
    }
    let count = |effect| plan.steps.iter().filter(|step| step.effect == effect).count();
    let (create, change, remove) = (count(Effect::Create), count(Effect::Change), count(Effect::Remove));
    let steps = table.text("Nothing would be done.\n");
    format!("{steps}\nDry run: {create} to create, {change} to change, {remove} to remove. Nothing was sent to AWS.")
}
